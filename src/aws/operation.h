#pragma once
// One operation of an AWS API as a row of a table: how a request asks for it and what it needs.
#include <cstddef>
#include <string_view>

namespace aws {

enum class Method { get, put, post, head, del, options };
enum class Target { service, bucket, object };

// What the operation does with its body, so that nothing else can be sent to it.
enum class BodyKind {
  none,      // read and dropped
  document,  // read whole, at most `Operation::limit` bytes, before the operation runs
  stream,    // read by the operation
};

inline constexpr size_t document_limit_bytes = 1 << 20;

// The base of a service's rows; a row adds the function to run.
struct OperationRow {
  std::string_view name;  // AWS's; the metric's label, the log's field, the 501's text
  Method method;
  Target target;
  std::string_view parameter;   // query parameter that must be there: "acl", or "list-type=2" with its value
  std::string_view parameter2;  // and another: "uploadId" beside "partNumber"
  std::string_view header;      // header that must be there: "x-amz-copy-source"
  std::string_view permission;  // IAM's name: "s3:GetObject"
  BodyKind body = BodyKind::none;
  size_t limit = document_limit_bytes;
  bool checksum_of_object = false;  // x-amz-checksum-* headers speak of the object, not of this body
};

}  // namespace aws
