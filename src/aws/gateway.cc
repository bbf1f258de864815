#include "aws/gateway.h"

#include "aws/body.h"
#include "aws/target.h"
#include "base/encoding.h"
#include "base/log.h"
#include "base/random.h"
#include "codec/json.h"
#include "codec/time.h"
#include "codec/xml.h"

namespace aws {

namespace {

constexpr std::string_view own_prefix = "/_cumulet/";

// Counts a request for as long as it is served.
class InFlight {
 public:
  InFlight(std::atomic<size_t>& count, Metrics& metrics) : count_(count), metrics_(metrics), number_(++count) { metrics_.in_flight(1); }
  ~InFlight() {
    count_--;
    metrics_.in_flight(-1);
  }
  InFlight(const InFlight&) = delete;
  // How many there were, this one included, when it came.
  size_t number() const { return number_; }

 private:
  std::atomic<size_t>& count_;
  Metrics& metrics_;
  size_t number_;
};

// 16 digits: random for the thread, then counted.
std::string new_request_id() {
  thread_local std::string prefix = base::random_hex(8);
  thread_local uint32_t counter = 0;
  char digits[9];
  static constexpr char alphabet[] = "0123456789ABCDEF";
  uint32_t value = ++counter;
  for (int i = 7; i >= 0; i--, value >>= 4) digits[i] = alphabet[value & 15];
  std::string id = prefix;
  for (char& c : id) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 32 : c);
  return id.append(digits, 8);
}

// Reads a document whole, within its limit.
Task<Result<std::string>> read_document(Body& body) {
  static constexpr size_t step = 16 << 10;
  std::string document;
  size_t filled = 0;
  for (;;) {
    document.resize(filled + std::max<size_t>(step, filled));
    CO_TRY(count, co_await body.read(std::span(document).subspan(filled)));
    filled += count;
    if (count) continue;
    document.resize(filled);
    co_return document;
  }
}

}  // namespace

// Begins with the first sign of life. Once one could not be sent nothing more is written, and the failure shows when the answer would
// be. The operation goes on: what S3 has accepted it finishes, and a client that waited too short a time finds the object when it looks.
class Gateway::BegunAnswer final : public LongAnswer {
 public:
  BegunAnswer(const Gateway& gateway, Call& call, std::chrono::steady_clock::time_point began) : gateway_(gateway), call_(call), last_sign_(began) {}

  bool begun() const { return begun_; }

  Task<> keep_waiting() override {
    auto now = std::chrono::steady_clock::now();
    if (now - last_sign_ < gateway_.parts_.silence) co_return;
    last_sign_ = now;
    if (!std::exchange(begun_, true)) start();
    if (sent_) sent_ = co_await call_.exchange.write(white_space_);
    white_space_ = " ";
  }

  Task<base::Result<>> finish(std::string_view document) {
    CO_TRY_VOID(sent_);
    if (document.starts_with(codec::XmlWriter::declaration)) document.remove_prefix(codec::XmlWriter::declaration.size());
    CO_TRY_VOID(co_await call_.exchange.write(document));
    co_return co_await call_.exchange.finish();
  }

 private:
  void start() {
    Response early;
    early.headers.add("Content-Type", "application/xml");
    gateway_.parts_.service.decorate(call_, early);
    gateway_.add_ids(call_, early.headers);
    call_.exchange.start_unsized(early.status, early.headers);
  }

  const Gateway& gateway_;
  Call& call_;
  std::chrono::steady_clock::time_point last_sign_;
  bool begun_ = false;
  base::Result<> sent_;  // of all signs so far
  std::string_view white_space_ = codec::XmlWriter::declaration;  // first: nothing may be before it
};

Gateway::Gateway(GatewayParts parts) : parts_(std::move(parts)), host_id_(base::to_base64(base::bytes(base::random_bytes(48)))) {}

