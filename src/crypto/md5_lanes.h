#pragma once
// MD5 of several texts at once, each in a lane of wide registers: MD5 is a chain of dependent steps, so that one text alone leaves
// most of a processor idle.
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace crypto {

using Md5 = std::array<char, 16>;  // raw bytes

inline constexpr size_t md5_block_bytes = 64;
inline constexpr size_t md5_most_lanes = 16;  // of any processor; this one may have 4 or 8

// A hash under way, at the end of some block.
struct Md5State {
  std::array<uint32_t, 4> words{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
};

struct Md5Lane {
  Md5State* state;
  const char* data;
};

// Takes `blocks` blocks from where each lane's data begin into its state. As many lanes as the processor has take about as long as
// one; more are done in turns. **Threads** Any.
void md5_advance(std::span<const Md5Lane> lanes, size_t blocks);

// A text that comes in pieces of any length. **Threads** One at a time.
class Md5Stream {
 public:
  // Takes in what of the next piece is no whole block: the end of one that an earlier piece began, the beginning of one that a
  // later piece will end. The whole blocks between them, which are returned, must be advanced before the next call.
  std::string_view take_edges(std::string_view data);
  Md5State& state() { return state_; }

  // All of the next piece at once, without company.
  void update(std::string_view data);
  // The digest. The object is of no more use.
  Md5 finish();

 private:
  Md5State state_;
  uint64_t size_bytes_ = 0;
  size_t kept_bytes_ = 0;
  char kept_[md5_block_bytes];
};

// Of whole texts, in sets of `md5_most_lanes` as they come: those of like lengths are best put side by side. Allocates nothing.
// **Requires** as many digests as texts. **Threads** Any.
void md5_of_each(std::span<const std::string_view> texts, std::span<Md5> digests) noexcept;

}  // namespace crypto
