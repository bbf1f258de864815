#include "crypto/crc64.h"

#include <array>
#include <bit>
#include <cstring>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace crypto {

namespace {

// All values are reflected: the lowest bit of a register is its highest power.
constexpr uint64_t polynomial = 0x9A6C9329AC4BC9B5;

using Tables = std::array<std::array<uint64_t, 256>, 8>;

// Slicing by eight: table[k][b] is the effect of byte b, k bytes before the last.
constexpr Tables make_tables() {
  Tables tables{};
  for (uint64_t b = 0; b < 256; b++) {
    uint64_t crc = b;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
    tables[0][b] = crc;
  }
  for (size_t k = 1; k < 8; k++)
    for (size_t b = 0; b < 256; b++) tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 255];
  return tables;
}

constexpr Tables tables = make_tables();

uint64_t little_endian(const uint8_t* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return std::endian::native == std::endian::little ? word : std::byteswap(word);
}

// On the register itself, without the inversions before and after.
uint64_t run_tables(uint64_t crc, base::Bytes data) {
  for (; data.size() >= 8; data = data.subspan(8)) {
    crc ^= little_endian(data.data());
    uint64_t next = 0;
    for (size_t k = 0; k < 8; k++) next ^= tables[7 - k][crc >> (8 * k) & 255];
    crc = next;
  }
  for (uint8_t byte : data) crc = crc >> 8 ^ tables[0][(crc ^ byte) & 255];
  return crc;
}

#ifdef __x86_64__

// x^n modulo the polynomial.
consteval uint64_t power(unsigned n) {
  uint64_t value = uint64_t(1) << 63;
  for (unsigned i = 0; i < n; i++) value = value >> 1 ^ (value & 1 ? polynomial : 0);
  return value;
}

// Moves 128 bits of the message `bits` further from its end. The low half holds the higher powers and moves 64 more; the
// product of two reflected values is one power too high, hence the 1.
// Source: Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009.
template <unsigned bits>
[[gnu::target("pclmul,sse4.1"), gnu::always_inline]] inline __m128i fold(__m128i value, __m128i next) {
  static constexpr uint64_t far = power(bits + 64 - 1), near = power(bits - 1);
  auto constants = _mm_set_epi64x(static_cast<int64_t>(near), static_cast<int64_t>(far));
  auto low = _mm_clmulepi64_si128(value, constants, 0x00);
  auto high = _mm_clmulepi64_si128(value, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

[[gnu::target("pclmul,sse4.1"), gnu::always_inline]] inline __m128i load(const uint8_t* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

constexpr size_t lanes = 8;
constexpr size_t stride = lanes * 16;

// Eight lanes hide the latency of the multiplication; they are folded into one at the end, and that is left to the tables.
// **Requires** at least one stride.
[[gnu::target("pclmul,sse4.1")]] uint64_t run_folding(uint64_t crc, base::Bytes data) {
  const uint8_t* at = data.data();
  const uint8_t* end = at + data.size();
  __m128i lane[lanes];
  for (size_t i = 0; i < lanes; i++) lane[i] = load(at + 16 * i);
  lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi64_si128(static_cast<int64_t>(crc)));
  for (at += stride; at + stride <= end; at += stride)
    for (size_t i = 0; i < lanes; i++) lane[i] = fold<stride * 8>(lane[i], load(at + 16 * i));
  auto all = lane[0];
  for (size_t i = 1; i < lanes; i++) all = fold<128>(all, lane[i]);
  for (; at + 16 <= end; at += 16) all = fold<128>(all, load(at));
  std::array<uint8_t, 16> last;
  std::memcpy(last.data(), &all, sizeof last);
  return run_tables(run_tables(0, last), {at, end});
}

bool can_fold() {
  static const bool can = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  return can;
}

#endif

}  // namespace

uint64_t crc64nvme_by_tables(uint64_t crc, base::Bytes data) { return ~run_tables(~crc, data); }

uint64_t crc64nvme(uint64_t crc, base::Bytes data) {
#ifdef __x86_64__
  if (data.size() >= stride && can_fold()) return ~run_folding(~crc, data);
#endif
  return crc64nvme_by_tables(crc, data);
}

}  // namespace crypto
