#pragma once
// AWS's errors: one table of codes, statuses and messages; services return them as values.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace aws {

// One code of the table in errors.cc, which is checked for completeness at compile time. The name in C++ is the snake_case
// of AWS's.
enum class ErrorCode {
  access_denied,
  access_control_list_not_supported,
  authorization_header_malformed,
  authorization_query_parameters_error,
  bad_digest,
  bad_request,
  bucket_already_exists,
  bucket_already_owned_by_you,
  bucket_not_empty,
  conditional_request_conflict,
  cors_forbidden,
  entity_too_large,
  entity_too_small,
  expired_token,
  illegal_location_constraint,
  incomplete_body,
  incorrect_number_of_files_in_post_request,
  insufficient_storage,
  internal_error,
  invalid_access_key_id,
  invalid_argument,
  invalid_bucket_name,
  invalid_chunk_size,
  invalid_digest,
  invalid_location_constraint,
  invalid_part,
  invalid_part_number,
  invalid_part_order,
  invalid_policy_document,
  invalid_range,
  invalid_request,
  invalid_storage_class,
  invalid_tag,
  invalid_token_id,
  invalid_uri,
  key_too_long,
  malformed_acl,
  malformed_post_request,
  malformed_trailer,
  malformed_xml,
  max_post_pre_data_length_exceeded,
  metadata_too_large,
  method_not_allowed,
  missing_content_length,
  missing_fields,
  missing_request_body,
  missing_security_header,
  no_such_bucket,
  no_such_cors_configuration,
  no_such_key,
  no_such_tag_set,
  no_such_upload,
  no_such_version,
  not_implemented,
  operation_aborted,
  precondition_failed,
  request_header_section_too_large,
  request_time_too_skewed,
  request_timeout,
  service_unavailable,
  signature_does_not_match,
  slow_down,
  too_many_buckets,
  unresolvable_grant_by_email_address,
  user_key_must_be_specified,
  x_amz_content_checksum_mismatch,
  x_amz_content_sha256_mismatch,
  count_,  // how many there are
};

struct ErrorRow {
  ErrorCode code;
  std::string_view name;     // as AWS spells it
  int status;                // of HTTP
  std::string_view message;  // unless the error brings its own
};

const ErrorRow& row(ErrorCode code);

// An error as a client will see it.
struct Error {
  ErrorCode code;
  std::string message;  // empty: the table's
  std::vector<std::pair<std::string, std::string>> details;  // further elements: {"Key", "a/b"}
  std::shared_ptr<const base::Error> cause = nullptr;         // what failed below the services; for the log alone
};

using Details = std::vector<std::pair<std::string, std::string>>;

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message = {}, Details details = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(details), nullptr});
}

// What a client is told of a failure below the services: that the disk is full, that it cannot be done now, that what is stored
// is damaged, or that something is wrong inside; the sentence goes to the log, with the request: see failures.h.
Error from(const base::Error& error);

template <class T>
Result<T> lift(base::Result<T> result) {
  if (!result) return std::unexpected(from(result.error()));
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return *std::move(result);
}

}  // namespace aws
