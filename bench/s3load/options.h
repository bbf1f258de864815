// The command line of s3load.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace s3load {

enum class Op : size_t { get, put, head, remove, list, range, create_bucket };
inline constexpr size_t op_count = 7;

// As --op and the report call it. Only the first six can be asked for by --op.
std::string_view op_name(Op op);

// An array with one element per operation.
template <class T>
struct PerOp {
  std::array<T, op_count> values{};
  T& operator[](Op op) { return values[static_cast<size_t>(op)]; }
  const T& operator[](Op op) const { return values[static_cast<size_t>(op)]; }
};

enum class Auth { none, v2, v4 };

// How the body of a PUT is covered by a V4 signature.
enum class Payload { not_signed, hashed, signed_chunks, crc_trailer };

struct Options {
  std::string host, port;
  bool tls = false;
  std::string access_key = "test", secret_key = "testsecret", region = "us-east-1";
  Auth auth = Auth::v4;
  Payload payload = Payload::not_signed;
  std::string bucket = "s3load", prefix = "obj-";
  PerOp<int> weights;
  std::vector<size_t> sizes = {4096};
  uint64_t objects = 1000;
  int connections = 16, threads = 1;
  double duration_s = 10, warmup_s = 0, rate = 0, timeout_s = 30;
  uint64_t requests = 0;
  size_t range_size = 4096, chunk_size = 65536;
  size_t list_max_keys = 1000;
  std::string list_delimiter, list_prefix;
  bool list_prefix_given = false, list_random_start = false;
  bool create_bucket = false, prepare = false, cleanup = false, unique = false, verify = false, discard = false;
  bool keepalive = true, expect_continue = false, timeline = false, allow_errors = false, quiet = false;
  int server_pid = 0;
  std::vector<std::string> extra_headers;                            // lines, not signed
  std::vector<std::pair<std::string, std::string>> signed_headers;  // x-amz-..., in lower case
  std::string run_id;  // tells the keys that this run makes from those of any other
  uint64_t seed = 1;   // of choices at random; differs from run to run

  bool chunked_puts() const { return payload == Payload::signed_chunks || payload == Payload::crc_trailer; }
};

// Ends the program with a message where the command line is wrong, and after --help.
Options parse_options(int argc, char** argv);

// Prints the reason and ends the program with 2.
[[noreturn]] void die(const std::string& why);

}  // namespace s3load