std::string Gateway::refusal(int status) {
  auto code = status == 431   ? ErrorCode::request_header_section_too_large
              : status == 501 ? ErrorCode::not_implemented
              : status == 503 ? ErrorCode::slow_down
                              : ErrorCode::bad_request;
  codec::XmlWriter xml;
  xml.open("Error");
  xml.element("Code", row(code).name);
  xml.element("Message", row(code).message);
  xml.close();
  return std::move(xml).str();
}

Result<> Gateway::route(Call& call) const {
  static constexpr size_t max_fields = 500;  // what is done for each field must stay little in all
  TRY_VOID(read_target(call));
  TRY_VOID(read_host(call));
  if (call.exchange.head().field_count() > max_fields) return fail(ErrorCode::request_header_section_too_large);
  promote_parameters(call);
  return parts_.service.route(call);
}

Task<> Gateway::handle(http::Exchange& exchange) {
  auto began = std::chrono::steady_clock::now();
  InFlight in_flight(in_flight_, parts_.metrics);
  Call call{exchange, parts_.clock.now(), new_request_id(), host_id_};
  Authenticated authenticated;
  BegunAnswer long_answer(*this, call, began);
  call.long_answer = &long_answer;

  // Which operation is it? First, so that whatever is refused is refused by name.
  auto routed = route(call);
  if (call.path.starts_with(own_prefix) && !call.virtual_host) co_return co_await serve_own(call);

  // Past the limit nothing else is done for it: that is the limit's purpose.
  bool past_the_limit = in_flight.number() > parts_.concurrent_requests;
  if (routed && past_the_limit) routed = fail(ErrorCode::slow_down);

  // Is it for another service of AWS? The head says so: nothing is read from whom nobody knows.
  auto other = past_the_limit ? std::nullopt : other_service(call, parts_.auth.service);
  if (other) co_return co_await refuse(call, *other, began);

  auto answer = routed ? co_await serve(call, authenticated) : Result<Response>(std::unexpected(routed.error()));
  auto* error = answer ? nullptr : &answer.error();
  if (auto& cause = error ? error->cause : call.cause) failures_.log(call, *cause);
  auto response = answer ? std::move(*answer) : parts_.service.render(call, *error);
  if (!long_answer.begun()) parts_.service.decorate(call, response);
  auto sent = long_answer.begun() ? co_await long_answer.finish(response.body) : co_await send(call, response);
  if (!sent && sent.error().kind != base::Errc::closed)
    base::log::error("a response was cut off", {{"request", call.request_id}, {"bucket", call.bucket}, {"key", call.key}, {"kind", base::name(sent.error().kind)}, {"what", sent.error().what}});
  account(call, error, began);
}

Task<Result<Response>> Gateway::serve(Call& call, Authenticated& authenticated) {
  if (!parts_.service.authenticates_itself(call)) {
    // Who asks?
    CO_TRY(found, authenticate(call, parts_.auth, parts_.find_key));
    authenticated = std::move(found);
    call.identity = authenticated.caller;
    // May they? Before the body, so that nobody sends what will be refused.
    CO_TRY_VOID(parts_.service.authorize(call));
  }
  // What did they send? Handlers see it decoded and verified only.
  if (call.operation->body != BodyKind::none) CO_TRY_VOID(co_await prepare_body(call, authenticated));
  co_return co_await parts_.service.run(call);
}

Task<Result<>> Gateway::prepare_body(Call& call, const Authenticated& authenticated) const {
  auto& row = *call.operation;
  // A document may be absent altogether, a stream must say how long it is.
  auto& head = call.exchange.head();
  bool absent = !head.find("Content-Length") && !head.find("Transfer-Encoding");
  if (row.body == BodyKind::document && absent) co_return Result<>();
  CO_TRY(body, make_body(call, authenticated, row.body == BodyKind::stream ? UINT64_MAX : row.limit));
  call.body = std::move(body);
  if (row.body == BodyKind::stream) co_return Result<>();
  CO_TRY(document, co_await read_document(*call.body));
  call.document = std::move(document);
  co_return Result<>();
}

