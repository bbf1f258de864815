// account create: by the running server, or in a folder that nobody uses.
#include <fmt/format.h>

#include "codec/json.h"
#include "server/account.h"
#include "server/commands.h"
#include "server/control.h"
#include "server/data_folder.h"

namespace server {

namespace {

using base::Errc;
using base::Result;

std::string text_of(const codec::Json& json, std::string_view name) {
  auto* found = json.find(name);
  return found ? found->text() : "";
}

std::string render(const Result<iam::AccessKey>& made) {
  codec::JsonWriter json;
  json.begin_object();
  if (made) {
    json.member("AWSAccessKeyId", made->id);
    json.member("AWSSecretKey", made->secret);
    json.member("AccountId", made->account.id);
    json.member("CanonicalId", made->account.canonical_id);
  } else {
    json.member("error", made.error().what);
  }
  json.end_object();
  return std::move(json).str();
}

Result<std::string> ask(const std::filesystem::path& data, const std::string& name) {
  codec::JsonWriter json;
  json.begin_object();
  json.member("create_account", name);
  json.end_object();
  return ask_server(data, std::move(json).str());
}

}  // namespace

std::string answer_control(iam::Accounts& accounts, std::string_view line) {
  auto request = codec::parse_json(line);
  auto* name = request ? request->find("create_account") : nullptr;
  if (!name) return render(base::fail(Errc::invalid, "the server does not know this request; are both of the same version?"));
  return render(accounts.create(name->text()));
}

int create_account(const Options& options) {
  if (auto found = find_data_folder(options.data); !found) return complain(found.error());
  auto answer = ask(options.data, options.account_name);
  if (!answer && answer.error().kind == Errc::not_found) {
    auto folder = DataFolder::open(options.data);
    if (!folder) return complain(folder.error());
    answer = render((*folder)->accounts().create(options.account_name));
  }
  if (!answer) return complain(answer.error());
  auto made = codec::parse_json(*answer);
  if (!made) return complain(made.error());
  if (auto* error = made->find("error")) return complain({Errc::invalid, error->text()});
  for (auto name : {"AWSAccessKeyId", "AWSSecretKey", "AccountId", "CanonicalId"}) fmt::print("{}={}\n", name, text_of(*made, name));
  return 0;
}

}  // namespace server
