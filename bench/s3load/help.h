// What s3load --help prints.
#pragma once

namespace s3load {

extern const char* const help_text;

}  // namespace s3load