void Gateway::add_ids(const Call& call, http::HeaderList& headers) const {
  headers.add("x-amz-request-id", call.request_id);
  headers.add("x-amz-id-2", host_id_);
}

Task<base::Result<>> Gateway::send(Call& call, Response& response) const {
  add_ids(call, response.headers);
  auto whole = response.shared_owner ? response.shared_body : std::string_view(response.body);
  if (!response.content) co_return co_await call.exchange.respond(response.status, response.headers, whole);
  call.exchange.start(response.status, response.headers, response.content_length);
  for (;;) {
    CO_TRY(piece, co_await response.content->next());
    if (piece.empty()) co_return base::Result<>();
    CO_TRY_VOID(co_await call.exchange.write(piece));
  }
}

void Gateway::account(const Call& call, const Error* error, std::chrono::steady_clock::time_point began) const {
  auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  auto& exchange = call.exchange;
  auto operation = call.operation ? call.operation->name : std::string_view("Unknown");
  // A long answer that failed was begun as a success. It counts as what it was; the log has both.
  bool failed_late = error && exchange.status() == 200;
  auto status = failed_late ? row(error->code).status : exchange.status();
  parts_.metrics.count(operation, status, seconds, exchange.bytes_received(), exchange.bytes_sent());
  if (parts_.access_log) log_request(call, error, seconds);
}

// Never the query or the Authorization header: they hold signatures.
void Gateway::log_request(const Call& call, const Error* error, double seconds) const {
  auto& exchange = call.exchange;
  codec::JsonWriter line;
  line.begin_object();
  line.member("time", codec::format_iso8601(call.now));
  line.member("request_id", call.request_id);
  line.member("remote", exchange.peer().address);
  line.member("tls", exchange.peer().tls);
  line.member("account", call.caller().account_id);
  line.member("access_key", call.caller().access_key_id);
  line.member("operation", call.operation ? call.operation->name : std::string_view());
  line.member("method", exchange.head().method());
  line.member("bucket", call.bucket);
  line.member("key", call.key);
  line.member("status", exchange.status());
  line.member("error", error ? row(error->code).name : std::string_view());
  line.member("bytes_in", exchange.bytes_received());
  line.member("bytes_out", exchange.bytes_sent());
  line.member("seconds", seconds);
  line.member("user_agent", call.header("User-Agent"));
  line.end_object();
  parts_.access_log->write(std::move(line).str());
}

Task<> Gateway::refuse(Call& call, const OtherService& service, std::chrono::steady_clock::time_point began) {
  call.operation = nullptr;  // what a request of our own would have been
  auto response = not_here(call, service);
  (void)co_await send(call, response);
  Error error{ErrorCode::not_implemented, {}, {}, nullptr};
  account(call, &error, began);
}

Task<> Gateway::serve_own(Call& call) {
  auto& exchange = call.exchange;
  auto path = std::string_view(call.path).substr(own_prefix.size() - 1);
  http::HeaderList headers;
  headers.add("Content-Type", "text/plain; charset=utf-8");
  bool reads = exchange.head().method() == "GET" || exchange.head().method() == "HEAD";
  if (reads && path == "/ready") {
    bool ready = ready_;
    co_await exchange.respond(ready ? 200 : 503, headers, ready ? "ready\n" : "starting or stopping\n");
  } else if (reads && path == "/metrics") {
    auto text = parts_.metrics.render();
    if (parts_.extra_metrics) text += parts_.extra_metrics();
    http::HeaderList typed;
    typed.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    co_await exchange.respond(200, typed, text);
  } else if (!parts_.more_paths || !co_await parts_.more_paths(call)) {
    co_await exchange.respond(404, headers, "There is no such page.\n");
  }
}

}  // namespace aws
