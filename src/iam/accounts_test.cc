// Accounts and keys on the in-memory store: what is made is found, also after a restart; damage is told.
#include "iam/accounts.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "iam/record.h"
#include "meta/memory_store.h"

namespace iam {
namespace {

using base::Errc;
using std::string_literals::operator""s;
using testing::HasSubstr;
using testing::MatchesRegex;
using Given = std::pair<std::string, std::string>;

const Given given{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};

class AccountsTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    auto opened = Accounts::open(*store_);
    ASSERT_TRUE(opened) << opened.error().what;
    accounts_ = std::move(*opened);
  }
  void put(std::string key, std::string value) {
    ASSERT_TRUE(store_->commit_blocking("iam", [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
      batch.put(key, value);
      return {};
    }));
  }
  // The kind of error with which opening the store fails.
  Errc refusal() { return Accounts::open(*store_).error().kind; }

  base::ThreadPool pool_{"test", 2};
  std::unique_ptr<meta::Store> store_ = meta::make_memory_store(pool_);
  std::unique_ptr<Accounts> accounts_;
};

TEST_F(AccountsTest, RootIsMadeOnceAndKept) {
  auto first = accounts_->ensure_root(std::nullopt).value();
  EXPECT_THAT(first.id, MatchesRegex("AKIA[A-Z2-7]{16}"));
  EXPECT_THAT(first.secret, MatchesRegex("[A-Za-z0-9/+]{40}"));
  EXPECT_THAT(first.account.id, MatchesRegex("[1-9][0-9]{11}"));
  EXPECT_THAT(first.account.canonical_id, MatchesRegex("[0-9a-f]{64}"));
  EXPECT_TRUE(first.account.root);
  EXPECT_EQ(accounts_->ensure_root(std::nullopt).value().secret, first.secret);
  reopen();
  auto again = accounts_->ensure_root(std::nullopt).value();
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.secret, first.secret);
  EXPECT_EQ(again.account.canonical_id, first.account.canonical_id);
  EXPECT_EQ(accounts_->list().size(), 1u);
}

TEST_F(AccountsTest, AGivenPairReplacesTheRootsAndStays) {
  auto made = accounts_->ensure_root(std::nullopt).value();
  auto now = accounts_->ensure_root(given).value();
  EXPECT_EQ(now.id, given.first);
  EXPECT_EQ(now.account.id, made.account.id);
  EXPECT_FALSE(accounts_->find_key(made.id));
  EXPECT_EQ(accounts_->find_key(given.first)->secret, given.second);
  reopen();
  EXPECT_FALSE(accounts_->find_key(made.id));
  EXPECT_EQ(accounts_->ensure_root(std::nullopt).value().secret, given.second);
}

TEST_F(AccountsTest, AGivenSecretReplacesThatOfTheSameKey) {
  ASSERT_TRUE(accounts_->ensure_root(given));
  ASSERT_TRUE(accounts_->ensure_root(Given{given.first, "another-secret"}));
  EXPECT_EQ(accounts_->find_key(given.first)->secret, "another-secret");
  reopen();
  EXPECT_EQ(accounts_->find_key(given.first)->secret, "another-secret");
}

TEST_F(AccountsTest, GivenPairsAreChecked) {
  for (auto& id : {std::string(), "short"s, std::string(129, 'a'), "AKIA with a blank"s, "AKIA-IOSFODNN7EXA"s}) {
    auto refused = accounts_->ensure_root(Given{id, given.second});
    ASSERT_FALSE(refused) << id;
    EXPECT_EQ(refused.error().kind, Errc::invalid);
    EXPECT_THAT(refused.error().what, HasSubstr("access key"));
  }
  for (auto& secret : {"short"s, std::string(129, 'a'), "with a blank"s, "line\nbreak"s, "gr\xc3\xbcsse-und"s}) {
    auto refused = accounts_->ensure_root(Given{given.first, secret});
    ASSERT_FALSE(refused) << secret;
    EXPECT_EQ(refused.error().kind, Errc::invalid);
    EXPECT_THAT(refused.error().what, HasSubstr("secret key"));
  }
  EXPECT_TRUE(accounts_->ensure_root(Given{std::string(16, 'a'), std::string(8, '~')}));
  EXPECT_TRUE(accounts_->ensure_root(Given{std::string(128, '_'), std::string(128, '!')}));
}

