// How many durable commits a second the metadata store takes from concurrent tasks, and what one costs.
//
// meta_commits FOLDER [TASKS [COMMITS [VALUE-BYTES]]]: the folder must not exist and is removed afterwards.
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <cstdio>
#include <cstdlib>

#include "base/ascending_id.h"
#include "base/random.h"
#include "meta/rocksdb_store.h"

namespace {

using Steady = std::chrono::steady_clock;

struct Load {
  std::unique_ptr<meta::Store> store;
  std::string value;
  long left;
  long failed = 0;
  std::vector<std::string> keys, ids;
};

double cpu_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  auto seconds = [](timeval time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

// As a PUT of a small object: a condition is read, a record and the bytes are written.
base::Task<> commit_many(Load& load) {
  while (load.left > 0) {
    auto number = load.keys.size() - static_cast<size_t>(load.left--);
    auto& key = load.keys[number];
    auto done = co_await load.store->commit("bench", [&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
      TRY_VOID(before.get(key));
      batch.put(key, std::string_view(load.value).substr(0, 200));
      batch.put("d" + load.ids[number], load.value);
      return {};
    });
    load.failed += !done;
  }
}

void report(const char* what, double count, Steady::duration time, double cpu) {
  double seconds = std::chrono::duration<double>(time).count();
  std::printf("%-10s %8.0f/s  %6.2f us CPU each\n", what, count / seconds, cpu / count * 1e6);
}

void write_all(Load& load, int tasks) {
  double commits = static_cast<double>(load.left), cpu = cpu_seconds();
  auto start = Steady::now();
  boost::asio::io_context network(1);
  for (int i = 0; i < tasks; i++) boost::asio::co_spawn(network, commit_many(load), boost::asio::detached);
  network.run();
  report("commits", commits, Steady::now() - start, cpu_seconds() - cpu);
}

void read_all(const Load& load) {
  double cpu = cpu_seconds();
  size_t from_memory = 0;
  auto start = Steady::now();
  for (auto& id : load.ids) from_memory += load.store->try_get("bench", "d" + id).has_value();
  report("try_get", static_cast<double>(load.keys.size()), Steady::now() - start, cpu_seconds() - cpu);
  std::printf("%zu of %zu without waiting for the disk, %ld commits failed\n", from_memory, load.keys.size(), load.failed);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2 || std::filesystem::exists(arguments[1])) return std::fprintf(stderr, "usage: meta_commits NEW-FOLDER [TASKS [COMMITS [VALUE-BYTES]]]\n"), 2;
  auto number = [&](int at, long otherwise) { return count > at ? std::atol(arguments[at]) : otherwise; };
  base::ThreadPool pool("disk", 2);
  auto store = meta::open_rocksdb_store({.folder = arguments[1], .pool = &pool});
  if (!store) return std::fprintf(stderr, "%s\n", store.error().what.c_str()), 1;
  Load load{std::move(*store), std::string(static_cast<size_t>(number(4, 4096)), 'v'), number(3, 100'000)};
  for (long i = 0; i < load.left; i++) {
    load.keys.push_back(base::random_hex(32));
    load.ids.push_back(base::ascending_id({}));
  }
  write_all(load, static_cast<int>(number(2, 64)));
  read_all(load);
  load.store.reset();
  std::filesystem::remove_all(arguments[1]);
  return load.failed != 0;
}
