#include "iam/record.h"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "iam/ids.h"

namespace iam {
namespace {

using protozero::data_view;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;

// The number of a field and how it is stored, as one value to switch on; docs/format/iam.md lists the numbers.
constexpr uint32_t bytes_field(uint32_t number) { return protozero::tag_and_type(number, pbf_wire_type::length_delimited); }
constexpr uint32_t number_field(uint32_t number) { return protozero::tag_and_type(number, pbf_wire_type::varint); }

bool is_valid(const Account& account) {
  return is_account_id(account.id) && is_canonical_id(account.canonical_id) && is_account_name(account.name);
}

bool is_valid(const KeyRecord& key) {
  return is_access_key_id(key.id) && is_secret(key.secret) && is_account_id(key.account_id);
}

// A field that is unknown, or stored in another way than its number says, is skipped.
void read_field(pbf_reader& field, Account& account) {
  switch (field.tag_and_type()) {
    case bytes_field(1): account.id = field.get_string(); break;
    case bytes_field(2): account.canonical_id = field.get_string(); break;
    case bytes_field(3): account.name = field.get_string(); break;
    case number_field(4): account.root = field.get_uint64() != 0; break;
    default: field.skip();
  }
}

void read_field(pbf_reader& field, KeyRecord& key) {
  switch (field.tag_and_type()) {
    case bytes_field(1): key.id = field.get_string(); break;
    case bytes_field(2): key.secret = field.get_string(); break;
    case bytes_field(3): key.account_id = field.get_string(); break;
    default: field.skip();
  }
}

template <class Record>
base::Result<Record> decoded(std::string_view bytes, const char* what) try {
  Record record;
  pbf_reader reader(data_view(bytes.data(), bytes.size()));
  while (reader.next()) read_field(reader, record);
  if (!is_valid(record))
    return base::fail(base::Errc::corrupt, std::string("a value is missing or breaks its rules in the record of ") + what);
  return record;
} catch (const protozero::exception& error) {
  return base::fail(base::Errc::corrupt, std::string("the record of ") + what + " cannot be read: " + error.what());
}

}  // namespace

std::string encode(const Account& account) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_bytes(1, account.id);
  out.add_bytes(2, account.canonical_id);
  out.add_bytes(3, account.name);
  if (account.root) out.add_bool(4, true);
  return bytes;
}

std::string encode(const KeyRecord& key) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_bytes(1, key.id);
  out.add_bytes(2, key.secret);
  out.add_bytes(3, key.account_id);
  return bytes;
}

base::Result<Account> decode_account(std::string_view bytes) { return decoded<Account>(bytes, "an account"); }
base::Result<KeyRecord> decode_key(std::string_view bytes) { return decoded<KeyRecord>(bytes, "an access key"); }

}  // namespace iam
