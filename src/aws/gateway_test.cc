// The pipeline over a service that writes down what it is asked.
#include "aws/gateway.h"

#include <gmock/gmock.h>

#include "aws/testing/signer.h"
#include "base/testing/run_task.h"
#include "codec/json.h"
#include "codec/time.h"
#include "codec/xml.h"

namespace aws {
namespace {

using http::testing::FakeExchange;
using testing::Headers;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr OperationRow rows[] = {
    {"GetThing", Method::get, Target::object, "", "", "", ""},
    {"PutDocument", Method::put, Target::object, "", "", "", "", BodyKind::document, 20},
    {"PutStream", Method::put, Target::object, "", "", "", "", BodyKind::stream},
    {"PostForm", Method::post, Target::object, "", "", "", "", BodyKind::stream},
};

class Pieces final : public Content {
 public:
  explicit Pieces(bool fails) : fails_(fails) {}
  Task<base::Result<std::span<const char>>> next() override {
    static constexpr std::string_view pieces[] = {"one", "two", ""};
    if (fails_ && next_ == 1) co_return base::fail(base::Errc::corrupt, "a block");
    co_return pieces[next_++];
  }

 private:
  bool fails_;
  size_t next_ = 0;
};

// Counts what is tried to be sent, on a connection whose client has gone.
class GoneExchange final : public http::Exchange {
 public:
  explicit GoneExchange(FakeExchange& inner) : inner_(inner) { inner_.hang_up(); }
  size_t writes() const { return writes_; }

  const http::RequestHead& head() const override { return inner_.head(); }
  const http::Peer& peer() const override { return inner_.peer(); }
  void add_field(std::string_view name, std::string_view value) override { inner_.add_field(name, value); }
  std::optional<uint64_t> content_length() const override { return inner_.content_length(); }
  Task<base::Result<size_t>> read(std::span<char> into) override { return inner_.read(into); }
  Task<base::Result<>> respond(int status, const http::HeaderList& headers, std::string_view body) override { return writes_++, inner_.respond(status, headers, body); }
  void start(int status, const http::HeaderList& headers, uint64_t length_bytes) override { inner_.start(status, headers, length_bytes); }
  Task<base::Result<>> write(std::span<const char> data) override { return writes_++, inner_.write(data); }
  void start_unsized(int status, const http::HeaderList& headers) override { inner_.start_unsized(status, headers); }
  Task<base::Result<>> finish() override { return writes_++, inner_.finish(); }
  int status() const override { return inner_.status(); }
  uint64_t bytes_sent() const override { return inner_.bytes_sent(); }
  uint64_t bytes_received() const override { return inner_.bytes_received(); }

 private:
  FakeExchange& inner_;
  size_t writes_ = 0;
};

// The operation is the first part of the path.
class FakeService final : public Service {
 public:
  explicit FakeService(std::vector<std::string>& events) : events_(events) {}

  Result<> route(Call& call) const override {
    events_.push_back("route");
    call.virtual_host = call.host.starts_with("bucket.");
    call.bucket = "b", call.key = call.path;
    for (auto& row : rows)
      if (call.path.starts_with("/" + std::string(row.name))) call.operation = &row;
    if (!call.operation) return fail(ErrorCode::method_not_allowed);
    return {};
  }
  bool authenticates_itself(const Call& call) const override { return call.operation->name == "PostForm"; }
  Result<> authorize(const Call& call) const override {
    events_.push_back("authorize " + call.caller().display_name);
    if (call.path.ends_with("/forbidden")) return fail(ErrorCode::access_denied);
    return {};
  }
  Task<Result<Response>> run(Call& call) override {
    events_.push_back("run " + call.document);
    if (call.path.contains("/long"))
      for (int i = 0; i < 3; i++) co_await call.long_answer->keep_waiting();
    if (call.path.ends_with("/missing")) co_return fail(ErrorCode::no_such_key);
    if (call.path.ends_with("/damaged")) co_return lift(base::Result<Response>(base::fail(base::Errc::corrupt, "blob 7: a block")));
    if (call.path.ends_with("/full")) co_return lift(base::Result<Response>(base::fail(base::Errc::no_space, "cannot write")));
    if (call.path.ends_with("/partly")) call.cause = from({base::Errc::io, "one of many"}).cause;
    Response response;
    response.headers.add("ETag", "\"x\"");
    if (call.path.contains("/long")) response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Done/>";
    if (call.path.ends_with("/pieces") || call.path.ends_with("/cut")) {
      response.content = std::make_unique<Pieces>(call.path.ends_with("/cut"));
      response.content_length = 6;
    } else if (call.path.ends_with("/shared")) {
      auto bytes = std::make_shared<const std::string>("kept by another");
      response.shared_body = *bytes;
      response.shared_owner = bytes;
    } else if (call.body && call.operation->body == BodyKind::stream) {
      char buffer[100];
      CO_TRY(count, co_await call.body->read(buffer));
      response.body.assign(buffer, count);
    }
    co_return std::move(response);
  }
  Response render(const Call&, const Error& error) const override {
    events_.push_back("render");
    return {row(error.code).status, {}, std::string(row(error.code).name)};
  }
  void decorate(const Call& call, Response& response) const override {
    events_.push_back("decorate");
    EXPECT_EQ(call.exchange.status(), 0);
    response.headers.add("X-Decorated", "1");
  }

