#pragma once
// Accounts and their keys: who may sign a request, and whom a grant can name.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "meta/store.h"

namespace iam {

struct Account {
  std::string id;            // 12 digits
  std::string canonical_id;  // 64 hexadecimal digits
  std::string name;          // shown as DisplayName; an e-mail grant may name it
  bool root = false;         // the account that owns this installation
};

struct AccessKey {
  std::string id;      // "AKIA…", 20 characters
  std::string secret;  // 40 characters
  Account account;
};

// All accounts and keys, held in memory and in the partition "iam" of the metadata store.
// **Threads** Any.
class Accounts {
 public:
  // Reads what is stored. `store` must outlive the result. Blocks.
  static base::Result<std::unique_ptr<Accounts>> open(meta::Store& store);
  virtual ~Accounts() = default;

  // Makes the root account on first use, with the given key pair or else a new one; a given pair replaces an older one.
  // Returns the root's key. Blocks.
  virtual base::Result<AccessKey> ensure_root(std::optional<std::pair<std::string, std::string>> given) = 0;

  // A further account with a key pair of its own. **Errors** exists: the name is taken; invalid: not a name (1 to 64
  // characters of letters, digits and "+=,.@_-"). Blocks.
  virtual base::Result<AccessKey> create(std::string_view name) = 0;

  // Removes an account and its keys if `may_go` agrees, which is asked twice: while the account is there as ever, and again once
  // nothing finds it. **Errors** not_found; invalid: it is the root; those of `may_go` and of the store, after which it is there
  // again, as it is if `may_go` throws. Blocks.
  using MayGo = std::function<base::Result<>(const Account&)>;
  virtual base::Result<Account> remove(std::string_view name, const MayGo& may_go) = 0;

  // Nothing where there is no such key or account. Never blocks.
  virtual std::shared_ptr<const AccessKey> find_key(std::string_view access_key_id) const = 0;
  virtual std::shared_ptr<const Account> find_canonical(std::string_view canonical_id) const = 0;
  // NAME@cumulet.local, or NAME where it holds an "@" itself.
  virtual std::shared_ptr<const Account> find_email(std::string_view email) const = 0;
  virtual std::vector<Account> list() const = 0;
};

}  // namespace iam
