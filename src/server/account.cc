// account create, list, delete: by the running server, or in a folder that nobody uses.
#include "server/account.h"

#include <fmt/format.h>

#include "codec/json.h"
#include "s3/service.h"
#include "server/client_key.h"
#include "server/commands.h"
#include "server/control.h"
#include "server/data_folder.h"
#include "server/usage_errors.h"

namespace server {

namespace {

using base::Errc;
using base::Result;
using codec::Json;
using codec::JsonWriter;

std::string text_of(const Json& json, std::string_view name) {
  auto* found = json.find(name);
  return found ? found->text() : "";
}

std::string render_error(const base::Error& error) {
  JsonWriter json;
  json.begin_object();
  json.member("error", error.what);
  json.end_object();
  return std::move(json).str();
}

std::string render(const iam::AccessKey& made) {
  JsonWriter json;
  json.begin_object();
  json.member("AWSAccessKeyId", made.id);
  json.member("AWSSecretKey", made.secret);
  json.member("AccountId", made.account.id);
  json.member("CanonicalId", made.account.canonical_id);
  json.end_object();
  return std::move(json).str();
}

void write(JsonWriter& json, const iam::Account& account) {
  json.begin_object();
  json.member("Name", account.name);
  json.member("AccountId", account.id);
  json.member("CanonicalId", account.canonical_id);
  json.member("Root", account.root);
  json.end_object();
}

std::string render(const iam::Account& account) {
  JsonWriter json;
  write(json, account);
  return std::move(json).str();
}

std::string render(const std::vector<iam::Account>& accounts) {
  JsonWriter json;
  json.begin_object();
  json.key("Accounts");
  json.begin_array();
  for (auto& account : accounts) write(json, account);
  json.end_array();
  json.end_object();
  return std::move(json).str();
}

std::string render_region(const std::string& region) {
  JsonWriter json;
  json.begin_object();
  json.member("region", region);
  json.end_object();
  return std::move(json).str();
}

template <class T>
std::string render(const Result<T>& outcome) {
  return outcome ? render(*outcome) : render_error(outcome.error());
}

Result<iam::Account> remove_account(const ControlParts& parts, const std::string& name) {
  return parts.accounts.remove(name, [&](const iam::Account& account) -> Result<> {
    TRY(buckets, s3::bucket_names(parts.meta, account.canonical_id));
    if (buckets.empty()) return {};
    static constexpr size_t named = 10;
    auto what = counted(buckets.size(), "bucket");
    auto more = buckets.size() > named ? " and the others" : "";
    buckets.resize(std::min(buckets.size(), named));
    return base::fail(Errc::conflict, "the account \"" + account.name + "\" owns " + what + ": delete " + joined(buckets) + more + " first");
  });
}

std::string request_line(std::string_view what, const std::string& about) {
  JsonWriter json;
  json.begin_object();
  json.member(what, about);
  json.end_object();
  return std::move(json).str();
}

// The answer of the server of the data folder, or of this process where none is running. **Errors** those of
// DataFolder::open; invalid, with the sentence of whoever answered.
Result<std::string> ask_or_answer(const Options& options, const std::string& request) {
  auto answer = ask_server(options.data, request);
  if (!answer && answer.error().kind == Errc::not_found) {
    TRY(folder, DataFolder::open(options.data));
    answer = answer_control({folder->accounts(), folder->meta(), options.region}, request);
  }
  TRY(json, answer);
  TRY(parsed, codec::parse_json(json));
  if (auto* error = parsed.find("error")) return base::fail(Errc::invalid, error->text());
  return json;
}

// Asks, and prints the answer as --format says.
int ask_and_print(const Options& options, const std::string& request, const std::function<void(const Json&)>& print_text) {
  auto answer = ask_or_answer(options, request);
  if (!answer) return complain(answer.error());
  if (options.account_format == "json")
    fmt::print("{}\n", *answer);
  else
    print_text(codec::parse_json(*answer).value());
  return 0;
}

void print_key_as(const Options& options, const Json& made) {
  ClientKey key{text_of(made, "AWSAccessKeyId"), text_of(made, "AWSSecretKey"), region_of_server(options).value_or(options.region), options.account_name};
  if (options.account_format == "env") return fmt::print("{}", as_environment(key));
  if (options.account_format == "profile") return fmt::print("{}", as_profile(key));
  for (auto name : {"AWSAccessKeyId", "AWSSecretKey", "AccountId", "CanonicalId"}) fmt::print("{}={}\n", name, text_of(made, name));
}

// On standard error, beside what a script or `eval` reads.
void print_made(const Options& options, const Json& made) {
  print_key_as(options, made);
  std::fflush(stdout);
  fmt::print(stderr, "The secret key of {} is shown this once, and cannot be asked for again: keep it.\n", options.account_name);
}

void print_list(const Json& list) {
  size_t width = 0;
  auto* accounts = list.find("Accounts");
  if (!accounts) return;
  for (auto& account : accounts->items()) width = std::max(width, text_of(account, "Name").size());
  for (auto& account : accounts->items()) fmt::print("{:<{}}  {}  {}\n", text_of(account, "Name"), width, text_of(account, "AccountId"), text_of(account, "CanonicalId"));
}

void print_deleted(const Json& account) { fmt::print("deleted the account {}\n", text_of(account, "Name")); }

}  // namespace

std::string answer_control(const ControlParts& parts, std::string_view line) {
  auto request = codec::parse_json(line);
  if (!request) return render_error(request.error());
  if (auto* name = request->find("create_account")) return render(parts.accounts.create(name->text()));
  if (auto* name = request->find("delete_account")) return render(remove_account(parts, name->text()));
  if (request->find("list_accounts")) return render(parts.accounts.list());
  if (request->find("region")) return render_region(parts.region);
  return render_error({Errc::invalid, "the server does not know this request; are both of the same version?"});
}

std::optional<std::string> region_of_server(const Options& options) {
  auto answer = ask_server(options.data, request_line("region", ""));
  auto parsed = codec::parse_json(answer.value_or(""));
  auto* region = parsed ? parsed->find("region") : nullptr;
  if (!region) return std::nullopt;
  return region->text();
}

int create_account(const Options& options) {
  return ask_and_print(options, request_line("create_account", options.account_name), [&](const Json& made) { print_made(options, made); });
}
int delete_account(const Options& options) { return ask_and_print(options, request_line("delete_account", options.account_name), print_deleted); }
int list_accounts(const Options& options) { return ask_and_print(options, request_line("list_accounts", ""), print_list); }

}  // namespace server
