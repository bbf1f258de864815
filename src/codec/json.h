#pragma once
// JSON in and out. Boost.JSON reads; nothing of it shows here.
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/numbers.h"

namespace codec {

struct JsonMember;

// A value of a parsed document; owns what is below it.
class Json {
 public:
  enum class Kind { null, boolean, number, string, array, object };

  Json();  // null; these are in json.cc since a member is not complete here
  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  static Json boolean(bool value);
  static Json number(std::string text, double value);
  static Json string(std::string text);
  static Json array(std::vector<Json> items);
  static Json object(std::vector<JsonMember> members);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  // A string's text, or a number's: an integer of up to 64 bits exactly as it stood. Empty for the others.
  const std::string& text() const { return text_; }
  // Zero for what is not a number. Fractions may differ from the nearest value in the last digit.
  double number() const { return number_; }
  // False for what is not true.
  bool boolean() const { return boolean_; }
  // An array's; none for the others.
  std::span<const Json> items() const { return items_; }
  // An object's, in the order of the document; of members of one name only the last. None for the others.
  std::span<const JsonMember> members() const;
  // Null where the object has no such member, or this is none.
  const Json* find(std::string_view name) const;

 private:
  Kind kind_ = Kind::null;
  bool boolean_ = false;
  double number_ = 0;
  std::string text_;
  std::vector<Json> items_;
  std::vector<JsonMember> members_;
};

struct JsonMember {
  std::string name;
  Json value;
};

inline std::span<const JsonMember> Json::members() const { return members_; }

// Reads a document from outside (RFC 8259), of a length that the caller has bounded: valid UTF-8, nothing after the value, at
// most 32 levels deep. **Errors** invalid.
base::Result<Json> parse_json(std::string_view text);

// A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD: a log line must stay readable.
void append_json_string(std::string& out, std::string_view text);

// Writes a document without white space into one string; commas are set as needed.
class JsonWriter {
 public:
  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }
  // **Requires** in an object; the next call writes its value.
  void key(std::string_view name);
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(std::same_as<bool> auto value) { raw(value ? "true" : "false"); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void value(T number) {
    separate();
    append_number(out_, number);
    first_ = false;
  }
  // Null for what JSON has no number for.
  void value(double number);
  void null() { raw("null"); }
  template <class T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }

  std::string str() && { return std::move(out_); }

 private:
  void begin(char bracket);
  void end(char bracket);
  void raw(std::string_view text);
  void separate();

  std::string out_;
  bool first_ = true;  // nothing stands before the next value that a comma must follow
};

}  // namespace codec
