// A document that is accepted can be walked, stays within the limits, and its texts survive being written and read.
#include "codec/xml.h"
#include "codec/xml_grammar.h"
#include "fuzz.h"

static size_t walk(codec::XmlElement element, size_t depth, codec::XmlWriter& copy) {
  fuzz::check(depth <= codec::xml_depth_limit);
  copy.element("Text", element.text());
  element.attribute("xsi:type");
  size_t count = 1;
  for (auto child : element.children()) {
    count += walk(child, depth + 1, copy);
  }
  return count;
}

static void compare(codec::XmlElement element, const std::vector<codec::XmlElement>& copies, size_t& next) {
  fuzz::check(element.text() == copies.at(next++).text());
  for (auto child : element.children()) compare(child, copies, next);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto document = codec::parse_xml(fuzz::text(data, size));
  if (!document) return 0;
  codec::XmlWriter writer;
  writer.open("Copy");
  fuzz::check(walk(document->root(), 1, writer) <= codec::xml_element_limit);
  writer.close();
  auto copy = codec::parse_xml(std::move(writer).str());
  if (!copy) return 0;  // twice as many elements may be too many
  size_t next = 0;
  compare(document->root(), copy->root().children("Text"), next);
  return 0;
}
