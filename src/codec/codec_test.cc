// What outside bytes become: encodings, times, queries and XML.
#include <gmock/gmock.h>

#include "codec/percent.h"
#include "codec/query.h"
#include "codec/rfc2047.h"
#include "codec/time.h"
#include "codec/utf8.h"
#include "codec/xml.h"

namespace codec {
namespace {

TEST(Percent, EncodesAllButUnreserved) {
  EXPECT_EQ(percent_encode("a b/~+é"), "a%20b%2F~%2B%C3%A9");
  EXPECT_EQ(percent_encode("a/b", true), "a/b");
  EXPECT_EQ(list_encode("a b/+"), "a+b/%2B");
}

TEST(Percent, RefusesMalformedEscapes) {
  EXPECT_EQ(percent_decode("a%2Fb+"), "a/b+");
  EXPECT_EQ(form_decode("a+b"), "a b");
  for (auto bad : {"%", "%4", "%zz", "a%4"}) EXPECT_FALSE(percent_decode(bad)) << bad;
}

TEST(Query, KeepsOrderAndTellsAbsentFromEmpty) {
  auto query = Query::parse("acl&prefix=a%20b&x=&&y=1=2");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->all().size(), 4u);
  EXPECT_EQ(query->find("acl"), "");
  EXPECT_EQ(query->find("prefix"), "a b");
  EXPECT_EQ(query->find("y"), "1=2");
  EXPECT_FALSE(query->has("z"));
  EXPECT_FALSE(Query::parse("a=%"));
}

TEST(Time, GoesThereAndBack) {
  auto time = parse_iso8601("2026-11-22T10:11:12.345Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(format_iso8601(*time), "2026-11-22T10:11:12.345Z");
  EXPECT_EQ(format_basic(*time), "20261122T101112Z");
  EXPECT_EQ(format_http_date(*time), "Sun, 22 Nov 2026 10:11:12 GMT");
  for (auto same : {"Sun, 22 Nov 2026 10:11:12 GMT", "Sunday, 22-Nov-26 10:11:12 GMT", "Sun Nov 22 10:11:12 2026", "Sun, 22 Nov 2026 10:11:12 +0000"})
    EXPECT_EQ(parse_http_date(same), std::chrono::floor<std::chrono::seconds>(*time)) << same;
}

TEST(Time, RefusesWhatIsNoTime) {
  for (auto bad : {"", "20261122", "20261322T101112Z", "20260230T101112Z", "20261122T241112Z", "20261122T101112Zx"})
    EXPECT_FALSE(parse_basic(bad)) << bad;
  EXPECT_FALSE(parse_http_date("tomorrow"));
}

TEST(Utf8, KnowsWellFormedText) {
  EXPECT_TRUE(is_utf8("a é 漢 😀"));
  for (auto bad : {"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) EXPECT_FALSE(is_utf8(bad));
}

TEST(Rfc2047, KeepsPlainTextAndRestoresTheRest) {
  EXPECT_EQ(rfc2047_encode("plain"), "plain");
  EXPECT_EQ(rfc2047_decode(rfc2047_encode("grüße")), "grüße");
  EXPECT_EQ(rfc2047_decode("=?UTF-8?Q?a_=C3=A9?= b"), "a é b");
  EXPECT_EQ(rfc2047_decode("=?broken"), "=?broken");
}

TEST(Xml, ReadsElementsWithoutTheirPrefixes) {
  auto document = parse_xml("<a:R xmlns:a='x'><K>1 &amp; 2</K><K xsi:type='t'/></a:R>");
  ASSERT_TRUE(document);
  auto root = document->root();
  EXPECT_EQ(root.name(), "R");
  EXPECT_EQ(root.child("K").text(), "1 & 2");
  EXPECT_EQ(root.children("K").size(), 2u);
  EXPECT_EQ(root.children("K")[1].attribute("xsi:type"), "t");
  EXPECT_FALSE(root.child("none"));
}

TEST(Xml, RefusesHostileDocuments) {
  std::string deep;
  for (int i = 0; i < 100; i++) deep += "<a>";
  for (auto& bad : {std::string(), std::string("<a>"), std::string("<a/><b/>"), std::string("<!DOCTYPE a><a/>"), std::string("<a>\xff</a>"), deep})
    EXPECT_FALSE(parse_xml(bad)) << bad;
}

TEST(Xml, WritesWhatItCanReadBack) {
  XmlWriter xml;
  xml.open("R", "xmlns=\"n\"");
  xml.element("K", "<a & \"b\">");
  xml.close();
  auto text = std::move(xml).str();
  EXPECT_EQ(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R xmlns=\"n\"><K>&lt;a &amp; &quot;b&quot;&gt;</K></R>");
  EXPECT_EQ(parse_xml(text)->root().child("K").text(), "<a & \"b\">");
}

}  // namespace
}  // namespace codec
