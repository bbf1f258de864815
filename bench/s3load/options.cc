#include "options.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <sstream>

#include "help.h"

namespace s3load {
namespace {

using std::string;
using std::string_view;

constexpr std::array<string_view, op_count> op_names = {"get", "put", "head", "delete", "list", "range", "create-bucket"};

// What was read but is understood only when the whole command line is known.
struct Raw {
  Options options;
  string url = "http://127.0.0.1:9000", mix = "get";
};

size_t size_unit(char letter) {
  switch (letter | 32) {
    case 'k': return size_t{1} << 10;
    case 'm': return size_t{1} << 20;
    case 'g': return size_t{1} << 30;
    default: return 0;
  }
}

size_t parse_size(const string& text) {
  char* end = nullptr;
  double value = strtod(text.c_str(), &end);
  bool empty = end == text.c_str();
  if (size_t unit = size_unit(*end)) {
    value *= static_cast<double>(unit);
    end++;
  }
  if (empty || *end || value < 0) die("not a size: " + text);
  return static_cast<size_t>(value);
}

size_t parse_positive(const string& text) { return std::max<size_t>(1, parse_size(text)); }
int parse_int(const string& text) { return atoi(text.c_str()); }
double parse_seconds(const string& text) { return atof(text.c_str()); }

std::vector<string> split(const string& text, char separator) {
  std::vector<string> parts;
  std::stringstream in(text);
  for (string part; getline(in, part, separator);) parts.push_back(part);
  return parts;
}

template <class T>
T choose(const string& flag, const string& value, const std::map<string, T>& choices) {
  auto found = choices.find(value);
  if (found != choices.end()) return found->second;
  string names;
  for (auto& [name, _] : choices) names += (names.empty() ? "" : "|") + name;
  die(flag + " " + names);
}

Auth parse_auth(const string& value) {
  return choose<Auth>("--auth", value, {{"none", Auth::none}, {"v2", Auth::v2}, {"v4", Auth::v4}});
}

Payload parse_payload(const string& value) {
  return choose<Payload>("--payload", value,
                         {{"unsigned", Payload::not_signed},
                          {"signed", Payload::hashed},
                          {"streaming", Payload::signed_chunks},
                          {"trailer", Payload::crc_trailer}});
}

std::vector<size_t> parse_sizes(const string& value) {
  std::vector<size_t> sizes;
  for (auto& part : split(value, ',')) sizes.push_back(parse_size(part));
  return sizes;
}

string lower_case(string text) {
  for (char& c : text) c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
  return text;
}

// S3 refuses x-amz-... headers that a signature does not cover.
void add_header(Options& o, const string& line) {
  size_t colon = line.find(':');
  if (colon == string::npos) die("--header 'NAME: VALUE'");
  string name = lower_case(line.substr(0, colon));
  size_t value = line.find_first_not_of(' ', colon + 1);
  if (!name.starts_with("x-amz-")) o.extra_headers.push_back(line);
  else o.signed_headers.emplace_back(name, value == string::npos ? "" : line.substr(value));
}

using Switch = void (*)(Options&);
using Setting = void (*)(Raw&, const string&);

const std::map<string_view, Switch> switches = {
    {"--no-keepalive", [](Options& o) { o.keepalive = false; }},
    {"--expect-continue", [](Options& o) { o.expect_continue = true; }},
    {"--list-random-start", [](Options& o) { o.list_random_start = true; }},
    {"--create-bucket", [](Options& o) { o.create_bucket = true; }},
    {"--prepare", [](Options& o) { o.prepare = true; }},
    {"--cleanup", [](Options& o) { o.cleanup = true; }},
    {"--unique", [](Options& o) { o.unique = true; }},
    {"--verify", [](Options& o) { o.verify = true; }},
    {"--discard", [](Options& o) { o.discard = true; }},
    {"--timeline", [](Options& o) { o.timeline = true; }},
    {"--allow-errors", [](Options& o) { o.allow_errors = true; }},
    {"--quiet", [](Options& o) { o.quiet = true; }},
};

const std::map<string_view, Setting> settings = {
    {"--url", [](Raw& r, const string& v) { r.url = v; }},
    {"--op", [](Raw& r, const string& v) { r.mix = v; }},
    {"--bucket", [](Raw& r, const string& v) { r.options.bucket = v; }},
    {"--prefix", [](Raw& r, const string& v) { r.options.prefix = v; }},
    {"--access-key", [](Raw& r, const string& v) { r.options.access_key = v; }},
    {"--secret-key", [](Raw& r, const string& v) { r.options.secret_key = v; }},
    {"--region", [](Raw& r, const string& v) { r.options.region = v; }},
    {"--auth", [](Raw& r, const string& v) { r.options.auth = parse_auth(v); }},
    {"--payload", [](Raw& r, const string& v) { r.options.payload = parse_payload(v); }},
    {"--chunk-size", [](Raw& r, const string& v) { r.options.chunk_size = parse_positive(v); }},
    {"--size", [](Raw& r, const string& v) { r.options.sizes = parse_sizes(v); }},
    {"--objects", [](Raw& r, const string& v) { r.options.objects = parse_positive(v); }},
    {"--range-size", [](Raw& r, const string& v) { r.options.range_size = parse_positive(v); }},
    {"--list-max-keys", [](Raw& r, const string& v) { r.options.list_max_keys = parse_size(v); }},
    {"--list-delimiter", [](Raw& r, const string& v) { r.options.list_delimiter = v; }},
    {"--list-prefix", [](Raw& r, const string& v) { r.options.list_prefix = v, r.options.list_prefix_given = true; }},
    {"--connections", [](Raw& r, const string& v) { r.options.connections = parse_int(v); }},
    {"-c", [](Raw& r, const string& v) { r.options.connections = parse_int(v); }},
    {"--threads", [](Raw& r, const string& v) { r.options.threads = parse_int(v); }},
    {"-t", [](Raw& r, const string& v) { r.options.threads = parse_int(v); }},
    {"--duration", [](Raw& r, const string& v) { r.options.duration_s = parse_seconds(v); }},
    {"-d", [](Raw& r, const string& v) { r.options.duration_s = parse_seconds(v); }},
    {"--requests", [](Raw& r, const string& v) { r.options.requests = parse_size(v); }},
    {"-n", [](Raw& r, const string& v) { r.options.requests = parse_size(v); }},
    {"--warmup", [](Raw& r, const string& v) { r.options.warmup_s = parse_seconds(v); }},
    {"--rate", [](Raw& r, const string& v) { r.options.rate = parse_seconds(v); }},
    {"--timeout", [](Raw& r, const string& v) { r.options.timeout_s = parse_seconds(v); }},
    {"--header", [](Raw& r, const string& v) { add_header(r.options, v); }},
    {"--server-pid", [](Raw& r, const string& v) { r.options.server_pid = parse_int(v); }},
};

void read_environment(Options& options) {
  if (const char* key = getenv("AWS_ACCESS_KEY_ID")) options.access_key = key;
  if (const char* key = getenv("AWS_SECRET_ACCESS_KEY")) options.secret_key = key;
}

void read_arguments(Raw& raw, int argc, char** argv) {
  for (int i = 1; i < argc; i++) {
    string name = argv[i];
    if (name == "--help" || name == "-h") {
      fputs(help_text, stdout);
      exit(0);
    }
    if (auto found = switches.find(name); found != switches.end()) {
      found->second(raw.options);
    } else if (auto setting = settings.find(name); setting != settings.end()) {
      if (++i >= argc) die(name + " needs a value");
      setting->second(raw, argv[i]);
    } else {
      die("unknown option " + name + " (--help lists them)");
    }
  }
}

void apply_url(Options& options, const string& url) {
  auto scheme_end = url.find("://");
  if (scheme_end == string::npos) die("--url must start with http:// or https://");
  options.tls = url.compare(0, scheme_end, "https") == 0;
  string authority = url.substr(scheme_end + 3);
  authority = authority.substr(0, authority.find('/'));
  auto colon = authority.rfind(':');
  bool has_port = colon != string::npos && authority.find(']', colon) == string::npos;
  options.host = authority.substr(0, has_port ? colon : string::npos);
  options.port = has_port ? authority.substr(colon + 1) : options.tls ? "443" : "80";
}

void apply_mix(Options& options, const string& mix) {
  for (auto& part : split(mix, ',')) {
    auto equals = part.find('=');
    auto end = op_names.end() - 1;  // create-bucket is not for a mix
    auto found = std::find(op_names.begin(), end, part.substr(0, equals));
    if (found == end) die("unknown operation " + part.substr(0, equals));
    int weight = equals == string::npos ? 1 : atoi(part.c_str() + equals + 1);
    options.weights.values[static_cast<size_t>(found - op_names.begin())] = weight;
  }
}

bool needs_no_escape(char c) { return isalnum(static_cast<unsigned char>(c)) || strchr("-_.~/", c); }

void check(Options& o) {
  string names = o.bucket + o.prefix + o.list_prefix + o.list_delimiter;
  if (!std::all_of(names.begin(), names.end(), needs_no_escape))
    die("bucket, prefixes and delimiter may hold letters, digits and -_.~/ only");
  if (o.sizes.empty() || o.connections < 1 || o.threads < 1) die("sizes, connections and threads must be given");
  if (o.payload != Payload::not_signed && o.auth != Auth::v4) die("--payload needs --auth v4");
  o.threads = std::min(o.threads, o.connections);
  if (!o.list_prefix_given) o.list_prefix = o.prefix;
}

void identify_run(Options& o) {
  auto now = static_cast<unsigned long>(time(nullptr));
  o.seed = 1 + (now & 0xffff);
  char id[32];
  snprintf(id, sizeof id, "%lx", now ^ static_cast<unsigned long>(getpid()) << 20);
  o.run_id = id;
}

}  // namespace

std::string_view op_name(Op op) { return op_names[static_cast<size_t>(op)]; }

void die(const string& why) {
  fprintf(stderr, "s3load: %s\n", why.c_str());
  exit(2);
}

Options parse_options(int argc, char** argv) {
  Raw raw;
  read_environment(raw.options);
  read_arguments(raw, argc, argv);
  apply_url(raw.options, raw.url);
  apply_mix(raw.options, raw.mix);
  check(raw.options);
  identify_run(raw.options);
  return raw.options;
}

}  // namespace s3load
