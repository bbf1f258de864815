// Access control lists: canned, by header and by document, and what they grant.
#include "s3/acl.h"

#include <gmock/gmock.h>

#include "s3/test_support.h"

namespace s3 {
namespace {

using aws::ErrorCode;
using enum Permission;

const std::string owner(64, 'a'), other(64, 'b'), nobody(64, 'f');
constexpr std::string_view all_users = "http://acs.amazonaws.com/groups/global/AllUsers";

aws::Caller caller(const std::string& canonical_id) { return {"", canonical_id, "", ""}; }
const aws::Caller anonymous;

class AclTest : public testing::Test {
 protected:
  AclTest() {
    accounts_.add('a', "alice");
    accounts_.add('b', "bob");
  }
  aws::Result<Acl> from_headers(std::vector<std::pair<std::string, std::string>> headers) {
    test::FakeExchange exchange("PUT", "/b/k", std::move(headers));
    return acl_from_headers(exchange.head(), owner, owner, accounts_);
  }
  ErrorCode header_error(std::vector<std::pair<std::string, std::string>> headers) { return from_headers(std::move(headers)).error().code; }
  std::string document(std::string_view grants) {
    return "<AccessControlPolicy><Owner><ID>" + owner + "</ID></Owner><AccessControlList>" + std::string(grants) +
           "</AccessControlList></AccessControlPolicy>";
  }
  std::string grant(std::string_view type, std::string_view grantee, std::string_view permission) {
    return "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"" + std::string(type) + "\">" +
           std::string(grantee) + "</Grantee><Permission>" + std::string(permission) + "</Permission></Grant>";
  }
  ErrorCode document_error(std::string_view text) { return acl_from_xml(text, owner, accounts_).error().code; }

