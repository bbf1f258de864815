#include "s3/names.h"

#include <algorithm>
#include <array>
#include <string>

#include "codec/utf8.h"

namespace s3 {

static bool is_label_end(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

static bool is_label(std::string_view label) {
  auto allowed = [](char c) { return is_label_end(c) || c == '-'; };
  return !label.empty() && is_label_end(label.front()) && is_label_end(label.back()) && std::ranges::all_of(label, allowed);
}

static bool are_labels(std::string_view name) {
  for (;;) {
    auto period = name.find('.');
    if (!is_label(name.substr(0, period))) return false;
    if (period == name.npos) return true;
    name.remove_prefix(period + 1);
  }
}

static bool looks_like_ipv4(std::string_view name) {
  return std::ranges::count(name, '.') == 3 && std::ranges::all_of(name, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

static bool is_reserved(std::string_view name) {
  static constexpr std::array<std::string_view, 3> prefixes = {"xn--", "sthree-", "amzn-s3-demo-"};
  static constexpr std::array<std::string_view, 5> suffixes = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};
  return std::ranges::any_of(prefixes, [&](auto p) { return name.starts_with(p); }) ||
         std::ranges::any_of(suffixes, [&](auto s) { return name.ends_with(s); });
}

aws::Result<> check_bucket_name(std::string_view name) {
  bool good = name.size() >= 3 && name.size() <= 63 && are_labels(name) && !looks_like_ipv4(name) && !is_reserved(name);
  if (good) return {};
  return aws::fail(aws::ErrorCode::invalid_bucket_name, {}, {{"BucketName", std::string(name)}});
}

aws::Result<> check_key(std::string_view key) {
  if (key.size() > max_key_bytes)
    return aws::fail(aws::ErrorCode::key_too_long, {},
                     {{"Size", std::to_string(key.size())}, {"MaxSizeAllowed", std::to_string(max_key_bytes)}});
  if (!codec::is_utf8(key)) return aws::fail(aws::ErrorCode::invalid_uri, "The key is not valid UTF-8.");
  return {};
}

}  // namespace s3
