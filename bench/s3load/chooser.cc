#include "chooser.h"

#include <numeric>

namespace s3load {

Chooser::Chooser(const Options& options, const Bodies& bodies, Stage& stage, uint64_t worker_id)
    : options_(options),
      bodies_(bodies),
      stage_(stage),
      mixed_(stage.mixed()),
      new_key_prefix_(options.prefix + options.run_id + "-" + std::to_string(worker_id) + "-"),
      weight_sum_(std::accumulate(stage.weights.values.begin(), stage.weights.values.end(), uint64_t{0})) {}

bool Chooser::choose(Request& r, Random& random) {
  if (stage_.limit && stage_.issued.fetch_add(1, std::memory_order_relaxed) >= stage_.limit) return false;
  r.op = choose_op(random);
  r.body = nullptr;
  r.repeated = false;
  switch (r.op) {
    case Op::get:
    case Op::head:
    case Op::range: choose_any_number(r, random); return true;
    case Op::put: choose_put(r); return true;
    case Op::remove: return choose_delete(r);
    default: return true;
  }
}

Op Chooser::choose_op(Random& random) const {
  auto pick = static_cast<int64_t>(random.below(weight_sum_));
  size_t op = 0;
  while ((pick -= stage_.weights.values[op]) >= 0) op++;
  bool nothing_to_delete = mixed_ && static_cast<Op>(op) == Op::remove && written_.empty();
  return nothing_to_delete ? Op::put : static_cast<Op>(op);
}

void Chooser::choose_any_number(Request& r, Random& random) {
  use_number(r, random.below(options_.objects));
  r.body = &bodies_.of(r.number);
}

void Chooser::choose_put(Request& r) {
  if (stage_.unique || mixed_) {
    r.key = new_key_prefix_ + std::to_string(new_puts_);
    r.body = &bodies_.of(new_puts_++);
    return;
  }
  use_number(r, stage_.next_put.fetch_add(1, std::memory_order_relaxed) % options_.objects);
  r.body = &bodies_.of(r.number);
}

bool Chooser::choose_delete(Request& r) {
  if (mixed_) {
    r.key = std::move(written_.front());
    written_.pop_front();
    return true;
  }
  use_number(r, stage_.next_delete.fetch_add(1, std::memory_order_relaxed));
  return r.number < options_.objects;
}

void Chooser::use_number(Request& r, uint64_t number) {
  r.number = number;
  r.repeated = true;
  r.key = key_of(options_, number);
}

void Chooser::was_written(const std::string& key) {
  if (mixed_) written_.push_back(key);
}

}  // namespace s3load
