#include "iam/accounts.h"

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "iam/ids.h"
#include "iam/record.h"

namespace iam {
namespace {

using base::Errc;
using base::Result;
using GivenPair = std::optional<std::pair<std::string, std::string>>;

constexpr std::string_view partition = "iam";
constexpr std::string_view root_name = "root";

// Keys of the partition: a letter for the kind, and the id.
constexpr char account_letter = 'a';
constexpr char key_letter = 'k';
std::string account_key(std::string_view id) { return account_letter + std::string(id); }
std::string access_key_key(std::string_view id) { return key_letter + std::string(id); }

struct Hash : std::hash<std::string_view> {
  using is_transparent = void;
};

template <class T>
using Index = std::unordered_map<std::string, std::shared_ptr<const T>, Hash, std::equal_to<>>;

template <class T>
std::shared_ptr<const T> find(const Index<T>& index, std::string_view name) {
  auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

// Everything, by what it is looked up by.
class Indexes {
 public:
  std::shared_ptr<const AccessKey> key(std::string_view id) const { return find(keys_, id); }
  std::shared_ptr<const Account> account(std::string_view id) const { return find(accounts_, id); }
  std::shared_ptr<const Account> canonical(std::string_view id) const { return find(by_canonical_, id); }
  std::shared_ptr<const Account> email(std::string_view folded) const { return find(by_email_, folded); }
  std::vector<Account> by_name() const;
  std::vector<std::shared_ptr<const AccessKey>> keys_of(const Account& account) const;

  // An account and its keys, taken out. To put them back needs no memory as long as nothing was added.
  struct Taken {
    Index<Account>::node_type account, canonical, email;
    std::vector<Index<AccessKey>::node_type> keys;
  };
  Taken take(const Account& account);
  void put_back(Taken taken);

  void add(const Account& account);
  void add(const AccessKey& key) { keys_[key.id] = std::make_shared<const AccessKey>(key); }
  void remove_key(std::string_view id) { keys_.erase(std::string(id)); }

 private:
  Index<AccessKey> keys_;
  Index<Account> accounts_, by_canonical_, by_email_;
};

void Indexes::add(const Account& account) {
  auto shared = std::make_shared<const Account>(account);
  accounts_[account.id] = shared;
  by_canonical_[account.canonical_id] = shared;
  by_email_[email_of(account.name)] = shared;
}

Indexes::Taken Indexes::take(const Account& account) {
  auto keys = keys_of(account);
  auto email = email_of(account.name);
  Taken taken;
  taken.keys.reserve(keys.size());  // from here on nothing can go wrong
  for (auto& key : keys) taken.keys.push_back(keys_.extract(key->id));
  taken.account = accounts_.extract(account.id);
  taken.canonical = by_canonical_.extract(account.canonical_id);
  taken.email = by_email_.extract(email);
  return taken;
}

void Indexes::put_back(Taken taken) {
  for (auto& key : taken.keys) keys_.insert(std::move(key));
  accounts_.insert(std::move(taken.account));
  by_canonical_.insert(std::move(taken.canonical));
  by_email_.insert(std::move(taken.email));
}

std::vector<std::shared_ptr<const AccessKey>> Indexes::keys_of(const Account& account) const {
  std::vector<std::shared_ptr<const AccessKey>> out;
  for (auto& [id, key] : keys_)
    if (key->account.id == account.id) out.push_back(key);
  return out;
}

std::vector<Account> Indexes::by_name() const {
  std::vector<Account> out;
  for (auto& [id, account] : accounts_) out.push_back(*account);
  std::ranges::sort(out, {}, &Account::name);
  return out;
}

std::unexpected<base::Error> corrupt(std::string_view key, std::string_view why) {
  return base::fail(Errc::corrupt, "accounts: " + std::string(key) + ": " + std::string(why));
}

// Accounts lie before keys, so that a key's account is known when the key is read.
class Loader {
 public:
  explicit Loader(Indexes& indexes) : indexes_(indexes) {}

  Result<> load(const meta::Reader& reader) {
    auto cursor = reader.cursor();
    for (cursor->seek(""); cursor->valid(); cursor->next()) TRY_VOID(load_entry(cursor->key(), cursor->value()));
    TRY_VOID(cursor->status());
    if (roots_ && !root_) return corrupt("root", "the root account has no key");
    return {};
  }

  std::shared_ptr<const AccessKey> root() const { return root_; }

 private:
  Result<> load_entry(std::string_view key, std::string_view value) {
    if (key.starts_with(account_letter)) return load_account(key, value);
    if (key.starts_with(key_letter)) return load_key(key, value);
    return corrupt(key, "an entry of an unknown kind");
  }

  Result<> load_account(std::string_view key, std::string_view value) {
    TRY(account, decode_account(value));
    if (account_key(account.id) != key) return corrupt(key, "the record is of another account");
    if (indexes_.email(email_of(account.name)) || indexes_.canonical(account.canonical_id))
      return corrupt(key, "two accounts have the same name or canonical id");
    if (account.root && ++roots_ > 1) return corrupt(key, "a second root account");
    indexes_.add(account);
    return {};
  }

  Result<> load_key(std::string_view key, std::string_view value) {
    TRY(record, decode_key(value));
    if (access_key_key(record.id) != key) return corrupt(key, "the record is of another access key");
    auto account = indexes_.account(record.account_id);
    if (!account) return corrupt(key, "the access key's account does not exist");
    indexes_.add(AccessKey{record.id, record.secret, *account});
    if (account->root) root_ = indexes_.key(record.id);
    return {};
  }

  Indexes& indexes_;
  std::shared_ptr<const AccessKey> root_;
  int roots_ = 0;
};

Result<> check_given(const GivenPair& given) {
  if (!given) return {};
  if (!is_access_key_id(given->first))
    return base::fail(Errc::invalid, "the given access key must be 16 to 128 characters of letters, digits and \"_\"");
  if (!is_secret(given->second))
    return base::fail(Errc::invalid, "the given secret key must be 8 to 128 printable ASCII characters without spaces");
  return {};
}

// The one process that has the store open is the only writer, so that what memory holds decides what is free.
class StoredAccounts final : public Accounts {
 public:
  explicit StoredAccounts(meta::Store& store) : store_(store) {}

  Result<> load() {
    Loader loader(indexes_);
    TRY_VOID(loader.load(*store_.reader(partition)));
    root_ = loader.root();
    return {};
  }

  Result<AccessKey> ensure_root(GivenPair given) override;
  Result<AccessKey> create(std::string_view name) override;
  Result<Account> remove(std::string_view name, const MayGo& may_go) override;

  std::shared_ptr<const AccessKey> find_key(std::string_view access_key_id) const override {
    std::shared_lock lock(mutex_);
    return indexes_.key(access_key_id);
  }
  std::shared_ptr<const Account> find_canonical(std::string_view canonical_id) const override {
    std::shared_lock lock(mutex_);
    return indexes_.canonical(canonical_id);
  }
  std::shared_ptr<const Account> find_email(std::string_view email) const override {
    auto folded = folded_email(email);
    std::shared_lock lock(mutex_);
    return indexes_.email(folded);
  }
  std::vector<Account> list() const override {
    std::shared_lock lock(mutex_);
    return indexes_.by_name();
  }

 private:
  class Hidden;
  Account new_account(std::string_view name, bool root) const;
  KeyPair unused_key_pair() const;
  Result<> store(const AccessKey& key, const AccessKey* replaced);
  void publish(const AccessKey& key, const AccessKey* replaced);
  Result<> erase(const Account& account, const std::vector<std::shared_ptr<const AccessKey>>& keys);

  meta::Store& store_;
  std::mutex writing_;                     // held by who changes anything, over the disk write
  std::shared_ptr<const AccessKey> root_;  // under writing_
  mutable std::shared_mutex mutex_;        // never held over a disk write
  Indexes indexes_;                        // read under either mutex, changed under both
};

// An account that nothing finds. When this ends the account is back, unless it was deleted.
class StoredAccounts::Hidden {
 public:
  Hidden(StoredAccounts& accounts, const Account& account) : accounts_(accounts) {
    std::lock_guard lock(accounts_.mutex_);
    taken_ = accounts_.indexes_.take(account);
  }
  ~Hidden() {
    if (deleted_) return;
    std::lock_guard lock(accounts_.mutex_);
    accounts_.indexes_.put_back(std::move(taken_));
  }
  Hidden(const Hidden&) = delete;
  void set_deleted() { deleted_ = true; }

 private:
  StoredAccounts& accounts_;
  Indexes::Taken taken_;
  bool deleted_ = false;
};

Account StoredAccounts::new_account(std::string_view name, bool root) const {
  Account account{new_account_id(), new_canonical_id(), std::string(name), root};
  while (indexes_.account(account.id)) account.id = new_account_id();
  return account;
}

KeyPair StoredAccounts::unused_key_pair() const {
  auto pair = new_key_pair();
  while (indexes_.key(pair.id)) pair = new_key_pair();
  return pair;
}

Result<AccessKey> StoredAccounts::ensure_root(GivenPair given) {
  TRY_VOID(check_given(given));
  std::lock_guard lock(writing_);
  if (root_ && (!given || (root_->id == given->first && root_->secret == given->second))) return *root_;
  if (auto owner = given ? indexes_.key(given->first) : nullptr; owner && !owner->account.root)
    return base::fail(Errc::invalid, "the given access key belongs to the account \"" + owner->account.name + "\"");

  auto pair = given ? KeyPair{given->first, given->second} : unused_key_pair();
  AccessKey key{pair.id, pair.secret, root_ ? root_->account : new_account(root_name, true)};
  TRY_VOID(store(key, root_.get()));
  root_ = indexes_.key(key.id);
  return key;
}

Result<AccessKey> StoredAccounts::create(std::string_view name) {
  if (!is_account_name(name))
    return base::fail(Errc::invalid, "an account's name has 1 to 64 characters of letters, digits and \"+=,.@_-\"");
  std::lock_guard lock(writing_);
  // The root's name is taken even before there is a root.
  if (auto email = email_of(name); indexes_.email(email) || email == email_of(root_name))
    return base::fail(Errc::exists, "there is an account \"" + std::string(name) + "\" already");
  auto pair = unused_key_pair();
  AccessKey key{pair.id, pair.secret, new_account(name, false)};
  TRY_VOID(store(key, nullptr));
  return key;
}

Result<Account> StoredAccounts::remove(std::string_view name, const MayGo& may_go) {
  std::lock_guard lock(writing_);
  auto found = is_account_name(name) ? indexes_.email(email_of(name)) : nullptr;
  if (!found) return base::fail(Errc::not_found, "there is no account \"" + std::string(name) + "\"");
  if (found->root) return base::fail(Errc::invalid, "the root account cannot be deleted: it owns this installation");
  // Who may not go is not cut off, not even for a moment. The answer holds once nobody can act for the account any more.
  TRY_VOID(may_go(*found));
  auto keys = indexes_.keys_of(*found);
  Hidden hidden(*this, *found);
  TRY_VOID(may_go(*found));
  TRY_VOID(erase(*found, keys));
  hidden.set_deleted();
  return *found;
}

Result<> StoredAccounts::erase(const Account& account, const std::vector<std::shared_ptr<const AccessKey>>& keys) {
  return store_.commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> Result<> {
    for (auto& key : keys) batch.erase(access_key_key(key->id));
    batch.erase(account_key(account.id));
    return {};
  });
}

// Durable first, visible after that.
Result<> StoredAccounts::store(const AccessKey& key, const AccessKey* replaced) {
  TRY_VOID(store_.commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> Result<> {
    if (replaced) batch.erase(access_key_key(replaced->id));
    batch.put(account_key(key.account.id), encode(key.account));
    batch.put(access_key_key(key.id), encode(KeyRecord{key.id, key.secret, key.account.id}));
    return {};
  }));
  publish(key, replaced);
  return {};
}

void StoredAccounts::publish(const AccessKey& key, const AccessKey* replaced) {
  std::lock_guard lock(mutex_);
  if (replaced) indexes_.remove_key(replaced->id);
  indexes_.add(key.account);
  indexes_.add(key);
}

}  // namespace

base::Result<std::unique_ptr<Accounts>> Accounts::open(meta::Store& store) {
  auto accounts = std::make_unique<StoredAccounts>(store);
  TRY_VOID(accounts->load());
  return accounts;
}

}  // namespace iam
