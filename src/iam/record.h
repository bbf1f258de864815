#pragma once
// What is stored about accounts and keys. docs/format/iam.md describes the bytes: protobuf's wire format. Private to this module.
#include <string>
#include <string_view>

#include "base/result.h"
#include "iam/accounts.h"

namespace iam {

// A key pair as it is stored: its account by id.
struct KeyRecord {
  std::string id;
  std::string secret;
  std::string account_id;
};

std::string encode(const Account& account);
std::string encode(const KeyRecord& key);

// **Errors** corrupt: not a record, or an id, a name or a secret that breaks the rules in ids.h. The sentence holds no secret.
base::Result<Account> decode_account(std::string_view bytes);
base::Result<KeyRecord> decode_key(std::string_view bytes);

}  // namespace iam
