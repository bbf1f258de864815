#include "mount.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#define FUSE_USE_VERSION 312
#include <fuse.h>

namespace power_cut {

namespace {

// What FUSE hands to every call.
struct Context {
  Volume& volume;
  std::mutex& mutex;
};

// Held during a call; finds what the call is about.
class Access {
 public:
  Access() : context_(*static_cast<Context*>(fuse_get_context()->private_data)), lock_(context_.mutex) {}
  Volume* operator->() const { return &context_.volume; }

 private:
  Context& context_;
  std::lock_guard<std::mutex> lock_;
};

// An open file keeps its node, whatever becomes of its name.
NodePtr& opened(fuse_file_info* info) { return *reinterpret_cast<NodePtr*>(info->fh); }
void open_node(fuse_file_info* info, NodePtr node) { info->fh = reinterpret_cast<uint64_t>(new NodePtr(std::move(node))); }

void* init(fuse_conn_info*, fuse_config* config) {
  config->use_ino = 1;
  config->hard_remove = 1;
  config->nullpath_ok = 1;
  return fuse_get_context()->private_data;
}

int getattr(const char* path, struct stat* out, fuse_file_info* info) {
  Access volume;
  auto node = info ? opened(info) : volume->find(path);
  if (!node) return -ENOENT;
  *out = {};
  out->st_ino = node->number;
  out->st_mode = node->mode;
  out->st_nlink = node->is_folder() ? 2 : static_cast<nlink_t>(node->names);
  out->st_uid = getuid();
  out->st_gid = getgid();
  out->st_size = static_cast<off_t>(node->now.size());
  out->st_blocks = static_cast<blkcnt_t>((node->now.size() + 511) / 512);
  out->st_blksize = page_bytes;
  out->st_atim = out->st_mtim = out->st_ctim = node->modified;
  return 0;
}

int mknod(const char* path, mode_t mode, dev_t) {
  Access volume;
  return volume->make(volume->slot(path), mode);
}

int mkdir(const char* path, mode_t mode) { return mknod(path, mode | S_IFDIR, 0); }

int create(const char* path, mode_t mode, fuse_file_info* info) {
  Access volume;
  NodePtr made;
  if (int failure = volume->make(volume->slot(path), mode | S_IFREG, &made)) return failure;
  open_node(info, made);
  return 0;
}

int open(const char* path, fuse_file_info* info) {
  Access volume;
  auto node = volume->find(path);
  if (!node) return -ENOENT;
  open_node(info, node);
  return 0;
}

int release(const char*, fuse_file_info* info) {
  Access volume;
  delete &opened(info);
  return 0;
}

int read(const char*, char* into, size_t size, off_t offset, fuse_file_info* info) {
  Access volume;
  auto& data = opened(info)->now;
  auto begin = std::min<size_t>(static_cast<size_t>(offset), data.size());
  auto count = std::min(size, data.size() - begin);
  std::memcpy(into, data.data() + begin, count);
  return static_cast<int>(count);
}

int write(const char*, const char* data, size_t size, off_t offset, fuse_file_info* info) {
  Access volume;
  int failure = volume->write(*opened(info), static_cast<uint64_t>(offset), {data, size});
  return failure ? failure : static_cast<int>(size);
}

int truncate(const char* path, off_t size, fuse_file_info* info) {
  Access volume;
  auto node = info ? opened(info) : volume->find(path);
  return node ? volume->resize(*node, static_cast<uint64_t>(size)) : -ENOENT;
}

int fallocate(const char*, int mode, off_t offset, off_t length, fuse_file_info* info) {
  Access volume;
  if (mode & ~FALLOC_FL_KEEP_SIZE) return -EOPNOTSUPP;
  auto end = static_cast<uint64_t>(offset + length);
  auto& node = *opened(info);
  return mode || end <= node.now.size() ? 0 : volume->resize(node, end);
}

int fsync(const char*, int, fuse_file_info* info) {
  Access volume;
  return volume->sync_file(*opened(info));
}

int fsyncdir(const char*, int, fuse_file_info* info) {
  Access volume;
  return volume->sync_folder(opened(info));
}

int readdir(const char*, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info* info, fuse_readdir_flags) {
  Access volume;
  for (auto* name : {".", ".."}) fill(buffer, name, nullptr, 0, fuse_fill_dir_flags{});
  for (auto& [name, node] : opened(info)->entries) fill(buffer, name.c_str(), nullptr, 0, fuse_fill_dir_flags{});
  return 0;
}

int remove(const char* path) {
  Access volume;
  return volume->remove(volume->slot(path));
}

int rename(const char* from, const char* to, unsigned flags) {
  Access volume;
  if (flags & ~RENAME_NOREPLACE) return -EINVAL;
  return volume->rename(volume->slot(from), volume->slot(to), !(flags & RENAME_NOREPLACE));
}

int chmod(const char* path, mode_t mode, fuse_file_info* info) {
  Access volume;
  auto node = info ? opened(info) : volume->find(path);
  if (!node) return -ENOENT;
  node->mode = (node->mode & S_IFMT) | (mode & 07777);
  return 0;
}

int chown(const char*, uid_t, gid_t, fuse_file_info*) { return 0; }

int utimens(const char* path, const timespec times[2], fuse_file_info* info) {
  Access volume;
  auto node = info ? opened(info) : volume->find(path);
  if (!node) return -ENOENT;
  if (times[1].tv_nsec != UTIME_OMIT) node->modified = times[1];
  return 0;
}

int statfs(const char*, struct statvfs* out) {
  Access volume;
  *out = {};
  out->f_bsize = out->f_frsize = page_bytes;
  out->f_blocks = volume->limit_bytes() / page_bytes;
  out->f_bfree = out->f_bavail = volume->limit_bytes() > volume->used_bytes() ? (volume->limit_bytes() - volume->used_bytes()) / page_bytes : 0;
  out->f_files = out->f_ffree = 1 << 20;
  out->f_namemax = 255;
  return 0;
}

// Locks are left out: the kernel then keeps them itself.
fuse_operations operations() {
  fuse_operations all{};
  all.init = init;
  all.getattr = getattr;
  all.mknod = mknod;
  all.mkdir = mkdir;
  all.create = create;
  all.open = all.opendir = open;
  all.release = all.releasedir = release;
  all.read = read;
  all.write = write;
  all.truncate = truncate;
  all.fallocate = fallocate;
  all.fsync = fsync;
  all.fsyncdir = fsyncdir;
  all.readdir = readdir;
  all.unlink = all.rmdir = remove;
  all.rename = rename;
  all.chmod = chmod;
  all.chown = chown;
  all.utimens = utimens;
  all.statfs = statfs;
  return all;
}

}  // namespace

std::unique_ptr<Mount> Mount::make(std::filesystem::path folder, Volume& volume, std::mutex& mutex) {
  auto all = operations();
  char name[] = "power_cut", option[] = "-o", options[] = "fsname=power_cut,default_permissions";
  char* words[] = {name, option, options, nullptr};
  fuse_args args = FUSE_ARGS_INIT(3, words);
  auto* handle = fuse_new(&args, &all, sizeof all, new Context{volume, mutex});
  fuse_opt_free_args(&args);
  if (!handle) return nullptr;
  if (fuse_mount(handle, folder.c_str()) == 0) return std::unique_ptr<Mount>(new Mount(std::move(folder), handle));
  fuse_destroy(handle);
  return nullptr;
}

Mount::Mount(std::filesystem::path folder, fuse* handle) : folder_(std::move(folder)), handle_(handle), thread_([this] { fuse_loop(handle_); }) {}

bool Mount::unmount() {
  if (!thread_.joinable()) return true;
  bool done = umount2(folder_.c_str(), 0) == 0;
  if (!done && errno == EPERM) done = std::system(("fusermount3 -u '" + folder_.string() + "'").c_str()) == 0;
  if (done) thread_.join();  // it ends as soon as the kernel has let go
  return done;
}

Mount::~Mount() {
  if (!unmount()) {
    umount2(folder_.c_str(), MNT_FORCE | MNT_DETACH);  // who still has a file open gets errors
    thread_.join();
  }
  fuse_destroy(handle_);
}

}  // namespace power_cut
