#pragma once
// S3: the service, as the program wires it.
#include <memory>
#include <string>
#include <vector>

#include "aws/service.h"
#include "blob/store.h"
#include "iam/accounts.h"
#include "meta/store.h"

namespace s3 {

struct Settings {
  std::string region = "us-east-1";
  // Hosts below which BUCKET.HOST is virtual-host style, besides s3.localhost and s3.REGION.localhost.
  std::vector<std::string> hosts;
  size_t cache_bytes = 64u << 20;  // of small objects that were read lately
  // Whether form uploads may be signed by version 2.
  bool allow_v2 = true;
};

struct Parts {
  meta::Store& meta;
  blob::Store& blobs;
  iam::Accounts& accounts;
  base::ThreadPool& pool;
  const base::Clock& clock;
  Settings settings;
};

// Starts the service: finishes what a crash interrupted, and begins collecting deleted blobs in the background.
// All parts must outlive it; its destructor stops the collector. Blocks.
base::Result<std::unique_ptr<aws::Service>> make_service(Parts parts);

// Names of the buckets of one owner, in order. A transaction of the directory: once nothing finds the owner any more, no bucket of
// its follows. Blocks.
base::Result<std::vector<std::string>> bucket_names(meta::Store& meta, std::string_view canonical_id);

// Reads every object's bytes and every reference and returns a sentence for each thing that is wrong; with `repair`, mends
// what can be mended without losing data and says what it did. `progress` is called with (done, total) now and then. Blocks, long.
struct CheckReport {
  uint64_t buckets = 0, objects = 0, bytes = 0, blobs = 0;
  std::vector<std::string> problems, repairs;
};
base::Result<CheckReport> check(Parts parts, bool repair, const std::function<void(uint64_t, uint64_t)>& progress);

}  // namespace s3
