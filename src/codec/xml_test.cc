// XML from outside, friendly and hostile, and XML for clients.
#include "codec/xml.h"

#include <gmock/gmock.h>

#include "codec/xml_grammar.h"

namespace codec {
namespace {

using base::Errc;

std::string text_of(std::string_view body) {
  auto document = parse_xml(body);
  return document ? document->root().text() : "refused: " + document.error().what;
}

std::string nested(size_t depth) {
  std::string out;
  for (size_t i = 0; i < depth; i++) out += "<a>";
  for (size_t i = 0; i < depth; i++) out += "</a>";
  return out;
}

std::string wide(size_t elements) {
  std::string out = "<a>";
  for (size_t i = 1; i < elements; i++) out += "<b/>";
  return out + "</a>";
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
  EXPECT_EQ(root.child("none").text(), "");
  EXPECT_EQ(root.child("none").child("deeper").attribute("x"), "");
  EXPECT_TRUE(root.child("none").children().empty());
}

TEST(Xml, ReadsTextAsItWasMeant) {
  EXPECT_EQ(text_of("<a>x<!-- <b> -->y<![CDATA[<&>]]></a>"), "xy<&>");
  EXPECT_EQ(text_of("<a> </a>"), " ");
  EXPECT_EQ(text_of("<a>&#x1;&#13;&#xE9;&#x1F600;</a>"), "\x01\ré😀");
  EXPECT_EQ(text_of("<a>one\r\ntwo</a>"), "one\ntwo");
  EXPECT_EQ(text_of("\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- c --><a>b</a>\n<!-- d -->\n"), "b");
  EXPECT_EQ(text_of("<a b='x>y' c=\"'/>\">t</a>"), "t");
}

TEST(Xml, RefusesWhatIsNotOneDocument) {
  for (std::string_view bad : {"", " ", "<", "<a", "<a>", "<a></b>", "</a>", "<a/><b/>", "<a/>x", "x<a/>", "<a/></a>", "<a/><![CDATA[x]]>",
                               "<!-- a", "<a><!-- </a>", "<a><![CDATA[</a>", "<?xml", "<a b='></a>", "<a>\xff</a>", "<a>\x01</a>"})
    EXPECT_FALSE(parse_xml(bad)) << bad;
  EXPECT_FALSE(parse_xml(std::string_view("<a>\0</a>", 8)));
}

TEST(Xml, RefusesDeclarationsAndUnknownReferences) {
  for (auto bad : {"<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<!doctype a><a/>", "<a><!ELEMENT b></a>", "<a>&x;</a>", "<a>&</a>",
                   "<a>&amp</a>", "<a>&#0;</a>", "<a>&#;</a>", "<a>&#x;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>", "<a>&#-1;</a>",
                   "<a>&#99999999999;</a>", "<a b='&x;'/>", "<a b='&#0;'/>"})
    EXPECT_FALSE(parse_xml(bad)) << bad;
}

TEST(Xml, LimitsDepthAndElements) {
  EXPECT_TRUE(parse_xml(nested(xml_depth_limit)));
  EXPECT_EQ(parse_xml(nested(xml_depth_limit + 1)).error().kind, Errc::too_large);
  EXPECT_TRUE(parse_xml(wide(xml_element_limit)));
  EXPECT_EQ(parse_xml(wide(xml_element_limit + 1)).error().kind, Errc::too_large);
}

TEST(Xml, WritesWhatItCanReadBack) {
  XmlWriter xml;
  {
    auto root = xml.scope("R", "xmlns=\"n\"");
    xml.element("K", "<a & \"b\">\r\x01");
    xml.element("B", true);
    xml.element("N", -12);
    xml.element("E", "");
  }
  auto text = std::move(xml).str();
  EXPECT_EQ(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R xmlns=\"n\"><K>&lt;a &amp; &quot;b&quot;&gt;&#xD;&#x1;</K><B>true</B><N>-12</N><E></E></R>");
  EXPECT_EQ(parse_xml(text)->root().child("K").text(), "<a & \"b\">\r\x01");
}

}  // namespace
}  // namespace codec
