#pragma once
// What the ways to sign a request share. Private to authentication.
#include "aws/authenticate.h"

namespace aws {

// What a signature is checked against.
struct AuthContext {
  const Call& call;
  const AuthSettings& settings;
  const FindKey& find_key;
};

// One for each scheme; each is called only where the request shows its marks.
Result<Authenticated> authenticate_v4_header(const AuthContext& context, std::string_view authorization);
Result<Authenticated> authenticate_v4_query(const AuthContext& context);
Result<Authenticated> authenticate_v2_header(const AuthContext& context, std::string_view authorization);
Result<Authenticated> authenticate_v2_query(const AuthContext& context);

// **Errors** invalid_access_key_id.
Result<std::shared_ptr<const KeyOwner>> key_owner(const AuthContext& context, std::string_view access_key);

// How the body is covered, as x-amz-content-sha256 says. **Errors** invalid_argument for another value.
Result<> take_payload(std::string_view content_sha256, Authenticated& out);

// The request's own time: x-amz-date, else Date. **Errors** access_denied where there is none that can be read.
Result<base::Time> request_time(const Call& call);
// **Errors** request_time_too_skewed.
Result<> check_skew(const Call& call, base::Time time);

// "2a 0b": bytes as the explanation of a mismatch shows them.
std::string spaced_hex(std::string_view text);

}  // namespace aws
