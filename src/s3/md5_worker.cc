#include "s3/md5_worker.h"

namespace s3 {

static constexpr size_t slice_blocks = (64 << 10) / crypto::md5_block_bytes;  // after as many, others may join

Md5Worker::~Md5Worker() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return !working_; });
}

void Md5Worker::update(crypto::Md5Stream& stream, std::string_view data, std::move_only_function<void()> done) noexcept {
  auto whole = stream.take_edges(data);
  if (whole.empty()) return done();
  Job job{{&stream.state(), whole.data()}, whole.size() / crypto::md5_block_bytes, std::move(done)};
  if (enqueue(job)) return;
  crypto::md5_advance({&job.lane, 1}, job.blocks);
  job.done();
}

// False: there is no memory for it, and the job is as it was.
bool Md5Worker::enqueue(Job& job) try {
  std::lock_guard lock(mutex_);
  arrived_.push_back(std::move(job));
  bool enough = working_ && arrived_.size() <= crypto::md5_most_lanes;
  if (enough || start_working() || working_) return true;
  job = std::move(arrived_.back());
  arrived_.pop_back();
  return false;
} catch (...) {
  return false;
}

bool Md5Worker::start_working() try {
  pool_.post([this] { run(); });
  working_++;
  return true;
} catch (...) {
  return false;
}

// Allocates nothing, so that nothing can go wrong.
void Md5Worker::run() {
  Running running;
  while (admit(running)) running.advance();
}

// Fills lanes that are free. False: there is nothing to do.
bool Md5Worker::admit(Running& running) {
  std::lock_guard lock(mutex_);
  for (; running.count < std::size(running.jobs) && !arrived_.empty(); arrived_.pop_front()) running.jobs[running.count++] = std::move(arrived_.front());
  if (running.count) return true;
  working_--;
  idle_.notify_all();  // under the lock: the destructor may free the condition as soon as it is released
  return false;
}

void Md5Worker::Running::advance() {
  crypto::Md5Lane lanes[crypto::md5_most_lanes];
  size_t blocks = slice_blocks;
  for (size_t i = 0; i < count; i++) {
    lanes[i] = jobs[i].lane;
    blocks = std::min(blocks, jobs[i].blocks);
  }
  crypto::md5_advance({lanes, count}, blocks);
  for (size_t i = count; i-- > 0;) {
    jobs[i].lane.data += blocks * crypto::md5_block_bytes;
    jobs[i].blocks -= blocks;
    if (!jobs[i].blocks) take_out(i);
  }
}

void Md5Worker::Running::take_out(size_t i) {
  auto done = std::move(jobs[i].done);
  if (i != --count) jobs[i] = std::move(jobs[count]);
  done();
}

}  // namespace s3
