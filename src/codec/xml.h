#pragma once
// XML in and out. pugixml reads; nothing of it shows here.
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/numbers.h"

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

// Reads a document from outside, of a length that the caller has bounded: UTF-8, one root and nothing beside it, no DOCTYPE, no
// entities but the five, at most 64 levels and 100,000 elements. References to control characters (&#x1;), which XML 1.0
// forbids, are read, since S3 takes them in the keys of a DeleteObjects; &#0; and raw control characters are refused.
// **Errors** invalid, too_large.
base::Result<XmlDocument> parse_xml(std::string_view body);

// Writes a document, its prolog first, into one string. Names are written as they are. Control characters in text become
// references, as S3 writes them: a carriage return would else be lost on the way, and the others have no form in XML 1.0, so
// that a strict reader needs encoding-type=url for keys that hold them.
class XmlWriter {
 public:
  // What every document begins with.
  static constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  XmlWriter();
  // `attributes` as they stand in the tag: `a="b"`, already escaped.
  void open(std::string_view name, std::string_view attributes = {});
  // Closes the element that was opened last. **Requires** one is open.
  void close();
  void text(std::string_view text);

  void element(std::string_view name, std::string_view text);
  void element(std::string_view name, std::same_as<bool> auto value) { element(name, std::string_view(value ? "true" : "false")); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void element(std::string_view name, T value) {
    tag("<", name);
    append_number(out_, value);
    tag("</", name);
  }

  // Opens an element that is closed at the end of the scope.
  class Scope {
   public:
    explicit Scope(XmlWriter& xml) : xml_(xml) {}
    ~Scope() { xml_.close(); }
    Scope(const Scope&) = delete;

   private:
    XmlWriter& xml_;
  };
  [[nodiscard]] Scope scope(std::string_view name, std::string_view attributes = {}) {
    open(name, attributes);
    return Scope(*this);
  }

  // **Requires** every element is closed.
  std::string str() && { return std::move(out_); }

 private:
  void tag(std::string_view begin, std::string_view name) { ((out_ += begin) += name) += '>'; }

  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace codec
