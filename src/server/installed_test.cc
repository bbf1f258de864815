// What is said where the package is installed.
#include "server/installed.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace server {
namespace {

namespace fs = std::filesystem;

class Installed : public testing::Test {
 protected:
  Installed() { fs::create_directories(root_); }
  ~Installed() override { fs::remove_all(root_); }
  fs::path root_ = fs::temp_directory_path() / ("installed_test." + std::to_string(getpid()));
};

TEST_F(Installed, NothingIsSaidWithoutTheService) { EXPECT_EQ(hint_of_service(root_, "ca"), ""); }

TEST_F(Installed, TheCommandThatWasMeant) {
  auto said = "\nThe installed service keeps its data in /var/lib/cumulet: sudo -u cumulet cumulet account create alice --data /var/lib/cumulet";
  fs::create_directories(root_ / "var/lib/cumulet");
  EXPECT_EQ(hint_of_service(root_, "account create alice"), said);
  fs::remove_all(root_ / "var");
  fs::create_directories(root_ / "etc/cumulet");
  EXPECT_EQ(hint_of_service(root_, "account create alice"), "");
  std::ofstream(root_ / "etc/cumulet/cumulet.toml") << "";
  EXPECT_EQ(hint_of_service(root_, "account create alice"), said);
}

}  // namespace
}  // namespace server
