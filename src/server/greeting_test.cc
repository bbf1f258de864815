// What a server says when it is ready.
#include "server/greeting.h"

#include <gmock/gmock.h>

namespace server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Greeting plain() { return {{"127.0.0.1:4566"}, "eu-west-1", "/opt/cumulet", "/srv/data", "/srv/data/tls/ca.pem"}; }

TEST(Greeting, SaysWhereAndWhatToType) {
  auto text = render(plain());
  EXPECT_THAT(text, StartsWith("Cumulet " CUMULET_VERSION " serves S3 at http://127.0.0.1:4566 (and https, same port; certificate to trust: /srv/data/tls/ca.pem)\n"));
  EXPECT_THAT(text, AllOf(HasSubstr("\n  eval \"$(/opt/cumulet credentials --data /srv/data)\"\n"), HasSubstr("\n  aws --endpoint-url http://127.0.0.1:4566 s3 mb s3://my-bucket\n"),
                          HasSubstr("\n  export AWS_ENDPOINT_URL_S3=http://127.0.0.1:4566\n"), HasSubstr("Region: eu-west-1   Data: /srv/data ")));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("AWS_ENDPOINT_URL=")), Not(HasSubstr("also at")), Not(HasSubstr("Other machines"))));
}

TEST(Greeting, PathsPasteWhateverIsInThem) {
  auto greeting = plain();
  greeting.program = "/opt/my cloud/cumulet";
  greeting.data = "/srv/it's";
  EXPECT_THAT(render(greeting), HasSubstr("\n  eval \"$('/opt/my cloud/cumulet' credentials --data '/srv/it'\\''s')\"\n"));
}

TEST(Greeting, EveryAddress) {
  auto greeting = plain();
  greeting.addresses = {"0.0.0.0:80", "[::1]:81"};
  EXPECT_THAT(render(greeting), AllOf(HasSubstr("serves S3 at http://127.0.0.1:80 "), HasSubstr("\n  also at http://[::1]:81\n"), HasSubstr("Other machines")));
  greeting.addresses = {"[::1]:81"};
  EXPECT_THAT(render(greeting), HasSubstr("aws --endpoint-url 'http://[::1]:81' s3 mb"));
}

}  // namespace
}  // namespace server
