#include "s3/md5_worker.h"

#include <gtest/gtest.h>

#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "crypto/digest.h"

namespace s3 {
namespace {

std::string text(size_t size) {
  std::string out(size, '\0');
  for (size_t i = 0; i < size; i++) out[i] = static_cast<char>(i * 37 + i / 509 + size);
  return out;
}

// As an upload does: the next piece follows when the one before is done.
std::string digest_in_pieces(Md5Worker& worker, std::string_view whole, size_t piece) {
  crypto::Md5Stream stream;
  for (; !whole.empty(); whole.remove_prefix(std::min(piece, whole.size()))) {
    std::latch done(1);
    worker.update(stream, whole.substr(0, piece), [&] { done.count_down(); });
    done.wait();
  }
  auto digest = stream.finish();
  return {digest.begin(), digest.end()};
}

TEST(Md5Worker, ManyUploadsOfDifferentLengths) {
  base::ThreadPool pool("pool", 2);
  Md5Worker worker(pool);
  std::vector<std::jthread> uploads;
  for (size_t i = 0; i < 24; i++)
    uploads.emplace_back([&worker, i] {
      auto whole = text(i * 40'001);
      EXPECT_EQ(digest_in_pieces(worker, whole, 100'000 + i), crypto::md5(whole)) << i;
    });
}

TEST(Md5Worker, TheDestructorWaitsForWhatIsUnderWay) {
  base::ThreadPool pool("pool", 1);
  auto whole = text(8 << 20);
  crypto::Md5Stream stream;
  std::atomic<bool> done = false;
  std::optional<Md5Worker> worker(std::in_place, pool);
  worker->update(stream, whole, [&] { done = true; });
  worker.reset();
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace s3
