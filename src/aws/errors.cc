#include "aws/errors.h"

#include <array>

namespace aws {

namespace {

using enum ErrorCode;

constexpr ErrorRow table[] = {
    {access_denied, "AccessDenied", 403, "Access Denied"},
    {access_control_list_not_supported, "AccessControlListNotSupported", 400, "The bucket does not allow ACLs"},
    {authorization_header_malformed, "AuthorizationHeaderMalformed", 400, "The authorization header is malformed."},
    {authorization_query_parameters_error, "AuthorizationQueryParametersError", 400, "The authorization parameters in the query are malformed."},
    {bad_digest, "BadDigest", 400, "The Content-MD5 you specified did not match what we received."},
    {bad_request, "BadRequest", 400, "Bad Request"},
    {bucket_already_exists, "BucketAlreadyExists", 409, "The requested bucket name is not available. Select a different name and try again."},
    {bucket_already_owned_by_you, "BucketAlreadyOwnedByYou", 409, "Your previous request to create the named bucket succeeded and you already own it."},
    {bucket_not_empty, "BucketNotEmpty", 409, "The bucket you tried to delete is not empty"},
    {conditional_request_conflict, "ConditionalRequestConflict", 409, "A conflicting operation occurred during the request. Retry it."},
    {cors_forbidden, "AccessForbidden", 403, "CORSResponse: This CORS request is not allowed."},
    {entity_too_large, "EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size"},
    {entity_too_small, "EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size"},
    {expired_token, "ExpiredToken", 400, "The provided token has expired."},
    {illegal_location_constraint, "IllegalLocationConstraintException", 400, "The location constraint does not fit the region of this endpoint."},
    {incomplete_body, "IncompleteBody", 400, "You did not provide the number of bytes specified by the Content-Length HTTP header"},
    {incorrect_number_of_files_in_post_request, "IncorrectNumberOfFilesInPostRequest", 400, "POST requires exactly one file upload per request."},
    {insufficient_storage, "InsufficientStorage", 507, "There is no room left on this server's disk. Nothing was stored."},
    {internal_error, "InternalError", 500, "We encountered an internal error. Please try again."},
    {invalid_access_key_id, "InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."},
    {invalid_argument, "InvalidArgument", 400, "Invalid Argument"},
    {invalid_bucket_name, "InvalidBucketName", 400, "The specified bucket is not valid."},
    {invalid_chunk_size, "InvalidChunkSizeError", 403, "Only the last chunk is allowed to have a size less than 8192 bytes"},
    {invalid_digest, "InvalidDigest", 400, "The Content-MD5 you specified was invalid."},
    {invalid_location_constraint, "InvalidLocationConstraint", 400, "The specified location-constraint is not valid"},
    {invalid_part, "InvalidPart", 400, "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."},
    {invalid_part_number, "InvalidPartNumber", 416, "The requested partnumber is not satisfiable"},
    {invalid_part_order, "InvalidPartOrder", 400, "The list of parts was not in ascending order. Parts must be ordered by part number."},
    {invalid_policy_document, "InvalidPolicyDocument", 400, "The content of the form does not meet the conditions specified in the policy document."},
    {invalid_range, "InvalidRange", 416, "The requested range is not satisfiable"},
    {invalid_request, "InvalidRequest", 400, "Invalid Request"},
    {invalid_storage_class, "InvalidStorageClass", 400, "The storage class you specified is not valid"},
    {invalid_tag, "InvalidTag", 400, "The tag provided was not a valid tag."},
    {invalid_token_id, "InvalidToken", 400, "The provided token is malformed or otherwise invalid."},
    {invalid_uri, "InvalidURI", 400, "Couldn't parse the specified URI."},
    {key_too_long, "KeyTooLongError", 400, "Your key is too long"},
    {malformed_acl, "MalformedACLError", 400, "The XML you provided was not well-formed or did not validate against our published schema"},
    {malformed_post_request, "MalformedPOSTRequest", 400, "The body of your POST request is not well-formed multipart/form-data."},
    {malformed_trailer, "MalformedTrailerError", 400, "The request contained trailing data that was not well-formed or did not conform to our published schema."},
    {malformed_xml, "MalformedXML", 400, "The XML you provided was not well-formed or did not validate against our published schema"},
    {max_post_pre_data_length_exceeded, "MaxPostPreDataLengthExceeded", 400, "Your POST request fields preceding the upload file were too large."},
    {metadata_too_large, "MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size"},
    {method_not_allowed, "MethodNotAllowed", 405, "The specified method is not allowed against this resource."},
    {missing_content_length, "MissingContentLength", 411, "You must provide the Content-Length HTTP header."},
    {missing_fields, "InvalidArgument", 400, "A required field is missing."},
    {missing_request_body, "MissingRequestBodyError", 400, "Request Body is empty"},
    {missing_security_header, "MissingSecurityHeader", 400, "Your request was missing a required header"},
    {no_such_bucket, "NoSuchBucket", 404, "The specified bucket does not exist"},
    {no_such_cors_configuration, "NoSuchCORSConfiguration", 404, "The CORS configuration does not exist"},
    {no_such_key, "NoSuchKey", 404, "The specified key does not exist."},
    {no_such_tag_set, "NoSuchTagSet", 404, "The TagSet does not exist"},
    {no_such_upload, "NoSuchUpload", 404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."},
    {no_such_version, "NoSuchVersion", 404, "The specified version does not exist."},
    {not_implemented, "NotImplemented", 501, "A header or operation you asked for implies functionality that is not implemented"},
    {operation_aborted, "OperationAborted", 409, "A conflicting conditional operation is currently in progress against this resource. Please try again."},
    {precondition_failed, "PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold"},
    {request_header_section_too_large, "RequestHeaderSectionTooLarge", 400, "Your request header section exceeds the maximum allowed request header section size."},
    {request_time_too_skewed, "RequestTimeTooSkewed", 403, "The difference between the request time and the current time is too large."},
    {request_timeout, "RequestTimeout", 400, "Your socket connection to the server was not read from or written to within the timeout period."},
    {service_unavailable, "ServiceUnavailable", 503, "The service cannot do this now. Please try again."},
    {signature_does_not_match, "SignatureDoesNotMatch", 403, "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
    {slow_down, "SlowDown", 503, "Please reduce your request rate."},
    {too_many_buckets, "TooManyBuckets", 400, "You have attempted to create more buckets than allowed"},
    {unresolvable_grant_by_email_address, "UnresolvableGrantByEmailAddress", 400, "The e-mail address you provided does not match any account on record."},
    {user_key_must_be_specified, "UserKeyMustBeSpecified", 400, "The bucket POST must contain the specified field name. If it is specified, please check the order of the fields."},
    {x_amz_content_checksum_mismatch, "XAmzContentChecksumMismatch", 400, "The provided 'x-amz-checksum' header does not match what was computed."},
    {x_amz_content_sha256_mismatch, "XAmzContentSHA256Mismatch", 400, "The provided 'x-amz-content-sha256' header does not match what was computed."},
};

consteval bool complete() {
  if (std::size(table) != static_cast<size_t>(count_)) return false;
  for (size_t i = 0; i < std::size(table); i++)
    if (static_cast<size_t>(table[i].code) != i || table[i].name.empty() || table[i].status < 400) return false;
  return true;
}
static_assert(complete(), "a row for each code, in the order of the codes");

// The code has no other message at AWS, and a client that follows it would try for nothing.
constexpr std::string_view damaged =
    "The bytes that are stored here are damaged, and wrong bytes are not served. Trying again does not help; \"cumulet check\", on the server, names what is damaged.";

ErrorCode code_for(base::Errc kind) {
  switch (kind) {
    case base::Errc::no_space: return insufficient_storage;
    case base::Errc::unavailable: return service_unavailable;
    case base::Errc::closed: return incomplete_body;
    case base::Errc::timeout: return request_timeout;
    default: return internal_error;
  }
}

}  // namespace

const ErrorRow& row(ErrorCode code) { return table[static_cast<size_t>(code)]; }

Error from(const base::Error& error) {
  auto code = code_for(error.kind);
  auto cause = row(code).status >= 500 ? std::make_shared<const base::Error>(error) : nullptr;
  return {code, error.kind == base::Errc::corrupt ? std::string(damaged) : std::string(), {}, std::move(cause)};
}

}  // namespace aws
