// GetObjectAttributes.
#include "codec/numbers.h"
#include "codec/time.h"
#include "s3/access.h"
#include "s3/object_content.h"
#include "s3/object_headers.h"
#include "s3/operations.h"
#include "s3/xml.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

namespace {

constexpr std::string_view names_header = "x-amz-object-attributes", limit_header = "x-amz-max-parts", marker_header = "x-amz-part-number-marker";
constexpr uint64_t page_limit = 1000;

// What is asked for.
struct Attributes {
  bool etag = false, checksum = false, parts = false, storage_class = false, size = false;
};

constexpr std::pair<std::string_view, bool Attributes::*> attribute_names[] = {{"ETag", &Attributes::etag},
                                                                              {"Checksum", &Attributes::checksum},
                                                                              {"ObjectParts", &Attributes::parts},
                                                                              {"StorageClass", &Attributes::storage_class},
                                                                              {"ObjectSize", &Attributes::size}};

std::unexpected<aws::Error> bad_argument(std::string message, std::string_view header, std::string_view value) {
  return aws::fail(ErrorCode::invalid_argument, std::move(message),
                   {{"ArgumentName", std::string(header)}, {"ArgumentValue", std::string(value)}});
}

// Takes the names of one header, which are joined by commas. An empty one is passed over.
aws::Result<> take_names(std::string_view list, Attributes& wanted, size_t& count) {
  while (!list.empty()) {
    auto comma = std::min(list.find(','), list.size());
    auto name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (name.empty()) continue;
    auto known = std::ranges::find(attribute_names, name, [](auto& pair) { return pair.first; });
    if (known == std::end(attribute_names)) return bad_argument("Invalid attribute name specified.", names_header, name);
    wanted.*known->second = true;
    count++;
  }
  return {};
}

aws::Result<Attributes> wanted_attributes(const http::RequestHead& head) {
  Attributes wanted;
  size_t count = 0;
  for (size_t i = 0; i < head.field_count(); i++)
    if (http::equal_ignoring_case(head.field(i).name, names_header)) TRY_VOID(take_names(head.field(i).value, wanted, count));
  if (count) return wanted;
  return aws::fail(ErrorCode::invalid_request,
                   "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty");
}

aws::Result<uint64_t> number_in(const Call& call, std::string_view header, uint64_t otherwise) {
  auto text = call.exchange.head().find(header);
  if (!text) return otherwise;
  auto number = codec::parse_u64(*text);
  if (number && *number <= INT32_MAX) return *number;
  return bad_argument("Provided " + std::string(header) + " not an integer or within integer range", header, *text);
}

// A page of an object's parts.
struct PartsRequest {
  uint64_t marker = 0, limit = page_limit;
};

aws::Result<PartsRequest> parse_page(const Call& call) {
  TRY(limit, number_in(call, limit_header, page_limit));
  TRY(marker, number_in(call, marker_header, 0));
  return PartsRequest{marker, std::min(limit, page_limit)};
}

// The checksum of all parts' checksums stands without the "-N" here: the parts are told beside it.
void write_object_checksum(codec::XmlWriter& xml, const StoredChecksum& checksum) {
  auto element = xml.scope("Checksum");
  xml.element("Checksum" + std::string(crypto::name(checksum.algorithm)), base::to_base64(base::bytes(checksum.value)));
  xml.element("ChecksumType", name(checksum.type));
}

void write_part(codec::XmlWriter& xml, const ObjectRecord& record, const Segment& segment) {
  auto element = xml.scope("Part");
  if (record.checksum && !segment.checksum.empty())
    xml.element("Checksum" + std::string(crypto::name(record.checksum->algorithm)), base::to_base64(base::bytes(segment.checksum)));
  xml.element("PartNumber", segment.part);
  xml.element("Size", segment.size_bytes);
}

void write_parts(codec::XmlWriter& xml, const ObjectRecord& record, const std::vector<Segment>& segments, const PartsRequest& page) {
  auto first = std::ranges::upper_bound(segments, page.marker, {}, &Segment::part);
  auto count = std::min<uint64_t>(static_cast<uint64_t>(segments.end() - first), page.limit);
  auto last = first + static_cast<ptrdiff_t>(count);
  auto element = xml.scope("ObjectParts");
  xml.element("PartsCount", record.part_count);
  xml.element("PartNumberMarker", page.marker);
  xml.element("NextPartNumberMarker", first == last ? page.marker : (last - 1)->part);
  xml.element("MaxParts", page.limit);
  xml.element("IsTruncated", last != segments.end());
  for (auto segment = first; segment != last; ++segment) write_part(xml, record, *segment);
}

Task<aws::Result<std::vector<Segment>>> segments_if_wanted(State& state, const BucketRecord& bucket, const ObjectRecord& record, bool wanted) {
  if (!wanted) co_return std::vector<Segment>();
  co_return co_await read_segments(state, bucket, record);
}

// The record and, if they are asked for, the parts that belong to it.
struct Found {
  ObjectRecord record;
  std::vector<Segment> segments;
};

Task<aws::Result<Found>> find(State& state, const Call& call, const BucketRecord& bucket, bool with_parts) {
  static constexpr int attempts = 5;  // a record's segments go when the object is replaced; then there is another record
  for (int attempt = 1;; attempt++) {
    CO_TRY(record, co_await read_object_record(state, call, bucket, call.key));
    CO_TRY_VOID(may_on_object(bucket, record, call.caller(), Action::read));
    auto segments = co_await segments_if_wanted(state, bucket, record, with_parts && record.part_count);
    if (segments) co_return Found{std::move(record), *std::move(segments)};
    if (segments.error().code != ErrorCode::operation_aborted) co_return std::unexpected(segments.error());
    if (attempt == attempts) co_return aws::fail(ErrorCode::internal_error);
  }
}

std::string describe(const Found& found, const Attributes& wanted, const PartsRequest& page) {
  auto& record = found.record;
  codec::XmlWriter xml;
  xml.open("GetObjectAttributesResponse", s3_namespace);
  if (wanted.etag) xml.element("ETag", record.etag);
  if (wanted.checksum && record.checksum) write_object_checksum(xml, *record.checksum);
  if (wanted.parts && record.part_count) write_parts(xml, record, found.segments, page);
  if (wanted.storage_class) xml.element("StorageClass", record.storage_class.empty() ? "STANDARD" : record.storage_class);
  if (wanted.size) xml.element("ObjectSize", record.size_bytes);
  xml.close();
  return std::move(xml).str();
}

Task<aws::Result<Response>> get_object_attributes(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(wanted, wanted_attributes(call.exchange.head()));
  CO_TRY(page, parse_page(call));
  CO_TRY(found, co_await find(state, call, *bucket, wanted.parts));
  auto response = xml_response(describe(found, wanted, page));
  response.headers.add("Last-Modified", codec::format_http_date(found.record.modified));
  co_return response;
}

}  // namespace

std::span<const Operation> object_attributes_operations() {
  using aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"GetObjectAttributes", Method::get, Target::object, "attributes", "", "", "s3:GetObjectAttributes"}, get_object_attributes},
  };
  return rows;
}

}  // namespace s3