TEST_F(AccountsTest, AGivenKeyOfAnotherAccountIsRefused) {
  auto other = accounts_->create("alice").value();
  auto refused = accounts_->ensure_root(Given{other.id, given.second});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Errc::invalid);
  EXPECT_THAT(refused.error().what, HasSubstr("alice"));
  EXPECT_EQ(accounts_->find_key(other.id)->secret, other.secret);
}

TEST_F(AccountsTest, AccountsAreFoundByEverythingThatNamesThem) {
  ASSERT_TRUE(accounts_->ensure_root(std::nullopt));
  auto alice = accounts_->create("alice").value();
  auto bob = accounts_->create("Bob@example.com").value();
  for (int round = 0; round < 2; round++) {
    EXPECT_EQ(accounts_->find_key(alice.id)->secret, alice.secret);
    EXPECT_EQ(accounts_->find_key(alice.id)->account.name, "alice");
    EXPECT_FALSE(accounts_->find_key(alice.id)->account.root);
    EXPECT_EQ(accounts_->find_canonical(bob.account.canonical_id)->name, "Bob@example.com");
    EXPECT_EQ(accounts_->find_email("alice@cumulet.local")->id, alice.account.id);
    EXPECT_EQ(accounts_->find_email("Alice@Cumulet.Local")->id, alice.account.id);
    EXPECT_EQ(accounts_->find_email("bob@example.com")->id, bob.account.id);
    EXPECT_TRUE(accounts_->find_email("root@cumulet.local")->root);
    EXPECT_EQ(accounts_->list().size(), 3u);
    reopen();
  }
}

TEST_F(AccountsTest, NothingIsFoundByWhatNamesNobody) {
  ASSERT_TRUE(accounts_->create("alice"));
  for (auto nobody : {"", "alice", "alice@example.com", "AKIAIOSFODNN7EXAMPLE"}) {
    EXPECT_FALSE(accounts_->find_key(nobody));
    EXPECT_FALSE(accounts_->find_canonical(nobody));
    EXPECT_FALSE(accounts_->find_email(nobody));
  }
}

TEST_F(AccountsTest, NamesAreChecked) {
  EXPECT_TRUE(accounts_->create("A+=,.@_-9"));
  EXPECT_TRUE(accounts_->create(std::string(64, 'x')));
  for (auto& name : {""s, std::string(65, 'x'), "a b"s, "a/b"s, "\xc3\xa4"s, "a\0b"s})
    EXPECT_EQ(accounts_->create(name).error().kind, Errc::invalid) << name;
}

TEST_F(AccountsTest, NamesAreTakenOnce) {
  ASSERT_TRUE(accounts_->create("alice"));
  for (auto name : {"alice", "ALICE", "alice@cumulet.local"})
    EXPECT_EQ(accounts_->create(name).error().kind, Errc::exists) << name;
  EXPECT_EQ(accounts_->create("root").error().kind, Errc::exists);  // even before there is one
  EXPECT_TRUE(accounts_->ensure_root(std::nullopt));
}

TEST_F(AccountsTest, OneOfManyGetsAName) {
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; i++)
      threads.emplace_back([&] {
        for (int n = 0; n < 20; n++) {
          made += accounts_->create("n" + std::to_string(n)).has_value();
          accounts_->find_email("n0@cumulet.local");
        }
      });
  }
  EXPECT_EQ(made, 20);
  std::set<std::string> ids;
  for (auto& account : accounts_->list()) ids.insert(account.id);
  EXPECT_EQ(ids.size(), 20u);
}

