// Reads everything that S3 has stored, says what is wrong, and mends what can be mended without losing data.
#include <map>

#include "s3/check_partition.h"
#include "s3/keyspace.h"
#include "s3/record.h"

namespace s3 {

namespace {

// Tells the caller how far the check is, every so many bytes.
class Progress {
 public:
  Progress(const std::function<void(uint64_t, uint64_t)>& tell, uint64_t total) : tell_(tell), total_(total) {}
  void add(uint64_t bytes) {
    done_ += bytes;
    if (done_ - told_ >= step) say();
  }
  void say() {
    told_ = done_;
    if (tell_) tell_(done_, std::max(done_, total_));
  }

 private:
  static constexpr uint64_t step = 16 << 20;
  const std::function<void(uint64_t, uint64_t)>& tell_;
  uint64_t total_, done_ = 0, told_ = 0;
};

class Check {
 public:
  Check(Parts& parts, bool repair, const std::function<void(uint64_t, uint64_t)>& tell)
      : parts_(parts), repair_(repair), tell_(tell) {}

  base::Result<CheckReport> run() {
    TRY_VOID(read_directory());
    TRY(partitions, parts_.meta.partitions());
    TRY_VOID(check_partitions(partitions));
    for (auto& blob : findings_.referenced.sort()) findings_.problem("blob " + blob + " is referred to from more than one place");
    queue_leftover_blobs();
    findings_.awaiting.sort();
    TRY_VOID(check_queues(partitions));
    TRY_VOID(check_blobs());
    std::ranges::move(parts_.meta.verify(), std::back_inserter(findings_.report.problems));
    if (repair_) TRY_VOID(mend());
    return std::move(findings_.report);
  }

 private:
  base::Result<> read_directory() {
    auto reader = parts_.meta.reader(bucket_directory);
    auto cursor = reader->cursor();
    for (cursor->seek(""); cursor->valid(); cursor->next()) read_bucket(cursor->key(), cursor->value());
    return cursor->status();
  }

  void read_bucket(std::string_view name, std::string_view value) {
    findings_.report.buckets++;
    auto record = decode_bucket(value);
    if (!record || record->name != name) {
      findings_.unreadable = true;
      auto what = record ? "its record is of another name, \"" + record->name + "\"" : record.error().what;
      findings_.problem("bucket \"" + std::string(name) + "\": " + what);
    }
    if (!record) return;
    auto [there, added] = names_.emplace(record->id, name);
    if (!added) findings_.problem("bucket \"" + std::string(name) + "\" has the id of bucket \"" + there->second + "\"");
  }

  base::Result<> check_partitions(const std::vector<std::string>& partitions) {
    TRY(total, tell_ ? total_bytes(partitions) : base::Result<uint64_t>(0));
    Progress progress(tell_, total);
    ContentCheck content(parts_.blobs, [&](uint64_t bytes) { progress.add(bytes); });
    for (auto& partition : partitions)
      if (auto id = bucket_id_of(partition)) TRY_VOID(check_partition(partition, *id, content));
    progress.say();
    return {};
  }

  base::Result<uint64_t> total_bytes(const std::vector<std::string>& partitions) {
    uint64_t total = 0;
    auto add = [&](auto record) { total += record ? record->size_bytes : 0; };
    for (auto& partition : partitions) {
      if (!bucket_id_of(partition)) continue;
      auto reader = parts_.meta.reader(partition);
      TRY_VOID(for_each_entry(*reader, object_prefix, [&](auto, auto value) { add(decode_object(value)); }));
      TRY_VOID(for_each_entry(*reader, parts_prefix, [&](auto, auto value) { add(decode_part(value)); }));
    }
    return total;
  }

  base::Result<> check_partition(const std::string& partition, const std::string& id, ContentCheck& content) {
    auto reader = parts_.meta.reader(partition);
    TRY(holds_objects, has_entry(*reader, object_prefix));
    TRY(closed, reader->get(closed_key));
    auto name = names_.find(id);
    if (name == names_.end() && !holds_objects && !findings_.unreadable) return note_abandoned(*reader, partition, closed.has_value());
    if (name == names_.end()) findings_.problem("partition " + partition + " holds entries, but no bucket has that id");
    if (name != names_.end() && closed) {
      findings_.problem("bucket \"" + name->second + "\" was being deleted when the server stopped");
      if (!holds_objects) half_deleted_.push_back(name->second);
    }
    PartitionCheck check(parts_.meta, partition, name == names_.end() ? "partition " + partition : "bucket \"" + name->second + "\"",
                         content, findings_);
    TRY_VOID(check.run());
    leftovers_.push_back(std::move(check).leftovers());
    return {};
  }

