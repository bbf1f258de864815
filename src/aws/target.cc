#include "aws/target.h"

#include "codec/percent.h"

namespace aws {

std::optional<std::string_view> origin_form(std::string_view target) {
  if (target.starts_with('/')) return target;
  if (!target.starts_with("http://") && !target.starts_with("https://")) return std::nullopt;
  auto end = target.find_first_of("/?", target.find("//") + 2);
  return end == target.npos ? std::string_view("/") : target.substr(end);
}

Result<> read_target(Call& call) {
  auto target = origin_form(call.exchange.head().target());
  if (!target) return fail(ErrorCode::invalid_uri);
  auto mark = target->find('?');
  auto path = codec::percent_decode(target->substr(0, mark));
  if (!path) return fail(ErrorCode::invalid_uri);
  call.path = path->empty() ? "/" : std::move(*path);
  if (mark == target->npos) return {};
  auto query = codec::Query::parse(target->substr(mark + 1));
  if (!query) return fail(ErrorCode::invalid_uri);
  call.query = std::move(*query);
  return {};
}

Result<> read_host(Call& call) {
  auto& head = call.exchange.head();
  auto host = head.find("Host");
  bool missing = !host && head.version() >= 11;
  if (missing || head.count("Host") > 1) return fail(ErrorCode::bad_request, "A request has exactly one Host header.");
  call.host = host.value_or("");
  return {};
}

}  // namespace aws
