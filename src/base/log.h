#pragma once
// The program's own log: a sentence and its facts, one line an event, on standard error. Never a secret among the facts.
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace base::log {

enum class Level { debug, info, warning, error };
using Facts = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Lines below `level` are dropped. **Threads** Any, here and below.
void set_level(Level level);

void debug(std::string_view event, Facts facts = {});
void info(std::string_view event, Facts facts = {});
void warning(std::string_view event, Facts facts = {});
void error(std::string_view event, Facts facts = {});

}  // namespace base::log
