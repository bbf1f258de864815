// Decides what the next request asks for.
#pragma once
#include <cstdint>
#include <deque>
#include <string>

#include "bodies.h"
#include "options.h"
#include "request.h"
#include "stage.h"

namespace s3load {

// **Threads**: one a worker.
class Chooser {
 public:
  Chooser(const Options& options, const Bodies& bodies, Stage& stage, uint64_t worker_id);

  // Fills the first part of `request`. False: the stage has no more work.
  bool choose(Request& request, Random& random);

  // In a mix, an object that was written may be deleted later.
  void was_written(const std::string& key);

 private:
  Op choose_op(Random& random) const;
  void choose_any_number(Request& request, Random& random);
  void choose_put(Request& request);
  bool choose_delete(Request& request);
  void use_number(Request& request, uint64_t number);

  const Options& options_;
  const Bodies& bodies_;
  Stage& stage_;
  const bool mixed_;
  const std::string new_key_prefix_;
  uint64_t weight_sum_ = 0, new_puts_ = 0;
  std::deque<std::string> written_;  // keys that this worker's mix wrote and has not deleted yet
};

}  // namespace s3load
