#define OPENSSL_SUPPRESS_DEPRECATED  // the low-level MD5: it can start in the middle
// RFC 1321 over vectors. Each version of `run` is the same code, compiled for other registers.
#include "crypto/md5_lanes.h"

#include <openssl/md5.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

namespace crypto {

namespace {

constexpr size_t block_words = 16;
constexpr int rotations[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

// floor(2^32 |sin(i + 1)|), RFC 1321's table T.
constexpr uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
    0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
    0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
    0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
    0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
    0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

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

// One block of each text: words[i] are the i-th of all of them.
template <size_t lanes>
[[gnu::always_inline]] inline void load(const Md5Lane* texts, size_t offset, Vector<lanes> (&words)[block_words]) {
  for (size_t from = 0; from < block_words; from += lanes) {
    Vector<lanes> rows[lanes];
    for (size_t lane = 0; lane < lanes; lane++) std::memcpy(&rows[lane], texts[lane].data + offset + from * sizeof(uint32_t), sizeof rows[lane]);
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

template <size_t lanes>
[[gnu::always_inline]] inline void run(const Md5Lane* texts, size_t blocks) {
  Vector<lanes> state[4], words[block_words];
  for (size_t k = 0; k < 4; k++)
    for (size_t lane = 0; lane < lanes; lane++) state[k][lane] = texts[lane].state->words[k];
  for (size_t block = 0; block < blocks; block++) {
    load<lanes>(texts, block * md5_block_bytes, words);
    take_block<lanes>(state, words, std::make_index_sequence<64>());
  }
  for (size_t k = 0; k < 4; k++)
    for (size_t lane = 0; lane < lanes; lane++) texts[lane].state->words[k] = state[k][lane];
}

void run_sse(const Md5Lane* texts, size_t blocks) { run<4>(texts, blocks); }
[[gnu::target("avx2")]] void run_avx2(const Md5Lane* texts, size_t blocks) { run<8>(texts, blocks); }
[[gnu::target("avx512f,avx512vl,avx512bw")]] void run_avx512(const Md5Lane* texts, size_t blocks) { run<16>(texts, blocks); }

// OpenSSL's is faster than a lane.
void run_one(const Md5Lane& text, size_t blocks) {
  auto& [a, b, c, d] = text.state->words;
  MD5_CTX context{};
  context.A = a, context.B = b, context.C = c, context.D = d;
  MD5_Update(&context, text.data, blocks * md5_block_bytes);
  a = context.A, b = context.B, c = context.C, d = context.D;
}

struct Width {
  size_t lanes;
  void (*run)(const Md5Lane* texts, size_t blocks);
};

Width widest() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) return {16, run_avx512};
  if (__builtin_cpu_supports("avx2")) return {8, run_avx2};
  return {4, run_sse};
}

// At most as many texts as there are lanes. Those left over go over a text that is there anyway, for nobody.
void run_set(const Width& width, std::span<const Md5Lane> texts, size_t blocks) {
  if (texts.size() == 1) return run_one(texts[0], blocks);
  Md5Lane all[md5_most_lanes];
  Md5State nobodys[md5_most_lanes];
  for (size_t i = 0; i < width.lanes; i++) all[i] = i < texts.size() ? texts[i] : Md5Lane{&nobodys[i], texts[0].data};
  width.run(all, blocks);
}

// What follows the last whole block: the rest, a bit that ends it, and the length in bits.
struct Tail {
  Tail(std::string_view rest, uint64_t size_bytes) {
    rest.copy(bytes, rest.size());
    bytes[rest.size()] = '\x80';
    blocks = rest.size() + 1 + sizeof(uint64_t) <= md5_block_bytes ? 1 : 2;
    uint64_t bits = size_bytes * 8;
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(bytes + blocks * md5_block_bytes - sizeof bits, &bits, sizeof bits);
  }
  char bytes[2 * md5_block_bytes] = {};
  size_t blocks;
};

std::string_view rest_of(std::string_view text) { return text.substr(text.size() / md5_block_bytes * md5_block_bytes); }

}  // namespace

void md5_advance(std::span<const Md5Lane> lanes, size_t blocks) {
  static const Width width = widest();
  if (!blocks) return;
  for (; !lanes.empty(); lanes = lanes.subspan(std::min(lanes.size(), width.lanes))) run_set(width, lanes.first(std::min(lanes.size(), width.lanes)), blocks);
}

std::string_view Md5Stream::take_edges(std::string_view data) {
  size_bytes_ += data.size();
  if (kept_bytes_) {
    auto missing = std::min(data.size(), md5_block_bytes - kept_bytes_);
    data.copy(kept_ + kept_bytes_, missing);
    kept_bytes_ += missing;
    data.remove_prefix(missing);
    if (kept_bytes_ < md5_block_bytes) return {};
    run_one({&state_, kept_}, 1);
  }
  auto rest = rest_of(data);
  kept_bytes_ = rest.copy(kept_, rest.size());
  return data.substr(0, data.size() - rest.size());
}

void Md5Stream::update(std::string_view data) {
  auto whole = take_edges(data);
  if (!whole.empty()) run_one({&state_, whole.data()}, whole.size() / md5_block_bytes);
}

Md5 Md5Stream::finish() {
  Tail tail({kept_, kept_bytes_}, size_bytes_);
  run_one({&state_, tail.bytes}, tail.blocks);
  return std::bit_cast<Md5>(state_.words);
}

// At most as many texts as there may be lanes. All go on until the shortest of them ends, then the others.
static void md5_of_set(std::span<const std::string_view> texts, std::span<Md5> digests) noexcept {
  size_t order[md5_most_lanes];
  std::span by_length(order, texts.size());
  std::iota(order, order + texts.size(), 0);
  std::ranges::sort(by_length, {}, [&](size_t i) { return texts[i].size(); });
  Md5Stream streams[md5_most_lanes];
  Md5Lane lanes[md5_most_lanes];
  std::ranges::transform(by_length, lanes, [&](size_t i) { return Md5Lane{&streams[i].state(), streams[i].take_edges(texts[i]).data()}; });
  size_t done = 0;
  for (std::span rest(lanes, texts.size()); !rest.empty(); rest = rest.subspan(1)) {
    size_t blocks = texts[order[texts.size() - rest.size()]].size() / md5_block_bytes - done;
    md5_advance(rest, blocks);
    for (auto& lane : rest) lane.data += blocks * md5_block_bytes;
    done += blocks;
  }
  for (size_t i = 0; i < texts.size(); i++) digests[i] = streams[i].finish();
}

void md5_of_each(std::span<const std::string_view> texts, std::span<Md5> digests) noexcept {
  while (!texts.empty()) {
    auto count = std::min(texts.size(), md5_most_lanes);
    md5_of_set(texts.first(count), digests.first(count));
    texts = texts.subspan(count), digests = digests.subspan(count);
  }
}

}  // namespace crypto