 private:
  std::vector<std::string>& events_;
};

struct Lines final : AccessLog {
  std::vector<std::string> lines;
  void write(std::string_view line) override { lines.emplace_back(line); }
};

struct FixedClock final : base::Clock {
  base::Time now() const override { return *codec::parse_basic("20130524T000000Z") + later; }
  std::chrono::seconds later{0};
};

class GatewayTest : public ::testing::Test {
 protected:
  Gateway& gateway() {
    if (!gateway_) {
      auto find_key = [this](std::string_view id) -> std::shared_ptr<const KeyOwner> {
        events_.push_back("key");
        if (id != testing::Signer().access_key) return nullptr;
        return std::make_shared<KeyOwner>(KeyOwner{testing::Signer().secret, {"111111111111", std::string(64, 'a'), "alice", std::string(id)}});
      };
      gateway_ = std::make_unique<Gateway>(GatewayParts{service_, find_key, {}, clock_, metrics_, &log_, [] { return "extra 1\n"; }, concurrent_, more_paths_, silence_});
    }
    return *gateway_;
  }

  // Serves a request, and returns the status and the body of the answer.
  std::string serve(std::string_view method, std::string_view target, Headers headers = {}, std::string body = {}) {
    if (!body.empty()) headers.emplace_back("Content-Length", std::to_string(body.size()));
    headers.emplace_back("Host", host_);
    http::testing::Script script{std::move(body), {}, {}, [this] { events_.push_back("read"); }};
    exchange_ = std::make_unique<FakeExchange>(method, target, headers, std::move(script));
    if (hung_up_) exchange_->hang_up();
    base::testing::run_task(gateway().handle(*exchange_));
    return std::to_string(exchange_->status()) + " " + exchange_->response_body();
  }
  std::string serve_signed(std::string_view method, std::string_view target, Headers headers = {}, std::string body = {}) {
    headers.emplace_back("Host", host_);
    headers = signer_.v4(method, target, headers);
    std::erase_if(headers, [](auto& header) { return header.first == "Host"; });
    return serve(method, target, headers, std::move(body));
  }
  std::string response_header(std::string_view name) const { return std::string(exchange_->response_headers().find(name).value_or("")); }

