// The table of operations: what a request names is one row, whatever the order of rows, and nothing of AWS's model is missing.
#include "s3/operations.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>

#include "codec/json.h"
#include "s3/not_implemented.h"
#include "s3/routing.h"
#include "s3/test_support.h"

namespace s3 {
namespace {

using testing::IsEmpty;

std::vector<const Operation*> all_rows() { return Router(operation_tables()).all(); }

std::string_view method_name(aws::Method method) {
  static constexpr std::string_view names[] = {"GET", "PUT", "POST", "HEAD", "DELETE", "OPTIONS"};
  return names[static_cast<size_t>(method)];
}

std::string sub_resources(const Operation& row) {
  std::string out;
  for (auto parameter : {row.parameter, row.parameter2})
    if (!parameter.empty()) (out += out.empty() ? "?" : "&") += parameter;
  return out;
}

// The row that a request leads to, by its name, or the error's.
std::string routed(const Router& router, aws::Method method, std::string_view host, std::string_view path, std::string_view query, std::string_view header = {}) {
  std::vector<std::pair<std::string, std::string>> headers;
  if (!header.empty()) headers.emplace_back(header, "x");
  test::FakeExchange exchange(method_name(method), path, headers);
  aws::Call call{exchange};
  call.query = codec::Query::parse(query.substr(query.starts_with('?'))).value();
  auto found = locate(host, path, {});
  auto target = found.bucket.empty() ? aws::Target::service : found.key.empty() ? aws::Target::bucket : aws::Target::object;
  auto row = router.find(call, method, target);
  return std::string(row ? (*row)->name : aws::row(row.error().code).name);
}

std::string routed(aws::Method method, std::string_view path, std::string_view query, std::string_view header = {}) {
  return routed(Router(operation_tables()), method, "localhost", path, query, header);
}

TEST(Operations, EveryRowIsFoundByItsRequest) {
  Router router(operation_tables());
  for (auto* row : router.all()) {
    auto path = row->target == aws::Target::service ? "/" : row->target == aws::Target::bucket ? "/b" : "/b/k/l";
    EXPECT_EQ(routed(router, row->method, "localhost:4566", path, sub_resources(*row), row->header), row->name) << path;
    if (row->target == aws::Target::service) continue;
    auto rest = row->target == aws::Target::bucket ? "/" : "/k/l";
    EXPECT_EQ(routed(router, row->method, "b.s3.localhost:4566", rest, sub_resources(*row), row->header), row->name) << rest;
  }
}

TEST(Operations, NoTwoRowsAreAskedForAlike) {
  std::map<std::string, std::string_view> seen;
  for (auto* row : all_rows()) {
    auto request = std::string(method_name(row->method)) + std::to_string(static_cast<int>(row->target)) + sub_resources(*row) + std::string(row->header);
    auto [other, is_new] = seen.emplace(request, row->name);
    EXPECT_TRUE(is_new) << row->name << " and " << other->second;
  }
}

// A request that meets the constraints of two rows leads to the same one, or is refused by the same name, in any order of the tables.
TEST(Operations, NoTwoRowsTie) {
  auto tables = operation_tables();
  Router forward(tables);
  std::ranges::reverse(tables);
  Router backward(tables);
  for (auto* a : forward.all())
    for (auto* b : forward.all()) {
      if (a == b || a->method != b->method || a->target != b->target || a->target == aws::Target::service) continue;
      auto query = sub_resources(*a) + "&" + sub_resources(*b).substr(sub_resources(*b).empty() ? 0 : 1);
      auto header = a->header.empty() ? b->header : a->header;
      auto path = a->target == aws::Target::bucket ? "/b" : "/b/k";
      EXPECT_EQ(routed(forward, a->method, "localhost", path, query, header), routed(backward, a->method, "localhost", path, query, header)) << query;
    }
}

TEST(Operations, WhatNoRowKnowsIsRefused) {
  using enum aws::Method;
  EXPECT_EQ(routed(put, "/b/k", "acl&tagging"), "InvalidArgument");
  EXPECT_EQ(routed(get, "/b", "list-type=2&acl"), "GetBucketAcl");
  EXPECT_EQ(routed(put, "/b/k", "acl", "x-amz-copy-source"), "PutObjectAcl");
  EXPECT_EQ(routed(head, "/b/k", "acl"), "MethodNotAllowed");
  EXPECT_EQ(routed(put, "/b/k", "uploadId=x"), "MethodNotAllowed");
  EXPECT_EQ(routed(post, "/b/k", ""), "MethodNotAllowed");
  EXPECT_EQ(routed(get, "/b/k", "unknown&versionId=null"), "GetObject");
  EXPECT_EQ(routed(get, "/b/k", "partNumber=1"), "GetObject");
}

// Browsers ask before each part of an upload, too.
TEST(Operations, APreflightMayBeAboutAnyRequest) {
  for (auto query : {"", "uploads", "uploadId=x&partNumber=1", "acl", "acl&tagging"}) {
    EXPECT_EQ(routed(aws::Method::options, "/b/k", query), "OptionsObject") << query;
    EXPECT_EQ(routed(aws::Method::options, "/b", query), "OptionsObject") << query;
  }
}

// AWS's model.

codec::Json model() {
  std::ifstream in(CUMULET_APIS "/s3.json");
  return codec::parse_json(std::string(std::istreambuf_iterator<char>(in), {})).value();
}

aws::Target target_of(std::string_view uri) {
  return uri.starts_with("/{Bucket}/") ? aws::Target::object : uri.starts_with("/{Bucket}") ? aws::Target::bucket : aws::Target::service;
}

bool is_elsewhere(std::string_view name) { return std::ranges::find(operations_elsewhere, name) != std::end(operations_elsewhere); }

std::string_view successor(std::string_view name) {
  for (auto& old : superseded_operations)
    if (old.name == name) return old.by;
  return name;
}

// The rows of that name, and of the URI's method, target and first parameter.
bool is_there(std::string_view name, std::string_view method, std::string_view uri) {
  auto mark = uri.find('?');
  auto parameters = mark == uri.npos ? std::string_view() : uri.substr(mark + 1);
  auto first = parameters.substr(0, parameters.find('&'));
  return std::ranges::any_of(all_rows(), [&](auto* row) {
    return row->name == name && method_name(row->method) == method && row->target == target_of(uri) && (first.empty() || row->parameter == first);
  });
}

TEST(Operations, EveryOneOfTheModelIsThere) {
  auto document = model();
  size_t count = 0;
  for (auto& member : document.find("operations")->members()) {
    count++;
    auto name = std::string_view(member.name);
    bool there = is_there(successor(name), member.value.find("method")->text(), member.value.find("uri")->text());
    EXPECT_NE(there, is_elsewhere(name)) << name;
  }
  EXPECT_GT(count, 100u);
}

TEST(Operations, EveryRowIsOfTheModel) {
  auto document = model();
  std::vector<std::string_view> unknown;
  for (auto* row : all_rows())
    if (!document.find("operations")->find(row->name) && row->name != "OptionsObject" && row->name != "PostObject") unknown.push_back(row->name);
  EXPECT_THAT(unknown, IsEmpty());
  for (auto& old : superseded_operations) EXPECT_TRUE(document.find("operations")->find(old.name)) << old.name;
  for (auto name : operations_elsewhere) EXPECT_TRUE(document.find("operations")->find(name)) << name;
}

}  // namespace
}  // namespace s3
