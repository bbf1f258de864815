#include "blob/file_store.h"

#include <xxhash.h>
#include <xxh_x86dispatch.h>  // XXH3 with what the processor has

#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>

#include "base/log.h"

namespace blob {

using base::Errc;
using base::File;
using base::FileSystem;
using std::filesystem::path;

namespace {

constexpr uint64_t block_bytes = 64 << 10;
constexpr uint64_t max_blob_bytes = 5ull << 30;  // a part of an upload; its block checksums are 640 KiB
constexpr size_t max_owner_bytes = 4096;
constexpr uint64_t write_back_bytes = 4 << 20;
constexpr uint64_t run_blocks = 16;  // read with one call
constexpr char magic[8] = {'c', 'u', 'm', 'b', 'l', 'o', 'b', '1'};

// The end of a file; docs/format/blob.md. Little endian.
struct Footer {
  char magic[8];
  uint64_t size_bytes;
  uint32_t block_bytes;
  uint32_t owner_bytes;
  uint64_t checksum;  // of the owner and this footer up to here
};
static_assert(sizeof(Footer) == 32 && std::endian::native == std::endian::little);

uint64_t block_count(uint64_t size_bytes) { return (size_bytes + block_bytes - 1) / block_bytes; }

uint64_t footer_checksum(std::string_view owner, const Footer& footer) {
  auto covered = std::string(owner) + std::string(reinterpret_cast<const char*>(&footer), offsetof(Footer, checksum));
  return XXH3_64bits(covered.data(), covered.size());
}

base::Error corrupt(const BlobId& id, std::string_view what) { return {Errc::corrupt, "blob " + id.text() + ": " + std::string(what)}; }

// Where blobs lie.
struct Places {
  path folder;
  path incoming() const { return folder / "incoming"; }
  path incoming(const BlobId& id) const { return incoming() / id.text(); }
  path settled(const BlobId& id) const { return folder / id.text().substr(0, 2) / id.text(); }
};

class FileWriter final : public Writer {
 public:
  FileWriter(FileSystem& files, const Places& places, BlobId id, std::string owner, std::unique_ptr<File> file)
      : files_(files), places_(places), id_(std::move(id)), owner_(std::move(owner)), file_(std::move(file)) {}

  ~FileWriter() override {
    if (!finished_) (void)files_.remove(places_.incoming(id_));
  }

  const BlobId& id() const override { return id_; }

  Result<> write(std::span<const char> data) override {
    if (size_ + data.size() > max_blob_bytes) return base::fail(Errc::too_large, "a blob past its limit of 5 GiB");
    TRY_VOID(file_->write_at(size_, data));
    hash(data);
    size_ += data.size();
    if (size_ - written_back_ >= write_back_bytes) {
      file_->begin_write_back(written_back_, size_ - written_back_);
      written_back_ = size_;
    }
    return {};
  }

  Result<> finish() override {
    if (size_ % block_bytes) end_block();
    std::string trailer(reinterpret_cast<const char*>(sums_.data()), sums_.size() * sizeof(uint64_t));
    trailer += owner_;
    Footer footer{};
    std::memcpy(footer.magic, magic, sizeof magic);
    footer.size_bytes = size_;
    footer.block_bytes = block_bytes;
    footer.owner_bytes = static_cast<uint32_t>(owner_.size());
    footer.checksum = footer_checksum(owner_, footer);
    trailer.append(reinterpret_cast<const char*>(&footer), sizeof footer);
    TRY_VOID(file_->write_at(size_, trailer));
    TRY_VOID(file_->sync());
    TRY_VOID(files_.sync_folder(places_.incoming()));
    finished_ = true;
    return {};
  }

 private:
  void hash(std::span<const char> data) {
    while (!data.empty()) {
      if (!in_block_) XXH3_64bits_reset(state_.get());
      auto part = data.first(std::min<uint64_t>(data.size(), block_bytes - in_block_));
      XXH3_64bits_update(state_.get(), part.data(), part.size());
      in_block_ += part.size();
      data = data.subspan(part.size());
      if (in_block_ == block_bytes) end_block();
    }
  }

  void end_block() {
    sums_.push_back(XXH3_64bits_digest(state_.get()));
    in_block_ = 0;
  }

