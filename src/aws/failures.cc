#include "aws/failures.h"

#include "base/log.h"

namespace aws {

void Failures::log(const Call& call, const base::Error& cause) {
  if (cause.kind == base::Errc::no_space) return log_full_disk(call.now, cause);
  auto event = cause.kind == base::Errc::corrupt ? "what is stored is damaged; \"cumulet check\" names all that is" : "a request failed inside";
  auto operation = call.operation ? call.operation->name : std::string_view("Unknown");
  base::log::error(event, {{"request", call.request_id}, {"operation", operation}, {"bucket", call.bucket}, {"key", call.key}, {"kind", base::name(cause.kind)}, {"what", cause.what}});
}

void Failures::log_full_disk(base::Time now, const base::Error& cause) {
  static constexpr std::chrono::minutes pause{1};
  std::lock_guard lock(mutex_);
  unsaid_++;
  if (now < quiet_until_) return;
  quiet_until_ = now + pause;
  base::log::error("the disk is full: nothing can be stored", {{"requests", std::to_string(std::exchange(unsaid_, 0))}, {"what", cause.what}});
}

}  // namespace aws
