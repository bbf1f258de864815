// PostObject: the upload of a form, as a browser sends it from somebody's page.
#include "aws/body.h"
#include "base/encoding.h"
#include "codec/percent.h"
#include "s3/access.h"
#include "s3/names.h"
#include "s3/not_implemented.h"
#include "s3/object.h"
#include "s3/object_headers.h"
#include "s3/operations.h"
#include "s3/post_form.h"
#include "s3/post_policy.h"
#include "s3/post_signature.h"
#include "s3/tags.h"
#include "s3/xml.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;
using http::RequestHead;

namespace {

aws::Result<std::string> boundary_of(const Call& call) {
  if (auto boundary = codec::form_boundary(call.header("Content-Type"))) return *boundary;
  return aws::fail(ErrorCode::precondition_failed, {}, {{"Condition", "Bucket POST must be of the enclosure-type multipart/form-data"}});
}

// A form says in fields what other uploads say in headers; only the ACL's field has a shorter name.
// **Errors** invalid_argument for a name that is none of a header's: it could become several when it is sent back.
aws::Result<RequestHead> as_headers(const std::vector<codec::FormField>& fields) {
  RequestHead said;
  for (auto& [name, value] : fields) {
    if (!http::is_token(name))
      return aws::fail(ErrorCode::invalid_argument, "A form field's name holds characters that no header's name may hold.",
                       {{"ArgumentName", name}, {"ArgumentValue", value}});
    said.add_field(http::equal_ignoring_case(name, "acl") ? "x-amz-acl" : name, value);
  }
  return said;
}

aws::Result<std::string> key_of(const RequestHead& said) {
  auto key = said.find("key");
  if (!key || key->empty())
    return aws::fail(ErrorCode::invalid_argument, "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
                     {{"ArgumentName", "key"}, {"ArgumentValue", ""}});
  TRY_VOID(check_key(*key));
  return std::string(*key);
}

// Some pages break the lines of what they encode.
aws::Result<PostPolicy> read_policy(std::string_view field) {
  std::string encoded(field);
  std::erase_if(encoded, [](char c) { return c == '\r' || c == '\n' || c == ' '; });
  auto json = base::from_base64(encoded);
  if (!json) return aws::fail(ErrorCode::invalid_policy_document, "Invalid Policy: Invalid 'base64' encoding.");
  return parse_post_policy(*json);
}

// Whether its signer lets the form be sent, and may do so himself.
aws::Result<> check_access(const State& state, Call& call, const BucketRecord& bucket, const RequestHead& said, PostForm& form) {
  TRY(caller, authenticate_form(state, said));
  if (!caller.anonymous()) call.identity = std::make_shared<const aws::Caller>(caller);
  if (!caller.anonymous()) {
    TRY(policy, read_policy(*said.find("policy")));
    TRY_VOID(check_post_policy(policy, form.fields(), bucket.name, call.now));
    form.expect_size(policy.min_bytes, policy.max_bytes);
  }
  TRY_VOID(may_on_bucket(bucket, call.caller(), Action::write));
  return check_supported(said);
}

aws::Result<ObjectRecord> new_record(const State& state, const Call& call, const BucketRecord& bucket, const RequestHead& said) {
  TRY(record, new_object_record(state, {said, call.caller(), call.now}, bucket));
  if (auto document = said.find("tagging")) {
    TRY(tags, tags_from_xml(*document, max_object_tags));
    record.tags = std::move(tags);
  }
  return record;
}

aws::Result<> expect_checksum(const RequestHead& said, PostForm& form) {
  TRY(claim, aws::checksum_header(said));
  if (!claim) return {};
  auto raw = base::from_base64(claim->value);
  if (!raw || raw->size() != crypto::size_bytes(claim->algorithm))
    return aws::fail(ErrorCode::invalid_request, "Value for " + std::string(crypto::header_name(claim->algorithm)) + " header is invalid.");
  form.expect_checksum(*claim);
  return {};
}

bool is_url(std::string_view text) {
  bool scheme = text.starts_with("http://") || text.starts_with("https://");
  return scheme && std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

// Where the form sends the browser afterwards, told what was stored. What is no URL is passed over.
std::optional<std::string> redirect_of(const RequestHead& said, const Call& call, const ObjectRecord& record) {
  auto url = said.find("success_action_redirect");
  if (!url) url = said.find("redirect");
  if (!url || !is_url(*url)) return std::nullopt;
  auto fragment = std::min(url->find('#'), url->size());
  std::string target(url->substr(0, fragment));
  target += target.contains('?') ? '&' : '?';
  target += "bucket=" + codec::percent_encode(call.bucket) + "&key=" + codec::percent_encode(call.key) + "&etag=" + codec::percent_encode(quoted_etag(record.etag));
  return target.append(url->substr(fragment));
}

std::string post_response(const Call& call, const ObjectRecord& record) {
  codec::XmlWriter xml;
  xml.open("PostResponse");
  xml.element("Location", location_of(call));
  xml.element("Bucket", call.bucket);
  xml.element("Key", call.key);
  xml.element("ETag", quoted_etag(record.etag));
  xml.close();
  return std::move(xml).str();
}

Response answer(const RequestHead& said, const Call& call, const ObjectRecord& record) {
  auto status = said.find("success_action_status").value_or("");
  auto redirect = redirect_of(said, call, record);
  Response response;
  if (redirect)
    response = empty_response(303);
  else if (status == "201")
    response = xml_response(post_response(call, record), 201);
  else
    response = empty_response(status == "200" ? 200 : 204);
  response.headers.add("Location", redirect ? *redirect : location_of(call));
  response.headers.add("ETag", quoted_etag(record.etag));
  add_checksum_headers(*record.checksum, response.headers);
  return response;
}

Task<aws::Result<Response>> post_object(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(boundary, boundary_of(call));
  PostForm form(state, *call.body, boundary);
  CO_TRY_VOID(co_await form.read_fields());
  CO_TRY(said, as_headers(form.fields()));
  CO_TRY(key, key_of(said));
  call.key = std::move(key);
  CO_TRY_VOID(check_access(state, call, *bucket, said, form));
  CO_TRY(record, new_record(state, call, *bucket, said));
  CO_TRY_VOID(expect_checksum(said, form));
  CO_TRY(bytes, co_await take_in(state, form, owner_of_object(*bucket, call.key), Inlining::allowed));
  if (auto& claim = form.checksum()) record.checksum = stored_checksum(*claim);
  CO_TRY_VOID(co_await put_record(state, *bucket, call.key, record, bytes, {}));
  co_return answer(said, call, record);
}

}  // namespace

std::span<const Operation> post_object_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"PostObject", Method::post, Target::bucket, "", "", "", "s3:PutObject", BodyKind::stream}, post_object},
  };
  return rows;
}

}  // namespace s3
