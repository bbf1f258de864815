// serve: puts the parts together, and runs them until a signal asks to stop.
#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "aws/gateway.h"
#include "http/server.h"
#include "s3/service.h"
#include "server/access_log.h"
#include "server/account.h"
#include "server/commands.h"
#include "server/control.h"
#include "server/data_folder.h"
#include "server/descriptors.h"
#include "server/folder_access.h"
#include "server/greeting.h"
#include "server/setting_values.h"

namespace server {

namespace {

using base::Result;

// Blocked in every thread, and waited for by the main one.
sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

// As many as were asked for, or as there are descriptors for.
size_t connections_allowed(const Options& options, uint64_t descriptors) {
  size_t allowed = connections_within(descriptors, options.max_connections, options.max_requests);
  if (allowed < options.max_connections)
    base::log::warning("fewer connections than asked for are taken: this process may not open enough files; see ulimit -Hn",
                       {{"asked", std::to_string(options.max_connections)}, {"taken", std::to_string(allowed)}, {"files", std::to_string(descriptors)}});
  return allowed;
}

void set_log_level(const std::string& name) {
  using enum base::log::Level;
  static constexpr std::pair<std::string_view, base::log::Level> levels[] = {{"debug", debug}, {"info", info}, {"warning", warning}, {"error", error}};
  for (auto& [known, level] : levels)
    if (known == name) base::log::set_level(level);
}

std::shared_ptr<const aws::KeyOwner> owner_of(const iam::AccessKey& key) {
  auto& account = key.account;
  return std::make_shared<const aws::KeyOwner>(aws::KeyOwner{key.secret, {account.id, account.canonical_id, account.name, key.id}});
}

// Each thread keeps what it made of a key, as long as the key is the same.
aws::FindKey key_finder(const iam::Accounts& accounts) {
  return [&accounts](std::string_view id) -> std::shared_ptr<const aws::KeyOwner> {
    struct Made {
      std::shared_ptr<const iam::AccessKey> of;
      std::shared_ptr<const aws::KeyOwner> owner;
    };
    static constexpr size_t limit = 1024;
    thread_local std::unordered_map<std::string, Made> made;
    auto key = accounts.find_key(id);
    if (!key) return nullptr;
    if (made.size() > limit) made.clear();
    auto& kept = made[key->id];
    if (kept.of != key) kept = {key, owner_of(*key)};
    return kept.owner;
  };
}

std::string gauge(std::string_view name, std::string_view help, uint64_t value, std::string_view type = "gauge") {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

void greet(const http::Server& server, const DataFolder& folder, const http::Certificates& certificates, const std::string& region) {
  fmt::print("{}", render({server.addresses(), region, own_name(), folder.path().string(), std::filesystem::absolute(certificates.ca_path()).string()}));
  std::fflush(stdout);
}

// Why the server did not start, and what the process ends with.
struct Failure {
  Failure(base::Error error, int code = exit_failed) : why(std::move(error)), exit_code(code) {}
  base::Error why;
  int exit_code;
};

// Another start would not help where a setting is wrong.
template <class T>
std::expected<T, Failure> with_setting(Result<T> result, std::initializer_list<base::Errc> wrong) {
  if (result) return *std::move(result);
  bool usage = std::ranges::find(wrong, result.error().kind) != wrong.end();
  return std::unexpected(Failure(std::move(result).error(), usage ? exit_usage : exit_failed));
}

// Everything that a running server is made of, in the order of its making.
class Instance {
 public:
  Instance(const Options& options, uint64_t descriptors) : options_(options), descriptors_(descriptors) {}

  std::expected<void, Failure> start() {
    using enum base::Errc;
    TRY_VOID(may_use_folder(options_.data));
    TRY(folder, DataFolder::open(options_.data));
    folder_ = std::move(folder);
    TRY_VOID(with_setting(folder_->ensure_root(), {invalid}));
    TRY(certificates, http::Certificates::open(tls_folder(options_.data)));
    certificates_ = std::move(certificates);
    TRY(service, s3::make_service({folder_->meta(), folder_->blobs(), folder_->accounts(), folder_->pool(), clock_, {.region = options_.region, .hosts = options_.hosts, .allow_v2 = !options_.no_sigv2}}));
    service_ = std::move(service);
    if (!options_.access_log.empty()) {
      TRY(log, with_setting(LogFile::open(options_.access_log), {not_found, io}));
      access_log_ = std::move(log);
    }
    make_gateway();
    TRY_VOID(listen());
    TRY(control, Control::listen(folder_->path(), [this](std::string_view line) { return answer_control({folder_->accounts(), folder_->meta(), options_.region}, line); }));
    control_ = std::move(control);
    gateway_->set_ready(true);
    greet(*server_, *folder_, *certificates_, options_.region);
    return {};
  }

  void reopen_logs() {
    if (access_log_) access_log_->reopen();
  }

  // Waits for requests in flight, and says so unless they are over at once. `signal`: what asked for it.
  void stop(int signal) {
    static constexpr std::chrono::milliseconds moment{250};
    gateway_->set_ready(false);
    auto end = std::chrono::steady_clock::now() + moment;
    while (gateway_->in_flight() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (auto waiting = gateway_->in_flight())
      fmt::print(stderr, "stopping: waiting for {}{}\n", counted(waiting, "request"), signal == SIGINT ? " (Ctrl-C again to stop now)" : "");
    control_.reset();
    if (server_) server_->stop();
  }

 private:
  void make_gateway() {
    aws::GatewayParts parts{*service_, key_finder(folder_->accounts()), {options_.region, "s3", !options_.no_sigv2}, clock_, metrics_};
    parts.access_log = access_log_.get();
    parts.extra_metrics = [this] { return own_metrics(); };
    parts.concurrent_requests = options_.max_requests;
    gateway_ = std::make_unique<aws::Gateway>(std::move(parts));
  }

  Result<> listen() {
    http::ServerOptions options;
    options.listen = numeric_addresses(options_.listen);
    options.threads = options_.threads;
    options.certificates = certificates_.get();
    options.limits.connections = connections_allowed(options_, descriptors_);
    auto handler = [this](http::Exchange& exchange) { return gateway_->handle(exchange); };
    server_ = std::make_unique<http::Server>(std::move(options), handler, aws::Gateway::refusal);
    TRY_VOID(server_->listen());
    server_->start();
    return {};
  }

  std::string own_metrics() const {
    auto& counters = server_->counters();
    return gauge("cumulet_connections_open", "Connections that are open.", counters.connections_open) +
           gauge("cumulet_connections_accepted_total", "Connections that were accepted.", counters.connections_accepted, "counter") +
           gauge("cumulet_connections_refused_total", "Connections past the limit.", counters.connections_refused, "counter") +
           gauge("cumulet_requests_malformed_total", "What came and was no HTTP.", counters.requests_malformed, "counter") +
           gauge("cumulet_disk_free_bytes", "Room for blobs.", folder_->blobs().free_bytes()) +
           gauge("cumulet_storage_queue", "Pieces of work that wait for a storage thread.", folder_->pool().queued());
  }

  const Options& options_;
  uint64_t descriptors_;  // that this process may have
  base::SystemClock clock_;
  aws::Metrics metrics_;
  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<http::Certificates> certificates_;
  std::unique_ptr<aws::Service> service_;
  std::unique_ptr<LogFile> access_log_;
  std::unique_ptr<aws::Gateway> gateway_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Control> control_;
};

// Until SIGTERM or SIGINT, which is returned. SIGHUP reopens the logs.
int wait_for_the_end(const sigset_t& signals, Instance& instance) {
  for (;;) {
    int number = 0;
    if (sigwait(&signals, &number) != 0) continue;
    if (number != SIGHUP) return number;
    instance.reopen_logs();
  }
}

// Ends the process as the signal would have done without us, so that a shell sees 130 or 143. Runs as a signal handler.
void end_at_once(int number) {
  static constexpr std::string_view said = "stopped at once; what was acknowledged is safe\n";
  (void)!write(STDERR_FILENO, said.data(), said.size());
  raise(number);
}

void let_a_second_signal_end_at_once() {
  struct sigaction action {};
  action.sa_handler = end_at_once;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigset_t ends;
  sigemptyset(&ends);
  for (int number : {SIGTERM, SIGINT}) {
    sigaction(number, &action, nullptr);
    sigaddset(&ends, number);
  }
  pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
}

}  // namespace

int serve(const Options& options) {
  if (auto wrong = check_root_key(std::getenv("CUMULET_ROOT_ACCESS_KEY"), std::getenv("CUMULET_ROOT_SECRET_KEY")); !wrong.empty())
    return complain({base::Errc::invalid, wrong}, exit_usage);
  auto signals = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  auto descriptors = raise_descriptor_limit();
  set_log_level(options.log_level);
  Instance instance(options, descriptors);
  if (auto started = instance.start(); !started) return complain(started.error().why, started.error().exit_code);
  int number = wait_for_the_end(signals, instance);
  let_a_second_signal_end_at_once();
  instance.stop(number);
  return 0;
}

}  // namespace server
