#pragma once
// One bucket's partition, entry by entry. For `check`.
#include <memory>
#include <string>
#include <vector>

#include "s3/check_content.h"
#include "s3/id_set.h"
#include "s3/service.h"

namespace s3 {

// What the check of all partitions found.
struct Findings {
  CheckReport report;
  IdSet referenced;  // blobs that an object or part refers to
  IdSet awaiting;    // blobs that the collector is going to erase, or will once repaired
  // Something that may refer to blobs and entries cannot be read: nothing may be taken for unreferenced.
  bool unreadable = false;

  void problem(std::string sentence) { report.problems.push_back(std::move(sentence)); }
};

// Entries that nothing needs.
struct Leftovers {
  std::string partition;
  std::vector<std::string> keys, blobs;  // blobs: those that only these entries name
};

// Calls `visit(key without its first byte, value)` for each entry of that kind.
base::Result<> for_each_entry(const meta::Reader& reader, char prefix,
                              const std::function<void(std::string_view, std::string_view)>& visit);
base::Result<bool> has_entry(const meta::Reader& reader, char prefix);

// **Threads** Used by one. Blocks, long.
class PartitionCheck {
 public:
  // `where` names the bucket in sentences.
  PartitionCheck(const meta::Store& meta, std::string partition, std::string where, ContentCheck& content, Findings& findings);
  // **Errors** of the store; what is wrong with entries is a finding.
  base::Result<> run();
  Leftovers leftovers() && { return std::move(leftovers_); }

 private:
  void check_object(std::string_view key, std::string_view value);
  std::vector<std::string> check_inlined(const ObjectRecord& object);
  std::vector<std::string> check_segmented(const ObjectRecord& object);
  void check_bytes(std::string_view object_id);
  void check_segments(std::string_view object_id, std::string_view value);
  void check_upload(std::string_view stored, std::string_view value);
  void check_part(std::string_view stored, std::string_view value);
  void problem(std::string_view kind, std::string_view name, std::string_view what);
  void unreadable(std::string_view kind, std::string_view name, const base::Error& error);
  void refer(std::string_view blob);

  std::unique_ptr<meta::Reader> reader_;
  std::string where_;
  ContentCheck& content_;
  Findings& findings_;
  Leftovers leftovers_;
  IdSet inlined_, segmented_, uploads_;  // ids of objects, of objects, of uploads in progress
};

}  // namespace s3
