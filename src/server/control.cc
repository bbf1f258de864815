#include "server/control.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace server {

namespace {

namespace fs = std::filesystem;
using base::Result;

constexpr int patience_ms = 30'000;
constexpr size_t request_limit_bytes = 64 << 10;
constexpr size_t answer_limit_bytes = 64 << 20;  // a list of accounts, say

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

// A socket's address has room for 107 bytes; by way of the folder's descriptor any path fits.
sockaddr_un address_in(const Descriptor& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  auto path = "/proc/self/fd/" + std::to_string(folder.get()) + "/control";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Descriptor open_folder(const fs::path& folder) { return Descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)); }
Descriptor new_socket() { return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

std::string read_line(int socket, size_t limit_bytes) {
  std::string line;
  char buffer[4096];
  pollfd waiting{socket, POLLIN, 0};
  while (line.size() < limit_bytes && poll(&waiting, 1, patience_ms) == 1) {
    auto count = recv(socket, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    line.append(buffer, static_cast<size_t>(count));
    if (line.ends_with('\n')) break;
  }
  if (line.ends_with('\n')) line.pop_back();
  return line;
}

// Nobody who does not read keeps the sender for ever.
bool send_line(int socket, std::string line) {
  timeval patience{patience_ms / 1000, 0};
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    auto count = send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    rest.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

class SocketControl final : public Control {
 public:
  SocketControl(fs::path path, Descriptor socket, Descriptor wake, Answer answer)
      : path_(std::move(path)), socket_(std::move(socket)), wake_(std::move(wake)), answer_(std::move(answer)), thread_([this] { run(); }) {}

  ~SocketControl() override {
    uint64_t one = 1;
    (void)!write(wake_.get(), &one, sizeof one);
    thread_.join();
    unlink(path_.c_str());
  }

 private:
  void run() {
    pollfd waiting[] = {{wake_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
    for (;;) {
      if (poll(waiting, 2, -1) < 0 && errno != EINTR) return;
      if (waiting[0].revents) return;
      if (!waiting[1].revents) continue;
      Descriptor client(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) continue;
      auto line = read_line(client.get(), request_limit_bytes);
      if (!line.empty()) send_line(client.get(), answer_(line));
    }
  }

  fs::path path_;
  Descriptor socket_, wake_;
  Answer answer_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Control>> Control::listen(const fs::path& data, Answer answer) {
  auto folder = open_folder(data);
  auto path = data / "control";
  unlink(path.c_str());  // what a crash left; the folder is locked, so nobody listens there
  auto socket = new_socket();
  auto address = address_in(folder);
  // The file gets the mode that the socket has; the mask of the process is not touched, since other threads make files too.
  bool bound = folder && socket && fchmod(socket.get(), 0600) == 0 && bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  int number = errno;
  if (!bound || ::listen(socket.get(), 8) != 0) return std::unexpected(base::errno_error("cannot listen on " + path.string(), bound ? errno : number));
  Descriptor wake(eventfd(0, EFD_CLOEXEC));
  return std::make_unique<SocketControl>(path, std::move(socket), std::move(wake), std::move(answer));
}

Result<std::string> ask_server(const fs::path& data, std::string_view line) {
  auto folder = open_folder(data);
  auto socket = new_socket();
  auto address = address_in(folder);
  bool connected = folder && socket && connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (!connected) return base::fail(base::Errc::not_found, "no server answers for the data folder " + data.string());
  if (!send_line(socket.get(), std::string(line))) return base::fail(base::Errc::closed, "the server went away");
  auto answer = read_line(socket.get(), answer_limit_bytes);
  if (answer.empty()) return base::fail(base::Errc::closed, "the server gave no answer");
  return answer;
}

}  // namespace server
