#include "codec/xml.h"

#include <pugixml.hpp>

#include "codec/xml_grammar.h"

namespace codec {

struct XmlDocument::State {
  pugi::xml_document document;
};

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

base::Result<XmlDocument> parse_xml(std::string_view body) {
  TRY_VOID(check_xml(body));
  XmlDocument parsed;
  // White space that is all of an element's text is kept: a key may be a single space.
  auto result = parsed.state_->document.load_buffer(body.data(), body.size(),
                                                    pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!result || !parsed.root()) return base::fail(base::Errc::invalid, result.description());
  return parsed;
}

}  // namespace codec
