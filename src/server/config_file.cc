#include "server/config_file.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <toml++/toml.h>

#include "server/usage_errors.h"

namespace server {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& what) { throw CLI::ValidationError("--config", path + what); }

std::string read_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) refuse(path, " is a folder; give a TOML file");
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse(path, " cannot be read: " + std::string(std::strerror(errno)));
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) refuse(path, " cannot be read");
  return text;
}

std::string at_line(const toml::source_region& source) { return ", line " + std::to_string(source.begin.line) + ": "; }

std::string line_of(const std::string& text, size_t number) {
  std::istringstream lines(text);
  std::string line;
  for (size_t i = 0; i < number && std::getline(lines, line);) i++;
  return line;
}

// What is written without quotes is mostly meant to be text.
std::string hint_of_quotes(const std::string& line) {
  auto value = line.substr(line.find('=') + 1);
  bool bare = value.find_first_of("\"'") == value.npos && std::ranges::any_of(value, [](unsigned char c) { return std::isalnum(c); });
  return bare ? "; text stands between quotes, such as: listen = [\"127.0.0.1:4566\"]" : "";
}

toml::table parse(const std::string& text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& e) {
    refuse(path, at_line(e.source()) + std::string(e.description()) + hint_of_quotes(line_of(text, e.source().begin.line)));
  }
}

enum class Kind { text, texts, number, flag };

Kind kind_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return Kind::flag;
  if (option.get_expected_max() > 1) return Kind::texts;
  return option.get_type_name() == "N" ? Kind::number : Kind::text;
}

// What a setting takes, with an example.
std::string taken(const std::string& name, Kind kind) {
  static constexpr std::pair<std::string_view, std::string_view> examples[] = {
      {"data", "\"/srv/cumulet\""}, {"listen", "[\"127.0.0.1:4566\"]"}, {"region", "\"us-east-1\""}, {"host", "[\"s3.example.com\"]"}, {"access-log", "\"/var/log/cumulet/access.log\""},
      {"log-level", "\"info\""},    {"threads", "4"},                   {"max-connections", "10000"}, {"max-requests", "1024"},        {"no-sigv2", "true"}};
  static constexpr std::string_view kinds[] = {"text between quotes", "a list of texts between quotes", "a whole number, without quotes", "true or false, without quotes"};
  auto example = std::ranges::find(examples, name, [](auto& row) { return row.first; });
  std::string out = "it takes " + std::string(kinds[static_cast<size_t>(kind)]);
  return example == std::end(examples) ? out : out + ", such as: " + name + " = " + std::string(example->second);
}

std::string described(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return "the text \"" + *text + "\"";
  if (auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  if (auto number = node.value_exact<int64_t>()) return "the number " + std::to_string(*number);
  if (auto* list = node.as_array()) return list->empty() ? "an empty list" : "a list";
  if (node.is_floating_point()) return "a number with a fraction";
  return node.is_table() ? "a table" : "a date or a time";
}

// The values as flags would have them; nothing where they are not of the setting's kind. `wrong`: the first such value.
std::vector<std::string> values_of(const toml::node& node, Kind kind, const toml::node*& wrong) {
  auto* list = node.as_array();
  if (kind == Kind::texts && list && !list->empty()) {
    std::vector<std::string> out;
    for (auto& item : *list) std::ranges::move(values_of(item, Kind::text, wrong), std::back_inserter(out));
    return out;
  }
  auto text = node.value_exact<std::string>();
  auto flag = node.value_exact<bool>();
  auto number = node.value_exact<int64_t>();
  if (text && (kind == Kind::text || kind == Kind::texts)) return {*text};
  if (number && kind == Kind::number) return {std::to_string(*number)};
  if (flag && kind == Kind::flag) return {*flag ? "true" : "false"};
  if (!wrong) wrong = &node;
  return {};
}

std::vector<std::string> settings_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (auto* option : command.get_options())
    for (auto& name : option->get_lnames())
      if (name != "help" && name != "config") names.push_back(name);
  return names;
}

void apply(CLI::Option& option, const std::string& name, const toml::node& node, const std::string& path) {
  auto kind = kind_of(option);
  const toml::node* wrong = nullptr;
  auto values = values_of(node, kind, wrong);
  if (wrong) refuse(path, at_line(wrong->source()) + "\"" + name + "\" " + (wrong == &node ? "is " : "holds ") + described(*wrong) + "; " + taken(name, kind));
  if (option.count()) return;
  for (auto& value : values) option.add_result(value);
  try {
    option.run_callback();
  } catch (const CLI::ValidationError& e) {
    refuse(path, ": " + std::string(e.what()).substr(2));
  } catch (const CLI::ParseError&) {
    refuse(path, at_line(node.source()) + "\"" + name + "\" has a value that it does not take; " + taken(name, kind));
  }
}

}  // namespace

void apply_configuration(CLI::App& command, const std::string& path) {
  auto settings = settings_of(command);
  for (auto& [key, node] : parse(read_file(path), path)) {
    std::string name(key.str());
    if (std::ranges::find(settings, name) == settings.end())
      refuse(path, ": there is no setting \"" + name + "\"" + suggestion(name, settings) + " The settings are " + joined(settings) + ".");
    apply(*command.get_option("--" + name), name, node, path);
  }
}

}  // namespace server
