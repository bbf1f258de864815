#include "report.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace s3load {
namespace {

using std::string;

[[gnu::format(printf, 1, 2)]] string format(const char* pattern, ...) {
  char text[512];
  va_list values;
  va_start(values, pattern);
  int length = vsnprintf(text, sizeof text, pattern, values);
  va_end(values);
  return string(text, std::min(sizeof text - 1, static_cast<size_t>(length)));
}

string quote(const string& text) {
  string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (byte < 32 || byte > 126) out += format("\\u%04x", byte);
    else out += c;
  }
  return out + "\"";
}

void add_item(string& list, const string& item) { list.append(list.empty() ? "" : ",").append(item); }

double per_second(uint64_t amount, double seconds) { return seconds > 0 ? static_cast<double>(amount) / seconds : 0; }

string json(const OpResult& r, double seconds) {
  return format(R"({"ops":%lu,"errors":%lu,"bytes":%lu,"ops_per_s":%.1f,"mb_per_s":%.2f,)", r.ops, r.errors, r.bytes,
                per_second(r.ops, seconds), per_second(r.bytes, seconds) / 1e6) +
         R"("latency_ms":)" + r.latency.json() + R"(,"first_byte_ms":)" + r.first_byte.json() + "}";
}

string json_by_op(const Result& result, double seconds) {
  string list;
  for (size_t i = 0; i < op_count; i++) {
    auto op = static_cast<Op>(i);
    const OpResult& r = result.per_op[op];
    if (r.ops || r.errors) add_item(list, quote(string(op_name(op))) + ":" + json(r, seconds));
  }
  return "{" + list + "}";
}

string json_errors(const Result& result) {
  string list, samples;
  for (auto& [kind, count] : result.errors) add_item(list, quote(kind) + ":" + std::to_string(count));
  for (auto& sample : result.samples) add_item(samples, quote(sample));
  return R"("errors":{)" + list + R"(},"error_samples":[)" + samples + "]";
}

string json_timeline(const Result& result) {
  string list;
  for (uint64_t count : result.timeline) add_item(list, std::to_string(count));
  return "[" + list + "]";
}

}  // namespace

string json(const Options& options, const Report& report, const string& arguments) {
  const auto& [result, seconds] = report.stage;
  string text = R"({"tool":"s3load","args":)" + quote(arguments);
  text += format(R"(,"seconds":%.3f,"connections":%d,"threads":%d,"reconnects":%lu,"client_cpu_s":%.2f)", seconds, options.connections,
                 options.threads, result.reconnects, report.client_cpu_s);
  if (options.server_pid)
    text += format(R"(,"server_cpu_s":%.2f,"server_rss_mib":%.1f)", report.server_cpu_s, report.server_rss_mib);
  text += R"(,"total":)" + json(result.total(), seconds) + R"(,"by_op":)" + json_by_op(result, seconds) + "," + json_errors(result);
  if (options.timeline) text += R"(,"timeline":)" + json_timeline(result);
  return text + "}";
}

string summary(const Options& options, const Report& report) {
  double seconds = report.stage.seconds;
  OpResult total = report.stage.result.total();
  return format("%.0f ops/s, %.1f MB/s, p50 %.3f ms, p99 %.3f ms, %lu errors, client %.0f %% of a core", per_second(total.ops, seconds),
                per_second(total.bytes, seconds) / 1e6, total.latency.percentile_ms(.5), total.latency.percentile_ms(.99), total.errors,
                seconds > 0 ? 100 * report.client_cpu_s / (seconds + options.warmup_s) : 0);
}

string join_arguments(int argc, char** argv) {
  string text;
  for (int i = 1; i < argc; i++) {
    bool secret = i > 1 && strcmp(argv[i - 1], "--secret-key") == 0;
    text.append(i > 1 ? " " : "").append(secret ? "***" : argv[i]);
  }
  return text;
}

}  // namespace s3load