  test::FakeAccounts accounts_;
};

TEST(Grants, AreHeldByAccountsAndGroups) {
  Acl acl{owner, {{GranteeKind::account, other, read}, {GranteeKind::authenticated_users, "", write}}};
  EXPECT_TRUE(grants(acl, caller(other), read));
  EXPECT_FALSE(grants(acl, caller(owner), read));  // the list alone says so
  EXPECT_TRUE(grants(acl, caller(owner), write));
  EXPECT_FALSE(grants(acl, anonymous, write));
  acl.grants = {{GranteeKind::all_users, "", read}};
  EXPECT_TRUE(grants(acl, anonymous, read));
  EXPECT_TRUE(grants(acl, caller(other), read));
  EXPECT_FALSE(grants(acl, anonymous, write));
  acl.grants = {{GranteeKind::log_delivery, "", write}};
  EXPECT_FALSE(grants(acl, caller(other), write));
}

TEST(Grants, FullControlIsEveryPermission) {
  auto acl = private_acl(owner);
  for (auto permission : {read, write, read_acp, write_acp, full_control}) {
    EXPECT_TRUE(grants(acl, caller(owner), permission));
    EXPECT_FALSE(grants(acl, caller(other), permission));
    EXPECT_FALSE(grants(acl, anonymous, permission));
  }
}

TEST(Grants, OwnersAlwaysHandleTheirList) {
  Acl empty{owner, {}};
  EXPECT_TRUE(grants(empty, caller(owner), read_acp));
  EXPECT_TRUE(grants(empty, caller(owner), write_acp));
  EXPECT_FALSE(grants(empty, caller(owner), read));
  EXPECT_FALSE(grants(empty, anonymous, read_acp));
  // An account without an id is no account: never equal to an owner without one.
  EXPECT_FALSE(grants(Acl{"", {{GranteeKind::account, "", full_control}}}, anonymous, read));
}

TEST(CannedAcls, MeanWhatAmazonSays) {
  auto grants_of = [](std::string_view name, const std::string& bucket_owner) {
    auto acl = canned_acl(name, owner, bucket_owner).value();
    EXPECT_EQ(acl.grants.front(), (Grant{GranteeKind::account, owner, full_control}));
    return std::vector<Grant>(acl.grants.begin() + 1, acl.grants.end());
  };
  using List = std::vector<Grant>;
  EXPECT_EQ(grants_of("private", other), List());
  EXPECT_EQ(grants_of("public-read", other), (List{{GranteeKind::all_users, "", read}}));
  EXPECT_EQ(grants_of("public-read-write", other), (List{{GranteeKind::all_users, "", read}, {GranteeKind::all_users, "", write}}));
  EXPECT_EQ(grants_of("authenticated-read", other), (List{{GranteeKind::authenticated_users, "", read}}));
  EXPECT_EQ(grants_of("bucket-owner-read", other), (List{{GranteeKind::account, other, read}}));
  EXPECT_EQ(grants_of("bucket-owner-full-control", other), (List{{GranteeKind::account, other, full_control}}));
  EXPECT_EQ(grants_of("bucket-owner-read", owner), List());
  EXPECT_EQ(grants_of("log-delivery-write", other), (List{{GranteeKind::log_delivery, "", write}, {GranteeKind::log_delivery, "", read_acp}}));
  EXPECT_EQ(canned_acl("world", owner, owner).error().code, ErrorCode::invalid_argument);
}

TEST_F(AclTest, HeadersNameGranteesInThreeWays) {
  auto acl = from_headers({{"X-Amz-Grant-Read", "id=\"" + other + "\", uri=\"" + std::string(all_users) + "\""},
                           {"x-amz-grant-write-acp", "emailAddress=bob@cumulet.local"}})
                 .value();
  EXPECT_EQ(acl.owner, owner);
  EXPECT_EQ(acl.grants, (std::vector<Grant>{{GranteeKind::account, other, read}, {GranteeKind::all_users, "", read}, {GranteeKind::account, other, write_acp}}));
  EXPECT_EQ(from_headers({})->grants, private_acl(owner).grants);
  EXPECT_EQ(from_headers({{"x-amz-acl", "public-read"}})->grants.size(), 2u);
}

TEST_F(AclTest, HeadersThatNameNobodyAreRefused) {
  for (auto& text : {"id=" + nobody, std::string("id"), std::string("id="), std::string("name=bob"), "uri=" + std::string(all_users) + "/x", std::string("id=\"\",")})
    EXPECT_EQ(header_error({{"x-amz-grant-read", text}}), ErrorCode::invalid_argument) << text;
  EXPECT_EQ(header_error({{"x-amz-grant-read", "emailAddress=\"eve@cumulet.local\""}}), ErrorCode::unresolvable_grant_by_email_address);
  EXPECT_EQ(header_error({{"x-amz-acl", "private"}, {"x-amz-grant-read", "id=" + other}}), ErrorCode::invalid_request);
  std::string many = "id=" + other;
  for (size_t i = 0; i < max_grants; i++) many += ",id=" + other;
  EXPECT_EQ(header_error({{"x-amz-grant-read", many}}), ErrorCode::invalid_request);
}

TEST_F(AclTest, DocumentsComeBack) {
  Acl acl{owner, {{GranteeKind::account, owner, full_control}, {GranteeKind::account, other, read}, {GranteeKind::all_users, "", read_acp},
                  {GranteeKind::authenticated_users, "", write}, {GranteeKind::log_delivery, "", write_acp}}};
  EXPECT_EQ(acl_from_xml(acl_to_xml(acl, accounts_), owner, accounts_).value(), acl);
  EXPECT_THAT(acl_to_xml(acl, accounts_), testing::HasSubstr("<DisplayName>bob</DisplayName>"));
}

TEST_F(AclTest, DocumentsResolveAddresses) {
  auto acl = acl_from_xml(document(grant("AmazonCustomerByEmail", "<EmailAddress>bob@cumulet.local</EmailAddress>", "WRITE")), owner, accounts_).value();
  EXPECT_EQ(acl.grants, (std::vector<Grant>{{GranteeKind::account, other, write}}));
  EXPECT_EQ(document_error(document(grant("AmazonCustomerByEmail", "<EmailAddress>eve@x</EmailAddress>", "WRITE"))),
            ErrorCode::unresolvable_grant_by_email_address);
  EXPECT_EQ(document_error(document(grant("CanonicalUser", "<ID>" + nobody + "</ID>", "READ"))), ErrorCode::invalid_argument);
}

TEST_F(AclTest, DocumentsThatAreNoneAreRefused) {
  std::string good = grant("CanonicalUser", "<ID>" + other + "</ID>", "READ"), many;
  for (size_t i = 0; i <= max_grants; i++) many += good;
  for (auto& text : {std::string(), std::string("acl"), std::string("<x/>"), std::string("<AccessControlPolicy/>"), document("<Grant/>"), document("<x/>"),
                     document(grant("CanonicalUser", "<ID>" + other + "</ID>", "EVERYTHING")), document(grant("CanonicalUser", "", "READ")),
                     document(grant("Robot", "<ID>" + other + "</ID>", "READ")), document(many),
                     "<AccessControlPolicy><AccessControlList>" + good + "</AccessControlList></AccessControlPolicy>"})
    EXPECT_EQ(document_error(text), ErrorCode::malformed_acl) << text.substr(0, 200);
  EXPECT_EQ(acl_from_xml(document(good), other, accounts_).error().code, ErrorCode::access_denied);
}

}  // namespace
}  // namespace s3
