// Bodies as handlers see them. The first eight bytes are a recipe; the rest is the body as it is sent, or its content, which the
// program then sends as a client would, with one byte changed if the recipe says so.
// However a body is split on its way, it is accepted with the same bytes, or refused by the same name; never more of it is
// given than was declared; and where a signature or a checksum covers it, no changed byte is taken for the content.
#include "aws/body.h"
#include "base/testing/run_task.h"
#include "crypto/digest.h"
#include "crypto/sigv4.h"
#include "fuzz.h"
#include "http/testing/fake_exchange.h"

namespace {

using aws::PayloadKind;

enum Claim : uint8_t { md5 = 1, checksum = 2, trailer = 4, no_length = 8, http_chunks = 16, made = 32, one_more = 64, repeated = 128 };

struct Recipe {
  PayloadKind kind;
  uint8_t claims, declared;
  std::vector<size_t> pieces;
  size_t room, change_at;
  char change;

  explicit Recipe(const uint8_t* data)
      : kind(static_cast<PayloadKind>(data[0] % 5)), claims(data[1]), declared(data[2]), pieces{data[3], data[4]}, room(data[5] + 1u), change_at(data[6] * 257u), change(static_cast<char>(data[7])) {}
  // Bytewise only where that does not take long.
  void coarsen(size_t body_bytes) {
    for (auto* size : {&pieces[0], &pieces[1], &room}) *size += body_bytes / 64;
  }
  bool has(Claim claim) const { return claims & claim; }
  bool is_chunked() const { return kind > PayloadKind::sha256; }
  bool is_signed() const { return kind == PayloadKind::chunks_signed || kind == PayloadKind::chunks_signed_trailer; }
  bool has_trailer() const { return kind == PayloadKind::chunks_signed_trailer || kind == PayloadKind::chunks_unsigned_trailer; }
};

constexpr std::string_view date = "20130524T000000Z", scope = "20130524/us-east-1/s3/aws4_request";
const std::string key(32, 'k'), seed(64, '0');

std::string crc32(std::string_view content) {
  crypto::Checksum sum(crypto::ChecksumAlgorithm::crc32);
  sum.update(base::bytes(content));
  return base::to_base64(base::bytes(sum.finish()));
}

// What a client makes of its content.
class Encoder {
 public:
  explicit Encoder(const Recipe& recipe) : recipe_(recipe) {}

  std::string run(std::string_view content) {
    if (!recipe_.is_chunked()) return std::string(content);
    size_t step = recipe_.is_signed() ? 8192 : recipe_.declared + 1 + content.size() / 64;
    for (size_t i = 0; i < content.size(); i += step) add_chunk(content.substr(i, step));
    add_chunk("");
    out_.resize(out_.size() - 2);
    std::string fields;
    if (recipe_.has_trailer() && recipe_.has(trailer)) fields = "x-amz-checksum-crc32:" + crc32(content);
    if (!fields.empty()) out_ += fields + "\r\n", fields += "\n";
    if (recipe_.kind == PayloadKind::chunks_signed_trailer)
      out_ += "x-amz-trailer-signature:" + crypto::signature(key, crypto::trailer_string_to_sign(date, scope, previous_, crypto::sha256_hex(fields))) + "\r\n";
    return out_ + "\r\n";
  }

 private:
  void add_chunk(std::string_view data) {
    char size[17];
    out_ += std::string_view(size, static_cast<size_t>(std::snprintf(size, sizeof size, "%zx", data.size())));
    if (recipe_.is_signed()) {
      previous_ = crypto::signature(key, crypto::chunk_string_to_sign(date, scope, previous_, crypto::sha256_hex(data)));
      out_ += ";chunk-signature=" + previous_;
    }
    (out_ += "\r\n").append(data) += "\r\n";
  }

