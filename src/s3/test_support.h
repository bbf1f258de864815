#pragma once
// What several unit tests of S3 need.
#include <vector>

#include "http/testing/fake_exchange.h"
#include "iam/accounts.h"

namespace s3::test {

// Accounts that a test names: canonical ids are 64 times the digit of the account.
class FakeAccounts final : public iam::Accounts {
 public:
  void add(char digit, std::string name) {
    auto account = std::make_shared<iam::Account>(iam::Account{std::string(12, '1'), std::string(64, digit), std::move(name), false});
    account->id.back() = digit >= 'a' ? '9' : digit;
    accounts_.push_back(std::move(account));
  }

  // A key pair of the account that was added last.
  void add_key(std::string id, std::string secret) {
    keys_.push_back(std::make_shared<iam::AccessKey>(iam::AccessKey{std::move(id), std::move(secret), *accounts_.back()}));
  }

  base::Result<iam::AccessKey> ensure_root(std::optional<std::pair<std::string, std::string>>) override { return refused(); }
  base::Result<iam::AccessKey> create(std::string_view) override { return refused(); }
  base::Result<iam::Account> remove(std::string_view, const MayGo&) override { return refused(); }
  std::shared_ptr<const iam::AccessKey> find_key(std::string_view id) const override {
    for (auto& key : keys_)
      if (key->id == id) return key;
    return nullptr;
  }
  std::shared_ptr<const iam::Account> find_canonical(std::string_view id) const override {
    return find([&](auto& account) { return account.canonical_id == id; });
  }
  std::shared_ptr<const iam::Account> find_email(std::string_view email) const override {
    return find([&](auto& account) { return account.name + "@cumulet.local" == email; });
  }
  std::vector<iam::Account> list() const override { return {}; }

 private:
  static std::unexpected<base::Error> refused() { return base::fail(base::Errc::unavailable, "not in tests"); }
  template <class Wanted>
  std::shared_ptr<const iam::Account> find(Wanted wanted) const {
    for (auto& account : accounts_)
      if (wanted(*account)) return account;
    return nullptr;
  }
  std::vector<std::shared_ptr<iam::Account>> accounts_;
  std::vector<std::shared_ptr<iam::AccessKey>> keys_;
};

using http::testing::FakeExchange;

}  // namespace s3::test
