#include "meta/rocksdb_files.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "base/file_system.h"

namespace meta {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

thread_local bool no_disk_wait = false;

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  explicit RandomAccessFile(std::unique_ptr<base::File> file) : file_(std::move(file)) {}

  IOStatus Read(uint64_t offset, size_t size, const IOOptions&, Slice* result, char* scratch, IODebugContext*) const override {
    std::span into(scratch, size);
    auto count = no_disk_wait ? file_->read_cached_at(offset, into) : file_->read_at(offset, into);
    if (!count) return IOStatus::IOError(count.error().what);
    if (no_disk_wait && *count < size) return IOStatus::Busy("the disk has to be waited for");
    *result = Slice(scratch, *count);
    return IOStatus::OK();
  }

 private:
  std::unique_ptr<base::File> file_;
};

IOStatus worth_repeating(IOStatus status) {
  if (!status.ok()) status.SetRetryable(true);
  return status;
}

class WritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return worth_repeating(target()->Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& info, IODebugContext* debug) override {
    return worth_repeating(target()->Append(data, options, info, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override { return worth_repeating(target()->Sync(options, debug)); }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return worth_repeating(target()->Fsync(options, debug)); }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override { return worth_repeating(target()->Close(options, debug)); }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override { return worth_repeating(target()->Truncate(size, options, debug)); }
};

class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  using FSDirectoryWrapper::FSDirectoryWrapper;
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return worth_repeating(FSDirectoryWrapper::Fsync(options, debug)); }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug, const rocksdb::DirFsyncOptions& more) override {
    return worth_repeating(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, more));
  }
};

class Files final : public rocksdb::FileSystemWrapper {
 public:
  Files() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "cumulet"; }

  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions&, std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               IODebugContext*) override {
    auto opened = base::posix_file_system().open_for_read(name);
    if (opened) *file = std::make_unique<RandomAccessFile>(std::move(*opened));
    if (opened) return IOStatus::OK();
    bool absent = opened.error().kind == base::Errc::not_found;
    return absent ? IOStatus::PathNotFound(opened.error().what) : IOStatus::IOError(opened.error().what);
  }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options, std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    auto status = target()->NewWritableFile(name, options, file, debug);
    if (status.ok()) *file = std::make_unique<WritableFile>(std::move(*file));
    return worth_repeating(std::move(status));
  }

  IOStatus NewDirectory(const std::string& name, const IOOptions& options, std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext* debug) override {
    auto status = target()->NewDirectory(name, options, folder, debug);
    if (status.ok()) *folder = std::make_unique<Directory>(std::move(*folder));
    return worth_repeating(std::move(status));
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options, IODebugContext* debug) override {
    return worth_repeating(target()->RenameFile(from, to, options, debug));
  }
};

}  // namespace

NoDiskWait::NoDiskWait() { no_disk_wait = true; }
NoDiskWait::~NoDiskWait() { no_disk_wait = false; }

std::unique_ptr<rocksdb::Env> make_rocksdb_env() { return rocksdb::NewCompositeEnv(std::make_shared<Files>()); }

}  // namespace meta
