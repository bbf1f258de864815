// The lines between the data of an aws-chunked body.
#include "aws/chunk_grammar.h"

#include <gtest/gtest.h>

namespace aws {
namespace {

const std::string digest(64, 'a');

TEST(ChunkHead, HasASizeAndASignature) {
  auto head = ChunkHead::parse("10000;chunk-signature=" + digest, true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->size_bytes, 65536u);
  EXPECT_EQ(head->signature, digest);
  EXPECT_EQ(ChunkHead::parse("0;chunk-signature=" + digest, true)->size_bytes, 0u);
  for (auto bad : {std::string(), std::string("10"), "10;" + digest, std::string("10;chunk-signature="), "10;chunk-signature=" + digest.substr(1), "10;chunk-signature=" + digest + "a",
                   "10;chunk-signature=" + digest.substr(1) + "g", "10; chunk-signature=" + digest, ";chunk-signature=" + digest, "x;chunk-signature=" + digest,
                   "10;Chunk-Signature=" + digest, "10;chunk-signature=" + digest + ";x=y"})
    EXPECT_FALSE(ChunkHead::parse(bad, true)) << bad;
}

TEST(ChunkHead, HasASizeAloneWhereNothingIsSigned) {
  EXPECT_EQ(ChunkHead::parse("1fF", false)->size_bytes, 511u);
  EXPECT_EQ(ChunkHead::parse("007", false)->size_bytes, 7u);
  for (auto bad : {"", " 1", "1 ", "-1", "+1", "0x1", "g", "1;", "1;x=y"}) EXPECT_FALSE(ChunkHead::parse(bad, false)) << bad;
  EXPECT_FALSE(ChunkHead::parse("1;chunk-signature=" + digest, false));
}

TEST(ChunkHead, HasASizeThatCanBeAddedUp) {
  EXPECT_EQ(ChunkHead::parse(std::string(15, 'f'), false)->size_bytes, (1ull << 60) - 1);
  EXPECT_FALSE(ChunkHead::parse(std::string(16, 'f'), false));
  EXPECT_FALSE(ChunkHead::parse(std::string(16, '0'), false));
}

TEST(TrailerField, HasANameAndAValue) {
  auto field = TrailerField::parse("X-Amz-Checksum-CRC32: \tAAAAAA==  ");
  ASSERT_TRUE(field);
  EXPECT_EQ(field->name, "x-amz-checksum-crc32");
  EXPECT_EQ(field->value, "AAAAAA==");
  EXPECT_EQ(TrailerField::parse("a:")->value, "");
  EXPECT_EQ(TrailerField::parse("a:b:c")->value, "b:c");
  for (auto bad : {"", "a", ":b", "a b:c", "a :b", " a:b", "\x7f:b", "\xc3\xa9:b"}) EXPECT_FALSE(TrailerField::parse(bad)) << bad;
}

}  // namespace
}  // namespace aws
