// DeleteObjects: many keys of a bucket, each with an outcome of its own.
#include "aws/body.h"
#include "s3/access.h"
#include "s3/collector.h"
#include "s3/keyspace.h"
#include "s3/names.h"
#include "s3/operations.h"
#include "s3/transaction.h"
#include "s3/xml.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

namespace {

constexpr size_t max_keys = 1000;
// All writers of the store wait for a transaction, so that one does not take all keys.
constexpr size_t keys_per_transaction = 100;

// A key as the document lists it, and what became of it.
struct Listed {
  std::string key;
  std::optional<std::string> version;
  WriteConditions conditions;
  aws::Result<> outcome;
};

struct Deletion {
  std::vector<Listed> targets;
  bool quiet = false;
};

// What can be said against deleting it before looking: conditions that only directory buckets know, a version that cannot be there.
aws::Result<> check_target(codec::XmlElement object, const Listed& target) {
  TRY_VOID(check_key(target.key));
  for (auto name : {"LastModifiedTime", "Size"})
    if (object.child(name))
      return aws::fail(ErrorCode::not_implemented, "What the element " + std::string(name) + " asks for is not implemented");
  if (target.version.value_or("null") != "null") return aws::fail(ErrorCode::no_such_version);
  return {};
}

aws::Result<Listed> parse_target(codec::XmlElement object) {
  Listed target;
  target.key = object.child("Key") ? object.child("Key").text() : "";
  if (target.key.empty()) return aws::fail(ErrorCode::malformed_xml);
  if (auto version = object.child("VersionId"); version && !version.text().empty()) target.version = version.text();
  if (auto etag = object.child("ETag")) target.conditions.if_match = plain_etag(etag.text());
  target.outcome = check_target(object, target);
  return target;
}

aws::Result<Deletion> parse_deletion(const std::string& document) {
  auto parsed = codec::parse_xml(document);
  if (!parsed || parsed->root().name() != "Delete") return aws::fail(ErrorCode::malformed_xml);
  Deletion deletion;
  auto quiet = parsed->root().child("Quiet");
  deletion.quiet = quiet && quiet.text() == "true";
  auto objects = parsed->root().children("Object");
  if (objects.empty() || objects.size() > max_keys) return aws::fail(ErrorCode::malformed_xml);
  for (auto object : objects) {
    TRY(target, parse_target(object));
    deletion.targets.push_back(std::move(target));
  }
  return deletion;
}

// AWS takes no list of keys to delete that may have changed on its way. The pipeline has compared what is there.
aws::Result<> check_integrity(const Call& call) {
  TRY(checksum, aws::checksum_header(call.exchange.head()));
  if (checksum || call.has_header("Content-MD5") || call.has_header("x-amz-trailer")) return {};
  return aws::fail(ErrorCode::invalid_request, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
}

// Reads the records before the transaction does, which then finds them in memory.
Task<aws::Result<>> read_ahead(State& state, const BucketRecord& bucket, std::span<const Listed> targets) {
  auto work = [&](const meta::Reader& reader) -> base::Result<> {
    for (auto& target : targets) TRY_VOID(reader.get(object_key(target.key)));
    return {};
  };
  co_return aws::lift(co_await meta::read(state.meta(), partition_of(bucket.id), work));
}

// A key whose conditions fail keeps its object; the others go all the same.
Task<aws::Result<>> remove_all(State& state, const BucketRecord& bucket, std::span<Listed> targets) {
  CO_TRY_VOID(co_await read_ahead(state, bucket, targets));
  std::vector<aws::Result<>> outcomes;
  CO_TRY_VOID(co_await commit(state, bucket, [&](const meta::Reader& before, meta::Batch& batch) -> aws::Result<> {
    outcomes.clear();
    for (auto& target : targets)
      outcomes.push_back(target.outcome ? remove_object(before, batch, target.key, target.conditions) : target.outcome);
    return {};
  }));
  for (size_t i = 0; i < targets.size(); i++) targets[i].outcome = outcomes[i];
  co_return aws::Result<>();
}

// What no transaction could do is every key's error.
Task<> remove_batch(State& state, Call& call, const BucketRecord& bucket, std::span<Listed> targets) {
  auto done = co_await remove_all(state, bucket, targets);
  if (done) co_return;
  call.cause = done.error().cause;
  for (auto& target : targets)
    if (target.outcome) target.outcome = done;
}

void write_outcome(codec::XmlWriter& xml, const Listed& target, bool quiet) {
  if (target.outcome && quiet) return;
  auto element = xml.scope(target.outcome ? "Deleted" : "Error");
  xml.element("Key", target.key);
  if (target.version) xml.element("VersionId", *target.version);
  if (target.outcome) return;
  auto& error = target.outcome.error();
  xml.element("Code", aws::row(error.code).name);
  xml.element("Message", error.message.empty() ? aws::row(error.code).message : std::string_view(error.message));
}

Task<aws::Result<Response>> delete_objects(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY_VOID(check_integrity(call));
  CO_TRY(deletion, parse_deletion(call.document));
  for (auto& target : deletion.targets)
    if (target.outcome) target.outcome = may_delete(*bucket, call.caller());
  auto left = std::span(deletion.targets);
  while (!left.empty()) {
    auto batch = left.first(std::min(left.size(), keys_per_transaction));
    bool any = std::ranges::any_of(batch, [](auto& target) { return target.outcome.has_value(); });
    if (any) co_await remove_batch(state, call, *bucket, batch);
    left = left.subspan(batch.size());
  }
  codec::XmlWriter xml;
  xml.open("DeleteResult", s3_namespace);
  for (auto& target : deletion.targets) write_outcome(xml, target, deletion.quiet);
  xml.close();
  co_return xml_response(std::move(xml).str());
}

}  // namespace

std::span<const Operation> delete_objects_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"DeleteObjects", Method::post, Target::bucket, "delete", "", "", "s3:DeleteObject", BodyKind::document, 4 << 20}, delete_objects},
  };
  return rows;
}

}  // namespace s3
