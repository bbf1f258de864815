#include "aws/other_services.h"

#include <algorithm>
#include <cctype>

#include "codec/json.h"
#include "codec/xml.h"

namespace aws {

namespace {

using enum Protocol;

// What a service is called in scopes and for people, how it speaks, and the Version of a query.
struct Known {
  std::string_view scope, name;
  Protocol protocol;
  std::string_view version = {};
};
constexpr Known known_services[] = {
    {"ec2", "Amazon EC2", ec2, "2016-11-15"},
    {"sts", "AWS STS", query, "2011-06-15"},
    {"iam", "AWS IAM", query, "2010-05-08"},
    {"sqs", "Amazon SQS", query, "2012-11-05"},
    {"sns", "Amazon SNS", query, "2010-03-31"},
    {"ses", "Amazon SES", query, "2010-12-01"},
    {"cloudformation", "AWS CloudFormation", query, "2010-05-15"},
    {"monitoring", "Amazon CloudWatch", query, "2010-08-01"},
    {"autoscaling", "Amazon EC2 Auto Scaling", query, "2011-01-01"},
    {"elasticloadbalancing", "Elastic Load Balancing", query, "2015-12-01"},
    {"elasticache", "Amazon ElastiCache", query, "2015-02-02"},
    {"elasticbeanstalk", "AWS Elastic Beanstalk", query},
    {"rds", "Amazon RDS", query, "2014-10-31"},
    {"redshift", "Amazon Redshift", query, "2012-12-01"},
    {"acm", "AWS Certificate Manager", json},
    {"athena", "Amazon Athena", json},
    {"cloudtrail", "AWS CloudTrail", json},
    {"cognito-identity", "Amazon Cognito", json},
    {"cognito-idp", "Amazon Cognito", json},
    {"dynamodb", "Amazon DynamoDB", json},
    {"ecr", "Amazon ECR", json},
    {"ecs", "Amazon ECS", json},
    {"events", "Amazon EventBridge", json},
    {"firehose", "Amazon Data Firehose", json},
    {"glue", "AWS Glue", json},
    {"kinesis", "Amazon Kinesis", json},
    {"kms", "AWS KMS", json},
    {"logs", "Amazon CloudWatch Logs", json},
    {"organizations", "AWS Organizations", json},
    {"sagemaker", "Amazon SageMaker", json},
    {"secretsmanager", "AWS Secrets Manager", json},
    {"ssm", "AWS Systems Manager", json},
    {"states", "AWS Step Functions", json},
    {"tagging", "AWS Resource Groups Tagging", json},
    {"apigateway", "Amazon API Gateway", rest_json},
    {"backup", "AWS Backup", rest_json},
    {"batch", "AWS Batch", rest_json},
    {"bedrock", "Amazon Bedrock", rest_json},
    {"eks", "Amazon EKS", rest_json},
    {"elasticfilesystem", "Amazon EFS", rest_json},
    {"es", "Amazon OpenSearch Service", rest_json},
    {"execute-api", "Amazon API Gateway", rest_json},
    {"glacier", "Amazon S3 Glacier", rest_json},
    {"lambda", "AWS Lambda", rest_json},
    {"cloudfront", "Amazon CloudFront", rest_xml},
    {"route53", "Amazon Route 53", rest_xml},
};

constexpr std::string_view form_type = "application/x-www-form-urlencoded";

bool is_form(const Call& call) { return http::to_lower(call.header("Content-Type")).starts_with(form_type); }
bool is_post(const Call& call) { return call.exchange.head().method() == "POST"; }
bool is_to_the_root(const Call& call) { return call.path == "/" && !call.virtual_host; }

std::string_view target(const Call& call) { return is_post(call) ? call.header("X-Amz-Target") : std::string_view(); }

// The service in the scope of a signature of version 4, in the header or in the query; empty where there is none.
std::string_view scope_service(const Call& call) {
  static constexpr std::string_view mark = "Credential=";
  auto text = call.header("Authorization");
  auto begin = text.find(mark);
  if (begin != text.npos) {
    text = text.substr(begin + mark.size());
    text = http::trim(text.substr(0, text.find(',')));
  } else {
    text = call.query.find("X-Amz-Credential").value_or("");
  }
  // KEY/DATE/REGION/SERVICE/aws4_request; whether the rest is right is for authentication.
  static constexpr std::string_view end = "/aws4_request";
  if (!text.ends_with(end)) return {};
  text.remove_suffix(end.size());
  auto slash = text.rfind('/');
  return slash == text.npos ? std::string_view() : text.substr(slash + 1);
}

// A name that a client gave, if it can stand in a message.
std::string shown(std::string_view text) {
  bool plain = !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](unsigned char c) { return isalnum(c) || c == '_' || c == '.' || c == '-'; });
  return plain ? std::string(text) : "unknown";
}

