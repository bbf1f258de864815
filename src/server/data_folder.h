#pragma once
// A folder with everything that a server keeps, opened by one process at a time. The only place that names storage engines.
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/offload.h"
#include "blob/store.h"
#include "iam/accounts.h"
#include "meta/store.h"

namespace server {

inline constexpr int data_format = 1;  // docs/format/README.md

// **Threads** Made and destroyed by one; what it holds says itself who may use it.
class DataFolder {
 public:
  // Makes the folder where there is none; only `serve` may want that, see find_data_folder. **Errors** unavailable: another process
  // has it; invalid: it is of another format, another user's, or holds something else, which is left as it is; corrupt: also where its metadata are
  // missing; no_space, io.
  static base::Result<std::unique_ptr<DataFolder>> open(const std::filesystem::path& path);
  ~DataFolder();

  const std::filesystem::path& path() const { return path_; }
  base::ThreadPool& pool() { return pool_; }
  meta::Store& meta() { return *meta_; }
  blob::Store& blobs() { return *blobs_; }
  iam::Accounts& accounts() { return *accounts_; }

  // The root's key, made on first use, or the one that the environment gives; rootkey.csv says it afterwards.
  base::Result<iam::AccessKey> ensure_root();

 private:
  explicit DataFolder(std::filesystem::path path);
  base::Result<> lock();
  base::Result<> begin_first_start();
  base::Result<> end_first_start();
  base::Result<> check_format();
  base::Result<> open_stores();

  std::filesystem::path path_;
  int lock_ = -1;
  bool is_new_ = false;
  base::ThreadPool pool_;
  std::unique_ptr<meta::Store> meta_;
  std::unique_ptr<blob::Store> blobs_;
  std::unique_ptr<iam::Accounts> accounts_;
};

// Whether a server has made its data folder there, for commands that make none. **Errors** not_found, saying what to do; io.
base::Result<> find_data_folder(const std::filesystem::path& path);

// What a folder holds that no start of a server, whole or cut off, leaves before it is a data folder, sorted; a new file system has
// lost+found. Empty for a data folder. `DataFolder::open` refuses what holds any.
std::vector<std::string> foreign_names(const std::filesystem::path& folder);

// Whose data folder it is, where this is root and that is another user: files that root made there the user could not open, so that
// `DataFolder::open` refuses.
std::optional<uid_t> owner_whom_root_would_shut_out(const std::filesystem::path& folder);

// Where the certificates of a data folder are.
std::filesystem::path tls_folder(const std::filesystem::path& data);

// The root's key pair as rootkey.csv has it. **Errors** not_found.
struct KeyPair {
  std::string id, secret;
};
base::Result<KeyPair> read_root_key(const std::filesystem::path& data);

}  // namespace server
