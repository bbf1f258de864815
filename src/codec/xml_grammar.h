#pragma once
// What of XML is accepted from outside, checked before the parser proper sees it: pugixml is lenient.
#include <string_view>

#include "base/result.h"

namespace codec {

inline constexpr size_t xml_depth_limit = 64;
inline constexpr size_t xml_element_limit = 100'000;  // a list of 10,000 parts with checksums has 60,001

// One root element with balanced depth, nothing but white space, comments and processing instructions beside it; no declarations
// ("<!DOCTYPE", "<!ENTITY"); references only to the five entities and to characters; no raw control characters.
// Matching of tag names is left to the parser.
// **Errors** invalid; too_large for the two limits.
base::Result<> check_xml(std::string_view body);

}  // namespace codec
