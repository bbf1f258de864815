// CRC-64/NVME by its definition, by tables and by folding.
#include "crypto/crc64.h"

#include <gmock/gmock.h>

namespace crypto {
namespace {

// Bit by bit.
uint64_t by_definition(uint64_t crc, base::Bytes data) {
  crc = ~crc;
  for (uint8_t byte : data) {
    crc ^= byte;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x9A6C9329AC4BC9B5 : 0);
  }
  return ~crc;
}

std::string noise(size_t size) {
  std::string out;
  uint32_t state = 1;
  for (size_t i = 0; i < size; i++) out += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return out;
}

TEST(Crc64, HasTheCheckValueOfItsSpecification) {
  EXPECT_EQ(crc64nvme(0, base::bytes("123456789")), 0xAE8B14860A799888u);
  EXPECT_EQ(crc64nvme(0, {}), 0u);
  EXPECT_EQ(crc64nvme(0, base::bytes(std::string(4096, '\0'))), 0x6482D367EB22B64Eu);
  EXPECT_EQ(crc64nvme(0, base::bytes(std::string(4096, '\xff'))), 0xC0DDBA7302ECA3ACu);
}

TEST(Crc64, IsTheSameThreeWaysForEveryLength) {
  auto data = noise(700);
  for (size_t size = 0; size <= data.size(); size++) {
    auto bytes = base::bytes(data).first(size);
    auto expected = by_definition(0, bytes);
    ASSERT_EQ(crc64nvme(0, bytes), expected) << size;
    ASSERT_EQ(crc64nvme_by_tables(0, bytes), expected) << size;
  }
}

TEST(Crc64, GoesOnFromWhereItWas) {
  auto data = noise(2000);
  auto bytes = base::bytes(data);
  auto whole = by_definition(0, bytes);
  for (size_t cut = 0; cut <= data.size(); cut += 7) ASSERT_EQ(crc64nvme(crc64nvme(0, bytes.first(cut)), bytes.subspan(cut)), whole) << cut;
}

}  // namespace
}  // namespace crypto
