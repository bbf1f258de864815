#include "server/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "server/commands.h"
#include "server/config_file.h"
#include "server/installed.h"
#include "server/setting_values.h"
#include "server/usage_errors.h"
#include "server/version.h"

namespace server {

namespace {

constexpr auto exit_codes = "Exit status: 0 all went well, 1 something failed or is wrong, 2 the command line or the settings are wrong.";

// Help in the words of the manual page.
class Help final : public CLI::Formatter {
 public:
  Help() {
    label("OPTIONS", "OPTIONS");
    label("SUBCOMMAND", "COMMAND");
    label("Positionals", "Arguments");
    column_width(32);
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    bool takes_value = option->get_type_size() != 0 && !option->get_positional();
    return takes_value ? " " + option->get_type_name() : "";
  }
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    return is_positional ? option->get_type_name() : option->get_name(false, true);
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    auto value = option->get_default_str();
    return option->get_description() + (value.empty() ? "" : "; default: " + value);
  }
};

// A check of setting_values.h as an option takes it.
template <class Check>
std::function<std::string(const std::string&)> checked(Check check) {
  return [check](const std::string& text) { return check(text); };
}
auto number(uint64_t least, uint64_t most) {
  return checked([=](auto& text) { return check_number(text, least, most); });
}
auto choice(std::vector<std::string> choices) {
  return checked([choices = std::move(choices)](auto& text) { return check_choice(text, choices); });
}

std::string default_data_folder() {
  if (auto* folder = std::getenv("CUMULET_DATA"); folder && *folder) return folder;
  if (auto* folder = std::getenv("XDG_DATA_HOME"); folder && *folder) return std::string(folder) + "/cumulet";
  auto* home = std::getenv("HOME");
  return std::string(home && *home ? home : ".") + "/.local/share/cumulet";
}

void add_serve_flags(CLI::App& serve, Options& options, std::string& config) {
  auto add = [&](const char* name, auto& value, const char* type, const char* text) { return serve.add_option(name, value, text)->type_name(type); };
  add("--listen", options.listen, "ADDR:PORT", "where to listen, for HTTP and HTTPS alike: a numeric address or localhost; may be repeated")
      ->check(checked(check_listen))
      ->capture_default_str()
      ->default_str(options.listen.front());
  add("--region", options.region, "REGION", "the AWS region that this server is")->check(checked(check_region))->capture_default_str();
  add("--host", options.hosts, "NAME", "a host name below which BUCKET.NAME is a bucket, besides s3.localhost; may be repeated")->check(checked(check_host));
  add("--access-log", options.access_log, "FILE", "a file that gets one JSON line per request; - is standard output");
  add("--log-level", options.log_level, "LEVEL", "debug, info, warning or error")->check(choice({"debug", "info", "warning", "error"}))->capture_default_str();
  add("--threads", options.threads, "N", "network threads; 0: one per CPU")->check(number(0, 1024))->capture_default_str();
  add("--max-connections", options.max_connections, "N", "connections at once; one more is refused")->check(number(1, 1'000'000))->capture_default_str();
  add("--max-requests", options.max_requests, "N", "requests at once; one more is answered 503 SlowDown")->check(number(1, 1'000'000))->capture_default_str();
  serve.add_flag("--no-sigv2", options.no_sigv2, "refuse signatures of version 2");
  add("--config", config, "FILE", "a TOML file with the same settings; flags win");
}

void add_account_flags(CLI::App& command, Options& options, bool of_one, std::vector<std::string> formats = {"text", "json"}) {
  if (of_one) command.add_option("NAME", options.account_name, "its name: 1 to 64 letters, digits and +=,.@_-")->type_name("NAME")->required()->check(checked(check_account_name));
  auto text = enumerated(formats);
  command.add_option("--format", options.account_format, text)->type_name("FORMAT")->check(choice(std::move(formats)))->capture_default_str();
}

// Says what is wrong, or prints the help or the version that was asked for. Returns the exit code.
int finish(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  fmt::print(stderr, "cumulet: {}\n", explain(app, error));
  return exit_usage;
}

}  // namespace

Parsed parse_command_line(int argc, char** argv) {
  Parsed parsed;
  auto& [invocation, exit_code, run] = parsed;
  auto& options = invocation.options;
  std::string data = default_data_folder(), config;

  CLI::App app("Cumulet: a small cloud of your own. Amazon's storage API on your machine.");
  app.name("cumulet");
  app.formatter(std::make_shared<Help>());
  app.footer(exit_codes);
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "print this and exit");
  app.set_version_flag("--version", "cumulet " + std::string(version), "print the version and exit");
  auto command = [&, parent = &app](const char* name, const char* text, Command run_it, CLI::App* below = nullptr) {
    auto* made = (below ? below : parent)->add_subcommand(name, text);
    made->group("Commands");
    made->add_option("--data", data, "the folder that everything is kept in")->type_name("DIR")->check(checked(check_folder))->capture_default_str();
    made->callback([&invocation, run_it] { invocation.command = run_it; });
    return made;
  };
  auto on_folder = [by_default = expand_home(data)](const char* name, Command run_it) { return on_data_folder(name, by_default, run_it); };
  auto* serve_command = command("serve", "start the server", serve);
  add_serve_flags(*serve_command, options, config);
  auto* credentials = command("credentials", "print the root account's key pair, as the shell or ~/.aws/credentials takes it", on_folder("credentials", print_credentials));
  credentials->add_option("--format", options.credentials_format, "env, profile or csv")
      ->type_name("FORMAT")
      ->check(choice({"env", "profile", "csv"}))
      ->capture_default_str();
  credentials->add_option("--region", options.credentials_region, "the region to print; default: the running server's, or us-east-1")
      ->type_name("REGION")
      ->check(checked(check_region));
  auto* account = app.add_subcommand("account", "make, list and delete further accounts");
  account->group("Commands");
  account->require_subcommand(1);
  add_account_flags(*command("create", "make an account and print its key pair; the secret is shown this once", on_folder("account create", create_account), account), options, true,
                    {"text", "env", "profile", "json"});
  add_account_flags(*command("list", "print name, account id and canonical id of every account", on_folder("account list", list_accounts), account), options, false);
  add_account_flags(*command("delete", "delete an account that owns no buckets, and its key pair", on_folder("account delete", delete_account), account), options, true);
  command("check", "verify every checksum and reference in the data folder; exits with 1 if anything is wrong", on_folder("check", check))
      ->add_flag("--repair", options.repair, "mend what can be mended without losing data");
  command("doctor", "say what of this machine Cumulet can use, and what to install for the rest", doctor);
  command("ca", "print where the certificate to trust for HTTPS is", on_folder("ca", print_ca));

  try {
    app.parse(argc, argv);
    if (!config.empty()) apply_configuration(*serve_command, expand_home(config));
    run = true;
  } catch (const CLI::ParseError& e) {
    exit_code = finish(app, e);
  }
  options.data = expand_home(data);
  options.access_log = expand_home(options.access_log);
  return parsed;
}

}  // namespace server
