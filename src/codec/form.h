#pragma once
// HTML forms with a file in them: multipart/form-data (RFC 7578), as browsers post them to a bucket.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace codec {

struct FormField {
  std::string name;
  std::string value;
};

// The boundary that a Content-Type of multipart/form-data names; nothing for another type, or where it is not 1 to 70 of the
// characters that RFC 2046 allows.
std::optional<std::string> form_boundary(std::string_view content_type);

// Reads a form piece by piece, however it is cut: first the fields, which are kept, then the bytes of the part named "file",
// which are passed on. What follows the file is ignored, as S3 ignores it. Never holds more of the file than a boundary's length.
// **Threads** One at a time.
class FormReader {
 public:
  // All bytes before the file's content, as S3 limits them.
  static constexpr size_t limit_bytes = 20 * 1024;

  explicit FormReader(std::string_view boundary);

  // Takes the next bytes of the body and appends those that are the file's content to `content`.
  // **Errors** invalid; too_large: more than `limit_bytes` before the file. The reader is of no more use after one.
  base::Result<> feed(std::string_view bytes, std::string& content);
  // Says that the body has ended. **Errors** invalid: in the middle of a part.
  base::Result<> finish() const;

  // The file's part was reached: the fields are complete, and what follows describes it.
  bool has_file() const { return stage_ == Stage::file || (stage_ == Stage::end && found_file_); }
  // The file's content is complete, or the form ended without a file.
  bool at_end() const { return stage_ == Stage::end; }
  // In the order sent; names may repeat.
  const std::vector<FormField>& fields() const { return fields_; }
  // What the browser calls the file, without the folders that some send.
  const std::string& filename() const { return filename_; }
  const std::string& content_type() const { return content_type_; }

 private:
  enum class Stage { preamble, delimiter, head, value, file, end };

  base::Result<bool> step();
  base::Result<bool> take_delimiter();
  base::Result<bool> take_head();
  base::Result<> start_part(std::string_view head);
  bool take_until(std::string_view mark, std::string& piece);
  void take_file(std::string_view bytes, std::string& content);

  std::string delimiter_;  // with the line end before it
  std::string buffer_;     // bytes not yet understood; in the file: a possible beginning of the delimiter
  size_t taken_bytes_ = 0;
  Stage stage_ = Stage::preamble;
  bool found_file_ = false;
  std::vector<FormField> fields_;
  std::string name_, filename_, content_type_;
};

}  // namespace codec