TEST_F(AccountsTest, WhatIsRemovedIsGone) {
  auto bob = accounts_->create("Bob").value();
  ASSERT_TRUE(accounts_->create("alice"));
  int asked = 0;
  auto removed = accounts_->remove("bob", [&](const Account& account) -> base::Result<> {
    bool found = ++asked == 1;
    EXPECT_EQ(account.id, bob.account.id);
    EXPECT_EQ(accounts_->find_key(bob.id) != nullptr, found);
    EXPECT_EQ(accounts_->find_canonical(bob.account.canonical_id) != nullptr, found);
    EXPECT_EQ(accounts_->find_email("bob@cumulet.local") != nullptr, found);
    return {};
  });
  EXPECT_EQ(asked, 2);
  ASSERT_TRUE(removed) << removed.error().what;
  EXPECT_EQ(removed->name, "Bob");
  for (int round = 0; round < 2; round++) {
    EXPECT_FALSE(accounts_->find_key(bob.id));
    EXPECT_FALSE(accounts_->find_canonical(bob.account.canonical_id));
    EXPECT_FALSE(accounts_->find_email("bob@cumulet.local"));
    EXPECT_EQ(accounts_->list().size(), 1u);
    reopen();
  }
  auto again = accounts_->create("bob").value();
  EXPECT_NE(again.account.canonical_id, bob.account.canonical_id);
}

TEST_F(AccountsTest, WhatMayNotBeRemovedStays) {
  auto root = accounts_->ensure_root(std::nullopt).value();
  auto bob = accounts_->create("bob").value();
  auto yes = [](const Account&) -> base::Result<> { return {}; };
  EXPECT_EQ(accounts_->remove("root", yes).error().kind, Errc::invalid);
  for (auto nobody : {"alice", "", "a b", "bob@example.com"}) EXPECT_EQ(accounts_->remove(nobody, yes).error().kind, Errc::not_found) << nobody;
  auto no = [](const Account&) -> base::Result<> { return base::fail(Errc::conflict, "it owns something"); };
  EXPECT_EQ(accounts_->remove("bob", no).error().kind, Errc::conflict);
  for (int round = 0; round < 2; round++) {
    EXPECT_EQ(accounts_->find_key(bob.id)->secret, bob.secret);
    EXPECT_TRUE(accounts_->find_canonical(bob.account.canonical_id));
    EXPECT_TRUE(accounts_->find_email("bob@cumulet.local"));
    EXPECT_TRUE(accounts_->find_key(root.id));
    reopen();
  }
}

TEST_F(AccountsTest, WhoMayNotGoIsNeverCutOff) {
  auto bob = accounts_->create("bob").value();
  auto no = [&](const Account&) -> base::Result<> {
    EXPECT_TRUE(accounts_->find_key(bob.id));
    EXPECT_TRUE(accounts_->find_canonical(bob.account.canonical_id));
    return base::fail(Errc::conflict, "it owns something");
  };
  EXPECT_EQ(accounts_->remove("bob", no).error().kind, Errc::conflict);
}

TEST_F(AccountsTest, WhoMayNotGoAfterAllIsBack) {
  auto bob = accounts_->create("bob").value();
  auto expect_bob = [&] {
    ASSERT_TRUE(accounts_->find_key(bob.id));
    EXPECT_EQ(accounts_->find_key(bob.id)->secret, bob.secret);
    EXPECT_TRUE(accounts_->find_canonical(bob.account.canonical_id));
    EXPECT_TRUE(accounts_->find_email("bob@cumulet.local"));
    EXPECT_EQ(accounts_->list().size(), 1u);
  };
  for (int throwing : {0, 1, 2}) {
    int asked = 0;
    auto may_go = [&](const Account&) -> base::Result<> {
      if (++asked == throwing) throw std::bad_alloc();
      if (asked == 2) return base::fail(Errc::conflict, "it made something meanwhile");
      return {};
    };
    if (throwing)
      EXPECT_THROW((void)accounts_->remove("bob", may_go), std::bad_alloc);
    else
      EXPECT_EQ(accounts_->remove("bob", may_go).error().kind, Errc::conflict);
    expect_bob();
  }
  reopen();
  expect_bob();
}

// Reads from another store and writes nothing.
class FullStore final : public meta::Store {
 public:
  explicit FullStore(meta::Store& store) : store_(store) {}
  std::optional<std::optional<std::string>> try_get(std::string_view partition, std::string_view key) const override {
    return store_.try_get(partition, key);
  }
  std::unique_ptr<meta::Reader> reader(std::string_view partition) const override { return store_.reader(partition); }
  base::Task<base::Result<>> commit(std::string_view, meta::Transaction) override { co_return base::fail(Errc::no_space, "full"); }
  base::Result<> commit_blocking(std::string_view, meta::Transaction) override { return base::fail(Errc::no_space, "full"); }
  base::Result<std::vector<std::string>> partitions() const override { return store_.partitions(); }
  base::Result<> drop(std::string_view) override { return base::fail(Errc::no_space, "full"); }
  std::vector<std::string> verify() const override { return {}; }
  base::ThreadPool& pool() const override { return store_.pool(); }

