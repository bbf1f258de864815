// What is pasted into a shell comes out of it as it was.
#include "server/shell.h"

#include <gtest/gtest.h>
#include <stdio.h>

namespace server {
namespace {

// What a shell makes of the word.
std::string read_by_shell(const std::string& word) {
  std::string out;
  FILE* pipe = popen(("printf %s " + word).c_str(), "r");
  for (int c; (c = fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  pclose(pipe);
  return out;
}

TEST(Shell, PlainWordsStayAsTheyAre) {
  for (auto text : {"us-east-1", "/usr/bin/cumulet", "/srv/a_b,c+d@e:f%g/1.2"}) EXPECT_EQ(shell_word(text), text);
  EXPECT_EQ(shell_quoted("us-east-1"), "'us-east-1'");
}

TEST(Shell, WhateverIsInAWordIsQuoted) {
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  for (auto text : {"/a b", "it's", "''", "$HOME", "`id`", "$(id)", "a\"b", "a\\b", "~", "a;b", "a&b", "*", "a\nb", "#", "!x", "\xc3\xa4", "a=b"}) {
    EXPECT_EQ(read_by_shell(shell_word(text)), text);
    EXPECT_EQ(read_by_shell(shell_quoted(text)), text);
  }
}

// As in the greeting: eval "$(cumulet ...)".
TEST(Shell, WithinASubstitutionBetweenDoubleQuotes) {
  for (auto text : {"/a b/it's", "\"", "$x"}) EXPECT_EQ(read_by_shell("\"$(printf %s " + shell_word(text) + ")\""), text);
}

}  // namespace
}  // namespace server
