#include "server/options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <toml++/toml.h>

#include "server/commands.h"
#include "server/version.h"

namespace server {

namespace {

std::string default_data_folder() {
  if (auto* folder = std::getenv("CUMULET_DATA"); folder && *folder) return folder;
  if (auto* folder = std::getenv("XDG_DATA_HOME"); folder && *folder) return std::string(folder) + "/cumulet";
  auto* home = std::getenv("HOME");
  return std::string(home && *home ? home : ".") + "/.local/share/cumulet";
}

// A value of the configuration file as the text that a flag would have.
std::vector<std::string> values_of(const toml::node& node) {
  if (auto* list = node.as_array()) {
    std::vector<std::string> out;
    for (auto& item : *list) std::ranges::move(values_of(item), std::back_inserter(out));
    return out;
  }
  if (auto text = node.value_exact<std::string>()) return {*text};
  if (auto flag = node.value_exact<bool>()) return {*flag ? "true" : "false"};
  if (auto number = node.value_exact<int64_t>()) return {std::to_string(*number)};
  return {};
}

// Sets what the file says and the command line does not.
void apply_configuration(CLI::App& command, const std::string& path) {
  toml::table table;
  try {
    table = toml::parse_file(path);
  } catch (const toml::parse_error& e) {
    throw CLI::ValidationError("--config", path + ", line " + std::to_string(e.source().begin.line) + ": " + std::string(e.description()));
  }
  for (auto& [key, node] : table) {
    auto* option = command.get_option_no_throw("--" + std::string(key.str()));
    auto values = values_of(node);
    if (!option || option == command.get_help_ptr() || key.str() == "config" || values.empty())
      throw CLI::ValidationError("--config", path + ": \"" + std::string(key.str()) + "\" is not a setting, or its value is not of its kind");
    if (option->count()) continue;
    for (auto& value : values) option->add_result(value);
    option->run_callback();
  }
}

void add_serve_flags(CLI::App& serve, Options& options, std::string& config) {
  serve.add_option("--listen", options.listen, "ADDRESS:PORT to listen on, for HTTP and HTTPS alike; may be repeated")->capture_default_str();
  serve.add_option("--region", options.region, "the AWS region that this server is")->capture_default_str();
  serve.add_option("--host", options.hosts, "a host name below which BUCKET.NAME is a bucket, besides s3.localhost; may be repeated");
  serve.add_option("--access-log", options.access_log, "a file that gets one JSON line per request; - is standard output");
  serve.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  serve.add_option("--threads", options.threads, "network threads; 0: one per CPU")->check(CLI::Range(0, 1024))->capture_default_str();
  serve.add_option("--max-connections", options.max_connections, "connections at once; one more is refused")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  serve.add_option("--max-requests", options.max_requests, "requests at once; one more is answered 503 SlowDown")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  serve.add_flag("--no-sigv2", options.no_sigv2, "refuse signatures of version 2");
  serve.add_option("--config", config, "a TOML file with the same settings; flags win")->check(CLI::ExistingFile);
}

}  // namespace

Parsed parse_command_line(int argc, char** argv) {
  Parsed parsed;
  auto& [invocation, exit_code, run] = parsed;
  auto& options = invocation.options;
  std::string data = default_data_folder(), config;

  CLI::App app("Cumulet: a small cloud of your own. Amazon's storage API on your machine.");
  app.require_subcommand(1);
  app.set_version_flag("--version", "cumulet " + std::string(version));
  auto command = [&, parent = &app](const char* name, const char* text, Command run_it, CLI::App* below = nullptr) {
    auto* made = (below ? below : parent)->add_subcommand(name, text);
    made->add_option("--data", data, "the folder that everything is kept in")->capture_default_str();
    made->callback([&invocation, run_it] { invocation.command = run_it; });
    return made;
  };
  auto* serve_command = command("serve", "start the server", serve);
  add_serve_flags(*serve_command, options, config);
  command("credentials", "print the root account's key pair, as the shell or ~/.aws/credentials takes it", print_credentials)
      ->add_option("--format", options.credentials_format, "env, profile or csv")
      ->check(CLI::IsMember({"env", "profile", "csv"}))
      ->capture_default_str();
  auto* account = app.add_subcommand("account", "further accounts");
  account->require_subcommand(1);
  command("create", "make an account and print its key pair", create_account, account)
      ->add_option("name", options.account_name, "its name: 1 to 64 letters, digits and +=,.@_-")
      ->required();
  command("check", "verify every checksum and reference in the data folder; exits with 1 if anything is wrong", check)
      ->add_flag("--repair", options.repair, "mend what can be mended without losing data");
  command("doctor", "say what of this machine Cumulet can use, and what to install for the rest", doctor);
  command("ca", "print where the certificate to trust for HTTPS is", print_ca);

  try {
    app.parse(argc, argv);
    if (!config.empty()) apply_configuration(*serve_command, config);
    run = true;
  } catch (const CLI::ParseError& e) {
    exit_code = app.exit(e);
  }
  options.data = data;
  return parsed;
}

}  // namespace server