  struct FreeState {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };

  FileSystem& files_;
  const Places& places_;
  BlobId id_;
  std::string owner_;
  std::unique_ptr<File> file_;
  std::unique_ptr<XXH3_state_t, FreeState> state_{XXH3_createState()};
  std::vector<uint64_t> sums_;
  uint64_t size_ = 0, in_block_ = 0, written_back_ = 0;
  bool finished_ = false;
};

// The last bytes of a file: all of the footer and owner, and of the block checksums as many as there is room for.
struct Tail {
  uint64_t file_bytes = 0;
  uint64_t begin = 0;  // its place in the file
  std::string bytes;
  Footer footer{};

  std::string_view owner() const { return std::string_view(bytes).substr(bytes.size() - sizeof footer - footer.owner_bytes, footer.owner_bytes); }
};

bool has_magic(const Footer& footer) { return !std::memcmp(footer.magic, magic, sizeof magic); }

// Whether the file is as long as its footer says.
bool has_its_length(const Tail& tail) {
  auto& footer = tail.footer;
  if (footer.block_bytes != block_bytes || footer.size_bytes > max_blob_bytes || footer.owner_bytes > max_owner_bytes) return false;
  return tail.file_bytes == footer.size_bytes + block_count(footer.size_bytes) * sizeof(uint64_t) + footer.owner_bytes + sizeof footer;
}

bool is_sound(const Tail& tail) {
  return has_magic(tail.footer) && has_its_length(tail) && tail.footer.checksum == footer_checksum(tail.owner(), tail.footer);
}

// Of a tail that is not sound: whether that is more likely damage than the end of a file that was never finished. Damage to any
// one field of the footer, or to the owner, leaves one of both.
bool looks_finished(const Tail& tail) { return has_magic(tail.footer) || has_its_length(tail); }

// Sound or not; a file that is too short for a footer has one of zeros.
Result<Tail> load_tail(const File& file) {
  Tail tail;
  TRY(file_bytes, file.size_bytes());
  tail.file_bytes = file_bytes;
  tail.bytes.resize(std::min<uint64_t>(file_bytes, max_owner_bytes + sizeof(Footer)));
  tail.begin = file_bytes - tail.bytes.size();
  TRY(count, file.read_at(tail.begin, tail.bytes));
  if (count != tail.bytes.size()) return base::fail(Errc::io, "a blob's file became shorter while it was read");
  if (count >= sizeof(Footer)) std::memcpy(&tail.footer, tail.bytes.data() + count - sizeof(Footer), sizeof(Footer));
  return tail;
}

// **Errors** corrupt: damaged, or never finished.
Result<Tail> read_tail(const File& file, const BlobId& id) {
  TRY(tail, load_tail(file));
  if (!is_sound(tail)) return std::unexpected(corrupt(id, "a damaged footer or owner"));
  return std::move(tail);
}

// Keeps the tail in memory and nothing that grows with the blob. Checksums of blocks are not checked themselves: a damaged
// one does not match its block.
class FileReader final : public Reader {
 public:
  FileReader(BlobId id, std::unique_ptr<File> file, Tail tail) : id_(std::move(id)), file_(std::move(file)), tail_(std::move(tail)) {}

  uint64_t size_bytes() const override { return tail_.footer.size_bytes; }

  Result<> read(uint64_t offset, std::span<char> into) const override {
    TRY(whole, read_checked(offset, into, &File::read_at));
    if (!whole) return std::unexpected(corrupt(id_, "the file is too short"));
    return {};
  }

  Result<bool> try_read(uint64_t offset, std::span<char> into) const override { return read_checked(offset, into, &File::read_cached_at); }

  Result<std::optional<base::PinnedPages>> try_view(uint64_t offset, size_t length) const override {
    if (offset > size_bytes() || length > size_bytes() - offset || length > run_blocks * block_bytes) return std::nullopt;
    auto pages = file_->pin_cached(offset, length);
    if (!pages) return std::nullopt;
    std::array<uint64_t, run_blocks> room;
    std::span sums(room.data(), block_count(length));
    TRY(known, read_sums(offset / block_bytes, sums, &File::read_cached_at));
    if (!known) return std::nullopt;
    TRY_VOID(check_blocks(offset / block_bytes, pages->bytes(), sums));
    return pages;
  }

