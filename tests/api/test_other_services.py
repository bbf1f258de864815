"""Services of AWS that are not here say so, in the form that their clients read."""
import contextlib
import json

import boto3
import pytest
from botocore import UNSIGNED
from botocore.client import Config
from botocore.exceptions import ClientError

from support.raw import Account, Raw
from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Server

CALLS = [("sts", "get_caller_identity", {}, "AWS STS (sts)"), ("iam", "list_users", {}, "AWS IAM (iam)"), ("ec2", "describe_instances", {}, "Amazon EC2 (ec2)"),
         ("sqs", "list_queues", {}, "Amazon SQS (sqs)"), ("sns", "list_topics", {}, "Amazon SNS (sns)"), ("cloudformation", "list_stacks", {}, "AWS CloudFormation"),
         ("dynamodb", "list_tables", {}, "Amazon DynamoDB (dynamodb)"), ("kms", "list_keys", {}, "AWS KMS (kms)"), ("logs", "describe_log_groups", {}, "Logs (logs)"),
         ("lambda", "list_functions", {}, "AWS Lambda (lambda)"), ("route53", "list_hosted_zones", {}, "Amazon Route 53 (route53)")]


def client(server, service: str, **config):
    return boto3.client(service, endpoint_url=server.url, region_name="us-east-1", aws_access_key_id=ROOT_ACCESS_KEY, aws_secret_access_key=ROOT_SECRET_KEY,
                        config=Config(retries={"total_max_attempts": 1}, **config))


def refusal(call, **parameters) -> dict:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    answer = raised.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501 and answer["Error"]["Code"] == "NotImplemented"
    assert "it has S3 only" in answer["Error"]["Message"] and answer["ResponseMetadata"]["RequestId"]
    return answer["Error"]["Message"]


@pytest.mark.parametrize("service, operation, parameters, name", CALLS)
def test_boto3_is_told_what_is_not_here(server, service, operation, parameters, name):
    assert name in refusal(getattr(client(server, service), operation), **parameters)


def test_without_a_signature(server):
    sts = client(server, "sts", signature_version=UNSIGNED)
    assert "no service for unsigned forms" in refusal(sts.assume_role_with_web_identity, RoleArn="arn:aws:iam::123456789012:role/name", RoleSessionName="me", WebIdentityToken="x" * 9000)


def test_forms_that_do_not_come_keep_nobody_out():
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(args=("--max-requests", "4")))
        raw = Raw(("127.0.0.1", server.port), Account(ROOT_ACCESS_KEY, ROOT_SECRET_KEY))
        form = raw.unsigned("POST", "/", headers={"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "4000"})
        for _ in range(4):
            connection = stack.enter_context(raw.open())
            connection.send(form.head())
            assert connection.answer("POST").status == 501
        assert raw.get("/").status == 200


def test_json_by_its_header(raw_anonymous):
    request = raw_anonymous.unsigned("POST", "/", b"{}", headers={"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"})
    answer = raw_anonymous.send(request)
    assert answer.status == 501 and answer.headers["Content-Type"] == "application/x-amz-json-1.0"
    error = json.loads(answer.body)
    assert error["__type"] == "NotImplemented" and "DynamoDB_20120810.ListTables" in error["message"]


def test_the_connection_goes_on(server, raw):
    request = raw.sign("POST", "/", b"Action=ListUsers&Version=2010-05-08", headers={"Content-Type": "application/x-www-form-urlencoded"}, service="iam")
    with raw.open() as connection:
        answer = connection.ask(request)
        assert answer.status == 501 and answer.text("Error/Code") == "NotImplemented" and answer.text("RequestId") == answer.headers["x-amz-request-id"]
        assert connection.ask(raw.sign("GET", "/")).status == 200


def test_a_request_of_s3_with_another_scope_stays_one(raw):
    assert raw.get("/bucket/key", service="ec2").outcome == (400, "AuthorizationHeaderMalformed")
