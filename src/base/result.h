#pragma once
// Errors are values. A function that can fail returns Result<T>; the modules below `aws` know only these few kinds of error.
#include <expected>
#include <string>
#include <utility>

namespace base {

// What went wrong, in terms that a caller can act on. Stored nowhere, so the order may change.
enum class Errc {
  invalid,       // the input breaks a rule that its reader states
  too_large,     // the input breaks a limit
  not_found,     // what was named does not exist
  exists,        // what was to be made is there already
  conflict,      // a transaction gave up on purpose; nothing was written
  corrupt,       // stored bytes do not match their checksum or format
  no_space,      // the disk, or the quota on it, is full
  io,            // the operating system reported an error
  closed,        // the peer, or this side, ended the connection
  timeout,       // a deadline passed
  unavailable,   // stopping, or a limit on concurrent work is reached
};

// The name of a kind, for logs: "no_space".
std::string_view name(Errc kind);

// An error: its kind, and a sentence for the log that says what was tried and why it failed. Never shown to a client as it is.
struct Error {
  Errc kind;
  std::string what;
};

// `what`, followed by what errno says; ENOSPC and EDQUOT are no_space, ENOENT not_found, EEXIST exists, all else io.
Error errno_error(std::string what, int number);

inline std::unexpected<Error> fail(Errc kind, std::string what) { return std::unexpected(Error{kind, std::move(what)}); }

template <class T = void>
using Result = std::expected<T, Error>;

}  // namespace base

// TRY(name, expression): evaluates to a named value, or returns the error of the Result. CO_TRY is the same in a coroutine;
// TRY_VOID and CO_TRY_VOID take a Result without (or with an unwanted) value.
#define CUMULET_JOIN_(a, b) a##b
#define CUMULET_JOIN(a, b) CUMULET_JOIN_(a, b)
#define CUMULET_TRY(ret, result, name, ...)                              \
  auto&& result = __VA_ARGS__;                                           \
  if (!result) [[unlikely]]                                              \
    ret std::unexpected(std::move(result).error());                      \
  [[maybe_unused]] auto&& name = *std::move(result)
#define CUMULET_TRY_VOID(ret, ...) \
  if (auto&& result_ = __VA_ARGS__; !result_) [[unlikely]] ret std::unexpected(std::move(result_).error())
#define TRY(name, ...) CUMULET_TRY(return, CUMULET_JOIN(result_, __LINE__), name, __VA_ARGS__)
#define CO_TRY(name, ...) CUMULET_TRY(co_return, CUMULET_JOIN(result_, __LINE__), name, __VA_ARGS__)
#define TRY_VOID(...) CUMULET_TRY_VOID(return, __VA_ARGS__)
#define CO_TRY_VOID(...) CUMULET_TRY_VOID(co_return, __VA_ARGS__)
