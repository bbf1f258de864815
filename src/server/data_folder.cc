#include "server/data_folder.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/file_system.h"
#include "base/log.h"
#include "blob/file_store.h"
#include "codec/numbers.h"
#include "meta/rocksdb_store.h"
#include "server/setting_values.h"

namespace server {

namespace {

namespace fs = std::filesystem;
using base::Errc;
using base::Result;

constexpr std::string_view format_name = "cumulet data, format ";

unsigned pool_threads() { return std::max(8u, 2 * std::thread::hardware_concurrency()); }

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Writes a file of mode 0600 beside its place, syncs it, and puts it there: it is there whole or not at all.
Result<> write_private(const fs::path& path, std::string_view text) {
  auto& files = base::posix_file_system();
  auto aside = fs::path(path) += ".new";
  (void)files.remove(aside);  // what a crash left
  {
    TRY(file, files.create(aside));
    TRY_VOID(file->write_at(0, text));
    TRY_VOID(file->sync());
  }
  TRY_VOID(files.rename(aside, path));
  return files.sync_folder(path.parent_path());
}

std::string root_key_text(std::string_view id, std::string_view secret) {
  return "AWSAccessKeyId=" + std::string(id) + "\nAWSSecretKey=" + std::string(secret) + "\n";
}

std::string line_after(const std::string& text, std::string_view name) {
  auto begin = text.find(name);
  if (begin == text.npos) return "";
  begin += name.size();
  return text.substr(begin, text.find_first_of("\r\n", begin) - begin);
}

// There while a first start is under way.
constexpr std::string_view first_start = "first-start";

// "a, b, c and 2 more".
std::string abridged(const std::vector<std::string>& names) {
  static constexpr size_t shown = 3;
  std::string out;
  for (size_t i = 0; i < std::min(shown, names.size()); i++) (out += i ? ", " : "") += names[i];
  return names.size() > shown ? out + " and " + std::to_string(names.size() - shown) + " more" : out;
}

// A folder with other things in it is most likely not the one that was meant.
Result<> refuse_foreign_folder(const fs::path& path) {
  auto names = foreign_names(path);
  if (names.empty()) return {};
  return base::fail(Errc::invalid, path.string() + " is not a data folder of Cumulet, and not empty: it holds " + abridged(names) +
                                       "; give a new or an empty folder with --data, such as " + (path / "cumulet").string());
}

// Root may read everything, and would leave files that the folder's own user may not open.
Result<> refuse_others_folder(const fs::path& path) {
  auto owner = owner_whom_root_would_shut_out(path);
  if (!owner) return {};
  auto* entry = getpwuid(*owner);
  auto user = entry ? std::string(entry->pw_name) : "#" + std::to_string(*owner);
  return base::fail(Errc::invalid, path.string() + " belongs to the user " + user + ", who could not use it any more; run this as that user: sudo -u '" + user + "' cumulet ...");
}

Result<std::optional<std::pair<std::string, std::string>>> root_key_of_environment() {
  auto* id = std::getenv("CUMULET_ROOT_ACCESS_KEY");
  auto* secret = std::getenv("CUMULET_ROOT_SECRET_KEY");
  if (auto wrong = check_root_key(id, secret); !wrong.empty()) return base::fail(Errc::invalid, wrong);
  if (!id || !*id) return std::nullopt;
  return std::pair<std::string, std::string>(id, secret);
}

}  // namespace

std::vector<std::string> foreign_names(const fs::path& folder) {
  static constexpr std::string_view harmless[] = {"lock", "format.new", first_start, "first-start.new", "lost+found"};
  std::vector<std::string> names;
  std::error_code error;
  if (fs::exists(folder / "format", error) || fs::exists(folder / "meta", error)) return names;  // without its format it is damaged: see check_format
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (auto name = at->path().filename().string(); std::ranges::find(harmless, name) == std::end(harmless)) names.push_back(std::move(name));
  std::ranges::sort(names);
  return names;
}

std::optional<uid_t> owner_whom_root_would_shut_out(const fs::path& folder) {
  static constexpr uid_t nobody = 65534;  // as some file systems show root's files
  struct stat info{};
  if (geteuid() != 0 || stat((folder / "format").c_str(), &info) != 0 || info.st_uid == 0 || info.st_uid == nobody) return std::nullopt;
  return info.st_uid;
}

Result<> find_data_folder(const fs::path& path) {
  if (access((path / "format").c_str(), R_OK) == 0) return {};
  int number = errno;
  if (number == EACCES) return base::fail(Errc::io, "cannot read " + path.string() + ": permission denied; run this as the user that the server runs as");
  std::error_code error;
  if (fs::exists(path / "meta", error)) return {};  // damaged: who opens it says how
  auto what = fs::exists(path, error) ? path.string() + " is not a data folder of Cumulet" : "there is no folder " + path.string();
  return base::fail(Errc::not_found, what + "; name the server's with --data, or make one by starting a server: cumulet serve --data " + path.string());
}

fs::path tls_folder(const fs::path& data) { return data / "tls"; }

Result<KeyPair> read_root_key(const fs::path& data) {
  auto text = read_text(data / "rootkey.csv");
  KeyPair pair{line_after(text, "AWSAccessKeyId="), line_after(text, "AWSSecretKey=")};
  if (!pair.id.empty() && !pair.secret.empty()) return pair;
  return base::fail(Errc::not_found, "there is no key pair in " + (data / "rootkey.csv").string() + "; starting the server writes it");
}

DataFolder::DataFolder(fs::path path) : path_(std::move(path)), pool_("storage", pool_threads()) {}

DataFolder::~DataFolder() {
  accounts_.reset();
  blobs_.reset();
  meta_.reset();
  if (lock_ >= 0) ::close(lock_);
}

Result<std::unique_ptr<DataFolder>> DataFolder::open(const fs::path& path) {
  TRY_VOID(base::posix_file_system().make_folders(path));
  TRY_VOID(refuse_foreign_folder(path));
  TRY_VOID(refuse_others_folder(path));
  std::unique_ptr<DataFolder> folder(new DataFolder(fs::absolute(path)));
  TRY_VOID(folder->lock());
  TRY_VOID(folder->begin_first_start());
  TRY_VOID(folder->check_format());
  TRY_VOID(folder->open_stores());
  TRY_VOID(folder->end_first_start());
  return folder;
}

Result<> DataFolder::lock() {
  auto name = path_ / "lock";
  lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return std::unexpected(base::errno_error("cannot open " + name.string(), errno));
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return std::unexpected(base::errno_error("cannot lock " + name.string(), errno));
  return base::fail(Errc::unavailable, "another process uses the data folder " + path_.string() + "; stop it first, or give another folder with --data");
}

// New until its stores were made once, whole. Stores are made in no other folder: metadata that are gone are a damage, and a new
// database in their place would hide it, and let everything be erased that it does not know.
Result<> DataFolder::begin_first_start() {
  auto mark = path_ / first_start;
  if (!fs::exists(path_ / "format") && !fs::exists(path_ / "meta")) TRY_VOID(write_private(mark, ""));
  is_new_ = fs::exists(mark);
  if (!is_new_) return {};
  std::error_code error;
  fs::remove_all(path_ / "meta", error);  // what a start left that was cut off
  if (error) return std::unexpected(base::errno_error("cannot remove " + (path_ / "meta").string(), error.value()));
  return {};
}

Result<> DataFolder::end_first_start() {
  if (!std::exchange(is_new_, false)) return {};
  auto& files = base::posix_file_system();
  TRY_VOID(files.remove(path_ / first_start));
  return files.sync_folder(path_);
}

Result<> DataFolder::check_format() {
  auto name = path_ / "format";
  auto text = read_text(name);
  if (text.empty()) {
    if (fs::exists(path_ / "meta"))
      return base::fail(Errc::invalid, path_.string() + " holds data, but its file \"format\" is missing or empty; it should say \"" +
                                           std::string(format_name) + std::to_string(data_format) + "\"");
    return write_private(name, std::string(format_name) + std::to_string(data_format) + "\n");
  }
  auto number = text.starts_with(format_name) ? codec::parse_u64(line_after(text, format_name)) : std::nullopt;
  if (!number) return base::fail(Errc::invalid, path_.string() + " is not a data folder of Cumulet");
  if (*number == data_format) return {};
  return base::fail(Errc::invalid, path_.string() + " has data format " + std::to_string(*number) + ", and this program reads format " +
                                       std::to_string(data_format) + "; use the program that wrote it, or a newer one");
}

Result<> DataFolder::open_stores() {
  meta::RocksdbOptions options;
  options.folder = path_ / "meta";
  options.pool = &pool_;
  options.must_exist = !is_new_;
  TRY(meta, meta::open_rocksdb_store(options));
  meta_ = std::move(meta);
  TRY(blobs, blob::open_file_store(path_ / "blobs", base::posix_file_system()));
  blobs_ = std::move(blobs);
  TRY(accounts, iam::Accounts::open(*meta_));
  accounts_ = std::move(accounts);
  return {};
}

Result<iam::AccessKey> DataFolder::ensure_root() {
  TRY(given, root_key_of_environment());
  TRY(key, accounts_->ensure_root(given));
  auto file = path_ / "rootkey.csv";
  auto text = root_key_text(key.id, key.secret);
  auto before = read_text(file);
  if (before == text) return key;
  if (!before.empty() && given) base::log::warning("the root account's key pair was replaced by the one in the environment");
  TRY_VOID(write_private(file, text));
  return key;
}

}  // namespace server
