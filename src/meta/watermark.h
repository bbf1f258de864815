#pragma once
// The number of the last acknowledged write, kept beside a database so that a loss is noticed.
#include <filesystem>

#include "base/file_system.h"

namespace meta {

// A database's log ends where its first damaged record is: a record torn by a power cut cannot be told from one that rotted
// later, with acknowledged ones after it. The watermark can tell. It is written without a sync, so after a power cut it may be
// too low, never too high.
// **Threads** Used by one at a time.
class Watermark {
 public:
  // **Errors** corrupt if `recovered`, the last write that the database knows, is below what was acknowledged; and ever
  // again, until somebody removes the file.
  static base::Result<Watermark> open(const std::filesystem::path& file, uint64_t recovered);

  // Failing to note it is no reason to fail the write.
  void acknowledge(uint64_t number);

 private:
  explicit Watermark(std::unique_ptr<base::File> file) : file_(std::move(file)) {}
  std::unique_ptr<base::File> file_;
};

}  // namespace meta
