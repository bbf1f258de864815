// AccessControlPolicy documents.
#include "s3/acl.h"
#include "s3/xml.h"

namespace s3 {

using aws::ErrorCode;
using codec::XmlElement;

namespace {

constexpr std::string_view xsi_namespace = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

constexpr std::pair<Permission, std::string_view> permission_names[] = {{Permission::read, "READ"},
                                                                        {Permission::write, "WRITE"},
                                                                        {Permission::read_acp, "READ_ACP"},
                                                                        {Permission::write_acp, "WRITE_ACP"},
                                                                        {Permission::full_control, "FULL_CONTROL"}};

std::string_view permission_name(Permission permission) {
  for (auto& [known, name] : permission_names)
    if (known == permission) return name;
  return {};
}

std::optional<Permission> parse_permission(std::string_view text) {
  for (auto& [permission, name] : permission_names)
    if (name == text) return permission;
  return std::nullopt;
}

std::string_view group_uri(GranteeKind kind) {
  for (auto& [known, uri] : group_uris)
    if (known == kind) return uri;
  return {};
}

// The prefix of the schema-instance namespace is the client's to choose; "xsi" is what all of them do.
aws::Result<Grant> parse_grantee(XmlElement grantee, Permission permission, const iam::Accounts& accounts) {
  auto type = grantee.attribute("xsi:type");
  auto id = grantee.child("ID"), email = grantee.child("EmailAddress"), uri = grantee.child("URI");
  if (type == "CanonicalUser" || (type.empty() && id)) {
    if (!id) return aws::fail(ErrorCode::malformed_acl);
    return account_grant(id.text(), permission, accounts);
  }
  if ((type == "AmazonCustomerByEmail" || type.empty()) && email) return email_grant(email.text(), permission, accounts);
  if ((type == "Group" || type.empty()) && uri) return group_grant(uri.text(), permission);
  return aws::fail(ErrorCode::malformed_acl);
}

aws::Result<Grant> parse_grant(XmlElement element, const iam::Accounts& accounts) {
  auto permission = parse_permission(element.child("Permission").text());
  auto grantee = element.child("Grantee");
  if (!permission || !grantee) return aws::fail(ErrorCode::malformed_acl);
  return parse_grantee(grantee, *permission, accounts);
}

void write_account(codec::XmlWriter& xml, std::string_view canonical_id, const iam::Accounts& accounts) {
  auto account = accounts.find_canonical(canonical_id);
  xml.element("ID", canonical_id);
  if (account) xml.element("DisplayName", account->name);
}

void write_grant(codec::XmlWriter& xml, const Grant& grant, const iam::Accounts& accounts) {
  bool is_account = grant.kind == GranteeKind::account;
  xml.open("Grant");
  xml.open("Grantee", std::string(xsi_namespace) + " xsi:type=\"" + (is_account ? "CanonicalUser" : "Group") + "\"");
  if (is_account)
    write_account(xml, grant.canonical_id, accounts);
  else
    xml.element("URI", group_uri(grant.kind));
  xml.close();
  xml.element("Permission", permission_name(grant.permission));
  xml.close();
}

}  // namespace

aws::Result<Acl> acl_from_xml(std::string_view document, std::string_view owner, const iam::Accounts& accounts) {
  auto parsed = codec::parse_xml(document);
  if (!parsed) return aws::fail(ErrorCode::malformed_acl);
  auto root = parsed->root();
  auto list = root.child("AccessControlList");
  if (root.name() != "AccessControlPolicy" || !list) return aws::fail(ErrorCode::malformed_acl);
  auto elements = list.children("Grant");
  if (elements.size() != list.children().size() || elements.size() > max_grants) return aws::fail(ErrorCode::malformed_acl);
  Acl acl{std::string(owner), {}};
  for (auto& element : elements) {
    TRY(grant, parse_grant(element, accounts));
    acl.grants.push_back(std::move(grant));
  }
  auto named_owner = root.child("Owner").child("ID");
  if (!named_owner) return aws::fail(ErrorCode::malformed_acl);
  if (named_owner.text() != owner) return aws::fail(ErrorCode::access_denied);
  return acl;
}

std::string acl_to_xml(const Acl& acl, const iam::Accounts& accounts) {
  codec::XmlWriter xml;
  xml.open("AccessControlPolicy", s3_namespace);
  xml.open("Owner");
  write_account(xml, acl.owner, accounts);
  xml.close();
  xml.open("AccessControlList");
  for (auto& grant : acl.grants) write_grant(xml, grant, accounts);
  xml.close();
  xml.close();
  return std::move(xml).str();
}

}  // namespace s3
