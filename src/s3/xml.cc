#include "s3/xml.h"

#include "s3/object_headers.h"

namespace s3 {

void write_owner(codec::XmlWriter& xml, std::string_view name, const State& state, std::string_view canonical_id) {
  xml.open(name);
  xml.element("ID", canonical_id);
  xml.element("DisplayName", display_name(state, canonical_id));
  xml.close();
}

void write_checksum(codec::XmlWriter& xml, const StoredChecksum& checksum) {
  xml.element("Checksum" + std::string(crypto::name(checksum.algorithm)), checksum_text(checksum));
  xml.element("ChecksumType", name(checksum.type));
}

}  // namespace s3
