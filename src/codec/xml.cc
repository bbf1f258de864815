#include "codec/xml.h"

#include <pugixml.hpp>

#include "codec/utf8.h"

namespace codec {

struct XmlDocument::State {
  pugi::xml_document document;
};

static constexpr int depth_limit = 64;

static pugi::xml_node node_of(void* node) { return pugi::xml_node(static_cast<pugi::xml_node_struct*>(node)); }
static XmlElement element_of(pugi::xml_node node) { return node ? XmlElement(node.internal_object()) : XmlElement(); }

static std::string_view local_name(std::string_view name) {
  auto colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

std::string_view XmlElement::name() const { return local_name(node_of(node_).name()); }

XmlElement XmlElement::child(std::string_view name) const {
  for (auto node : node_of(node_).children())
    if (node.type() == pugi::node_element && local_name(node.name()) == name) return element_of(node);
  return {};
}

std::vector<XmlElement> XmlElement::children(std::string_view name) const {
  auto all = children();
  std::erase_if(all, [&](auto& element) { return element.name() != name; });
  return all;
}

std::vector<XmlElement> XmlElement::children() const {
  std::vector<XmlElement> out;
  for (auto node : node_of(node_).children())
    if (node.type() == pugi::node_element) out.push_back(element_of(node));
  return out;
}

std::string XmlElement::text() const {
  std::string out;
  for (auto node : node_of(node_).children())
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) out += node.value();
  return out;
}

std::string_view XmlElement::attribute(std::string_view name) const {
  return node_of(node_).attribute(std::string(name).c_str()).value();
}

XmlDocument::XmlDocument() : state_(std::make_unique<State>()) {}
XmlDocument::~XmlDocument() = default;
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlElement XmlDocument::root() const { return element_of(state_->document.document_element()); }

// pugixml's own recursion is shallow, but ours over the result need not be.
static bool too_deep(std::string_view body) {
  int depth = 0;
  for (size_t i = 0; i + 1 < body.size(); i++) {
    if (body[i] == '<' && body[i + 1] == '/') depth--;
    if (body[i] == '<' && body[i + 1] != '/' && body[i + 1] != '?' && body[i + 1] != '!') depth++;
    if (body[i] == '/' && body[i + 1] == '>') depth--;
    if (depth > depth_limit) return true;
  }
  return false;
}

static int count_elements(pugi::xml_document& document) {
  int count = 0;
  for (auto node : document.children()) count += node.type() == pugi::node_element;
  return count;
}

base::Result<XmlDocument> parse_xml(std::string_view body) {
  bool hostile = body.find("<!DOCTYPE") != body.npos || body.find('\0') != body.npos || too_deep(body);
  if (hostile || !is_utf8(body)) return base::fail(base::Errc::invalid, "XML that is not accepted");
  XmlDocument parsed;
  auto result = parsed.state_->document.load_buffer(body.data(), body.size(),
                                                    pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!result) return base::fail(base::Errc::invalid, result.description());
  if (count_elements(parsed.state_->document) != 1) return base::fail(base::Errc::invalid, "not one root element");
  return parsed;
}

XmlWriter::XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

void XmlWriter::open(std::string_view name, std::string_view attributes) {
  out_ += '<';
  out_ += name;
  if (!attributes.empty()) (out_ += ' ') += attributes;
  out_ += '>';
  open_.emplace_back(name);
}

void XmlWriter::close() {
  out_ += "</";
  out_ += open_.back();
  out_ += '>';
  open_.pop_back();
}

// Control characters are written as references, as S3 does, though XML 1.0 knows no such characters.
static void append_escaped(std::string& out, char c) {
  switch (c) {
    case '&': out += "&amp;"; return;
    case '<': out += "&lt;"; return;
    case '>': out += "&gt;"; return;
    case '"': out += "&quot;"; return;
    default: break;
  }
  static constexpr char digits[] = "0123456789abcdef";
  auto value = static_cast<unsigned char>(c);
  if (value >= 0x20) {
    out += c;
    return;
  }
  out += "&#x";
  if (value >> 4) out += digits[value >> 4];
  out += digits[value & 15];
  out += ';';
}

void XmlWriter::text(std::string_view text) {
  for (char c : text) append_escaped(out_, c);
}

void XmlWriter::element(std::string_view name, std::string_view content) {
  ((out_ += '<') += name) += '>';
  text(content);
  ((out_ += "</") += name) += '>';
}

}  // namespace codec
