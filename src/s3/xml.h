#pragma once
// Pieces of XML that many of S3's answers share.
#include "codec/xml.h"
#include "s3/state.h"

namespace s3 {

inline constexpr std::string_view s3_namespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

// <NAME><ID>…</ID><DisplayName>…</DisplayName></NAME>
void write_owner(codec::XmlWriter& xml, std::string_view name, const State& state, std::string_view canonical_id);

// <ChecksumCRC32>base64</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType>
void write_checksum(codec::XmlWriter& xml, const StoredChecksum& checksum);

}  // namespace s3
