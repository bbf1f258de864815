// Buckets and their owners.
#include "s3/state.h"

#include <gmock/gmock.h>

#include "base/testing/run_task.h"
#include "meta/memory_store.h"
#include "s3/test_support.h"

namespace s3 {
namespace {

using ::testing::ElementsAre;

class BucketsTest : public ::testing::Test {
 protected:
  BucketsTest() {
    accounts_.add('a', "alice");
    accounts_.add('b', "bob");
  }
  base::Result<> create(std::string name, char owner) {
    BucketRecord record{.id = "id-" + name, .name = name, .acl = private_acl(std::string(64, owner))};
    return base::testing::run_task(buckets_.create(record, accounts_));
  }
  std::vector<std::string> names_of(char owner) { return bucket_names(*meta_, std::string(64, owner)).value(); }

  base::ThreadPool pool_{"test", 1};
  std::unique_ptr<meta::Store> meta_ = meta::make_memory_store(pool_);
  test::FakeAccounts accounts_;
  Buckets buckets_{*meta_};
};

TEST_F(BucketsTest, AreListedByOwner) {
  for (auto [name, owner] : {std::pair{"y", 'a'}, {"x", 'a'}, {"z", 'b'}}) ASSERT_TRUE(create(name, owner));
  EXPECT_THAT(names_of('a'), ElementsAre("x", "y"));
  EXPECT_THAT(names_of('b'), ElementsAre("z"));
  EXPECT_THAT(names_of('c'), ElementsAre());
}

TEST_F(BucketsTest, AreNotMadeForAnAccountThatIsGone) {
  EXPECT_EQ(create("x", 'c').error().kind, base::Errc::conflict);
  EXPECT_FALSE(buckets_.find("x"));
  EXPECT_THAT(names_of('c'), ElementsAre());
}

}  // namespace
}  // namespace s3
