#include "s3/acl.h"

namespace s3 {

using aws::ErrorCode;

Acl private_acl(std::string owner) {
  Grant own{GranteeKind::account, owner, Permission::full_control};
  return {std::move(owner), {std::move(own)}};
}

namespace {

enum class Canned { nothing, all_read, all_read_write, authenticated_read, bucket_owner_read, bucket_owner_full_control, log_delivery };

constexpr std::pair<std::string_view, Canned> canned_names[] = {
    {"private", Canned::nothing},
    {"public-read", Canned::all_read},
    {"public-read-write", Canned::all_read_write},
    {"authenticated-read", Canned::authenticated_read},
    {"bucket-owner-read", Canned::bucket_owner_read},
    {"bucket-owner-full-control", Canned::bucket_owner_full_control},
    {"log-delivery-write", Canned::log_delivery},
    {"aws-exec-read", Canned::nothing},  // its grantee, who fetches machine images, is not an account here
};

std::vector<Grant> canned_grants(Canned canned, std::string_view owner, std::string_view bucket_owner) {
  using enum GranteeKind;
  // An owner has full control already.
  auto bucket_owners = [&](Permission permission) {
    return owner == bucket_owner ? std::vector<Grant>() : std::vector<Grant>{{account, std::string(bucket_owner), permission}};
  };
  switch (canned) {
    case Canned::nothing: return {};
    case Canned::all_read: return {{all_users, "", Permission::read}};
    case Canned::all_read_write: return {{all_users, "", Permission::read}, {all_users, "", Permission::write}};
    case Canned::authenticated_read: return {{authenticated_users, "", Permission::read}};
    case Canned::bucket_owner_read: return bucket_owners(Permission::read);
    case Canned::bucket_owner_full_control: return bucket_owners(Permission::full_control);
    case Canned::log_delivery: return {{log_delivery, "", Permission::write}, {log_delivery, "", Permission::read_acp}};
  }
  return {};
}

struct GrantHeader {
  std::string_view name;
  Permission permission;
};
constexpr GrantHeader grant_headers[] = {{"x-amz-grant-full-control", Permission::full_control},
                                         {"x-amz-grant-read", Permission::read},
                                         {"x-amz-grant-write", Permission::write},
                                         {"x-amz-grant-read-acp", Permission::read_acp},
                                         {"x-amz-grant-write-acp", Permission::write_acp}};

bool has_grant_headers(const http::RequestHead& head) {
  return std::ranges::any_of(grant_headers, [&](auto& header) { return head.find(header.name).has_value(); });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

// id="…", emailAddress="…" or uri="…"
aws::Result<Grant> grantee_from_text(std::string_view text, Permission permission, const iam::Accounts& accounts) {
  auto equals = text.find('=');
  auto kind = trimmed(text.substr(0, equals));
  auto value = equals == text.npos ? std::string_view() : unquoted(trimmed(text.substr(equals + 1)));
  if (http::equal_ignoring_case(kind, "id")) return account_grant(value, permission, accounts);
  if (http::equal_ignoring_case(kind, "emailAddress")) return email_grant(value, permission, accounts);
  if (http::equal_ignoring_case(kind, "uri")) return group_grant(value, permission);
  return aws::fail(ErrorCode::invalid_argument, "Argument format not recognized",
                   {{"ArgumentName", "x-amz-grant"}, {"ArgumentValue", std::string(text)}});
}

aws::Result<> add_grants(std::vector<Grant>& grants, std::string_view list, Permission permission, const iam::Accounts& accounts) {
  while (!list.empty()) {
    auto comma = list.find(',');
    TRY(grant, grantee_from_text(trimmed(list.substr(0, comma)), permission, accounts));
    grants.push_back(std::move(grant));
    if (grants.size() > max_grants)
      return aws::fail(ErrorCode::invalid_request, "An access control list can have up to " + std::to_string(max_grants) + " grants");
    list = comma == list.npos ? std::string_view() : list.substr(comma + 1);
  }
  return {};
}

// What a grant gives, besides itself.
bool includes(Permission given, Permission wanted) { return given == wanted || given == Permission::full_control; }

bool names(const Grant& grant, const aws::Caller& caller) {
  switch (grant.kind) {
    case GranteeKind::account: return !caller.anonymous() && grant.canonical_id == caller.canonical_id;
    case GranteeKind::all_users: return true;
    case GranteeKind::authenticated_users: return !caller.anonymous();
    case GranteeKind::log_delivery: return false;  // the service itself, never a caller
  }
  return false;
}

}  // namespace

aws::Result<Grant> account_grant(std::string_view canonical_id, Permission permission, const iam::Accounts& accounts) {
  if (!accounts.find_canonical(canonical_id))
    return aws::fail(ErrorCode::invalid_argument, "Invalid id",
                     {{"ArgumentName", "CanonicalUser/ID"}, {"ArgumentValue", std::string(canonical_id)}});
  return Grant{GranteeKind::account, std::string(canonical_id), permission};
}

aws::Result<Grant> email_grant(std::string_view email, Permission permission, const iam::Accounts& accounts) {
  if (auto account = accounts.find_email(email)) return Grant{GranteeKind::account, account->canonical_id, permission};
  return aws::fail(ErrorCode::unresolvable_grant_by_email_address, {}, {{"EmailAddress", std::string(email)}});
}

aws::Result<Grant> group_grant(std::string_view uri, Permission permission) {
  for (auto& [kind, known] : group_uris)
    if (known == uri) return Grant{kind, "", permission};
  return aws::fail(ErrorCode::invalid_argument, "Invalid group uri",
                   {{"ArgumentName", "Group/URI"}, {"ArgumentValue", std::string(uri)}});
}

aws::Result<Acl> canned_acl(std::string_view name, std::string owner, std::string_view bucket_owner) {
  for (auto& [known, canned] : canned_names)
    if (known == name) {
      auto acl = private_acl(std::move(owner));
      std::ranges::move(canned_grants(canned, acl.owner, bucket_owner), std::back_inserter(acl.grants));
      return acl;
    }
  return aws::fail(ErrorCode::invalid_argument, {}, {{"ArgumentName", "x-amz-acl"}, {"ArgumentValue", std::string(name)}});
}

bool has_acl_headers(const http::RequestHead& head) { return head.find("x-amz-acl") || has_grant_headers(head); }

aws::Result<Acl> acl_from_headers(const http::RequestHead& head, std::string owner, std::string_view bucket_owner,
                                  const iam::Accounts& accounts) {
  bool by_grants = has_grant_headers(head);
  if (auto name = head.find("x-amz-acl")) {
    if (by_grants)
      return aws::fail(ErrorCode::invalid_request, "Specifying both Canned ACLs and Header Grants is not allowed");
    return canned_acl(*name, std::move(owner), bucket_owner);
  }
  if (!by_grants) return private_acl(std::move(owner));
  Acl acl{std::move(owner), {}};
  for (auto& [name, permission] : grant_headers)
    TRY_VOID(add_grants(acl.grants, head.find(name).value_or(""), permission, accounts));
  return acl;
}

bool grants(const Acl& acl, const aws::Caller& caller, Permission permission) {
  bool own = !caller.anonymous() && caller.canonical_id == acl.owner;
  if (own && (permission == Permission::read_acp || permission == Permission::write_acp)) return true;
  return std::ranges::any_of(acl.grants, [&](auto& grant) { return includes(grant.permission, permission) && names(grant, caller); });
}

}  // namespace s3
