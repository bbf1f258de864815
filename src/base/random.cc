#include "base/random.h"

#include <openssl/rand.h>

#include <stdexcept>

#include "base/encoding.h"

namespace base {

std::string random_bytes(size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
    throw std::runtime_error("the random number generator failed");
  return out;
}

std::string random_hex(size_t digits) { return to_hex(bytes(random_bytes((digits + 1) / 2))).substr(0, digits); }

std::string random_upper(size_t count) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";  // 32, so that no letter is likelier
  std::string out = random_bytes(count);
  for (char& c : out) c = alphabet[static_cast<unsigned char>(c) % 32];
  return out;
}

}  // namespace base