OtherService named(const Known& known) { return {std::string(known.name) + " (" + std::string(known.scope) + ")", known.protocol}; }
OtherService with_operation(std::string_view operation, Protocol protocol) { return {"service with the operation " + shown(operation), protocol}; }

// Signed for another service. One that is called by paths may have any path; others have one way only, which S3 does not know.
std::optional<OtherService> by_scope(const Call& call, std::string_view scope) {
  auto known = std::ranges::find(known_services, scope, &Known::scope);
  bool is_known = known != std::end(known_services);
  bool in_its_way = !target(call).empty() || (is_post(call) && is_form(call));
  if (!is_known) return in_its_way ? std::optional(OtherService{"service " + shown(scope), target(call).empty() ? query : json}) : std::nullopt;
  auto service = named(*known);
  if (!target(call).empty()) service.protocol = json;  // some speak both
  bool by_paths = known->protocol == rest_json || known->protocol == rest_xml;
  return by_paths || in_its_way || is_to_the_root(call) ? std::optional(service) : std::nullopt;
}

std::optional<OtherService> by_version(const codec::Query& parameters) {
  auto action = parameters.find("Action"), version = parameters.find("Version");
  if (!action || !version) return std::nullopt;
  auto known = std::ranges::find_if(known_services, [&](auto& service) { return !version->empty() && service.version == *version; });
  return known != std::end(known_services) ? named(*known) : with_operation(*action, query);
}

std::string json_error(const std::string& message) {
  codec::JsonWriter json;
  json.begin_object();
  json.member("__type", "NotImplemented");
  json.member("message", message);
  json.end_object();
  return std::move(json).str();
}

void write_error(codec::XmlWriter& xml, const std::string& message, bool with_type) {
  auto error = xml.scope("Error");
  if (with_type) xml.element("Type", "Receiver");
  xml.element("Code", "NotImplemented");
  xml.element("Message", message);
}

std::string xml_error(const Call& call, Protocol protocol, const std::string& message) {
  codec::XmlWriter xml;
  bool is_ec2 = protocol == ec2;
  xml.open(is_ec2 ? "Response" : "ErrorResponse");
  if (is_ec2) xml.open("Errors");
  write_error(xml, message, !is_ec2);
  if (is_ec2) xml.close();
  xml.element(is_ec2 ? "RequestID" : "RequestId", call.request_id);
  xml.close();
  return std::move(xml).str();
}

}  // namespace

std::optional<OtherService> other_service(const Call& call, std::string_view own) {
  auto scope = scope_service(call);
  if (scope == own) return std::nullopt;
  if (!scope.empty()) return by_scope(call, scope);
  if (!is_to_the_root(call)) return std::nullopt;
  if (auto operation = target(call); !operation.empty()) return with_operation(operation, json);
  if (auto named = by_version(call.query)) return named;
  bool unsigned_form = is_post(call) && is_form(call) && call.header("Authorization").empty();
  return unsigned_form ? std::optional(OtherService{"service for unsigned forms", query}) : std::nullopt;
}

Response not_here(const Call& call, const OtherService& service) {
  auto message = "This server has no " + service.name + ": it has S3 only. Give its address to S3 clients alone: by AWS_ENDPOINT_URL_S3 in place of AWS_ENDPOINT_URL, or by aws --endpoint-url URL s3.";
  Response response;
  response.status = row(ErrorCode::not_implemented).status;
  response.headers.add("x-amzn-RequestId", call.request_id);
  if (service.protocol != json && service.protocol != rest_json) {
    response.headers.add("Content-Type", "text/xml");
    response.body = xml_error(call, service.protocol, message);
    return response;
  }
  auto sent = call.header("Content-Type");
  response.headers.add("Content-Type", sent == "application/x-amz-json-1.0" || sent == "application/x-amz-json-1.1" ? sent : "application/json");
  response.headers.add("x-amzn-ErrorType", "NotImplemented");
  response.body = json_error(message);
  return response;
}

}  // namespace aws
