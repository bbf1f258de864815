#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace base::log {

static spdlog::logger& logger() {
  static std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("cumulet", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *instance;
}

// A line break in a fact would let a client write lines of its own.
static void append_fact(std::string& line, std::string_view key, std::string_view value) {
  line += ' ';
  line += key;
  line += "=\"";
  for (char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  line += '"';
}

static void write(spdlog::level::level_enum level, std::string_view event, Facts facts) {
  if (!logger().should_log(level)) return;
  std::string line(event);
  for (auto& [key, value] : facts) append_fact(line, key, value);
  logger().log(level, "{}", line);
}

void set_level(Level level) {
  static constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                         spdlog::level::err};
  logger().set_level(levels[static_cast<int>(level)]);
}

void debug(std::string_view event, Facts facts) { write(spdlog::level::debug, event, facts); }
void info(std::string_view event, Facts facts) { write(spdlog::level::info, event, facts); }
void warning(std::string_view event, Facts facts) { write(spdlog::level::warn, event, facts); }
void error(std::string_view event, Facts facts) { write(spdlog::level::err, event, facts); }

}  // namespace base::log
