// Checksums against the check values of the CRC catalogue, and joined ones against whole ones.
#include "crypto/checksum.h"

#include <gmock/gmock.h>

namespace crypto {
namespace {

std::string of(ChecksumAlgorithm algorithm, std::string_view data) {
  Checksum checksum(algorithm);
  checksum.update(base::bytes(data));
  return checksum.finish();
}

std::string hex(const std::string& raw) { return base::to_hex(base::bytes(raw)); }

constexpr ChecksumAlgorithm crcs[] = {ChecksumAlgorithm::crc32, ChecksumAlgorithm::crc32c, ChecksumAlgorithm::crc64nvme};

TEST(Checksum, MatchesCheckValues) {
  EXPECT_EQ(hex(of(ChecksumAlgorithm::crc32, "123456789")), "cbf43926");
  EXPECT_EQ(hex(of(ChecksumAlgorithm::crc32c, "123456789")), "e3069283");
  EXPECT_EQ(hex(of(ChecksumAlgorithm::crc64nvme, "123456789")), "ae8b14860a799888");
  EXPECT_EQ(hex(of(ChecksumAlgorithm::sha1, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(of(ChecksumAlgorithm::sha256, "").size(), 32u);
}

TEST(Checksum, IsTheSameHoweverTheDataIsCut) {
  std::string data;
  for (int i = 0; i < 1000; i++) data += static_cast<char>(i * 7);
  for (auto algorithm : crcs)
    for (size_t cut : {0u, 1u, 7u, 8u, 500u, 999u, 1000u}) {
      Checksum checksum(algorithm);
      checksum.update(base::bytes(std::string_view(data).substr(0, cut)));
      checksum.update(base::bytes(std::string_view(data).substr(cut)));
      auto whole = of(algorithm, data);
      EXPECT_EQ(checksum.finish(), whole) << name(algorithm) << " " << cut;
      auto first = std::string_view(data).substr(0, cut), second = std::string_view(data).substr(cut);
      EXPECT_EQ(combine(algorithm, of(algorithm, first), of(algorithm, second), second.size()), whole) << name(algorithm) << " " << cut;
    }
}

TEST(Checksum, KnowsItsNames) {
  EXPECT_EQ(parse_checksum_algorithm("crc64nvme"), ChecksumAlgorithm::crc64nvme);
  EXPECT_EQ(header_name(ChecksumAlgorithm::sha256), "x-amz-checksum-sha256");
  EXPECT_FALSE(parse_checksum_algorithm("MD5"));
}

}  // namespace
}  // namespace crypto
