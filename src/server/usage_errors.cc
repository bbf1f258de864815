#include "server/usage_errors.h"

#include <CLI/CLI.hpp>
#include <numeric>

namespace server {

namespace {

// How many letters have to be put in, taken out or changed (Levenshtein).
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); i++) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); j++) {
      size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row.back();
}

// The command that was reached: "account create" of "cumulet account create bob".
const CLI::App& reached(const CLI::App& app) {
  auto* last = &app;
  while (!last->get_subcommands().empty()) last = last->get_subcommands().front();
  return *last;
}

std::string full_name(const CLI::App& app) { return app.get_parent() ? full_name(*app.get_parent()) + " " + app.get_name() : "cumulet"; }

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (auto* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (auto* option : app.get_options())
    for (auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string see_help(const CLI::App& app) { return "\n\"" + full_name(app) + " --help\" says more."; }

std::string list_of_commands(const CLI::App& app) {
  return "\nCommands of \"" + full_name(app) + "\": " + joined(commands_of(app)) + "." + see_help(app);
}

std::string explain_command(const CLI::App& app, const std::string& word) {
  if (word.empty()) return "\"" + full_name(app) + "\" needs a command after it." + list_of_commands(app);
  auto commands = commands_of(app);
  return "there is no command \"" + word + "\"" + suggestion(word, commands) + list_of_commands(app);
}

// What other servers call the option for the address.
bool means_listen(std::string_view word) {
  static constexpr std::string_view names[] = {"--port", "--address", "--addr", "--bind", "-p"};
  return std::ranges::find(names, word) != std::end(names);
}

std::string explain_option(const CLI::App& app, const CLI::App& command, std::string word) {
  word = word.substr(0, word.find('='));
  auto options = options_of(command);
  if (&app != &command && std::ranges::find(options, word) != options.end())
    return word + " has to come after the command: \"" + full_name(command) + " " + word + "\"." + see_help(command);
  bool listens = means_listen(word) && std::ranges::find(options, "--listen") != options.end();
  auto advice = listens ? "; address and port are given together: --listen 127.0.0.1:4566" : suggestion(word, options);
  return "\"" + full_name(command) + "\" has no option " + word + advice + see_help(command);
}

// A word that nothing on the command line can mean.
std::string explain_word(const CLI::App& app, const CLI::App& command, const std::string& word) {
  if (word.starts_with('-')) return explain_option(app, command, word);
  if (!commands_of(command).empty()) return explain_command(command, word);
  auto of_root = command.get_name() == "credentials" ? " It prints the root account's key pair, the only one that is kept to be shown; others are shown once, by \"cumulet account create\"." : "";
  return "\"" + full_name(command) + "\" does not know what to do with \"" + word + "\"." + of_root + see_help(command);
}

std::string needed_words(const CLI::App& command) {
  std::string out;
  for (auto* option : command.get_options())
    if (option->get_positional() && option->get_required()) out += " " + option->get_type_name();
  return out;
}

// `name`: of an option that has too few values, or too many.
std::string explain_count(const CLI::App& command, const std::string& name) {
  auto* option = command.get_option_no_throw(name);
  if (option && option->count() > 1) return name + " is given more than once; give it once." + see_help(command);
  return name + " needs a value after it" + (option ? ": " + name + " " + option->get_type_name() : "") + "." + see_help(command);
}

// A flag with a value that is neither true nor false; all other values have checks with sentences of their own.
std::string explain_flag(const CLI::App& command, const std::string& what) {
  auto name = what.substr(std::min(what.find("--"), what.size()));
  return name.substr(0, name.find(' ')) + " takes no value; give it alone." + see_help(command);
}

}  // namespace

std::string joined(std::span<const std::string> words) {
  std::string out;
  for (auto& word : words) (out += out.empty() ? "" : ", ") += word;
  return out;
}

std::string nearest(std::string_view word, std::span<const std::string> known) {
  auto longer = std::ranges::find_if(known, [&](auto& name) { return word.size() > 1 && name.starts_with(word); });
  if (longer != known.end()) return *longer;
  auto found = std::ranges::min_element(known, {}, [&](auto& name) { return distance(word, name); });
  if (found == known.end()) return "";
  return distance(word, *found) <= std::max<size_t>(1, (word.size() + 1) / 3) ? *found : "";
}

std::string suggestion(std::string_view word, std::span<const std::string> known) {
  auto name = nearest(word, known);
  return name.empty() ? "." : "; did you mean \"" + name + "\"?";
}

std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  std::string what = error.what();
  if (dynamic_cast<const CLI::ValidationError*>(&error)) return what;
  auto& command = reached(app);
  if (auto left = app.remaining(true); !left.empty()) {
    auto* owner = app.remaining().empty() ? &command : &app;
    return explain_word(*owner, command, left.front());
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) return explain_count(command, what.substr(0, what.find(':')));
  if (dynamic_cast<const CLI::ConversionError*>(&error)) return explain_flag(command, what);
  if (!dynamic_cast<const CLI::RequiredError*>(&error)) return what + see_help(command);
  if (!commands_of(command).empty()) return explain_command(command, "");
  return "\"" + full_name(command) + "\" needs more: " + full_name(command) + needed_words(command) + see_help(command);
}

}  // namespace server
