// Which word was meant. What is said of whole command lines is in options_test.cc.
#include "server/usage_errors.h"

#include <gtest/gtest.h>

namespace server {
namespace {

const std::string known[] = {"serve", "credentials", "account", "check", "ca", "doctor"};

TEST(Nearest, AWordThatIsAlmostThere) {
  for (auto [word, meant] : {std::pair{"serv", "serve"}, {"sreve", "serve"}, {"server", "serve"}, {"chekc", "check"}, {"chek", "check"}, {"cred", "credentials"}, {"acount", "account"}, {"doctro", "doctor"}, {"c", "ca"}})
    EXPECT_EQ(nearest(word, known), meant) << word;
}

TEST(Nearest, AWordThatIsLikeNone) {
  for (auto word : {"", "frob", "x", "bucket", "--help"}) EXPECT_EQ(nearest(word, known), "") << word;
  EXPECT_EQ(nearest("serve", {}), "");
}

TEST(Suggestion, IsAQuestionOrNothing) {
  EXPECT_EQ(suggestion("serv", known), "; did you mean \"serve\"?");
  EXPECT_EQ(suggestion("frob", known), ".");
}

}  // namespace
}  // namespace server
