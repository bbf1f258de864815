#pragma once
// The heads of requests and responses: start line and header fields, without bodies.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

// Of two texts of one length.
bool same_letters(std::string_view a, std::string_view b);
// True if both are the same letters, ASCII case ignored, as header names are compared.
inline bool equal_ignoring_case(std::string_view a, std::string_view b) { return a.size() == b.size() && same_letters(a, b); }
// ASCII letters become small ones.
std::string to_lower(std::string_view text);

// Without the white space (spaces and tabs) around it.
std::string_view trim(std::string_view text);

// Whether it can be a field's name (RFC 9110, section 5.6.2), and a field's value: no control characters but the tab.
bool is_token(std::string_view text);
bool is_field_value(std::string_view text);

// A request's start line and fields, as they were sent. Views are valid as long as the head is neither changed nor destroyed.
class RequestHead {
 public:
  struct Field {
    std::string_view name;   // in the case that was sent
    std::string_view value;  // without the white space around it
  };

  std::string_view method() const { return view(method_); }
  // The request target exactly as sent: usually a path with a query, still encoded.
  std::string_view target() const { return view(target_); }
  // 10 or 11.
  int version() const { return version_; }

  size_t field_count() const { return fields_.size(); }
  Field field(size_t i) const { return {view(fields_[i].name), view(fields_[i].value)}; }
  // The first field of that name; nothing where there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  // How many fields of that name there are.
  size_t count(std::string_view name) const;
  // Whether a comma-separated list field holds the token, case ignored ("Connection: close").
  bool has_token(std::string_view name, std::string_view token) const;

  // For the parser, in the order of the wire.
  void clear();
  void set_start(std::string_view method, std::string_view target, int version);
  void add_field(std::string_view name, std::string_view value);

 private:
  struct Piece {
    uint32_t offset = 0, size = 0;
  };
  struct Pieces {
    Piece name, value;
  };
  Piece store(std::string_view text);
  std::string_view view(Piece p) const { return std::string_view(bytes_).substr(p.offset, p.size); }

  std::string bytes_;
  Piece method_, target_;
  int version_ = 11;
  std::vector<Pieces> fields_;
};

// A response's fields, kept as the bytes to send.
class HeaderList {
 public:
  // Appends a field. A line break or NUL in the value becomes a space: no value can start a field of its own. What has a name
  // that no field can have is left out.
  void add(std::string_view name, std::string_view value);
  void add(std::string_view name, uint64_t value);
  void append(const HeaderList& more) { bytes_ += more.bytes_; }
  // Fields that another list has made: "Name: value\r\n" each.
  void append_bytes(std::string_view fields) {
    bytes_.reserve(bytes_.size() + fields.size() + 160);  // and for what the pipeline adds
    bytes_ += fields;
  }
  bool empty() const { return bytes_.empty(); }
  // "Name: value\r\n" for each field.
  const std::string& bytes() const { return bytes_; }
  // The first value under that name.
  std::optional<std::string_view> find(std::string_view name) const;

 private:
  std::string bytes_;
};

// "OK" for 200; "Unknown" for a number that no RFC names.
std::string_view reason_phrase(int status);

}  // namespace http
