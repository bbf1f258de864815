#pragma once
// Access control lists: who owns a bucket or an object, and what others may do.
// Source: Amazon S3 User Guide, "Access control list (ACL) overview".
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/call.h"
#include "iam/accounts.h"

namespace s3 {

// Stored values: never renumbered.
enum class Permission : uint8_t { read = 1, write = 2, read_acp = 3, write_acp = 4, full_control = 5 };
enum class GranteeKind : uint8_t { account = 1, all_users = 2, authenticated_users = 3, log_delivery = 4 };

struct Grant {
  GranteeKind kind = GranteeKind::account;
  std::string canonical_id;  // of an account; empty for groups
  Permission permission = Permission::read;
  bool operator==(const Grant&) const = default;
};

inline constexpr size_t max_grants = 100;

struct Acl {
  std::string owner;          // canonical id
  std::vector<Grant> grants;  // the owner's own rights are listed here too, and can be taken away
  bool operator==(const Acl&) const = default;
};

// {owner: FULL_CONTROL}, what `private` means.
Acl private_acl(std::string owner);

// The list that a canned name means for something owned by `owner` in a bucket of `bucket_owner`.
// **Errors** invalid_argument for a name that does not exist.
aws::Result<Acl> canned_acl(std::string_view name, std::string owner, std::string_view bucket_owner);

// The list asked for by x-amz-acl or x-amz-grant-* headers (both: invalid_request); `private` where there is none.
aws::Result<Acl> acl_from_headers(const http::RequestHead& head, std::string owner, std::string_view bucket_owner,
                                  const iam::Accounts& accounts);
// Whether any of those headers is there.
bool has_acl_headers(const http::RequestHead& head);

// An AccessControlPolicy document. **Errors** malformed_acl, invalid_argument ("Invalid id"),
// unresolvable_grant_by_email_address; access_denied where it names another owner than `owner`.
aws::Result<Acl> acl_from_xml(std::string_view document, std::string_view owner, const iam::Accounts& accounts);
std::string acl_to_xml(const Acl& acl, const iam::Accounts& accounts);

inline constexpr std::pair<GranteeKind, std::string_view> group_uris[] = {
    {GranteeKind::all_users, "http://acs.amazonaws.com/groups/global/AllUsers"},
    {GranteeKind::authenticated_users, "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"},
    {GranteeKind::log_delivery, "http://acs.amazonaws.com/groups/s3/LogDelivery"}};

// One grant, as headers and documents name its grantee. **Errors** invalid_argument for an id or URI that nobody has;
// unresolvable_grant_by_email_address.
aws::Result<Grant> account_grant(std::string_view canonical_id, Permission permission, const iam::Accounts& accounts);
aws::Result<Grant> email_grant(std::string_view email, Permission permission, const iam::Accounts& accounts);
aws::Result<Grant> group_grant(std::string_view uri, Permission permission);

// Whether the list grants it. Owners always may read and write their ACL.
bool grants(const Acl& acl, const aws::Caller& caller, Permission permission);

}  // namespace s3