  std::vector<std::string> events_;
  FakeService service_{events_};
  testing::Signer signer_;
  FixedClock clock_;
  Metrics metrics_;
  Lines log_;
  size_t concurrent_ = 10;
  OwnPaths more_paths_;
  std::chrono::steady_clock::duration silence_ = std::chrono::hours(1);
  bool hung_up_ = false;
  std::string host_ = "localhost";
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<FakeExchange> exchange_;
};

TEST_F(GatewayTest, StepsAreInOrder) {
  EXPECT_EQ(serve_signed("PUT", "/PutDocument/k", {}, "text"), "200 ");
  EXPECT_THAT(events_, ElementsAre("route", "key", "authorize alice", "read", "read", "run text", "decorate"));
}

TEST_F(GatewayTest, AStreamIsReadByTheOperation) {
  EXPECT_EQ(serve("PUT", "/PutStream/k", {}, "text"), "200 text");
  EXPECT_THAT(events_, ElementsAre("route", "authorize ", "run ", "read", "decorate"));
}

// A connection sends 100 Continue at the first read; see http.
TEST_F(GatewayTest, NobodySendsABodyThatIsRefused) {
  Headers expect = {{"Expect", "100-continue"}};
  EXPECT_EQ(serve("PUT", "/PutStream/forbidden", expect, "text"), "403 AccessDenied");
  EXPECT_EQ(serve("PUT", "/PutDocument/forbidden", expect, "text"), "403 AccessDenied");
  EXPECT_EQ(serve("PUT", "/Unknown", expect, "text"), "405 MethodNotAllowed");
  signer_.secret += "x";
  EXPECT_EQ(serve_signed("PUT", "/PutStream/k", expect, "text"), "403 SignatureDoesNotMatch");
  EXPECT_EQ(std::ranges::count(events_, "read"), 0);
  EXPECT_EQ(std::ranges::count(events_, "run "), 0);
}

TEST_F(GatewayTest, NobodyIsAuthorizedBeforeHeIsKnown) {
  signer_.access_key = "AKIAUNKNOWN";
  EXPECT_EQ(serve_signed("GET", "/GetThing"), "403 InvalidAccessKeyId");
  EXPECT_THAT(events_, ElementsAre("route", "key", "render", "decorate"));
}

TEST_F(GatewayTest, FormsAreAuthenticatedByTheirOperation) {
  EXPECT_EQ(serve("POST", "/PostForm", {{"Authorization", "nonsense"}}, "form"), "200 form");
  EXPECT_THAT(events_, ElementsAre("route", "run ", "read", "decorate"));
}

TEST_F(GatewayTest, ALongAnswerIsBegunBeforeItIsKnown) {
  silence_ = {};
  EXPECT_EQ(serve("GET", "/GetThing/long"), "200 <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n  <Done/>");
  EXPECT_TRUE(exchange_->was_unsized() && exchange_->was_finished());
  EXPECT_EQ(response_header("Content-Type"), "application/xml");
  EXPECT_EQ(response_header("X-Decorated"), "1");
  EXPECT_EQ(response_header("x-amz-request-id").size(), 16u);
  EXPECT_EQ(std::ranges::count(events_, "decorate"), 1);
  EXPECT_THAT(log_.lines.at(0), HasSubstr("\"status\":200,\"error\":\"\""));
}

TEST_F(GatewayTest, AnErrorOfALongAnswerIsItsDocument) {
  silence_ = {};
  EXPECT_EQ(serve("GET", "/GetThing/long/missing"), "200 <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n  NoSuchKey");
  EXPECT_TRUE(exchange_->was_finished());
  EXPECT_THAT(log_.lines.at(0), HasSubstr("\"status\":200,\"error\":\"NoSuchKey\""));
  EXPECT_THAT(metrics_.render(), HasSubstr(R"(cumulet_requests_total{operation="GetThing",status="404"} 1)"));
}

TEST_F(GatewayTest, AnAnswerThatComesSoonIsAnOrdinaryOne) {
  EXPECT_EQ(serve("GET", "/GetThing/long/missing"), "404 NoSuchKey");
  EXPECT_EQ(serve("GET", "/GetThing/long"), "200 <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Done/>");
  EXPECT_FALSE(exchange_->was_unsized());
}

TEST_F(GatewayTest, ALongAnswerGoesOnWhenItsClientHasGone) {
  silence_ = {};
  hung_up_ = true;
  serve("GET", "/GetThing/long");
  EXPECT_FALSE(exchange_->was_finished());
  EXPECT_EQ(log_.lines.size(), 1u);
}

TEST_F(GatewayTest, NothingMoreIsSentToAClientThatHasGone) {
  silence_ = {};
  FakeExchange inner("GET", "/GetThing/long", {{"Host", host_}});
  GoneExchange exchange(inner);
  base::testing::run_task(gateway().handle(exchange));
  EXPECT_EQ(exchange.writes(), 1u);
  EXPECT_EQ(log_.lines.size(), 1u);
}

TEST_F(GatewayTest, TheLogSaysWhichRequestFailedInside) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(serve("GET", "/GetThing/damaged"), "500 InternalError");
  auto request = response_header("x-amz-request-id");
  EXPECT_EQ(serve("GET", "/GetThing/partly"), "200 ");
  EXPECT_EQ(serve("GET", "/GetThing/missing"), "404 NoSuchKey");
  EXPECT_EQ(serve("GET", "/GetThing/cut"), "200 one");
  auto said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("error what is stored is damaged; \"cumulet check\" names all that is request=\"" + request +
                              "\" operation=\"GetThing\" bucket=\"b\" key=\"/GetThing/damaged\" kind=\"corrupt\" what=\"blob 7: a block\"\n"));
  EXPECT_THAT(said, AllOf(HasSubstr("a request failed inside request="), HasSubstr("what=\"one of many\""), HasSubstr("a response was cut off request="), HasSubstr("key=\"/GetThing/cut\"")));
  EXPECT_EQ(std::ranges::count(said, '\n'), 3) << said;
}

