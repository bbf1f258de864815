#pragma once
// Immutable blobs of bytes: streamed in, durable when finished, read in ranges, every block checked on the way out.
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/offload.h"
#include "base/result.h"
#include "base/task.h"

namespace blob {

using base::Result;

// Names a blob for ever; ids are never used twice. 32 hexadecimal digits in text.
class BlobId {
 public:
  static std::optional<BlobId> parse(std::string_view hex);
  static BlobId random();
  const std::string& text() const { return text_; }
  auto operator<=>(const BlobId&) const = default;

 private:
  explicit BlobId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// A blob being written. Destroyed before `finish` succeeded, it leaves nothing behind.
// **Threads** Used by one at a time. Every call blocks on the disk: call it off the network threads.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual const BlobId& id() const = 0;
  // Appends. **Errors** no_space, io; then the writer is of no more use.
  virtual Result<> write(std::span<const char> data) = 0;
  // Returns when every byte would survive a power cut. The blob then is *pending*: it outlives this process, and the next
  // start asks its owner whether it is wanted, until `Store::settle`.
  virtual Result<> finish() = 0;
};

// An open blob. It stays readable to the end even if the blob is erased meanwhile.
// **Threads** Any, concurrently. Blocks on the disk.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual uint64_t size_bytes() const = 0;
  // Reads [offset, offset + into.size()) after checking the checksum of every block that it touches: the bytes that were
  // checked are the bytes returned. **Errors** corrupt, io; invalid where the range ends past the blob.
  virtual Result<> read(uint64_t offset, std::span<char> into) const = 0;
  // As `read`, but only if it can be served from memory: false where the disk would have to be waited for (then nothing
  // of `into` counts). For the network threads.
  virtual Result<bool> try_read(uint64_t offset, std::span<char> into) const = 0;
  // As `try_read`, but lends the bytes where they lie instead of copying them: those that were checked are those that are
  // lent. Nothing where that cannot be done; then `try_read` may still succeed. **Requires** offset and length are multiples of
  // `view_alignment`, but for a range that ends with the blob.
  virtual Result<std::optional<base::PinnedPages>> try_view(uint64_t offset, size_t length) const = 0;
  static constexpr uint64_t view_alignment = 64 << 10;
};

// A blob that was finished but not yet settled when the last process ended.
struct Pending {
  BlobId id;
  std::string owner;  // as given to `create`
};

// **Threads** Any. Every member blocks on the disk.
class Store {
 public:
  virtual ~Store() = default;

  // Starts a blob. `owner` (at most 4 KiB) says where the reference to it is about to be written; `recover` hands it back.
  virtual Result<std::unique_ptr<Writer>> create(std::string_view owner) = 0;

  // Call once a reference to the blob is durable. Repeating it is not an error.
  virtual Result<> settle(const BlobId& id) = 0;

  // **Errors** not_found (erased, perhaps just now), corrupt (header or trailer damaged), io.
  virtual Result<std::unique_ptr<Reader>> open(const BlobId& id) const = 0;

  // Erasing an absent blob is not an error. Durable eventually: repeat it after a crash.
  virtual Result<> erase(const BlobId& id) = 0;

  // At start: `is_wanted` says of each pending blob of an earlier process whether its owner refers to it; wanted ones are
  // settled, the others erased, unfinished ones too. One that is too damaged to say who its owner is counts as wanted.
  virtual Result<> recover(const std::function<Result<bool>(const Pending&)>& is_wanted) = 0;

  // Calls `visit` for each settled blob, in no order. For `check`.
  virtual Result<> for_each(const std::function<void(const BlobId&)>& visit) const = 0;

  // Where bytes can still be stored: free bytes below this store. Where there is plenty, as of the last tenth of a second.
  virtual uint64_t free_bytes() const = 0;
};

}  // namespace blob
