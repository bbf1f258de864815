// What outside bytes become: encodings, times, and queries; XML has a file of its own.
#include <gmock/gmock.h>

#include "codec/numbers.h"
#include "codec/percent.h"
#include "codec/query.h"
#include "codec/rfc2047.h"
#include "codec/time.h"
#include "codec/utf8.h"

namespace codec {
namespace {

TEST(Percent, EncodesAllButUnreserved) {
  EXPECT_EQ(percent_encode("a b/~+é"), "a%20b%2F~%2B%C3%A9");
  EXPECT_EQ(percent_encode("a/b", true), "a/b");
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
  EXPECT_FALSE(query->all()[0].has_value);
  EXPECT_TRUE(query->all()[2].has_value);
  EXPECT_FALSE(Query::parse("a=%"));
}

TEST(Query, LimitsItsParameters) {
  std::string raw;
  for (size_t i = 0; i < Query::limit; i++) raw += "a&";
  EXPECT_EQ(Query::parse(raw)->all().size(), Query::limit);
  EXPECT_FALSE(Query::parse(raw + "a"));
}

TEST(Numbers, AreStrict) {
  EXPECT_EQ(parse_u64("18446744073709551615"), 18446744073709551615u);
  EXPECT_EQ(parse_hex_u64("fF"), 255u);
  for (auto bad : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "1x", "0x1"}) EXPECT_FALSE(parse_u64(bad)) << bad;
  std::string text = "n=";
  append_number(text, -7);
  EXPECT_EQ(text, "n=-7");
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

TEST(Time, KnowsTheEdgesOfCalendars) {
  EXPECT_EQ(format_http_date(base::Time()), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_iso8601(*parse_basic("20240229T235959Z")), "2024-02-29T23:59:59.000Z");
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), parse_http_date("Sun Nov  6 08:49:37 1994"));
  EXPECT_EQ(format_iso8601(*parse_iso8601("9999-12-31T23:59:60Z")), "9999-12-31T23:59:59.000Z");
  EXPECT_EQ(parse_iso8601("2026-11-22T10:00:00Z"), parse_basic("20261122T100000Z"));
  EXPECT_EQ(parse_iso8601("2026-11-22T10:00:00.123456Z"), parse_iso8601("2026-11-22T10:00:00.123Z"));
}

TEST(Time, RefusesWhatIsNoTime) {
  for (auto bad : {"", "20261122", "20261322T101112Z", "20260230T101112Z", "20261122T241112Z", "20261122T101112Zx"})
    EXPECT_FALSE(parse_basic(bad)) << bad;
  EXPECT_FALSE(parse_http_date("tomorrow"));
}

TEST(Utf8, KnowsWellFormedText) {
  EXPECT_TRUE(is_utf8("a é 漢 😀"));
  for (auto bad : {"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) EXPECT_FALSE(is_utf8(bad));
  // Wherever in a word of eight the malformed byte stands.
  for (size_t i = 0; i < 20; i++) {
    std::string text(20, 'a');
    text[i] = '\xff';
    EXPECT_FALSE(is_utf8(text)) << i;
    EXPECT_TRUE(is_utf8(text.substr(0, i) + "é" + text.substr(i + 1))) << i;
  }
}

TEST(Utf8, KnowsWhatXmlCannotCarry) {
  EXPECT_TRUE(is_xml_safe("a\t\n\ré"));
  for (auto bad : {"\x01", "a\x1f", "\xEF\xBF\xBE", "\xEF\xBF\xBF", "\xff"}) EXPECT_FALSE(is_xml_safe(bad));
}

TEST(Rfc2047, KeepsPlainTextAndRestoresTheRest) {
  EXPECT_EQ(rfc2047_encode("plain"), "plain");
  EXPECT_EQ(rfc2047_decode(rfc2047_encode("grüße")), "grüße");
  EXPECT_EQ(rfc2047_decode("=?UTF-8?Q?a_=C3=A9?= b"), "a é b");
  EXPECT_EQ(rfc2047_decode("a =?UTF-8?B?w6k=?= \t=?utf-8?q?_x?= =?us-ascii?Q?y?= z"), "a é xy z");
  EXPECT_EQ(rfc2047_decode("=?x?=?UTF-8?Q?y?="), "=?x?y") << "a word inside what looked like one";
  for (auto plain : {"=?broken", "=?UTF-8?B?w6k?=", "=?UTF-8?X?a?=", "=?latin1?Q?=E9?=", "=?UTF-8?Q?=E9?=", "=?UTF-8?Q?=?=", "=?=", "=?" "?="})
    EXPECT_EQ(rfc2047_decode(plain), plain);
}

}  // namespace
}  // namespace codec
