// Forms, however they are cut into pieces.
#include "codec/form.h"

#include <gmock/gmock.h>

namespace codec {
namespace {

std::string part(std::string_view name, std::string_view value) {
  return "--B\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" + std::string(value) + "\r\n";
}

std::string file_part(std::string_view content) {
  return "--B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"C:\\x\\a \\\"b\\\".png\"\r\nContent-Type: image/png\r\n\r\n" +
         std::string(content) + "\r\n";
}

struct Outcome {
  std::string content;
  std::vector<std::string> fields;
  std::string filename, content_type;
  base::Result<> ended;
  bool operator==(const Outcome& other) const {
    return content == other.content && fields == other.fields && filename == other.filename && ended.has_value() == other.ended.has_value();
  }
};

Outcome read(std::string_view body, size_t piece) {
  FormReader reader("B");
  Outcome out;
  base::Result<> fed;
  for (size_t i = 0; i < body.size() && fed; i += piece) fed = reader.feed(body.substr(i, piece), out.content);
  for (auto& field : reader.fields()) out.fields.push_back(field.name + "=" + field.value);
  out.filename = reader.filename();
  out.content_type = reader.content_type();
  out.ended = fed ? reader.finish() : fed;
  return out;
}

TEST(Form, IsReadTheSameHoweverItIsCut) {
  std::string content = "x--B\r\n--A\r\n--\r\n-\r\r\n \r\n--b\r\n";
  auto body = part("key", "a/b") + part("policy", "") + file_part(content) + part("late", "ignored") + "--B--\r\n";
  auto whole = read(body, body.size());
  EXPECT_TRUE(whole.ended);
  EXPECT_EQ(whole.content, content);
  EXPECT_THAT(whole.fields, testing::ElementsAre("key=a/b", "policy="));
  EXPECT_EQ(whole.filename, "a \"b\".png");
  EXPECT_EQ(whole.content_type, "image/png");
  for (size_t piece = 1; piece < body.size(); piece++) EXPECT_EQ(read(body, piece), whole) << piece;
}

TEST(Form, TakesAnEmptyFileAndAPreamble) {
  auto empty = read("preamble\r\n" + file_part("") + "--B--", 7);
  EXPECT_TRUE(empty.ended);
  EXPECT_EQ(empty.content, "");
  auto none = read(part("a", "1") + "--B--\r\n", 3);
  EXPECT_TRUE(none.ended);
  EXPECT_EQ(none.filename, "");
}

TEST(Form, TellsWhetherAFileWasThere) {
  FormReader with("B"), without("B");
  std::string content;
  ASSERT_TRUE(without.feed(part("a", "1") + "--B--", content));
  EXPECT_FALSE(without.has_file());
  ASSERT_TRUE(with.feed(part("a", "1"), content));
  EXPECT_FALSE(with.has_file());
  ASSERT_TRUE(with.feed(file_part("x"), content));
  EXPECT_TRUE(with.has_file());
  EXPECT_FALSE(with.at_end());
  ASSERT_TRUE(with.feed("--B--", content));
  EXPECT_TRUE(with.has_file() && with.at_end());
}

TEST(Form, NeverHoldsTheFile) {
  FormReader reader("B");
  std::string content;
  ASSERT_TRUE(reader.feed("--B\r\nContent-Disposition: form-data; name=file\r\n\r\n", content));
  for (int i = 0; i < 100; i++) {
    content.clear();
    ASSERT_TRUE(reader.feed(std::string(65536, '\r'), content));
    EXPECT_GT(content.size(), 65000u);
  }
}

TEST(Form, RefusesWhatIsNoForm) {
  auto good = part("key", "a") + file_part("x") + "--B--\r\n";
  for (size_t size = 0; size < good.size() - 4; size++) EXPECT_EQ(read(good.substr(0, size), 5).ended.has_value(), size >= good.find("\r\n--B--") + 5) << size;
  EXPECT_FALSE(read("--B\r\n\r\nx\r\n--B--", 100).ended);
  EXPECT_FALSE(read("--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--B--", 100).ended);
  EXPECT_FALSE(read("--Bother\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--", 100).ended);
}

TEST(Form, LimitsWhatComesBeforeTheFile) {
  auto overhead = part("a", "").size() + file_part("").size() - 2;
  auto form = [&](size_t before) { return part("a", std::string(before - overhead, 'x')) + file_part(std::string(100'000, 'y')) + "--B--"; };
  for (size_t piece : {size_t(1000), size_t(1'000'000)}) {
    EXPECT_TRUE(read(form(FormReader::limit_bytes), piece).ended);
    EXPECT_EQ(read(form(FormReader::limit_bytes + 1), piece).ended.error().kind, base::Errc::too_large);
  }
  EXPECT_EQ(read(std::string(30'000, 'x'), 100).ended.error().kind, base::Errc::too_large);
}

TEST(Form, FindsTheBoundary) {
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(form_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b:c\""), "a b:c");
  for (auto bad : {"", "multipart/form-data", "multipart/mixed; boundary=a", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a\x01\""})
    EXPECT_FALSE(form_boundary(bad)) << bad;
  EXPECT_TRUE(form_boundary("multipart/form-data; boundary=" + std::string(70, 'a')));
  EXPECT_FALSE(form_boundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}

}  // namespace
}  // namespace codec
