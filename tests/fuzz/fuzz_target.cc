// Where a request points: METHOD, Host and target on a line each. What is found is what was asked for, whatever the order of the
// parameters and of the table, and a bucket and key are found again under their encoded names.
#include "aws/target.h"
#include "codec/percent.h"
#include "fuzz.h"
#include "http/testing/fake_exchange.h"
#include "s3/operations.h"
#include "s3/routing.h"

namespace {

const std::vector<std::string> hosts = {"cloud.example"};

std::string_view take_line(std::string_view& text) {
  auto end = text.find('\n');
  auto line = text.substr(0, end);
  text = end == text.npos ? std::string_view() : text.substr(end + 1);
  return line;
}

void check_location(const s3::Location& found, const aws::Call& call) {
  if (found.virtual_host) {
    fuzz::check(!found.bucket.empty() && call.host.starts_with(found.bucket + "."));
    fuzz::check(call.path == found.key || call.path == "/" + found.key);
  } else {
    fuzz::check(found.bucket.find('/') == found.bucket.npos);
    auto path = "/" + codec::percent_encode(found.bucket) + "/" + codec::percent_encode(found.key, true);
    auto again = s3::locate(call.host, codec::percent_decode(path).value(), hosts);
    fuzz::check(again.bucket == found.bucket && again.key == found.key && !again.virtual_host);
  }
}

std::string reversed(const codec::Query& query) {
  std::string out;
  for (auto& parameter : query.all())
    out = codec::percent_encode(parameter.name) + (parameter.has_value ? "=" + codec::percent_encode(parameter.value) : "") + "&" + out;
  return out;
}

bool names_one_twice(const codec::Query& query) {
  std::set<std::string_view> names;
  return !std::ranges::all_of(query.all(), [&](auto& parameter) { return names.insert(parameter.name).second; });
}

std::vector<std::span<const s3::Operation>> reversed_tables() {
  auto tables = s3::operation_tables();
  std::ranges::reverse(tables);
  return tables;
}

void check_row(aws::Call& call, aws::Method method, aws::Target target) {
  static const s3::Router router(s3::operation_tables()), backward(reversed_tables());
  auto found = router.find(call, method, target), reverse = backward.find(call, method, target);
  fuzz::check(found.has_value() == reverse.has_value() && (!found || *found == *reverse));
  if (found) {
    auto& row = **found;
    fuzz::check(row.method == method && row.target == target);
    fuzz::check(row.header.empty() || call.has_header(row.header));
    for (auto parameter : {row.parameter, row.parameter2}) fuzz::check(parameter.empty() || call.query.has(parameter.substr(0, parameter.find('='))));
  }
  if (names_one_twice(call.query)) return;
  call.query = codec::Query::parse(reversed(call.query)).value();
  auto again = router.find(call, method, target);
  fuzz::check(again.has_value() == found.has_value() && (!found || *again == *found));
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr std::string_view methods[] = {"GET", "PUT", "POST", "HEAD", "DELETE", "OPTIONS"};  // in aws::Method's order
  auto text = fuzz::text(data, size);
  auto name = take_line(text), host = take_line(text);
  http::testing::FakeExchange exchange(name, text, {{"Host", std::string(host)}, {"x-amz-copy-source", "b/k"}});
  aws::Call call{exchange};
  if (!aws::read_target(call) || !aws::read_host(call)) return 0;
  aws::promote_parameters(call);
  for (size_t i = 0; i < exchange.head().field_count(); i++) fuzz::check(http::is_token(exchange.head().field(i).name));
  auto found = s3::locate(call.host, call.path, hosts);
  check_location(found, call);
  auto method = std::ranges::find(methods, name) - methods;
  if (method == std::ssize(methods)) return 0;
  auto target = found.bucket.empty() ? aws::Target::service : found.key.empty() ? aws::Target::bucket : aws::Target::object;
  check_row(call, static_cast<aws::Method>(method), target);
  return 0;
}
