#include "meta/watermark.h"

#include <cstring>

namespace meta {

using base::Errc;
using base::Result;

static Result<uint64_t> acknowledged_in(const std::filesystem::path& name, base::FileSystem& files) {
  auto file = files.open_for_read(name);
  if (!file && file.error().kind == Errc::not_found) return 0;
  if (!file) return std::unexpected(file.error());
  uint64_t number = 0;
  TRY_VOID((*file)->read_at(0, {reinterpret_cast<char*>(&number), sizeof number}));
  return number;
}

// A new file takes the place of the old one, since files are not opened for writing twice.
Result<Watermark> Watermark::open(const std::filesystem::path& name, uint64_t recovered) {
  auto& files = base::posix_file_system();
  TRY(acknowledged, acknowledged_in(name, files));
  if (recovered < acknowledged)
    return base::fail(Errc::corrupt, "the log is damaged: write " + std::to_string(acknowledged) + " was acknowledged, but only " + std::to_string(recovered) +
                                         " were found; restore a backup, or remove " + name.string() + " to go on without the rest");
  auto fresh = name;
  fresh += ".new";
  if (auto removed = files.remove(fresh); !removed && removed.error().kind != Errc::not_found) return std::unexpected(removed.error());
  TRY(file, files.create(fresh));
  Watermark watermark(std::move(file));
  watermark.acknowledge(recovered);
  TRY_VOID(files.rename(fresh, name));
  return watermark;
}

void Watermark::acknowledge(uint64_t number) { (void)file_->write_at(0, {reinterpret_cast<const char*>(&number), sizeof number}); }

}  // namespace meta
