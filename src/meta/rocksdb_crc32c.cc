// Debian builds RocksDB for the oldest amd64, so without the processor's CRC32C instruction: hashing a 4 KiB value in its log
// and again in its blob file took a third of the CPU of a commit. The definition here comes before the shared library's when the
// program is linked, and both give the same numbers. Where RocksDB is linked statically, the linker refuses the second
// definition: leave this file out then.
#include <isa-l/crc.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "meta/rocksdb_files.h"

namespace rocksdb::crc32c {

static constexpr size_t piece_limit = 1u << 30;  // ISA-L counts in int

// RocksDB's own name and meaning: the CRC32C of the bytes that gave `crc`, followed by `data`.
__attribute__((visibility("default"))) uint32_t Extend(uint32_t crc, const char* data, size_t size) {
  uint32_t state = ~crc;
  while (size) {
    auto piece = std::min(size, piece_limit);
    state = crc32_iscsi(reinterpret_cast<unsigned char*>(const_cast<char*>(data)), static_cast<int>(piece), state);
    data += piece;
    size -= piece;
  }
  return ~state;
}

}  // namespace rocksdb::crc32c

namespace meta {

bool checksums_are_sound() {
  constexpr std::string_view check = "123456789";  // RFC 3720, and the catalogue of CRCs
  return rocksdb::crc32c::Extend(0, check.data(), check.size()) == 0xe3069283;
}

}  // namespace meta