 private:
  using Read = Result<size_t> (File::*)(uint64_t, std::span<char>) const;

  // False, here and below: `read` gave fewer bytes than there are.
  Result<bool> read_checked(uint64_t offset, std::span<char> into, Read read) const {
    if (offset > size_bytes() || into.size() > size_bytes() - offset) return base::fail(Errc::invalid, "a range past the blob's end");
    while (!into.empty()) {
      auto whole = into.first(whole_blocks(offset, into.size()));
      auto part = whole.empty() ? into.first(std::min<uint64_t>(into.size(), block_bytes - offset % block_bytes)) : whole;
      TRY(there, whole.empty() ? read_part(offset, part, read) : read_blocks(offset / block_bytes, whole, read));
      if (!there) return false;
      offset += part.size();
      into = into.subspan(part.size());
    }
    return true;
  }

  // How many bytes from `offset` are whole blocks and can be read where they are wanted; the blob's last block may be short.
  uint64_t whole_blocks(uint64_t offset, uint64_t length) const {
    if (offset % block_bytes) return 0;
    length = std::min(length, run_blocks * block_bytes);
    return offset + length == size_bytes() ? length : length - length % block_bytes;
  }

  Result<bool> read_part(uint64_t offset, std::span<char> into, Read read) const {
    uint64_t block = offset / block_bytes, begin = block * block_bytes;
    uint64_t length = std::min(block_bytes, size_bytes() - begin);
    auto scratch = std::make_unique_for_overwrite<char[]>(length);
    TRY(there, read_blocks(block, {scratch.get(), length}, read));
    if (there) std::memcpy(into.data(), scratch.get() + (offset - begin), into.size());
    return there;
  }

  // At most run_blocks of them.
  Result<bool> read_blocks(uint64_t first, std::span<char> into, Read read) const {
    std::array<uint64_t, run_blocks> room;
    std::span sums(room.data(), block_count(into.size()));
    TRY(known, read_sums(first, sums, read));
    TRY(count, known ? (file_.get()->*read)(first * block_bytes, into) : Result<size_t>(0));
    if (count < into.size()) return false;
    TRY_VOID(check_blocks(first, into, sums));
    return true;
  }

  Result<> check_blocks(uint64_t first, std::span<const char> bytes, std::span<const uint64_t> sums) const {
    for (size_t i = 0; i < sums.size(); i++) {
      auto block = bytes.subspan(i * block_bytes, std::min<uint64_t>(block_bytes, bytes.size() - i * block_bytes));
      if (XXH3_64bits(block.data(), block.size()) != sums[i])
        return std::unexpected(corrupt(id_, "block " + std::to_string(first + i) + " does not match its checksum"));
    }
    return {};
  }

  Result<bool> read_sums(uint64_t first, std::span<uint64_t> sums, Read read) const {
    uint64_t begin = size_bytes() + first * sizeof(uint64_t);
    if (begin >= tail_.begin) return std::memcpy(sums.data(), tail_.bytes.data() + (begin - tail_.begin), sums.size_bytes()), true;
    TRY(count, (file_.get()->*read)(begin, {reinterpret_cast<char*>(sums.data()), sums.size_bytes()}));
    return count == sums.size_bytes();
  }

  BlobId id_;
  std::unique_ptr<File> file_;
  Tail tail_;
};

// How much room there is. While there is plenty, an answer is good for a moment: asking costs a small PUT a thirtieth of its time.
class Room {
 public:
  template <class Ask>
  uint64_t free_bytes(Ask ask) {
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    if (now < good_until_.load(std::memory_order_acquire)) return known_.load(std::memory_order_relaxed);
    uint64_t free = ask();
    known_.store(free, std::memory_order_relaxed);
    if (free >= plenty) good_until_.store(now + moment, std::memory_order_release);
    return free;
  }

 private:
  static constexpr uint64_t plenty = 4ull << 30;  // more than any disk takes in a moment
  static constexpr std::chrono::milliseconds moment{100};
  std::atomic<uint64_t> known_{0};
  std::atomic<std::chrono::steady_clock::duration> good_until_{std::chrono::steady_clock::duration(0)};
};

class FileStore final : public Store {
 public:
  FileStore(Places places, FileSystem& files) : places_(std::move(places)), files_(files) {}

