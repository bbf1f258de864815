#include "server/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"

namespace server {

namespace {

constexpr size_t pending_limit_bytes = 16 << 20;
constexpr std::chrono::milliseconds pause{100};

class AppendedFile final : public LogFile {
 public:
  AppendedFile(std::string path, int file) : path_(std::move(path)), file_(file), thread_([this] { run(); }) {}

  ~AppendedFile() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
    if (file_ != STDOUT_FILENO) ::close(file_);
  }

  void write(std::string_view line) override {
    std::lock_guard lock(mutex_);
    if (pending_.size() > pending_limit_bytes) {
      lost_++;
      return;
    }
    (pending_ += line) += '\n';
  }

  void reopen() override { reopen_ = true; }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (bool last = false; !last;) {
      last = changed_.wait_for(lock, pause, [this] { return stopping_; });
      auto lines = std::exchange(pending_, {});
      auto lost = std::exchange(lost_, 0);
      lock.unlock();
      if (lost) base::log::warning("the access log is too slow", {{"lines_lost", std::to_string(lost)}});
      if (reopen_.exchange(false)) open_again();
      append(lines);
      lock.lock();
    }
  }

  void open_again() {
    if (file_ == STDOUT_FILENO) return;
    int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return base::log::warning("cannot reopen the access log", {{"path", path_}});
    ::close(std::exchange(file_, file));
  }

  void append(std::string_view lines) {
    while (!lines.empty()) {
      auto count = ::write(file_, lines.data(), lines.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return base::log::warning("cannot write the access log", {{"path", path_}});
      lines.remove_prefix(static_cast<size_t>(count));
    }
  }

  std::string path_;
  int file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string pending_;
  size_t lost_ = 0;
  bool stopping_ = false;
  std::atomic<bool> reopen_{false};
  std::thread thread_;
};

}  // namespace

base::Result<std::unique_ptr<LogFile>> LogFile::open(const std::string& path) {
  if (path == "-") return std::make_unique<AppendedFile>(path, STDOUT_FILENO);
  int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(base::errno_error("cannot open the access log " + path, errno));
  return std::make_unique<AppendedFile>(path, file);
}

}  // namespace server