  // A partition without a bucket and without objects. That of a deleted bucket waits for the collector; nothing is wrong then.
  base::Result<> note_abandoned(const meta::Reader& reader, const std::string& partition, bool closed) {
    TRY_VOID(for_each_entry(reader, garbage_prefix, [this](auto id, auto) { findings_.awaiting.add(id); }));
    TRY(garbage, has_entry(reader, garbage_prefix));
    TRY(parts, has_entry(reader, parts_prefix));
    if (closed) TRY_VOID(for_each_entry(reader, parts_prefix, [&](auto id, auto value) { note_dropped_part(partition, id, value); }));
    if (!garbage && !(closed && parts)) abandoned_.push_back(partition);
    if (!closed) findings_.problem("partition " + partition + " holds entries, but no bucket has that id");
    return {};
  }

  // The collector drops it, and then its blob.
  void note_dropped_part(const std::string& partition, std::string_view stored, std::string_view value) {
    if (auto part = decode_part(value)) {
      findings_.awaiting.add(part->blob);
    } else {
      findings_.unreadable = true;
      findings_.problem("part of upload \"" + std::string(stored.substr(0, upload_id_digits)) + "\" in partition " + partition + ": " + part.error().what);
    }
  }

  // Blobs that leftover entries name are queued for the collector, unless something else still refers to them.
  void queue_leftover_blobs() {
    for (auto& leftover : leftovers_) {
      std::erase_if(leftover.blobs, [&](auto& blob) { return findings_.referenced.contains(blob); });
      for (auto& blob : leftover.blobs) findings_.awaiting.add(blob);
    }
  }

  // A queued blob that something refers to would be lost as soon as the server starts.
  base::Result<> check_queues(const std::vector<std::string>& partitions) {
    for (auto& partition : partitions) {
      if (!bucket_id_of(partition)) continue;
      auto reader = parts_.meta.reader(partition);
      TRY_VOID(for_each_entry(*reader, garbage_prefix, [&](auto blob, auto) {
        if (!findings_.referenced.contains(blob)) return;
        findings_.problem("blob " + std::string(blob) + " is queued to be erased, but still referred to");
        wrongly_queued_.emplace_back(partition, garbage_key(blob));
      }));
    }
    return {};
  }

  base::Result<> check_blobs() {
    return parts_.blobs.for_each([this](const blob::BlobId& id) {
      findings_.report.blobs++;
      if (findings_.referenced.contains(id.text()) || findings_.awaiting.contains(id.text())) return;
      findings_.problem("blob " + id.text() + ": nothing refers to it");
      orphans_.push_back(id);
    });
  }

  void mended(std::string sentence) { findings_.report.repairs.push_back(std::move(sentence)); }

  static constexpr size_t few = 10;  // as many blobs may be left over by crashes

  base::Result<> mend() {
    for (auto& [partition, key] : wrongly_queued_) {
      TRY_VOID(change(partition, {key}, {}));
      mended("took blob " + key.substr(1) + " off the queue of blobs to erase");
    }
    if (findings_.unreadable) {
      findings_.problem("nothing was removed, because what cannot be read may refer to it");
      return {};
    }
    if (orphans_.size() > few && orphans_.size() > findings_.report.blobs / 2) {
      findings_.problem("nothing was removed, because the metadata know less than half of the blobs: they may be of another time or another folder");
      return {};
    }
    TRY_VOID(remove_leftovers());
    TRY_VOID(finish_deletions());
    for (auto& id : orphans_) {
      TRY_VOID(parts_.blobs.erase(id));
      mended("erased blob " + id.text());
    }
    return {};
  }

  base::Result<> remove_leftovers() {
    for (auto& leftover : leftovers_) {
      if (leftover.keys.empty()) continue;
      TRY_VOID(change(leftover.partition, leftover.keys, leftover.blobs));
      mended("removed " + std::to_string(leftover.keys.size()) + " entries from partition " + leftover.partition);
    }
    return {};
  }

  base::Result<> finish_deletions() {
    for (auto& name : half_deleted_) {
      TRY_VOID(change(std::string(bucket_directory), {name}, {}));
      mended("finished the deletion of bucket \"" + name + "\"");
    }
    for (auto& partition : abandoned_) {
      TRY_VOID(parts_.meta.drop(partition));
      mended("dropped partition " + partition);
    }
    return {};
  }

  // Erases the keys and queues the blobs.
  base::Result<> change(const std::string& partition, const std::vector<std::string>& keys, const std::vector<std::string>& blobs) {
    return parts_.meta.commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
      for (auto& key : keys) batch.erase(key);
      for (auto& blob : blobs) batch.put(garbage_key(blob), "");
      return {};
    });
  }

  Parts& parts_;
  bool repair_;
  const std::function<void(uint64_t, uint64_t)>& tell_;
  Findings findings_;
  std::map<std::string, std::string> names_;  // by bucket id
  std::vector<Leftovers> leftovers_;
  std::vector<std::string> half_deleted_;  // names of buckets
  std::vector<std::string> abandoned_;     // partitions that nothing needs
  std::vector<std::pair<std::string, std::string>> wrongly_queued_;  // partition and key
  std::vector<blob::BlobId> orphans_;
};

}  // namespace

base::Result<CheckReport> check(Parts parts, bool repair, const std::function<void(uint64_t, uint64_t)>& progress) {
  return Check(parts, repair, progress).run();
}

}  // namespace s3
