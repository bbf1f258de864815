#pragma once
// XML in and out. pugixml reads; nothing of it shows here.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace codec {

// An element of a parsed document; a cheap handle, valid as long as the document. An absent element is false, and has
// neither text nor children.
class XmlElement {
 public:
  XmlElement() = default;
  explicit XmlElement(void* node) : node_(node) {}
  explicit operator bool() const { return node_ != nullptr; }
  // Without its namespace prefix.
  std::string_view name() const;
  XmlElement child(std::string_view name) const;
  std::vector<XmlElement> children(std::string_view name) const;
  std::vector<XmlElement> children() const;
  std::string text() const;
  // By its full name: "xsi:type". Empty where it is absent.
  std::string_view attribute(std::string_view name) const;

 private:
  void* node_ = nullptr;
};

class XmlDocument {
 public:
  XmlDocument();
  ~XmlDocument();
  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  XmlElement root() const;

 private:
  friend base::Result<XmlDocument> parse_xml(std::string_view body);
  struct State;
  std::unique_ptr<State> state_;
};

// Reads a document from outside: no DOCTYPE, no entities of its own, at most 64 levels deep, one root, UTF-8.
// **Errors** invalid.
base::Result<XmlDocument> parse_xml(std::string_view body);

// Writes a document, its prolog first.
class XmlWriter {
 public:
  XmlWriter();
  // `attributes` as they stand in the tag: `a="b"`, already escaped.
  void open(std::string_view name, std::string_view attributes = {});
  void close();
  void text(std::string_view text);
  void element(std::string_view name, std::string_view text);
  std::string str() && { return std::move(out_); }

 private:
  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace codec
