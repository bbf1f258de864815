// doctor: what of this machine Cumulet can use, and what the rest would take.
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "server/commands.h"
#include "server/data_folder.h"
#include "server/folder_access.h"

namespace server {

namespace {

namespace fs = std::filesystem;

// One thing looked at: what it is for, whether it is there, what was seen, and what to do where it is not.
struct Finding {
  std::string name, purpose;
  bool good = false;
  std::string seen, advice;
  bool needed = false;  // storage does not work without it
};

Finding look_at_kvm() {
  bool good = access("/dev/kvm", R_OK | W_OK) == 0;
  return {"KVM", "virtual machines at full speed", good, good ? "/dev/kvm can be used" : "/dev/kvm cannot be used",
          "they would run by emulation, slowly; enable virtualization in the firmware, and join the group kvm"};
}

Finding look_at_cgroups() {
  std::string controllers;
  std::getline(std::ifstream("/sys/fs/cgroup/cgroup.controllers"), controllers);
  return {"cgroups v2", "limits of CPU and memory for instances", !controllers.empty(), controllers.empty() ? "not mounted" : controllers,
          "boot with systemd.unified_cgroup_hierarchy=1"};
}

bool can_unshare(int flags) {
  pid_t child = fork();
  if (child == 0) _exit(unshare(flags) == 0 ? 0 : 1);
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

Finding look_at_namespaces() {
  bool good = can_unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS);
  return {"namespaces", "instances apart from one another", good, good ? "user, network and mount namespaces can be made" : "user namespaces cannot be made",
          "sysctl kernel.unprivileged_userns_clone=1 and user.max_user_namespaces"};
}

bool is_in_path(std::string_view program) {
  for (std::string_view folder : {"/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"})
    if (access((std::string(folder) + "/" + std::string(program)).c_str(), X_OK) == 0) return true;
  return false;
}

Finding look_at_nftables() {
  bool good = is_in_path("nft");
  return {"nftables", "security groups", good, good ? "nft is installed" : "nft is not installed", "apt-get install nftables"};
}

Finding look_at_ktls() {
  std::string offered;
  std::getline(std::ifstream("/proc/sys/net/ipv4/tcp_available_ulp"), offered);
  bool good = offered.find("tls") != offered.npos;
  return {"kernel TLS", "HTTPS with less processor time", good, good ? "offered" : "not loaded", "HTTPS works without it; modprobe tls"};
}

Finding look_at_io_uring() {
  long outcome = syscall(__NR_io_uring_setup, 0, nullptr);
  bool good = outcome < 0 && errno != ENOSYS && errno != EPERM;
  return {"io_uring", "volumes of EBS", good, good ? "can be used" : "not there, or not allowed", "sysctl kernel.io_uring_disabled=0"};
}

Finding look_at_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return {"open files", "many connections at once", limit.rlim_max >= 16'384, fmt::format("at most {}", limit.rlim_max), "fewer connections at once; ulimit -Hn 65536"};
}

fs::path existing_parent(fs::path path) {
  path = fs::absolute(path);
  while (!fs::exists(path) && path.has_relative_path()) path = path.parent_path();
  return path;
}

Finding look_at_room(const fs::path& data) {
  static constexpr uint64_t enough = 1ull << 30;
  struct statvfs room{};
  bool known = statvfs(data.c_str(), &room) == 0;
  uint64_t free = known ? uint64_t(room.f_bavail) * room.f_frsize : 0;
  return {"room", "objects", free >= enough, fmt::format("{:.1f} GiB free in {}", static_cast<double>(free) / (1 << 30), data.string()),
          "writes are refused when the disk is full; choose another folder with --data", true};
}

// How long the disk takes to make 4 KiB durable: what every acknowledged write waits for.
Finding look_at_syncs(const fs::path& data) {
  static constexpr int rounds = 50;
  auto name = data / ".cumulet-doctor";
  int file = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return {"disk", "durable writes", false, "cannot write in " + data.string(), "the data folder must be writable: choose another with --data", true};
  unlink(name.c_str());
  char block[4096] = {};
  auto began = std::chrono::steady_clock::now();
  bool good = true;
  for (int i = 0; i < rounds && good; i++) good = pwrite(file, block, sizeof block, i * 4096) == 4096 && fdatasync(file) == 0;
  auto each = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count() / rounds;
  close(file);
  return {"disk", "durable writes", good, good ? fmt::format("{:.2f} ms to make 4 KiB durable", each) : "fdatasync fails", "what is acknowledged could be lost; use another file system", true};
}

// What `serve` would say of it.
Finding look_at_folder(const fs::path& data) {
  Finding finding{"data folder", "all that is kept", true, data.string() + " can be used", "", true};
  auto may = may_use_folder(data);
  auto foreign = may ? foreign_names(data) : std::vector<std::string>();
  if (owner_whom_root_would_shut_out(data)) return {finding.name, finding.purpose, false, data.string() + " belongs to another user", "serve refuses root there; run this as that user", true};
  if (may && foreign.empty()) return finding;
  finding.good = false;
  finding.seen = may ? data.string() + " is not a data folder of Cumulet, and not empty: it holds " + foreign.front() : may.error().what;
  finding.advice = "serve refuses it; give a new or an empty folder with --data, such as " + (may ? data / "cumulet" : fs::path("~/cumulet")).string();
  return finding;
}

void print(const Finding& finding) {
  fmt::print("  {}  {:<11}  for {}: {}\n", finding.good ? "yes" : "no ", finding.name, finding.purpose, finding.seen);
  if (!finding.good) fmt::print("       {:<11}  {}\n", "", finding.advice);
}

}  // namespace

int doctor(const Options& options) {
  auto data = existing_parent(options.data);
  Finding storage[] = {look_at_folder(options.data), look_at_room(data), look_at_syncs(data), look_at_descriptors(), look_at_ktls()};
  Finding compute[] = {look_at_kvm(), look_at_cgroups(), look_at_namespaces(), look_at_nftables(), look_at_io_uring()};
  fmt::print("Storage (S3):\n");
  std::ranges::for_each(storage, print);
  fmt::print("\nInstances (EC2, EBS), which this version does not have yet; S3 works without any of it:\n");
  std::ranges::for_each(compute, print);
  bool works = std::ranges::all_of(storage, [](auto& finding) { return finding.good || !finding.needed; });
  fmt::print("\n{}\n", works ? "Storage works here." : "Storage does not work here: see above.");
  return works ? 0 : exit_failed;
}

}  // namespace server
