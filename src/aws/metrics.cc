#include "aws/metrics.h"

#include <array>
#include <atomic>
#include <charconv>
#include <map>

namespace aws {
namespace {

using Counter = std::atomic<uint64_t>;

// Upper bounds of the histogram in seconds; text as the label shows it. A last bucket has no bound.
struct Bound {
  double seconds;
  std::string_view text;
};
constexpr std::array bounds = {Bound{0.0005, "0.0005"}, Bound{0.001, "0.001"}, Bound{0.0025, "0.0025"}, Bound{0.005, "0.005"},
                               Bound{0.01, "0.01"},     Bound{0.025, "0.025"}, Bound{0.05, "0.05"},     Bound{0.1, "0.1"},
                               Bound{0.25, "0.25"},     Bound{0.5, "0.5"},     Bound{1, "1"},           Bound{2.5, "2.5"},
                               Bound{5, "5"},           Bound{10, "10"},       Bound{30, "30"},         Bound{60, "60"}};

size_t bucket_of(double seconds) {
  return static_cast<size_t>(std::ranges::lower_bound(bounds, seconds, {}, &Bound::seconds) - bounds.begin());
}

// Statuses are counted by their number; what is none of HTTP's goes to 0.
constexpr int first_status = 100, last_status = 599;

size_t status_index(int status) {
  return status < first_status || status > last_status ? 0 : static_cast<size_t>(status - first_status + 1);
}

int status_at(size_t index) { return index ? static_cast<int>(index) - 1 + first_status : 0; }

// The counts of one operation, on cache lines of their own.
struct alignas(64) Series {
  explicit Series(std::string_view operation) : name(operation) {}

  const std::string_view name;
  std::array<Counter, bounds.size() + 1> buckets{};
  Counter nanoseconds{0}, bytes_in{0}, bytes_out{0};
  std::array<Counter, last_status - first_status + 2> statuses{};
};

// Counts need no order among themselves: a scrape sees each at some moment.
void add(Counter& counter, uint64_t n) { counter.fetch_add(n, std::memory_order_relaxed); }
uint64_t get(const Counter& counter) { return counter.load(std::memory_order_relaxed); }

uint64_t requests(const Series& series) {
  uint64_t sum = 0;
  for (auto& bucket : series.buckets) sum += get(bucket);
  return sum;
}

// More operations than AWS's services have here; memory stays below slots * sizeof(Series) whatever is asked for.
constexpr size_t slots = 1024;

// Series by name: open addressing, filled once and never emptied, so that neither finding nor adding takes a lock.
class Table {
 public:
  ~Table() {
    for (auto& slot : slots_) delete slot.load();
  }

  Series& at(std::string_view name) {
    const size_t start = std::hash<std::string_view>()(name);
    for (size_t i = 0; i < slots; i++)
      if (auto* series = at_slot(slots_[(start + i) % slots], name)) return *series;
    return overflow_;
  }

  std::map<std::string_view, const Series*> by_name() const {
    std::map<std::string_view, const Series*> out;
    for (auto& slot : slots_)
      if (auto* series = slot.load(std::memory_order_acquire)) out[series->name] = series;
    if (requests(overflow_)) out[overflow_.name] = &overflow_;
    return out;
  }

 private:
  // The slot's series if it has that name, made where the slot is free.
  static Series* at_slot(std::atomic<Series*>& slot, std::string_view name) {
    Series* found = slot.load(std::memory_order_acquire);
    if (!found) {
      auto made = std::make_unique<Series>(name);
      if (slot.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel)) return made.release();
    }
    return found->name == name ? found : nullptr;
  }

  std::array<std::atomic<Series*>, slots> slots_{};
  Series overflow_{"other"};
};

// Writing. Operations are AWS's names, which hold nothing that a label would have to escape.

std::string text(double value) {
  char buffer[32];
  return std::string(buffer, std::to_chars(buffer, std::end(buffer), value).ptr);
}

void add_head(std::string& out, std::string_view family, std::string_view type, std::string_view help) {
  ((out += "# HELP ") += family) += ' ';
  (out += help) += '\n';
  ((out += "# TYPE ") += family) += ' ';
  (out += type) += '\n';
}

void add_sample(std::string& out, std::string_view name, std::string_view labels, std::string_view value) {
  ((out += name) += labels) += ' ';
  (out += value) += '\n';
}

std::string labels(std::string_view operation, std::string_view name = {}, std::string_view value = {}) {
  std::string out = "{operation=\"" + std::string(operation) + '"';
  if (!name.empty()) ((((out += ',') += name) += "=\"") += value) += '"';
  return out += '}';
}

void add_statuses(std::string& out, const Series& series) {
  for (size_t i = 0; i < series.statuses.size(); i++)
    if (auto count = get(series.statuses[i]))
      add_sample(out, "cumulet_requests_total", labels(series.name, "status", std::to_string(status_at(i))), std::to_string(count));
}

void add_histogram(std::string& out, const Series& series) {
  uint64_t sum = 0;
  for (size_t i = 0; i < series.buckets.size(); i++) {
    sum += get(series.buckets[i]);
    auto le = i < bounds.size() ? bounds[i].text : "+Inf";
    add_sample(out, "cumulet_request_seconds_bucket", labels(series.name, "le", le), std::to_string(sum));
  }
  add_sample(out, "cumulet_request_seconds_sum", labels(series.name), text(static_cast<double>(get(series.nanoseconds)) / 1e9));
  add_sample(out, "cumulet_request_seconds_count", labels(series.name), std::to_string(sum));
}

}  // namespace

struct Metrics::State {
  Table table;
  alignas(64) std::atomic<int64_t> in_flight{0};
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::count(std::string_view operation, int status, double seconds, uint64_t bytes_in, uint64_t bytes_out) {
  seconds = seconds > 0 ? seconds : 0;  // a clock that was set back; not a number
  auto& series = state_->table.at(operation);
  add(series.statuses[status_index(status)], 1);
  add(series.buckets[bucket_of(seconds)], 1);
  add(series.nanoseconds, static_cast<uint64_t>(std::min(seconds, 1e9) * 1e9));
  add(series.bytes_in, bytes_in);
  add(series.bytes_out, bytes_out);
}

void Metrics::in_flight(int change) { state_->in_flight.fetch_add(change, std::memory_order_relaxed); }

std::string Metrics::render() const {
  auto all = state_->table.by_name();
  uint64_t bytes_in = 0, bytes_out = 0;
  std::string out;
  add_head(out, "cumulet_requests_total", "counter", "Finished requests by operation and HTTP status.");
  for (auto& [name, series] : all) add_statuses(out, *series);
  add_head(out, "cumulet_request_seconds", "histogram", "Time from a request's head to the last byte of its response.");
  for (auto& [name, series] : all) {
    add_histogram(out, *series);
    bytes_in += get(series->bytes_in), bytes_out += get(series->bytes_out);
  }
  add_head(out, "cumulet_bytes_received_total", "counter", "Bytes of request bodies.");
  add_sample(out, "cumulet_bytes_received_total", "", std::to_string(bytes_in));
  add_head(out, "cumulet_bytes_sent_total", "counter", "Bytes of response bodies.");
  add_sample(out, "cumulet_bytes_sent_total", "", std::to_string(bytes_out));
  add_head(out, "cumulet_requests_in_flight", "gauge", "Requests that are being served now.");
  add_sample(out, "cumulet_requests_in_flight", "", std::to_string(state_->in_flight.load(std::memory_order_relaxed)));
  return out;
}

}  // namespace aws