  const Recipe& recipe_;
  std::string out_, previous_ = seed;
};

http::testing::Headers headers_of(const Recipe& recipe, std::string_view body, std::string_view content) {
  http::testing::Headers headers;
  auto declared = recipe.has(made) ? content.size() : recipe.declared;
  if (recipe.has(http_chunks))
    headers.emplace_back("Transfer-Encoding", "chunked");
  else
    headers.emplace_back("Content-Length", std::to_string(body.size()));
  if (recipe.is_chunked() && !recipe.has(no_length)) headers.emplace_back("x-amz-decoded-content-length", std::to_string(declared + recipe.has(one_more)));
  if (recipe.has(md5)) headers.emplace_back("Content-MD5", base::to_base64(base::bytes(crypto::md5(content))));
  if (recipe.has(checksum)) headers.emplace_back("x-amz-checksum-crc32", crc32(content));
  if (recipe.has(trailer)) headers.emplace_back("x-amz-trailer", "x-amz-checksum-crc32");
  return headers;
}

aws::Authenticated authenticated_as(const Recipe& recipe, std::string_view content) {
  aws::Authenticated out;
  out.payload = recipe.kind;
  out.payload_sha256 = crypto::sha256_hex(content);
  std::ranges::copy(key, out.signing_key.begin());
  out.seed_signature = seed, out.date = date, out.scope = scope;
  return out;
}

struct Outcome {
  std::optional<aws::ErrorCode> error;
  std::string content;  // where there is no error
  bool operator==(const Outcome&) const = default;
};

base::Task<Outcome> read_all(aws::Body& body, size_t room) {
  std::string content, buffer(room, '\0');
  for (;;) {
    auto count = co_await body.read(buffer);
    if (!count) co_return Outcome{count.error().code, {}};
    if (!*count) break;
    content.append(buffer, 0, *count);
    fuzz::check(content.size() <= body.length().value_or(UINT64_MAX));
  }
  fuzz::check(content.size() == body.length().value_or(content.size()));
  co_return Outcome{std::nullopt, std::move(content)};
}

Outcome read(const http::testing::Headers& headers, const aws::Authenticated& authenticated, http::testing::Script script, size_t room) {
  static constexpr aws::OperationRow row{"PutObject", aws::Method::put, aws::Target::object, "", "", "", "", aws::BodyKind::stream};
  http::testing::FakeExchange exchange("PUT", "/b/k", headers, std::move(script));
  aws::Call call{exchange};
  call.operation = &row;
  auto body = aws::make_body(call, authenticated, 1 << 20);
  if (!body) return {body.error().code, {}};
  return base::testing::run_task(read_all(**body, room));
}

std::string repeat(std::string_view text, size_t times) {
  std::string out;
  while (times--) out += text;
  return out;
}

// Whether a change of the body shows, or does not matter.
bool is_covered(const Recipe& recipe) {
  return recipe.is_signed() || recipe.kind == PayloadKind::sha256 || recipe.has(md5) || recipe.has(checksum) || (recipe.has_trailer() && recipe.has(trailer));
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 8) return 0;
  Recipe recipe(data);
  auto content = std::string(fuzz::text(data + 8, size - 8));
  if (recipe.has(made) && recipe.has(repeated) && content.size() < 2000) content = repeat(content, 20000 / (content.size() + 1));
  auto body = recipe.has(made) ? Encoder(recipe).run(content) : content;
  recipe.coarsen(body.size());
  auto headers = headers_of(recipe, body, content);
  auto authenticated = authenticated_as(recipe, content);
  bool changed = recipe.has(made) && recipe.change && !body.empty();
  if (changed) body[recipe.change_at % body.size()] ^= recipe.change;

  auto whole = read(headers, authenticated, {body, {}, {}, {}}, 1 << 15);
  auto pieces = read(headers, authenticated, {body, recipe.pieces, {}, {}}, recipe.room);
  fuzz::check(whole == pieces);
  bool consistent = !recipe.has(one_more) && !(recipe.is_chunked() && recipe.has(no_length)) && !(recipe.has(checksum) && recipe.has(trailer)) && (!recipe.has(trailer) || recipe.has_trailer());
  if (recipe.has(made) && !changed && consistent) fuzz::check(!whole.error && whole.content == content);
  if (changed && is_covered(recipe) && !whole.error) fuzz::check(whole.content == content);
  return 0;
}
