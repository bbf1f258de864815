#pragma once
// What is said of a command line that is wrong: what it is, and what to do.
#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace server {

// The word that is spelled most like `word`; empty where none is much like it.
std::string nearest(std::string_view word, std::span<const std::string> known);

// How a sentence about `word` ends: "; did you mean "serve"?", or a period.
std::string suggestion(std::string_view word, std::span<const std::string> known);

// "a, b".
std::string joined(std::span<const std::string> words);

// A few lines, without the program's name before them.
std::string explain(const CLI::App& app, const CLI::ParseError& error);

}  // namespace server
