// RFC 1321 over vectors. Each version of `run` is the same code, compiled for other registers.
#include "crypto/md5_lanes.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "crypto/digest.h"

namespace crypto {

namespace {

constexpr size_t block_bytes = 64, block_words = 16;
constexpr uint32_t start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
constexpr int rotations[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

// floor(2^32 |sin(i + 1)|), RFC 1321's table T.
constexpr uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
    0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
    0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
    0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
    0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
    0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

// A text as blocks: the whole ones where they lie, then one or two with its end and its length.
class Blocks {
 public:
  explicit Blocks(std::string_view text) : text_(text.data()), whole_(text.size() / block_bytes) {
    size_t rest = text.size() % block_bytes;
    std::memcpy(tail_, text.data() + whole_ * block_bytes, rest);
    tail_[rest] = '\x80';
    tails_ = rest + 1 + sizeof(uint64_t) <= block_bytes ? 1 : 2;
    uint64_t bits = uint64_t(text.size()) * 8;
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(tail_ + tails_ * block_bytes - sizeof bits, &bits, sizeof bits);
  }
  size_t count() const { return whole_ + tails_; }
  // The i-th; past the last one any: nobody looks at what comes of it.
  const char* at(size_t i) const { return i < whole_ ? text_ + i * block_bytes : tail_ + std::min(i - whole_, tails_ - 1) * block_bytes; }

 private:
  const char* text_;
  size_t whole_, tails_;
  char tail_[2 * block_bytes] = {};
};

template <size_t lanes>
using Vector = uint32_t __attribute__((vector_size(lanes * sizeof(uint32_t))));

// The two halves of a and b shuffled together: a0 b0 a1 b1 …
template <size_t lanes, size_t... i>
[[gnu::always_inline]] inline void zip(const Vector<lanes>& a, const Vector<lanes>& b, Vector<lanes>& low, Vector<lanes>& high,
                                       std::index_sequence<i...>) {
  low = __builtin_shufflevector(a, b, (i % 2 ? lanes + i / 2 : i / 2)...);
  high = __builtin_shufflevector(a, b, (i % 2 ? lanes + (lanes + i) / 2 : (lanes + i) / 2)...);
}

// Rows of one text's words become rows of one word of all texts.
template <size_t lanes>
[[gnu::always_inline]] inline void transpose(Vector<lanes> (&rows)[lanes]) {
  for (size_t stage = 1; stage < lanes; stage *= 2) {
    Vector<lanes> next[lanes];
    for (size_t i = 0; i < lanes / 2; i++) zip<lanes>(rows[i], rows[i + lanes / 2], next[2 * i], next[2 * i + 1], std::make_index_sequence<lanes>());
    std::memcpy(rows, next, sizeof rows);
  }
}

template <size_t lanes>
[[gnu::always_inline]] inline void load(const Blocks* texts, size_t block, Vector<lanes> (&words)[block_words]) {
  for (size_t from = 0; from < block_words; from += lanes) {
    Vector<lanes> rows[lanes];
    for (size_t lane = 0; lane < lanes; lane++) std::memcpy(&rows[lane], texts[lane].at(block) + from * sizeof(uint32_t), sizeof rows[lane]);
    transpose<lanes>(rows);
    std::memcpy(words + from, rows, sizeof rows);
  }
}

// One of the 64 steps; its round decides the function, the word and the rotation.
template <size_t lanes, size_t i>
[[gnu::always_inline]] inline void step(Vector<lanes> (&s)[4], const Vector<lanes> (&words)[block_words]) {
  constexpr size_t round = i / 16, word = (round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i) % block_words;
  constexpr int turn = rotations[round][i % 4];
  auto &a = s[(64 - i) % 4], &b = s[(65 - i) % 4], &c = s[(66 - i) % 4], &d = s[(67 - i) % 4];
  Vector<lanes> mixed;
  if constexpr (round == 0) mixed = d ^ (b & (c ^ d));
  if constexpr (round == 1) mixed = c ^ (d & (b ^ c));
  if constexpr (round == 2) mixed = b ^ c ^ d;
  if constexpr (round == 3) mixed = c ^ (b | ~d);
  a += words[word] + sines[i] + mixed;
  a = (a << turn | a >> (32 - turn)) + b;
}

template <size_t lanes, size_t... i>
[[gnu::always_inline]] inline void take_block(Vector<lanes> (&state)[4], const Vector<lanes> (&words)[block_words], std::index_sequence<i...>) {
  Vector<lanes> before[4];
  std::memcpy(before, state, sizeof before);
  (step<lanes, i>(state, words), ...);
  for (size_t k = 0; k < 4; k++) state[k] += before[k];
}

// `lanes` texts, of which the one with most blocks sets the end.
template <size_t lanes>
[[gnu::always_inline]] inline void run(const Blocks* texts, Md5* digests) {
  Vector<lanes> state[4], words[block_words];
  for (size_t k = 0; k < 4; k++) state[k] = Vector<lanes>{} + start[k];
  size_t count = 0;
  for (size_t lane = 0; lane < lanes; lane++) count = std::max(count, texts[lane].count());
  for (size_t block = 0; block < count; block++) {
    load<lanes>(texts, block, words);
    take_block<lanes>(state, words, std::make_index_sequence<64>());
    for (size_t lane = 0; lane < lanes; lane++) {
      if (texts[lane].count() != block + 1) continue;
      uint32_t digest[4] = {state[0][lane], state[1][lane], state[2][lane], state[3][lane]};
      std::memcpy(digests[lane].data(), digest, sizeof digest);
    }
  }
}

struct Width {
  size_t lanes;
  void (*run)(const Blocks* texts, Md5* digests);
};

void run_sse(const Blocks* texts, Md5* digests) { run<4>(texts, digests); }
[[gnu::target("avx2")]] void run_avx2(const Blocks* texts, Md5* digests) { run<8>(texts, digests); }
[[gnu::target("avx512f,avx512vl,avx512bw")]] void run_avx512(const Blocks* texts, Md5* digests) { run<16>(texts, digests); }

Width widest() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) return {16, run_avx512};
  if (__builtin_cpu_supports("avx2")) return {8, run_avx2};
  return {4, run_sse};
}

}  // namespace

void md5_of_each(std::span<const std::string_view> texts, std::span<Md5> digests) {
  static const Width width = widest();
  std::vector<size_t> order(texts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](size_t i) { return texts[i].size(); });
  for (std::span rest(order); !rest.empty();) {
    auto set = rest.last(std::min(rest.size(), width.lanes));
    rest = rest.first(rest.size() - set.size());
    if (set.size() == 1) {
      md5(texts[set[0]]).copy(digests[set[0]].data(), sizeof(Md5));
      continue;
    }
    std::vector<Blocks> blocks;
    blocks.reserve(width.lanes);
    for (size_t i : set) blocks.emplace_back(texts[i]);
    while (blocks.size() < width.lanes) blocks.emplace_back(std::string_view());
    std::array<Md5, 16> found;
    width.run(blocks.data(), found.data());
    for (size_t i = 0; i < set.size(); i++) digests[set[i]] = found[i];
  }
}

}  // namespace crypto