 private:
  meta::Store& store_;
};

TEST_F(AccountsTest, WhatCouldNotBeStoredIsNotThere) {
  auto root = accounts_->ensure_root(std::nullopt).value();
  auto bob = accounts_->create("bob").value();
  FullStore full(*store_);
  auto accounts = Accounts::open(full).value();
  EXPECT_EQ(accounts->create("alice").error().kind, Errc::no_space);
  EXPECT_EQ(accounts->ensure_root(given).error().kind, Errc::no_space);
  EXPECT_EQ(accounts->remove("bob", [](const Account&) -> base::Result<> { return {}; }).error().kind, Errc::no_space);
  EXPECT_TRUE(accounts->find_key(bob.id));
  EXPECT_FALSE(accounts->find_email("alice@cumulet.local"));
  EXPECT_FALSE(accounts->find_key(given.first));
  EXPECT_EQ(accounts->ensure_root(std::nullopt).value().id, root.id);  // what is kept needs no write
}

const Account account{"123456789012", std::string(64, 'a'), "carol", false};
const KeyRecord key{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI", "123456789012"};

TEST_F(AccountsTest, UnreadableRecordsAreCorrupt) {
  put("a123456789012", "\xff\xff");
  EXPECT_EQ(refusal(), Errc::corrupt);
  put("a123456789012", "");
  EXPECT_EQ(refusal(), Errc::corrupt);
  put("a123456789012", encode(account));
  put("k" + key.id, "\x0a\x7f");
  EXPECT_EQ(refusal(), Errc::corrupt);
}

TEST_F(AccountsTest, RecordsThatContradictEachOtherAreCorrupt) {
  put("k" + key.id, encode(key));
  EXPECT_EQ(refusal(), Errc::corrupt);  // its account is not there
  put("a123456789012", encode(account));
  reopen();
  EXPECT_EQ(accounts_->find_key(key.id)->account.name, "carol");
  put("a999999999999", encode(account));
  EXPECT_EQ(refusal(), Errc::corrupt);  // under another's key
  auto same_name = account;
  same_name.id = "999999999999";
  same_name.canonical_id = std::string(64, 'b');
  put("a999999999999", encode(same_name));
  EXPECT_EQ(refusal(), Errc::corrupt);
}

TEST_F(AccountsTest, EntriesOfNoKindAndRootsWithoutAKeyAreCorrupt) {
  auto root = account;
  root.root = true;
  put("a123456789012", encode(root));
  EXPECT_EQ(refusal(), Errc::corrupt);
  put("k" + key.id, encode(key));
  reopen();
  EXPECT_EQ(accounts_->ensure_root(std::nullopt).value().id, key.id);
  put("z", "");
  EXPECT_EQ(refusal(), Errc::corrupt);
}

TEST(Record, ComesBackAndSkipsWhatItDoesNotKnow) {
  auto again = decode_account(encode(account) + "\xb2\x06\x03new").value();
  EXPECT_EQ(encode(again), encode(account));
  EXPECT_EQ(encode(decode_key(encode(key)).value()), encode(key));
}

TEST(Record, ChangedBytesAreSurvived) {
  for (auto& whole : {encode(account), encode(key)})
    for (size_t i = 0; i < whole.size() * 8; i++) {
      auto bytes = whole;
      bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << i % 8));
      if (auto decoded = decode_account(bytes); !decoded) EXPECT_EQ(decoded.error().kind, Errc::corrupt);
      if (auto decoded = decode_key(bytes); !decoded) EXPECT_EQ(decoded.error().kind, Errc::corrupt);
    }
}

TEST(Record, NoPrefixOfOneIsOne) {
  for (size_t size = 0; size < encode(account).size(); size++) EXPECT_FALSE(decode_account(encode(account).substr(0, size)));
  for (size_t size = 0; size < encode(key).size(); size++) EXPECT_FALSE(decode_key(encode(key).substr(0, size)));
  EXPECT_FALSE(decode_key(encode(account)));
}

}  // namespace
}  // namespace iam
