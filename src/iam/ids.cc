#include "iam/ids.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/random.h"

namespace iam {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_name_character(char c) { return is_letter(c) || is_digit(c) || std::string_view("+=,.@_-").contains(c); }
bool is_key_character(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

bool all(std::string_view text, size_t least, size_t most, bool (*rule)(char)) {
  return text.size() >= least && text.size() <= most && std::ranges::all_of(text, rule);
}

// Bytes that would make some digits likelier than others are drawn again.
char random_digit(int from) {
  const int digits = 10 - from;
  while (true) {
    int byte = static_cast<unsigned char>(base::random_bytes(1)[0]);
    if (byte < 256 / digits * digits) return static_cast<char>('0' + from + byte % digits);
  }
}

}  // namespace

bool is_account_name(std::string_view name) { return all(name, 1, 64, is_name_character); }
bool is_account_id(std::string_view id) { return all(id, 12, 12, is_digit); }
bool is_canonical_id(std::string_view id) { return all(id, 64, 64, is_lower_hex); }
bool is_access_key_id(std::string_view id) { return all(id, 16, 128, is_key_character); }
bool is_secret(std::string_view secret) { return all(secret, 8, 128, is_visible); }

std::string new_account_id() {
  std::string id(1, random_digit(1));
  while (id.size() < 12) id += random_digit(0);
  return id;
}

std::string new_canonical_id() { return base::random_hex(64); }

KeyPair new_key_pair() {
  // 30 bytes are 40 characters of base64 without padding.
  return {"AKIA" + base::random_upper(16), base::to_base64(base::bytes(base::random_bytes(30)))};
}

std::string folded_email(std::string_view email) {
  std::string out(email);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string email_of(std::string_view account_name) {
  auto email = folded_email(account_name);
  return email.contains('@') ? email : email + "@cumulet.local";
}

}  // namespace iam
