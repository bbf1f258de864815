// Records of accounts and keys come back as they were; bytes that are none are refused, and not read past their end.
#include "iam/record.h"

#include <gtest/gtest.h>

namespace iam {
namespace {

const Account account{std::string(12, '1'), std::string(64, 'a'), "alice", true};
const KeyRecord key{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG", std::string(12, '1')};

// In memory of its exact size, so that a sanitizer sees a read past the end.
template <class Decode>
auto decode_exactly(std::string_view bytes, Decode decode) {
  std::vector<char> exact(bytes.begin(), bytes.end());
  return decode({exact.data(), exact.size()});
}

TEST(IamRecord, ComesBack) {
  auto again = decode_account(encode(account)).value();
  EXPECT_EQ(again.id, account.id);
  EXPECT_EQ(again.canonical_id, account.canonical_id);
  EXPECT_EQ(again.name, "alice");
  EXPECT_TRUE(again.root);
  EXPECT_EQ(encode(decode_key(encode(key)).value()), encode(key));
}

TEST(IamRecord, IsNotReadPastItsEnd) {
  auto whole = encode(account);
  for (size_t size = 0; size < whole.size() - 2; size++) EXPECT_FALSE(decode_exactly(std::string_view(whole).substr(0, size), decode_account));
  EXPECT_FALSE(decode_exactly(std::string_view(whole).substr(0, whole.size() - 1), decode_account));  // "root", without its value
  auto whole_key = encode(key);
  for (size_t size = 0; size < whole_key.size(); size++) EXPECT_FALSE(decode_exactly(std::string_view(whole_key).substr(0, size), decode_key));
}

TEST(IamRecord, KeepsToTheRules) {
  auto bad = account;
  bad.id = "1";
  EXPECT_EQ(decode_account(encode(bad)).error().kind, base::Errc::corrupt);
  auto bad_key = key;
  bad_key.secret = "with a space";
  auto refused = decode_key(encode(bad_key));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what.find("space"), std::string::npos);
}

}  // namespace
}  // namespace iam
