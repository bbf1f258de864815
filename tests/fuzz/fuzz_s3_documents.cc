// The documents that S3's operations read. What is accepted is written and read again as the same; every answer is a document.
#include "base/testing/run_task.h"
#include "blob/memory_store.h"
#include "codec/xml.h"
#include "fuzz.h"
#include "meta/memory_store.h"
#include "s3/cors_rules.h"
#include "s3/keyspace.h"
#include "s3/record.h"
#include "s3/service.h"
#include "s3/tags.h"
#include "s3/test_support.h"

namespace {

const std::string owner(64, 'a'), bucket_id = "0123456789abcdef", upload_id(s3::upload_id_digits, '0');

s3::test::FakeAccounts make_accounts() {
  s3::test::FakeAccounts accounts;
  accounts.add('a', "alice");
  accounts.add('b', "bob");
  return accounts;
}

void check_acl(std::string_view text, const iam::Accounts& accounts) {
  auto acl = s3::acl_from_xml(text, owner, accounts);
  if (!acl) return;
  auto again = s3::acl_from_xml(s3::acl_to_xml(*acl, accounts), owner, accounts);
  fuzz::check(again && *again == *acl);
}

void check_tags(std::string_view text) {
  auto tags = s3::tags_from_xml(text, s3::max_bucket_tags);
  if (!tags) return;
  auto again = s3::tags_from_xml(s3::tags_to_xml(*tags), s3::max_bucket_tags);
  fuzz::check(again && *again == *tags);
}

void check_cors(std::string_view text) {
  auto rules = s3::cors_rules_from_xml(text);
  if (!rules) return;
  auto written = s3::cors_rules_to_xml(*rules);
  auto again = s3::cors_rules_from_xml(written);
  fuzz::check(again && s3::cors_rules_to_xml(*again) == written);
  for (auto& rule : *rules) fuzz::check(s3::find_cors_rule(*rules, rule.origins.front(), rule.methods.front(), {}).has_value());
}

// The service over storage in memory, with a bucket that holds an upload of two parts.
class Storage {
 public:
  Storage() {
    meta_ = meta::make_memory_store(pool_);
    s3::BucketRecord bucket{.id = bucket_id, .name = "b", .region = "us-east-1", .acl = s3::private_acl(owner)};
    put(std::string(s3::bucket_directory), {{"b", encode(bucket)}});
    service_ = s3::make_service({*meta_, *blobs_, accounts_, pool_, clock_, {}}).value();
  }

  void put_upload() {
    s3::ObjectRecord target{.id = std::string(32, '1'), .acl = s3::private_acl(owner)};
    s3::UploadRecord upload{.id = upload_id, .key = "k", .initiator = owner, .target = target};
    auto part = [](uint32_t number) { return encode(s3::PartRecord{number, 5 << 20, {}, std::string(16, '\0'), "", std::nullopt}); };
    put(s3::partition_of(bucket_id), {{s3::upload_key("k", upload_id), encode(upload)}, {s3::part_key(upload_id, 1), part(1)}, {s3::part_key(upload_id, 2), part(2)}});
  }

  // The answer as a document's text; nothing where there was an error.
  std::optional<std::string> run(std::string_view method, std::string_view target, std::string_view document) {
    http::testing::FakeExchange exchange(method, target, {{"Host", "localhost"}, {"Content-MD5", "compared before"}});
    aws::Call call{exchange, clock_.now(), "0123456789ABCDEF", "host"};
    auto path = target.substr(0, target.find('?'));
    call.host = "localhost", call.path = path;
    if (path.size() < target.size()) call.query = codec::Query::parse(target.substr(path.size() + 1)).value();
    call.identity = std::make_shared<const aws::Caller>(aws::Caller{std::string(12, '1'), owner, "alice", "AKID"});
    call.document = document;
    fuzz::check(service_->route(call).has_value());
    auto answer = base::testing::run_task(service_->run(call));
    auto text = answer ? answer->body : service_->render(call, answer.error()).body;
    fuzz::check(text.empty() || codec::parse_xml(text).has_value());
    fuzz::check(answer || aws::row(answer.error().code).status < 500 || answer.error().code == aws::ErrorCode::not_implemented);
    return answer ? std::optional(text) : std::nullopt;
  }

  const iam::Accounts& accounts() const { return accounts_; }

 private:
  void put(const std::string& partition, const s3::Pairs& pairs) {
    auto done = meta_->commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
      for (auto& [key, value] : pairs) batch.put(key, value);
      return {};
    });
    fuzz::check(done.has_value());
  }

  s3::test::FakeAccounts accounts_ = make_accounts();
  base::ThreadPool pool_{"fuzz", 1};
  base::SystemClock clock_;
  std::unique_ptr<meta::Store> meta_;
  std::unique_ptr<blob::Store> blobs_ = blob::make_memory_store();
  std::unique_ptr<aws::Service> service_;
};

void check_deletion(Storage& storage, std::string_view text) {
  auto answer = storage.run("POST", "/b?delete", text);
  if (!answer) return;
  auto asked = codec::parse_xml(text), said = codec::parse_xml(*answer);
  auto outcomes = said->root().children("Deleted").size() + said->root().children("Error").size();
  auto quiet = asked->root().child("Quiet");
  auto objects = asked->root().children("Object").size();
  fuzz::check(quiet && quiet.text() == "true" ? outcomes <= objects : outcomes == objects);
}

void check_completion(Storage& storage, std::string_view text) {
  storage.put_upload();
  auto target = "/b/k?uploadId=" + upload_id;
  if (auto answer = storage.run("POST", target, text)) fuzz::check(storage.run("POST", target, text) == answer);
}

std::string location(Storage& storage) { return codec::parse_xml(*storage.run("GET", "/new-bucket?location", ""))->root().text(); }

void check_creation(Storage& storage, std::string_view text) {
  if (!storage.run("PUT", "/new-bucket", text)) return;
  auto region = location(storage);
  fuzz::check(storage.run("DELETE", "/new-bucket", "").has_value());
  if (region.empty()) return;
  codec::XmlWriter xml;
  xml.open("CreateBucketConfiguration");
  xml.element("LocationConstraint", region);
  xml.close();
  fuzz::check(storage.run("PUT", "/new-bucket", std::move(xml).str()).has_value() && location(storage) == region);
  fuzz::check(storage.run("DELETE", "/new-bucket", "").has_value());
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Storage storage;
  auto text = fuzz::text(data, size);
  check_acl(text, storage.accounts());
  check_tags(text);
  check_cors(text);
  auto speaks_of = [&](std::string_view name) { return text.find(name) != text.npos; };
  if (speaks_of("Delete")) check_deletion(storage, text);
  if (speaks_of("CompleteMultipartUpload")) check_completion(storage, text);
  if (speaks_of("LocationConstraint")) check_creation(storage, text);
  return 0;
}