  Result<std::unique_ptr<Writer>> create(std::string_view owner) override {
    if (owner.size() > max_owner_bytes) return base::fail(Errc::too_large, "an owner of more than 4 KiB");
    auto id = BlobId::random();
    TRY(file, files_.create(places_.incoming(id)));
    return std::make_unique<FileWriter>(files_, places_, id, std::string(owner), std::move(file));
  }

  // Not synced: where the rename is lost, the blob is pending again and `recover` repeats it. File systems rename atomically,
  // so it is never lost on one side only.
  Result<> settle(const BlobId& id) override {
    TRY_VOID(files_.make_folders(places_.settled(id).parent_path()));
    auto moved = files_.rename(places_.incoming(id), places_.settled(id));
    if (!moved && moved.error().kind == Errc::not_found) return {};  // done before
    return moved;
  }

  Result<std::unique_ptr<Reader>> open(const BlobId& id) const override {
    auto file = files_.open_for_read(places_.settled(id));
    if (!file && file.error().kind == Errc::not_found) file = files_.open_for_read(places_.incoming(id));
    // It may have been settled between the two looks.
    if (!file && file.error().kind == Errc::not_found) file = files_.open_for_read(places_.settled(id));
    if (!file) return std::unexpected(file.error());
    TRY(tail, read_tail(**file, id));
    return std::make_unique<FileReader>(id, std::move(*file), std::move(tail));
  }

  // Synced, since the caller forgets the blob's id afterwards: an erasure that a power cut takes back would leave bytes that
  // nothing names.
  Result<> erase(const BlobId& id) override {
    for (auto& place : {places_.incoming(id), places_.settled(id)}) {
      auto removed = files_.remove(place);
      if (!removed && removed.error().kind == Errc::not_found) continue;
      TRY_VOID(removed);
      TRY_VOID(files_.sync_folder(place.parent_path()));
    }
    return {};
  }

  Result<> recover(const std::function<Result<bool>(const Pending&)>& is_wanted) override {
    TRY(names, files_.list(places_.incoming()));
    for (auto& name : names)
      if (auto id = BlobId::parse(name)) TRY_VOID(recover_one(*id, is_wanted));
    return {};
  }

  Result<> for_each(const std::function<void(const BlobId&)>& visit) const override {
    TRY(folders, files_.list(places_.folder));
    for (auto& folder : folders) {
      if (folder.size() != 2) continue;
      TRY(names, files_.list(places_.folder / folder));
      for (auto& name : names)
        if (auto id = BlobId::parse(name)) visit(*id);
    }
    return {};
  }

  uint64_t free_bytes() const override { return room_.free_bytes([this] { return files_.free_bytes(places_.folder); }); }

 private:
  // A blob without a footer was never finished, so nothing names it. One whose footer is damaged cannot say who may name it: it is
  // kept among the settled ones, where its object finds it damaged, or `check` finds that nothing names it. One whose end the disk
  // cannot read stays pending, for the next start: one bad sector must not keep a server from starting.
  Result<> recover_one(const BlobId& id, const std::function<Result<bool>(const Pending&)>& is_wanted) {
    TRY(file, files_.open_for_read(places_.incoming(id)));
    auto tail = load_tail(*file);
    if (!tail) {
      base::log::warning("a blob cannot be read and stays pending", {{"blob", id.text()}, {"error", tail.error().what}});
      return {};
    }
    if (!is_sound(*tail)) {
      if (!looks_finished(*tail)) return erase(id);
      base::log::warning("a blob whose end is damaged is kept; cumulet check says whether anything needs it", {{"blob", id.text()}});
      return settle(id);
    }
    TRY(wanted, is_wanted({id, std::string(tail->owner())}));
    return wanted ? settle(id) : erase(id);
  }

  Places places_;
  FileSystem& files_;
  mutable Room room_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_file_store(path folder, FileSystem& files) {
  Places places{std::move(folder)};
  TRY_VOID(files.make_folders(places.incoming()));
  return std::make_unique<FileStore>(std::move(places), files);
}

}  // namespace blob
