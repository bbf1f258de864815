// The service that the pipeline sees: routes, access, operations, errors as XML.
#include "s3/service.h"

#include <set>

#include "base/log.h"
#include "codec/percent.h"
#include "codec/utf8.h"
#include "codec/xml.h"
#include "s3/access.h"
#include "s3/collector.h"
#include "s3/cors.h"
#include "s3/intake.h"
#include "s3/keyspace.h"
#include "s3/operations.h"
#include "s3/routing.h"
#include "s3/state.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

namespace {

std::optional<aws::Method> method_named(std::string_view name) {
  using enum aws::Method;
  static constexpr std::pair<std::string_view, aws::Method> methods[] = {{"GET", get},   {"PUT", put},    {"POST", post},
                                                                         {"HEAD", head}, {"DELETE", del}, {"OPTIONS", options}};
  auto found = std::ranges::find(methods, name, &std::pair<std::string_view, aws::Method>::first);
  if (found == std::end(methods)) return std::nullopt;
  return found->second;
}

aws::Target target_of(const Call& call) {
  if (call.bucket.empty()) return aws::Target::service;
  return call.key.empty() ? aws::Target::bucket : aws::Target::object;
}

class S3 final : public aws::Service {
 public:
  explicit S3(Parts parts) : state_(std::move(parts)), router_(operation_tables()) {}

  base::Result<> start() {
    TRY_VOID(state_.parts.blobs.recover([this](const blob::Pending& pending) { return owner_names_blob(state_.meta(), pending); }));
    TRY_VOID(state_.buckets.load());
    TRY_VOID(finish_deletions());
    TRY_VOID(drop_leftover_partitions());
    state_.collector = std::make_unique<Collector>(state_.meta(), state_.parts.blobs, state_.leases, state_.parts.clock);
    return {};
  }

  aws::Result<> route(Call& call) const override {
    auto location = locate(call.host, call.path, state_.parts.settings.hosts);
    call.bucket = std::move(location.bucket);
    call.key = std::move(location.key);
    call.virtual_host = location.virtual_host;
    auto method = method_named(call.exchange.head().method());
    if (!method) return aws::fail(ErrorCode::method_not_allowed);
    TRY(row, router_.find(call, *method, target_of(call)));
    call.operation = row;
    return {};
  }

  bool authenticates_itself(const Call& call) const override {
    return call.operation->method == aws::Method::options || call.operation->name == "PostObject";
  }

  aws::Result<> authorize(const Call& call) const override { return s3::authorize(state_, call); }

  Task<aws::Result<Response>> run(Call& call) override {
    return static_cast<const Operation*>(call.operation)->run(state_, call);
  }

  Response render(const Call& call, const aws::Error& error) const override {
    auto& row = aws::row(error.code);
    if (row.status == 304 || row.status == 204) return empty_response(row.status);
    codec::XmlWriter xml;
    xml.open("Error");
    xml.element("Code", row.name);
    xml.element("Message", error.message.empty() ? row.message : std::string_view(error.message));
    for (auto& [name, value] : error.details) xml.element(name, codec::is_xml_safe(value) ? value : codec::percent_encode(value, true));
    xml.element("RequestId", call.request_id);
    xml.element("HostId", call.host_id);
    xml.close();
    auto response = xml_response(std::move(xml).str(), row.status);
    // Clients follow it to the right region; a HEAD has no body to say it in.
    if (auto bucket = state_.buckets.find(call.bucket)) response.headers.add("x-amz-bucket-region", bucket->region);
    if (row.status == 503) response.headers.add("Retry-After", "1");
    return response;
  }

  void decorate(const Call& call, Response& response) const override {
    auto origin = call.exchange.head().find("Origin");
    bool preflight = call.operation && call.operation->method == aws::Method::options;
    if (!origin || preflight) return;
    auto bucket = state_.buckets.find(call.bucket);
    if (!bucket) return;
    if (auto headers = cors_headers(*bucket, *origin, call.exchange.head().method())) response.headers.append(*headers);
  }

 private:
  // A bucket whose partition was closed is one that was being deleted when the process ended.
  base::Result<> finish_deletions() {
    for (auto& bucket : state_.buckets.all()) {
      TRY(closed, state_.meta().reader(partition_of(bucket->id))->get(closed_key));
      if (!closed) continue;
      base::log::info("finishing the deletion of a bucket", {{"bucket", bucket->name}});
      TRY_VOID(state_.buckets.remove_blocking(bucket->name, bucket->id));
    }
    return {};
  }

  // What an earlier process left of deleted buckets. While requests run such a partition has to stay closed, for those that had
  // found the bucket before it was deleted.
  base::Result<> drop_leftover_partitions() {
    std::set<std::string> used;
    for (auto& bucket : state_.buckets.all()) used.insert(partition_of(bucket->id));
    TRY(partitions, state_.meta().partitions());
    for (auto& partition : partitions) {
      if (!bucket_id_of(partition) || used.contains(partition)) continue;
      auto reader = state_.meta().reader(partition);
      auto cursor = reader->cursor();
      auto holds = [&](char prefix) {
        cursor->seek({&prefix, 1});
        return cursor->valid() && cursor->key().front() == prefix;
      };
      TRY(closed, reader->get(closed_key));
      bool awaits_collector = holds(garbage_prefix) || (closed && holds(parts_prefix));
      TRY_VOID(cursor->status());
      if (!awaits_collector) TRY_VOID(state_.meta().drop(partition));
    }
    return {};
  }

  State state_;
  Router router_;
};

}  // namespace

base::Result<std::unique_ptr<aws::Service>> make_service(Parts parts) {
  auto service = std::make_unique<S3>(std::move(parts));
  TRY_VOID(service->start());
  return service;
}

}  // namespace s3
