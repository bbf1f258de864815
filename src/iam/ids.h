#pragma once
// What names, ids and key pairs look like, and new ones that nobody can guess.
// Source of the rules: IAM API Reference, CreateUser (UserName) and AccessKey (AccessKeyId).
#include <string>
#include <string_view>

namespace iam {

struct KeyPair {
  std::string id;
  std::string secret;
};

// 1 to 64 characters of letters, digits and "+=,.@_-".
bool is_account_name(std::string_view name);
// 12 digits.
bool is_account_id(std::string_view id);
// 64 lower-case hexadecimal digits.
bool is_canonical_id(std::string_view id);
// 16 to 128 characters of letters, digits and "_".
bool is_access_key_id(std::string_view id);
// 8 to 128 characters of printable ASCII without the space.
bool is_secret(std::string_view secret);

// The first digit is not 0, so that the id survives programs that take it for a number.
std::string new_account_id();
std::string new_canonical_id();
// "AKIA" and 16 upper-case letters or digits; 40 characters of letters, digits, "+" and "/".
KeyPair new_key_pair();

// The address by which a grant names an account, in lower case: names that differ in case only are one (as in IAM).
std::string email_of(std::string_view account_name);
// An address as a client wrote it, in lower case.
std::string folded_email(std::string_view email);

}  // namespace iam
