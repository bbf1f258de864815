#include "s3/cors_rules.h"

#include "codec/numbers.h"
#include "s3/xml.h"

namespace s3 {

using aws::ErrorCode;
using codec::XmlElement;

namespace {

constexpr std::string_view methods[] = {"GET", "PUT", "HEAD", "POST", "DELETE"};
constexpr size_t max_id_bytes = 255;

aws::Result<> read_max_age(XmlElement element, CorsRule& rule) {
  rule.max_age_seconds = codec::parse_u64(element.text());
  if (rule.max_age_seconds && *rule.max_age_seconds <= INT32_MAX) return {};
  return aws::fail(ErrorCode::malformed_xml);
}

aws::Result<> read_element(XmlElement element, CorsRule& rule) {
  auto name = element.name();
  if (name == "ID")
    rule.id = element.text();
  else if (name == "AllowedOrigin")
    rule.origins.push_back(element.text());
  else if (name == "AllowedMethod")
    rule.methods.push_back(element.text());
  else if (name == "AllowedHeader")
    rule.allowed_headers.push_back(element.text());
  else if (name == "ExposeHeader")
    rule.exposed_headers.push_back(element.text());
  else if (name == "MaxAgeSeconds")
    return read_max_age(element, rule);
  else
    return aws::fail(ErrorCode::malformed_xml);
  return {};
}

aws::Result<> refuse(std::string message) { return aws::fail(ErrorCode::invalid_request, std::move(message)); }

aws::Result<> check_wildcards(std::string_view element, const std::vector<std::string>& patterns) {
  for (auto& pattern : patterns)
    if (std::ranges::count(pattern, '*') > 1)
      return refuse(std::string(element) + " \"" + pattern + "\" can not have more than one wildcard.");
  return {};
}

aws::Result<> check_rule(const CorsRule& rule) {
  if (rule.origins.empty() || rule.methods.empty()) return aws::fail(ErrorCode::malformed_xml);
  if (rule.id.size() > max_id_bytes) return refuse("The ID of a CORS rule can have up to 255 characters.");
  for (auto& method : rule.methods)
    if (!is_cors_method(method)) return refuse("Found unsupported HTTP method in CORS config. Unsupported method is " + method);
  TRY_VOID(check_wildcards("AllowedOrigin", rule.origins));
  TRY_VOID(check_wildcards("AllowedHeader", rule.allowed_headers));
  for (auto& header : rule.exposed_headers)
    if (header.find('*') != header.npos)
      return refuse("ExposeHeader \"" + header + "\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
  return {};
}

aws::Result<CorsRule> read_rule(XmlElement element) {
  if (element.name() != "CORSRule") return aws::fail(ErrorCode::malformed_xml);
  CorsRule rule;
  for (auto& child : element.children()) TRY_VOID(read_element(child, rule));
  TRY_VOID(check_rule(rule));
  return rule;
}

void write_all(codec::XmlWriter& xml, std::string_view name, const std::vector<std::string>& texts) {
  for (auto& text : texts) xml.element(name, text);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

bool allows_headers(const CorsRule& rule, std::span<const std::string> headers) {
  return std::ranges::all_of(headers, [&](auto& header) {
    return std::ranges::any_of(rule.allowed_headers, [&](auto& pattern) { return matches_pattern(lower(pattern), lower(header)); });
  });
}

}  // namespace

bool is_cors_method(std::string_view method) { return std::ranges::find(methods, method) != std::end(methods); }

aws::Result<std::vector<CorsRule>> cors_rules_from_xml(std::string_view document) {
  auto parsed = codec::parse_xml(document);
  if (!parsed || parsed->root().name() != "CORSConfiguration") return aws::fail(ErrorCode::malformed_xml);
  std::vector<CorsRule> rules;
  for (auto& element : parsed->root().children()) {
    TRY(rule, read_rule(element));
    rules.push_back(std::move(rule));
  }
  if (rules.empty()) return aws::fail(ErrorCode::malformed_xml);
  if (rules.size() > max_cors_rules)
    return aws::fail(ErrorCode::invalid_request, "The number of CORS rules should not exceed allowed limit of 100 rules.");
  return rules;
}

std::string cors_rules_to_xml(const std::vector<CorsRule>& rules) {
  codec::XmlWriter xml;
  xml.open("CORSConfiguration", s3_namespace);
  for (auto& rule : rules) {
    xml.open("CORSRule");
    if (!rule.id.empty()) xml.element("ID", rule.id);
    write_all(xml, "AllowedHeader", rule.allowed_headers);
    write_all(xml, "AllowedMethod", rule.methods);
    write_all(xml, "AllowedOrigin", rule.origins);
    write_all(xml, "ExposeHeader", rule.exposed_headers);
    if (rule.max_age_seconds) xml.element("MaxAgeSeconds", std::to_string(*rule.max_age_seconds));
    xml.close();
  }
  xml.close();
  return std::move(xml).str();
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  auto star = pattern.find('*');
  if (star == pattern.npos) return pattern == text;
  auto before = pattern.substr(0, star), after = pattern.substr(star + 1);
  return text.size() >= before.size() + after.size() && text.starts_with(before) && text.ends_with(after);
}

std::optional<CorsMatch> find_cors_rule(const std::vector<CorsRule>& rules, std::string_view origin, std::string_view method,
                                        std::span<const std::string> headers) {
  for (auto& rule : rules) {
    auto pattern = std::ranges::find_if(rule.origins, [&](auto& pattern) { return matches_pattern(pattern, origin); });
    if (pattern == rule.origins.end() || std::ranges::find(rule.methods, method) == rule.methods.end()) continue;
    if (allows_headers(rule, headers)) return CorsMatch{&rule, *pattern};
  }
  return std::nullopt;
}

}  // namespace s3
