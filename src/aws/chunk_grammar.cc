#include "aws/chunk_grammar.h"

#include "codec/numbers.h"
#include "crypto/digest.h"
#include "http/head.h"

namespace aws {

static constexpr std::string_view signature_mark = ";chunk-signature=";
static constexpr size_t max_size_digits = 15;  // far past every limit, and no overflow when sizes are added

std::optional<ChunkHead> ChunkHead::parse(std::string_view line, bool is_signed) {
  auto end = line.find(';');
  auto digits = line.substr(0, end);
  auto size = digits.size() <= max_size_digits ? codec::parse_hex_u64(digits) : std::nullopt;
  if (!size) return std::nullopt;
  auto extension = end == line.npos ? std::string_view() : line.substr(end);
  if (!is_signed) return extension.empty() ? std::optional(ChunkHead{*size, {}}) : std::nullopt;
  if (!extension.starts_with(signature_mark) || !crypto::is_sha256_hex(extension.substr(signature_mark.size()))) return std::nullopt;
  return ChunkHead{*size, std::string(extension.substr(signature_mark.size()))};
}

std::optional<TrailerField> TrailerField::parse(std::string_view line) {
  auto colon = line.find(':');
  if (colon == line.npos || colon == 0) return std::nullopt;
  TrailerField field{std::string(line.substr(0, colon)), std::string(http::trim(line.substr(colon + 1)))};
  for (char& c : field.name) {
    if (c <= ' ' || c > '~') return std::nullopt;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return field;
}

}  // namespace aws
