// Heads and chunked bodies, however they arrive.
#include "http/parser.h"

#include <gtest/gtest.h>

namespace http {
namespace {

// Gives the parser the head in pieces, as a connection does; true if it was read to its end.
base::Result<bool> feed(RequestParser& parser, std::string_view bytes, size_t piece) {
  size_t begin = 0, end = 0;
  while (!parser.head_done() && end < bytes.size()) {
    end = std::min(bytes.size(), end + piece);
    TRY(taken, parser.feed_head(bytes.substr(begin, end - begin)));
    begin += taken;
  }
  return parser.head_done();
}

std::string head_of(size_t size) {
  std::string head = "GET /some/target HTTP/1.1\r\nHost: h\r\nX: ";
  return head + std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
}

TEST(RequestParser, ReadsAHeadInAnyPieces) {
  std::string_view text = "PUT /b/k?acl HTTP/1.1\r\nHost: h\r\nEmpty:\r\nX-A:  1 \r\nContent-Length: 3\r\n\r\n";
  for (size_t piece = 1; piece <= text.size(); piece++) {
    RequestParser parser(1000);
    ASSERT_TRUE(feed(parser, text, piece).value()) << piece;
    auto& head = parser.head();
    EXPECT_EQ(head.method(), "PUT");
    EXPECT_EQ(head.target(), "/b/k?acl");
    EXPECT_EQ(head.field_count(), 4u);
    EXPECT_EQ(head.find("x-a"), "1");
    EXPECT_EQ(head.find("empty"), "");
    EXPECT_EQ(parser.content_length(), 3u);
    EXPECT_TRUE(parser.keep_alive());
  }
}

TEST(RequestParser, LimitsAHeadInAnyPieces) {
  for (size_t piece : {1, 7, 50, 199, 200, 1000}) {
    RequestParser within(200), past(200);
    EXPECT_TRUE(feed(within, head_of(200), piece).value()) << piece;
    auto refused = feed(past, head_of(201), piece);
    ASSERT_FALSE(refused) << piece;
    EXPECT_EQ(refused.error().kind, base::Errc::too_large) << piece;
  }
}

TEST(RequestParser, StartsAgainAfterAReset) {
  RequestParser parser(200);
  for (int i = 0; i < 3; i++) {
    EXPECT_TRUE(feed(parser, head_of(150), 1000).value());
    parser.reset();
    EXPECT_FALSE(parser.head_done());
  }
}

TEST(RequestParser, DecodesChunksInAnyPieces) {
  std::string_view head = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", body = "3\r\nabc\r\nA;x=\"y;z\"\r\n0123456789\r\n0\r\nT: 1\r\n\r\n";
  for (size_t piece = 1; piece <= body.size(); piece++)
    for (size_t room : {1, 2, 5, 100}) {
      RequestParser parser(1000);
      ASSERT_TRUE(feed(parser, head, head.size()).value());
      EXPECT_EQ(parser.content_length(), std::nullopt);
      std::string out, into(room, '\0');
      for (size_t begin = 0, end = 0; !parser.chunked_done();) {
        auto done = parser.feed_chunked(body.substr(begin, end - begin), into).value();
        begin += done.taken;
        out.append(into, 0, done.produced);
        if (done.produced || parser.chunked_done()) continue;
        ASSERT_LT(end, body.size());
        end = std::min(body.size(), end + piece);
      }
      EXPECT_EQ(out, "abc0123456789");
    }
}

TEST(RequestParser, RefusesWhatIsNotHttp) {
  for (auto bad : {"nonsense\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
                   "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    RequestParser parser(1000);
    auto read = feed(parser, bad, 1000);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().kind, base::Errc::invalid) << bad;
  }
}

}  // namespace
}  // namespace http
