// A form is read the same in one piece and in many; the first byte says how large the pieces are.
#include "codec/form.h"
#include "fuzz.h"

namespace {

struct Outcome {
  bool good = false;
  std::string content, fields, filename;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view body, size_t piece) {
  codec::FormReader reader("B");
  Outcome out;
  base::Result<> fed;
  for (size_t i = 0; i < body.size() && fed; i += piece) fed = reader.feed(body.substr(i, piece), out.content);
  out.good = fed && reader.finish();
  for (auto& field : reader.fields()) out.fields += field.name + "=" + field.value + "\n";
  out.filename = reader.filename();
  return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  auto body = fuzz::text(data + 1, size - 1);
  auto whole = read(body, body.size() + 1);
  auto pieces = read(body, data[0] + 1u);
  // What was passed on before an error depends on the pieces; a whole form does not.
  fuzz::check(whole.good == pieces.good);
  if (whole.good) fuzz::check(whole == pieces);
  codec::form_boundary(body);
  return 0;
}
