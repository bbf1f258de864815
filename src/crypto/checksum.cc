#include "crypto/checksum.h"

#include <isa-l/crc.h>

#include <algorithm>

#include "crypto/crc64.h"
#include "crypto/digest.h"

namespace crypto {

namespace {

// Reflected polynomials, so that the lowest bit of a register is its highest power.
constexpr uint64_t polynomial(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::crc32: return 0xEDB88320;
    case ChecksumAlgorithm::crc32c: return 0x82F63B78;
    default: return 0x9A6C9329AC4BC9B5;
  }
}

// ISA-L takes lengths as int.
constexpr size_t longest_run = 1u << 30;

uint64_t update_crc(ChecksumAlgorithm algorithm, uint64_t crc, base::Bytes data) {
  if (algorithm == ChecksumAlgorithm::crc64nvme) return crc64nvme(crc, data);
  while (!data.empty()) {
    auto run = data.first(std::min(data.size(), longest_run));
    data = data.subspan(run.size());
    auto bytes = const_cast<unsigned char*>(run.data());
    crc = algorithm == ChecksumAlgorithm::crc32 ? crc32_gzip_refl(static_cast<uint32_t>(crc), bytes, run.size())
                                                : ~crc32_iscsi(bytes, static_cast<int>(run.size()), ~static_cast<uint32_t>(crc)) & 0xffffffff;
  }
  return crc;
}

bool is_crc(ChecksumAlgorithm algorithm) { return algorithm <= ChecksumAlgorithm::crc64nvme; }

std::string big_endian(uint64_t value, size_t size) {
  std::string out(size, '\0');
  for (size_t i = 0; i < size; i++) out[i] = static_cast<char>(value >> (8 * (size - 1 - i)));
  return out;
}

uint64_t from_big_endian(std::string_view raw) {
  uint64_t value = 0;
  for (unsigned char c : raw) value = value << 8 | c;
  return value;
}

// a * b modulo the polynomial, both reflected in `bits` bits; the highest bit stands for x^0.
uint64_t multiply(uint64_t a, uint64_t b, uint64_t reduce, int bits) {
  uint64_t product = 0;
  for (uint64_t mask = uint64_t(1) << (bits - 1); mask; mask >>= 1) {
    if (a & mask) product ^= b;
    b = b >> 1 ^ (b & 1 ? reduce : 0);
  }
  return product;
}

// x^(8 * bytes) modulo the polynomial: squares of x^8, by the bits of `bytes`.
uint64_t shift_by(uint64_t bytes, uint64_t reduce, int bits) {
  uint64_t square = uint64_t(1) << (bits - 1 - 8), result = uint64_t(1) << (bits - 1);
  for (; bytes; bytes >>= 1) {
    if (bytes & 1) result = multiply(result, square, reduce, bits);
    square = multiply(square, square, reduce, bits);
  }
  return result;
}

struct Names {
  std::string_view name, header;
  size_t size;
};

constexpr Names names[] = {{"CRC32", "x-amz-checksum-crc32", 4},
                           {"CRC32C", "x-amz-checksum-crc32c", 4},
                           {"CRC64NVME", "x-amz-checksum-crc64nvme", 8},
                           {"SHA1", "x-amz-checksum-sha1", 20},
                           {"SHA256", "x-amz-checksum-sha256", 32}};

const Names& names_of(ChecksumAlgorithm algorithm) { return names[static_cast<size_t>(algorithm) - 1]; }

}  // namespace

std::string_view name(ChecksumAlgorithm algorithm) { return names_of(algorithm).name; }
std::string_view header_name(ChecksumAlgorithm algorithm) { return names_of(algorithm).header; }
size_t size_bytes(ChecksumAlgorithm algorithm) { return names_of(algorithm).size; }

std::optional<ChecksumAlgorithm> parse_checksum_algorithm(std::string_view name) {
  auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  for (size_t i = 0; i < std::size(names); i++)
    if (std::ranges::equal(name, names[i].name, {}, upper)) return static_cast<ChecksumAlgorithm>(i + 1);
  return std::nullopt;
}

struct Checksum::State {
  ChecksumAlgorithm algorithm;
  uint64_t crc = 0;
  std::optional<Digest> digest;
};

Checksum::Checksum(ChecksumAlgorithm algorithm) : state_(std::make_unique<State>()) {
  state_->algorithm = algorithm;
  if (!is_crc(algorithm)) state_->digest.emplace(algorithm == ChecksumAlgorithm::sha1 ? DigestKind::sha1 : DigestKind::sha256);
}

Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;

void Checksum::update(base::Bytes data) {
  if (state_->digest)
    state_->digest->update(data);
  else
    state_->crc = update_crc(state_->algorithm, state_->crc, data);
}

std::string Checksum::finish() {
  return state_->digest ? state_->digest->finish() : big_endian(state_->crc, size_bytes(state_->algorithm));
}

std::string combine(ChecksumAlgorithm algorithm, std::string_view first, std::string_view second, uint64_t second_bytes) {
  size_t size = size_bytes(algorithm);
  int bits = static_cast<int>(size) * 8;
  uint64_t shift = shift_by(second_bytes, polynomial(algorithm), bits);
  uint64_t moved = multiply(shift, from_big_endian(first), polynomial(algorithm), bits);
  return big_endian(moved ^ from_big_endian(second), size);
}

}  // namespace crypto
