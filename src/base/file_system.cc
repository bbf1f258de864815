#include "base/file_system.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace base {

PinnedPages::PinnedPages(PinnedPages&& other) noexcept : address_(std::exchange(other.address_, nullptr)), length_(std::exchange(other.length_, 0)) {}

PinnedPages& PinnedPages::operator=(PinnedPages&& other) noexcept {
  std::swap(address_, other.address_);
  std::swap(length_, other.length_);
  return *this;
}

PinnedPages::~PinnedPages() {
  if (address_) munmap(address_, length_);
}

namespace {

using std::filesystem::path;

std::unexpected<Error> failed(std::string what) {
  int number = errno;
  return std::unexpected(errno_error(std::move(what), number));
}

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  ~PosixFile() override { close(fd_); }

  Result<size_t> read_at(uint64_t offset, std::span<char> into) const override { return read(offset, into, 0); }
  Result<size_t> read_cached_at(uint64_t offset, std::span<char> into) const override { return read(offset, into, RWF_NOWAIT); }

  std::optional<PinnedPages> pin_cached(uint64_t offset, size_t length) const override {
    static const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* address = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd_, static_cast<off_t>(offset));
    if (address == MAP_FAILED) return std::nullopt;
    PinnedPages pages(address, length);
    std::vector<unsigned char> resident((length + page_bytes - 1) / page_bytes);
    bool all = mincore(address, length, resident.data()) == 0 && std::ranges::all_of(resident, [](auto page) { return page & 1; });
    // What cannot be read fails here, and not by a signal when it is looked at.
    if (!all || mlock(address, length) != 0) return std::nullopt;
    return pages;
  }

  Result<> write_at(uint64_t offset, std::span<const char> data) override {
    while (!data.empty()) {
      ssize_t count = pwrite(fd_, data.data(), data.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed("cannot write " + name_);
      offset += static_cast<size_t>(count);
      data = data.subspan(static_cast<size_t>(count));
    }
    return {};
  }

  void begin_write_back(uint64_t offset, uint64_t length) override {
    sync_file_range(fd_, static_cast<off_t>(offset), static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE);
  }

  Result<> sync() override {
    if (fdatasync(fd_) != 0) return failed("cannot sync " + name_);  // with the size, without the times
    return {};
  }

  Result<uint64_t> size_bytes() const override {
    struct stat info {};
    if (fstat(fd_, &info) != 0) return failed("cannot look at " + name_);
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  Result<size_t> read(uint64_t offset, std::span<char> into, int flags) const {
    size_t filled = 0;
    while (filled < into.size()) {
      iovec part{into.data() + filled, into.size() - filled};
      ssize_t count = preadv2(fd_, &part, 1, static_cast<off_t>(offset + filled), flags);
      if (count < 0 && errno == EINTR) continue;
      // EAGAIN: not in memory. EOPNOTSUPP: a file system that cannot tell.
      if (count < 0 && flags && (errno == EAGAIN || errno == EOPNOTSUPP)) break;
      if (count < 0) return failed("cannot read " + name_);
      if (count == 0) break;
      filled += static_cast<size_t>(count);
    }
    return filled;
  }

  int fd_;
  std::string name_;
};

bool is_folder(const path& name) {
  struct stat info {};
  return stat(name.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> create(const path& name) override { return open_with(name, O_CREAT | O_EXCL | O_RDWR, "make"); }
  Result<std::unique_ptr<File>> open_for_read(const path& name) override { return open_with(name, O_RDONLY, "open"); }

  Result<> rename(const path& from, const path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return failed("cannot rename " + from.string());
    return {};
  }

  Result<> remove(const path& name) override {
    if (unlink(name.c_str()) != 0) return failed("cannot remove " + name.string());
    return {};
  }

  Result<> make_folders(const path& name) override {
    if (is_folder(name)) return {};
    auto parent = name.parent_path();
    if (!parent.empty() && parent != name) TRY_VOID(make_folders(parent));
    // Another thread may have been faster; a file in the way is an error.
    int number = mkdir(name.c_str(), 0700) == 0 ? 0 : errno;
    if (number && !is_folder(name)) return std::unexpected(errno_error("cannot make the folder " + name.string(), number));
    return sync_folder(parent.empty() ? "." : parent);
  }

  Result<> sync_folder(const path& name) override {
    int fd = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return failed("cannot open the folder " + name.string());
    bool good = fsync(fd) == 0;
    int number = errno;
    close(fd);
    if (good) return {};
    return std::unexpected(errno_error("cannot sync the folder " + name.string(), number));
  }

  Result<std::vector<std::string>> list(const path& name) const override {
    std::error_code error;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator at(name, error), end; !error && at != end; at.increment(error))
      names.push_back(at->path().filename().string());
    if (error) return std::unexpected(errno_error("cannot list " + name.string(), error.value()));
    return names;
  }

  uint64_t free_bytes(const path& name) const override {
    std::error_code error;
    auto space = std::filesystem::space(name, error);
    return error ? 0 : space.available;
  }

 private:
  static Result<std::unique_ptr<File>> open_with(const path& name, int flags, const char* verb) {
    int fd = open(name.c_str(), flags | O_CLOEXEC, 0600);
    if (fd < 0) return failed("cannot " + std::string(verb) + " " + name.string());
    return std::make_unique<PosixFile>(fd, name.string());
  }
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem instance;
  return instance;
}

}  // namespace base
