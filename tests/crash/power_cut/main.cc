// power_cut FOLDER: mounts an empty volume on the folder and obeys lines on standard input, each answered by "ok" or a sentence.
//   cut SEED [MOOD]      forgets what was not synced, as if the power had gone; no process may have a file open. The mood says what
//                        is kept all the same (nothing, all, beginnings, coins); without one a coin says it
//   limit BYTES          the size of the disk
//   quota BYTES          the same, but the file system goes on to promise more room
//   fail KIND SKIP COUNT fails calls with EIO: write, sync or change (of an entry)
//   used                 answers with the bytes that are used
// At the end of the input it unmounts and ends. With POWER_CUT_IGNORES_SYNC set nothing ever becomes durable: for a test of the tests.
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "mount.h"

namespace power_cut {
namespace {

std::optional<Volume::Mood> mood_named(std::string_view name) {
  using enum Volume::Mood;
  static constexpr std::pair<std::string_view, Volume::Mood> moods[] = {
      {"nothing", drops_all}, {"all", keeps_all}, {"beginnings", keeps_beginnings}, {"coins", tosses_coins}};
  for (auto& [known, mood] : moods)
    if (name == known) return mood;
  return std::nullopt;
}

class Session {
 public:
  explicit Session(std::filesystem::path folder) : folder_(std::move(folder)), volume_(std::getenv("POWER_CUT_IGNORES_SYNC") != nullptr) {}

  bool mount() { return (mount_ = Mount::make(folder_, volume_, mutex_)) != nullptr; }

  std::string obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    if (verb == "cut") return cut(words);
    std::lock_guard lock(mutex_);
    if (verb == "limit" || verb == "quota") return limit(verb, words);
    if (verb == "fail") return fail(words);
    if (verb == "used") return std::to_string(volume_.used_bytes());
    return "no such command: " + line;
  }

 private:
  std::string cut(std::istream& words) {
    uint64_t seed = 0;
    std::string mood;
    words >> seed >> mood;
    // The kernel may take a moment to close the files of a process that was killed.
    for (int attempt = 0; !mount_->unmount(); attempt++) {
      if (attempt == 200) return "a process still uses the folder";
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    mount_.reset();
    volume_.cut(seed, mood_named(mood));
    return mount() ? "ok" : "cannot mount again";
  }

  std::string limit(std::string_view verb, std::istream& words) {
    uint64_t bytes = 0;
    words >> bytes;
    verb == "limit" ? volume_.set_limit(bytes) : volume_.set_quota(bytes);
    return "ok";
  }

  std::string fail(std::istream& words) {
    std::string kind;
    int passing = 0, count = 0;
    words >> kind >> passing >> count;
    auto call = kind == "write" ? Volume::Call::write : kind == "sync" ? Volume::Call::sync : Volume::Call::change;
    volume_.fail_next(call, passing, count);
    return "ok";
  }

  std::filesystem::path folder_;
  Volume volume_;
  std::mutex mutex_;
  std::unique_ptr<Mount> mount_;
};

}  // namespace
}  // namespace power_cut

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: power_cut FOLDER\n", 2;
  for (int number : {SIGINT, SIGTERM, SIGPIPE}) signal(number, SIG_IGN);  // the end of the input is the end
  power_cut::Session session(std::filesystem::absolute(argv[1]));
  if (!session.mount()) return 1;
  std::cout << "ok" << std::endl;
  for (std::string line; std::getline(std::cin, line);) std::cout << session.obey(line) << std::endl;
  return 0;
}
