// Whatever call fails, and whatever a crash forgets: what was promised is kept, and nothing else is left.
#include <gmock/gmock.h>

#include "base/testing/faulty_file_system.h"
#include "blob/file_store.h"

namespace blob {
namespace {

using base::testing::Crash;
using base::testing::FaultyFileSystem;

const std::string data(150'000, 'd');

// What a caller of the store would know: which blobs it wrote references to, and which it erased.
struct Ledger {
  std::map<BlobId, bool> wanted;  // false: the reference is gone, perhaps the blob too
};

std::optional<BlobId> write_blob(Store& store, bool finishes) {
  auto writer = store.create("owner");
  if (!writer) return {};
  for (std::string_view rest = data; !rest.empty(); rest.remove_prefix(std::min<size_t>(rest.size(), 60'000)))
    if (!(*writer)->write(rest.substr(0, 60'000))) return {};
  if (!finishes || !(*writer)->finish()) return {};
  return (*writer)->id();
}

std::optional<BlobId> write_settled(Store& store, Ledger& ledger) {
  auto id = write_blob(store, true);
  if (!id) return {};
  ledger.wanted.emplace(*id, true);
  (void)store.settle(*id);
  return id;
}

// Two settled blobs, a pending one that is referred to, a pending one that is not, an unfinished one; the first is erased in
// the end. Goes on after failures, as a server does.
void use(FaultyFileSystem& files, Ledger& ledger) {
  auto store = open_file_store("/blobs", files);
  if (!store) return;
  (void)(*store)->recover([](const Pending&) { return true; });
  auto first = write_settled(**store, ledger);
  write_settled(**store, ledger);
  if (auto id = write_blob(**store, true)) ledger.wanted.emplace(*id, true);
  write_blob(**store, true);
  write_blob(**store, false);
  if (!first) return;
  ledger.wanted.at(*first) = false;
  if ((*store)->erase(*first)) ledger.wanted.erase(*first);
}

Result<> recover(FaultyFileSystem& files, const Ledger& ledger) {
  TRY(store, open_file_store("/blobs", files));
  return store->recover([&](const Pending& pending) { return ledger.wanted.contains(pending.id); });
}

void expect_readable(const Store& store, const BlobId& id) {
  auto reader = store.open(id);
  ASSERT_TRUE(reader) << reader.error().what;
  std::string out((*reader)->size_bytes(), '\0');
  ASSERT_TRUE((*reader)->read(0, out));
  EXPECT_TRUE(out == data);
}

// Every blob that is referred to is whole; no other file is left.
void check(FaultyFileSystem& files, const Ledger& ledger) {
  auto store = std::move(*open_file_store("/blobs", files));
  for (auto& [id, wanted] : ledger.wanted)
    if (wanted) expect_readable(*store, id);
  ASSERT_TRUE(store->for_each([&](const BlobId& id) { EXPECT_TRUE(ledger.wanted.contains(id)) << "an orphan"; }));
  EXPECT_THAT(files.list("/blobs/incoming").value(), testing::IsEmpty());
}

class CrashTest : public testing::TestWithParam<std::tuple<Crash, bool>> {};

TEST_P(CrashTest, KeepsItsPromisesWhicheverCallFails) {
  auto [crash, forever] = GetParam();
  int calls = 1;
  for (bool failed = true; failed; calls++) {
    FaultyFileSystem files;
    Ledger ledger;
    files.fail_call(calls, forever);
    use(files, ledger);
    failed = files.has_failed();
    files.crash(crash);
    auto recovered = recover(files, ledger);
    ASSERT_TRUE(recovered) << "call " << calls << ": " << recovered.error().what;
    check(files, ledger);
    if (HasFailure()) FAIL() << "at call " << calls;
  }
  EXPECT_GT(calls, 40);
}

TEST_P(CrashTest, RecoversThoughRecoveryFailsToo) {
  auto [crash, forever] = GetParam();
  int calls = 1;
  for (bool failed = true; failed; calls++) {
    FaultyFileSystem files;
    Ledger ledger;
    use(files, ledger);
    files.crash(crash);
    files.fail_call(calls, forever);
    (void)recover(files, ledger);
    failed = files.has_failed();
    files.crash(crash);
    ASSERT_TRUE(recover(files, ledger)) << "call " << calls;
    check(files, ledger);
    if (HasFailure()) FAIL() << "at call " << calls;
  }
  EXPECT_GT(calls, 5);
}

INSTANTIATE_TEST_SUITE_P(Losses, CrashTest,
                         testing::Combine(testing::Values(Crash::drops_unsynced, Crash::keeps_unsynced, Crash::tears_unsynced), testing::Bool()));

}  // namespace
}  // namespace blob