TEST_F(GatewayTest, AFullDiskIsSaidOnceAMinute) {
  auto said_of = [&](int requests) {
    ::testing::internal::CaptureStderr();
    for (int i = 0; i < requests; i++) EXPECT_EQ(serve("GET", "/GetThing/full"), "507 InsufficientStorage");
    return ::testing::internal::GetCapturedStderr();
  };
  auto first = said_of(5);
  EXPECT_THAT(first, HasSubstr("the disk is full: nothing can be stored requests=\"1\" what=\"cannot write\"\n"));
  EXPECT_EQ(std::ranges::count(first, '\n'), 1) << first;
  clock_.later = std::chrono::seconds(59);
  EXPECT_EQ(said_of(3), "");
  clock_.later = std::chrono::seconds(60);
  EXPECT_THAT(said_of(1), HasSubstr("requests=\"8\""));
}

TEST(Errors, ADamageIsNoReasonToTryAgain) {
  auto error = from({base::Errc::corrupt, "blob 7"});
  EXPECT_EQ(error.code, ErrorCode::internal_error);
  EXPECT_THAT(error.message, AllOf(HasSubstr("damaged"), HasSubstr("\"cumulet check\""), Not(HasSubstr("again.")), Not(HasSubstr("blob 7"))));
  EXPECT_EQ(error.cause->what, "blob 7");
  EXPECT_EQ(from({base::Errc::io, "x"}).message, "");
  EXPECT_EQ(from({base::Errc::closed, "x"}).cause, nullptr);
}

TEST_F(GatewayTest, DocumentsHaveALimit) {
  EXPECT_EQ(serve("PUT", "/PutDocument/k", {}, std::string(20, 'x')), "200 ");
  EXPECT_EQ(serve("PUT", "/PutDocument/k", {}, std::string(21, 'x')), "400 EntityTooLarge");
  EXPECT_EQ(serve("PUT", "/PutDocument/k", {{"Transfer-Encoding", "chunked"}}, std::string(21, 'x')), "400 EntityTooLarge");
}

