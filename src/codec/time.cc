#include "codec/time.h"

#include <algorithm>
#include <array>

namespace codec {

using namespace std::chrono;

namespace {

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct Parts {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0;
};

Parts split(base::Time time) {
  auto day = floor<days>(time);
  year_month_day date(day);
  hh_mm_ss clock(time - day);
  return {static_cast<unsigned>(static_cast<int>(date.year())), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
          static_cast<unsigned>(clock.hours().count()), static_cast<unsigned>(clock.minutes().count()),
          static_cast<unsigned>(clock.seconds().count()), static_cast<unsigned>(clock.subseconds().count())};
}

std::optional<base::Time> join(const Parts& p) {
  year_month_day date(year(static_cast<int>(p.year)), month(p.month), day(p.day));
  if (!date.ok() || p.hour > 23 || p.minute > 59 || p.second > 60) return std::nullopt;
  unsigned second = std::min(p.second, 59u);  // a leap second counts as the one before it
  return base::Time(sys_days(date) + hours(p.hour) + minutes(p.minute) + seconds(second) + milliseconds(p.millisecond));
}

// Takes pieces off the front of a text; `good` says whether all of them were there.
struct Scanner {
  std::string_view rest;
  bool good = true;

  void literal(std::string_view text) {
    good = good && rest.starts_with(text);
    if (good) rest.remove_prefix(text.size());
  }
  unsigned number(size_t digits) {
    unsigned value = 0;
    good = good && rest.size() >= digits;
    for (size_t i = 0; good && i < digits; i++) {
      good = rest[i] >= '0' && rest[i] <= '9';
      value = value * 10 + static_cast<unsigned>(rest[i] - '0');
    }
    if (good) rest.remove_prefix(digits);
    return good ? value : 0;
  }
  unsigned day() {  // one or two digits, perhaps after a space
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    return rest.size() > 1 && rest[1] >= '0' && rest[1] <= '9' ? number(2) : number(1);
  }
  unsigned month() {
    for (unsigned i = 0; i < 12; i++)
      if (rest.starts_with(months[i])) {
        rest.remove_prefix(3);
        return i + 1;
      }
    good = false;
    return 0;
  }
  void clock(Parts& p) {
    p.hour = number(2);
    literal(":");
    p.minute = number(2);
    literal(":");
    p.second = number(2);
  }
  void zone() {
    if (rest == "GMT" || rest == "UTC" || rest == "+0000" || rest == "-0000") rest = {};
  }
  bool done() const { return good && rest.empty(); }
};

// "22 Nov 2026 10:00:00 GMT", "22-Nov-26 10:00:00 GMT"
std::optional<base::Time> parse_day_first(std::string_view text) {
  Scanner s{text};
  Parts p;
  p.day = s.day();
  bool dashes = s.rest.starts_with('-');
  s.literal(dashes ? "-" : " ");
  p.month = s.month();
  s.literal(dashes ? "-" : " ");
  bool short_year = s.rest.size() > 2 && s.rest[2] == ' ';
  p.year = s.number(short_year ? 2 : 4);
  if (short_year) p.year += p.year < 70 ? 2000 : 1900;
  s.literal(" ");
  s.clock(p);
  s.literal(" ");
  s.zone();
  return s.done() ? join(p) : std::nullopt;
}

// "Nov 22 10:00:00 2026"
std::optional<base::Time> parse_asctime(std::string_view text) {
  Scanner s{text};
  Parts p;
  p.month = s.month();
  s.literal(" ");
  p.day = s.day();
  s.literal(" ");
  s.clock(p);
  s.literal(" ");
  p.year = s.number(4);
  return s.done() ? join(p) : std::nullopt;
}

// Writes pieces into a text of a known size; formatting functions of the library cost ten times as much.
struct Painter {
  char* at;
  Painter& number(unsigned value, int digits) {
    for (int i = digits - 1; i >= 0; i--, value /= 10) at[i] = static_cast<char>('0' + value % 10);
    at += digits;
    return *this;
  }
  Painter& text(std::string_view text) {
    at = std::ranges::copy(text, at).out;
    return *this;
  }
};

}  // namespace

std::string format_iso8601(base::Time time) {
  auto p = split(time);
  std::string out(24, '\0');
  Painter(out.data()).number(p.year, 4).text("-").number(p.month, 2).text("-").number(p.day, 2).text("T").number(p.hour, 2)
      .text(":").number(p.minute, 2).text(":").number(p.second, 2).text(".").number(p.millisecond, 3).text("Z");
  return out;
}

std::string format_basic(base::Time time) {
  auto p = split(time);
  std::string out(16, '\0');
  Painter(out.data()).number(p.year, 4).number(p.month, 2).number(p.day, 2).text("T").number(p.hour, 2).number(p.minute, 2)
      .number(p.second, 2).text("Z");
  return out;
}

std::string format_http_date(base::Time time) {
  auto p = split(time);
  weekday day(floor<days>(time));
  std::string out(29, '\0');
  Painter(out.data()).text(weekdays[day.c_encoding()]).text(", ").number(p.day, 2).text(" ").text(months[p.month - 1]).text(" ")
      .number(p.year, 4).text(" ").number(p.hour, 2).text(":").number(p.minute, 2).text(":").number(p.second, 2).text(" GMT");
  return out;
}

std::optional<base::Time> parse_basic(std::string_view text) {
  Scanner s{text};
  Parts p{s.number(4), s.number(2), s.number(2)};
  s.literal("T");
  p.hour = s.number(2), p.minute = s.number(2), p.second = s.number(2);
  s.literal("Z");
  return s.done() ? join(p) : std::nullopt;
}

std::optional<base::Time> parse_iso8601(std::string_view text) {
  Scanner s{text};
  Parts p;
  p.year = s.number(4);
  s.literal("-");
  p.month = s.number(2);
  s.literal("-");
  p.day = s.number(2);
  s.literal("T");
  s.clock(p);
  if (s.rest.starts_with('.')) {
    s.literal(".");
    p.millisecond = s.number(3);
    while (s.rest.size() > 1 && s.rest.front() >= '0' && s.rest.front() <= '9') s.rest.remove_prefix(1);
  }
  s.literal("Z");
  return s.done() ? join(p) : std::nullopt;
}

std::optional<base::Time> parse_http_date(std::string_view text) {
  auto comma = text.find(", ");
  if (comma != text.npos) return parse_day_first(text.substr(comma + 2));
  auto space = text.find(' ');
  return space == text.npos ? std::nullopt : parse_asctime(text.substr(space + 1));
}

}  // namespace codec
