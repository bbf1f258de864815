#include "blob/file_store.h"

#include <xxhash.h>

#include <cstring>
#include <mutex>
#include <set>

namespace blob {

using base::Errc;
using base::File;
using base::FileSystem;
using std::filesystem::path;

namespace {

constexpr uint64_t block_bytes = 64 << 10;
constexpr uint64_t max_blob_bytes = 8ull << 30;
constexpr size_t max_owner_bytes = 4096;
constexpr uint64_t write_back_bytes = 4 << 20;
constexpr char magic[8] = {'c', 'u', 'm', 'b', 'l', 'o', 'b', '1'};

// The end of a file; docs/format/blob.md. Little endian.
struct Footer {
  char magic[8];
  uint64_t size_bytes;
  uint32_t block_bytes;
  uint32_t owner_bytes;
  uint64_t checksum;  // of the block checksums, the owner, and this footer up to here
};
static_assert(sizeof(Footer) == 32);

uint64_t block_count(uint64_t size_bytes) { return (size_bytes + block_bytes - 1) / block_bytes; }

uint64_t trailer_checksum(std::string_view sums_and_owner, const Footer& footer) {
  return XXH3_64bits(sums_and_owner.data(), sums_and_owner.size()) ^ XXH3_64bits(&footer, offsetof(Footer, checksum));
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
    if (size_ + data.size() > max_blob_bytes) return base::fail(Errc::too_large, "a blob past its limit of 8 GiB");
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
    footer.checksum = trailer_checksum(trailer, footer);
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

// What stands behind the data in a file.
struct Trailer {
  uint64_t size_bytes = 0;
  std::vector<uint64_t> sums;
  std::string owner;
};

Result<Trailer> read_trailer(const File& file, const BlobId& id) {
  TRY(file_size, file.size_bytes());
  if (file_size < sizeof(Footer)) return std::unexpected(corrupt(id, "no footer"));
  Footer footer{};
  TRY(count, file.read_at(file_size - sizeof footer, {reinterpret_cast<char*>(&footer), sizeof footer}));
  bool known = count == sizeof footer && !std::memcmp(footer.magic, magic, sizeof magic) && footer.block_bytes == block_bytes &&
               footer.size_bytes <= max_blob_bytes && footer.owner_bytes <= max_owner_bytes;
  uint64_t sums_bytes = known ? block_count(footer.size_bytes) * sizeof(uint64_t) : 0;
  if (!known || file_size != footer.size_bytes + sums_bytes + footer.owner_bytes + sizeof footer)
    return std::unexpected(corrupt(id, "a damaged footer"));
  std::string rest(sums_bytes + footer.owner_bytes, '\0');
  TRY(rest_count, file.read_at(footer.size_bytes, rest));
  if (rest_count != rest.size() || trailer_checksum(rest, footer) != footer.checksum)
    return std::unexpected(corrupt(id, "damaged checksums"));
  Trailer trailer{footer.size_bytes, std::vector<uint64_t>(block_count(footer.size_bytes)), rest.substr(sums_bytes)};
  std::memcpy(trailer.sums.data(), rest.data(), sums_bytes);
  return trailer;
}

class FileReader final : public Reader {
 public:
  FileReader(BlobId id, std::unique_ptr<File> file, Trailer trailer) : id_(std::move(id)), file_(std::move(file)), trailer_(std::move(trailer)) {}

  uint64_t size_bytes() const override { return trailer_.size_bytes; }

  Result<> read(uint64_t offset, std::span<char> into) const override {
    TRY(whole, read_checked(offset, into, &File::read_at));
    if (!whole) return std::unexpected(corrupt(id_, "the file is too short"));
    return {};
  }

  Result<bool> try_read(uint64_t offset, std::span<char> into) const override { return read_checked(offset, into, &File::read_cached_at); }

 private:
  using Read = Result<size_t> (File::*)(uint64_t, std::span<char>) const;

  // False: `read` gave fewer bytes than there are.
  Result<bool> read_checked(uint64_t offset, std::span<char> into, Read read) const {
    if (offset > size_bytes() || into.size() > size_bytes() - offset) return base::fail(Errc::invalid, "a range past the blob's end");
    std::vector<char> scratch;
    while (!into.empty()) {
      uint64_t block = offset / block_bytes, begin = block * block_bytes;
      uint64_t length = std::min(block_bytes, size_bytes() - begin);
      bool direct = offset == begin && into.size() >= length;
      if (!direct) scratch.resize(length);
      auto target = direct ? into.first(length) : std::span(scratch);
      TRY(count, (file_.get()->*read)(begin, target));
      if (count < length) return false;
      if (XXH3_64bits(target.data(), length) != trailer_.sums[block]) return std::unexpected(corrupt(id_, "block " + std::to_string(block) + " does not match its checksum"));
      size_t wanted = std::min<uint64_t>(into.size(), begin + length - offset);
      if (!direct) std::memcpy(into.data(), scratch.data() + (offset - begin), wanted);
      into = into.subspan(wanted);
      offset += wanted;
    }
    return true;
  }

  BlobId id_;
  std::unique_ptr<File> file_;
  Trailer trailer_;
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
    TRY(trailer, read_trailer(**file, id));
    return std::make_unique<FileReader>(id, std::move(*file), std::move(trailer));
  }

  Result<> erase(const BlobId& id) override {
    for (auto& place : {places_.incoming(id), places_.settled(id)}) {
      auto removed = files_.remove(place);
      if (!removed && removed.error().kind != Errc::not_found) return removed;
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

  uint64_t free_bytes() const override { return files_.free_bytes(places_.folder); }

 private:
  // A blob without a sound trailer was never finished, so nothing names it.
  Result<> recover_one(const BlobId& id, const std::function<Result<bool>(const Pending&)>& is_wanted) {
    TRY(file, files_.open_for_read(places_.incoming(id)));
    auto trailer = read_trailer(*file, id);
    if (!trailer && trailer.error().kind != Errc::corrupt) return std::unexpected(trailer.error());
    if (!trailer) return erase(id);
    TRY(wanted, is_wanted({id, trailer->owner}));
    return wanted ? settle(id) : erase(id);
  }

  Places places_;
  FileSystem& files_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_file_store(path folder, FileSystem& files) {
  Places places{std::move(folder)};
  TRY_VOID(files.make_folders(places.incoming()));
  return std::make_unique<FileStore>(std::move(places), files);
}

}  // namespace blob