TEST_F(GatewayTest, DocumentsAreVerified) {
  EXPECT_EQ(serve("PUT", "/PutDocument/k", {{"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}}, "hellp"), "400 BadDigest");
  EXPECT_EQ(std::ranges::count(events_, "run hellp"), 0);
  EXPECT_EQ(serve("PUT", "/PutDocument/k", {{"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}}, "hello"), "200 ");
  EXPECT_EQ(events_.at(events_.size() - 2), "run hello");
}

TEST_F(GatewayTest, DocumentsMayBeAbsentAndStreamsHaveALength) {
  EXPECT_EQ(serve("PUT", "/PutDocument/k"), "200 ");
  EXPECT_EQ(serve("PUT", "/PutStream/k"), "411 MissingContentLength");
  EXPECT_EQ(serve("PUT", "/PutStream/k", {{"Content-Length", "0"}}), "200 ");
}

TEST_F(GatewayTest, OtherServicesAreRefusedByName) {
  std::string form = "application/x-www-form-urlencoded";
  signer_.service = "ec2";
  EXPECT_THAT(serve_signed("POST", "/", {{"Content-Type", form}}, "Action=DescribeInstances"), AllOf(StartsWith("501 "), HasSubstr("<Response><Errors>"), HasSubstr("no Amazon EC2 (ec2)")));
  EXPECT_THAT(events_, ElementsAre("route"));
  EXPECT_THAT(serve("POST", "/", {{"Content-Type", form}}, "Action=AssumeRoleWithSAML&Version=2011-06-15"), AllOf(StartsWith("501 "), HasSubstr("<ErrorResponse>"), HasSubstr("no service for unsigned forms")));
  EXPECT_EQ(std::ranges::count(events_, "read"), 0);
  EXPECT_THAT(metrics_.render(), HasSubstr(R"(cumulet_requests_total{operation="Unknown",status="501"} 2)"));
  EXPECT_THAT(log_.lines.at(0), HasSubstr(R"("error":"NotImplemented")"));
}

TEST_F(GatewayTest, PastTheLimitOneIsToldToSlowDown) {
  concurrent_ = 0;
  EXPECT_EQ(serve_signed("GET", "/GetThing"), "503 SlowDown");
  EXPECT_THAT(events_, ElementsAre("route", "render", "decorate"));
  EXPECT_THAT(metrics_.render(), HasSubstr(R"(cumulet_requests_total{operation="GetThing",status="503"} 1)"));
  EXPECT_THAT(serve("GET", "/_cumulet/metrics"), StartsWith("200 "));
  EXPECT_EQ(serve("GET", "/Unknown"), "405 MethodNotAllowed");
}

TEST_F(GatewayTest, TheLimitIsOfRequestsAtOnce) {
  concurrent_ = 1;
  for (int i = 0; i < 3; i++) EXPECT_EQ(serve("GET", "/GetThing"), "200 ");
}

TEST_F(GatewayTest, TargetsThatAreNone) {
  EXPECT_EQ(serve("GET", "/%"), "400 InvalidURI");
  EXPECT_EQ(serve("GET", "nowhere"), "400 InvalidURI");
  EXPECT_EQ(serve("GET", "/GetThing", {{"Host", "another"}}), "400 BadRequest");
  EXPECT_THAT(metrics_.render(), HasSubstr(R"(cumulet_requests_total{operation="Unknown",status="400"} 3)"));
  EXPECT_EQ(log_.lines.size(), 3u);
}

TEST_F(GatewayTest, AnswersHaveTheirNames) {
  EXPECT_EQ(serve("GET", "/GetThing"), "200 ");
  auto first = response_header("x-amz-request-id"), host_id = response_header("x-amz-id-2");
  EXPECT_THAT(first, ::testing::MatchesRegex("[0-9A-F]{16}"));
  EXPECT_FALSE(host_id.empty());
  EXPECT_EQ(response_header("X-Decorated"), "1");
  EXPECT_EQ(response_header("ETag"), "\"x\"");
  EXPECT_EQ(serve("GET", "/GetThing/missing"), "404 NoSuchKey");
  EXPECT_NE(response_header("x-amz-request-id"), first);
  EXPECT_EQ(response_header("x-amz-id-2"), host_id);
  EXPECT_EQ(response_header("X-Decorated"), "1");
}

TEST_F(GatewayTest, ContentIsSentAsItIsMade) {
  EXPECT_EQ(serve("GET", "/GetThing/pieces"), "200 onetwo");
  EXPECT_EQ(serve("GET", "/GetThing/cut"), "200 one");  // the connection ends there, since more was promised
}

TEST_F(GatewayTest, BytesMayBelongToAnother) {
  EXPECT_EQ(serve("GET", "/GetThing/shared"), "200 kept by another");
}

TEST_F(GatewayTest, AClientThatWentAwayIsCountedAllTheSame) {
  hung_up_ = true;
  serve("GET", "/GetThing/pieces");
  EXPECT_THAT(metrics_.render(), AllOf(HasSubstr(R"(cumulet_requests_total{operation="GetThing",status="200"} 1)"), HasSubstr("cumulet_requests_in_flight 0")));
  EXPECT_EQ(log_.lines.size(), 1u);
}

// Lack of memory is no end of the server.
TEST(GatewayErrors, WhatCannotBeDoneNowIsSaidInNeutralWords) {
  auto error = from({base::Errc::unavailable, "work threw"});
  EXPECT_EQ(row(error.code).status, 503);
  EXPECT_THAT(std::string(row(error.code).message), Not(HasSubstr("stopping")));
}

// Our own paths.

TEST_F(GatewayTest, ReadyOnceItIsSaidSo) {
  EXPECT_THAT(serve("GET", "/_cumulet/ready"), StartsWith("503 "));
  gateway().set_ready(true);
  EXPECT_EQ(serve("GET", "/_cumulet/ready"), "200 ready\n");
  EXPECT_EQ(serve("HEAD", "/_cumulet/ready"), "200 ready\n");
  EXPECT_THAT(serve("PUT", "/_cumulet/ready"), StartsWith("404 "));
  EXPECT_THAT(serve("GET", "/_cumulet/"), StartsWith("404 "));
  EXPECT_TRUE(log_.lines.empty());
}

TEST_F(GatewayTest, MetricsTellWhatWasServed) {
  serve("PUT", "/PutStream/k", {}, "text");
  auto text = serve("GET", "/_cumulet/metrics");
  EXPECT_THAT(text, AllOf(StartsWith("200 # HELP"), HasSubstr(R"(cumulet_requests_total{operation="PutStream",status="200"} 1)"),
                          HasSubstr("cumulet_bytes_received_total 4"), HasSubstr("cumulet_bytes_sent_total 4"), HasSubstr("cumulet_requests_in_flight 1"), ::testing::EndsWith("extra 1\n")));
  EXPECT_THAT(response_header("Content-Type"), StartsWith("text/plain; version=0.0.4"));
}

TEST_F(GatewayTest, MorePathsMayBeAdded) {
  more_paths_ = [](Call& call) -> Task<bool> {
    if (call.path != "/_cumulet/more") co_return false;
    co_await call.exchange.respond(200, {}, "more");
    co_return true;
  };
  EXPECT_EQ(serve("GET", "/_cumulet/more"), "200 more");
  EXPECT_THAT(serve("GET", "/_cumulet/less"), StartsWith("404 "));
}

TEST_F(GatewayTest, ABucketMayHaveSuchAKey) {
  host_ = "bucket.s3.localhost";
  EXPECT_EQ(serve("GET", "/_cumulet/ready"), "405 MethodNotAllowed");
  EXPECT_EQ(events_.front(), "route");
}

// The access log.

TEST_F(GatewayTest, TheLogHasALineForARequest) {
  serve_signed("PUT", "/PutStream/k", {{"User-Agent", "a \"client\""}}, "text");
  serve("GET", "/GetThing/missing");
  ASSERT_EQ(log_.lines.size(), 2u);
  auto line = codec::parse_json(log_.lines[0]).value();
  auto text = [&](std::string_view name) {
    for (auto& member : line.members())
      if (member.name == name) return std::string(member.value.text());
    return std::string("absent");
  };
  EXPECT_EQ(text("time"), "2013-05-24T00:00:00.000Z");
  EXPECT_EQ(text("remote"), "192.0.2.1");
  EXPECT_EQ(text("account"), "111111111111");
  EXPECT_EQ(text("access_key"), signer_.access_key);
  EXPECT_EQ(text("operation"), "PutStream");
  EXPECT_EQ(text("method"), "PUT");
  EXPECT_EQ(text("bucket"), "b");
  EXPECT_EQ(text("key"), "/PutStream/k");
  EXPECT_EQ(text("error"), "");
  EXPECT_EQ(text("user_agent"), "a \"client\"");
  EXPECT_THAT(log_.lines[0], AllOf(HasSubstr(R"("status":200)"), HasSubstr(R"("bytes_in":4)"), HasSubstr(R"("bytes_out":4)")));
  EXPECT_THAT(log_.lines[1], AllOf(HasSubstr(R"("status":404)"), HasSubstr(R"("error":"NoSuchKey")")));
}

TEST_F(GatewayTest, TheLogHoldsNoSecret) {
  auto presigned = signer_.v4_query("GET", "/GetThing?response-content-type=x", "localhost");
  EXPECT_EQ(serve("GET", presigned), "200 ");
  serve_signed("GET", "/GetThing");
  serve("GET", "/GetThing", {{"Authorization", "AWS4-HMAC-SHA256 nonsense"}});
  serve("GET", signer_.v2_query("GET", "/GetThing", "1369353660"));
  ASSERT_EQ(log_.lines.size(), 4u);
  for (auto& line : log_.lines) {
    EXPECT_THAT(line, AllOf(Not(HasSubstr("Signature=")), Not(HasSubstr("HMAC")), Not(HasSubstr("X-Amz-")), Not(HasSubstr(signer_.secret))));
    EXPECT_EQ(line.find('\n'), line.npos);
  }
}

TEST(GatewayRefusal, IsAnErrorOfAws) {
  for (auto& [status, code] : {std::pair{400, "BadRequest"}, {431, "RequestHeaderSectionTooLarge"}, {501, "NotImplemented"}, {503, "SlowDown"}}) {
    auto document = codec::parse_xml(Gateway::refusal(status));
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().name(), "Error");
    EXPECT_EQ(document->root().child("Code").text(), code);
  }
}

}  // namespace
}  // namespace aws
