#include "s3/xml.h"

namespace s3 {

void write_owner(codec::XmlWriter& xml, std::string_view name, const State& state, std::string_view canonical_id) {
  xml.open(name);
  xml.element("ID", canonical_id);
  xml.element("DisplayName", display_name(state, canonical_id));
  xml.close();
}

}  // namespace s3
