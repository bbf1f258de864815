#include "chunked.h"

#include <algorithm>
#include <cstdio>

namespace s3load {
namespace {

constexpr std::string_view signature_field = ";chunk-signature=", trailer_field = "x-amz-checksum-crc32:";
constexpr size_t signature_length = 64, crc32_length = 8;
constexpr size_t frame_reserve = 128;  // more than a size line, a signature or a trailer take

size_t hex_length(size_t value) {
  size_t digits = 1;
  while (value >>= 4) digits++;
  return digits;
}

}  // namespace

size_t framed_size(const Options& o, size_t size) {
  bool trailer = o.payload == Payload::crc_trailer;
  size_t around = 4 + (trailer ? 0 : signature_field.size() + signature_length);  // with the CRLF of both lines
  size_t full = size / o.chunk_size, rest = size % o.chunk_size;
  size_t total = full * (hex_length(o.chunk_size) + around + o.chunk_size);
  if (rest) total += hex_length(rest) + around + rest;
  total += 1 + around;  // the last, empty chunk
  if (trailer) total += trailer_field.size() + crc32_length + 2;
  return total;
}

void frame_chunks(const Options& o, const Signer& signer, const std::string& seed_signature, const Body& body, std::string& framing,
                  std::vector<iovec>& out) {
  bool trailer = o.payload == Payload::crc_trailer;
  size_t chunks = (body.size() + o.chunk_size - 1) / o.chunk_size;
  framing.clear();
  framing.reserve((chunks + 2) * frame_reserve);  // the pieces point into it: it must not move
  std::string signature = seed_signature;
  for (size_t i = 0; i <= chunks; i++) {
    auto data = i < chunks ? body.data.substr(i * o.chunk_size, o.chunk_size) : std::string_view();
    size_t from = framing.size();
    char line[40];
    snprintf(line, sizeof line, "%s%zx", i ? "\r\n" : "", data.size());  // the CRLF ends the chunk before
    framing += line;
    if (!trailer) {
      signature = signer.sign_chunk(signature, data.empty() ? empty_sha256 : body.chunk_sha256[i]);
      framing.append(signature_field).append(signature);
    }
    framing += "\r\n";
    if (data.empty() && trailer) framing.append(trailer_field).append(body.crc32).append("\r\n");
    if (data.empty()) framing += "\r\n";
    out.push_back({framing.data() + from, framing.size() - from});
    if (!data.empty()) out.push_back({const_cast<char*>(data.data()), data.size()});
  }
}

}  // namespace s3load
