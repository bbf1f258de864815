"""Fixtures of the API tests: one server for the whole run, clients of two accounts and of nobody, a bucket per test."""
import re
import uuid

import boto3
import botocore
import botocore.client
import botocore.handlers
import pytest

from support.raw import Account, Raw
from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Server


def make_client(server, account: Account | None, **config):
    """A boto3 client that checks nothing itself and tries once, so that it is the server that answers."""
    settings = {"signature_version": "s3v4" if account else botocore.UNSIGNED, "parameter_validation": False,
                "s3": {"addressing_style": "path"}, "retries": {"total_max_attempts": 1}, "max_pool_connections": 80, **config}
    client = boto3.client(
        "s3", endpoint_url=server.url, region_name="us-east-1", config=botocore.client.Config(**settings),
        aws_access_key_id=account.access if account else None, aws_secret_access_key=account.secret if account else None)
    client.meta.events.unregister("before-parameter-build.s3", botocore.handlers.validate_bucket_name)
    return client


def create_account(server, name: str) -> Account:
    made = server.run("account", "create", name)
    assert made.returncode == 0, made.stderr
    value = dict(re.findall(r"^(\w+)=(\S+)$", made.stdout, re.MULTILINE))
    return Account(value["AWSAccessKeyId"], value["AWSSecretKey"], value["AccountId"], value["CanonicalId"], name)


def empty_bucket(client, name: str) -> None:
    client.put_bucket_acl(Bucket=name, ACL="private")  # an owner may have taken away their own right to list
    for upload in client.list_multipart_uploads(Bucket=name).get("Uploads", []):
        client.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
        for item in page.get("Contents", []):
            client.delete_object(Bucket=name, Key=item["Key"])


@pytest.fixture(scope="session")
def server():
    with Server() as running:
        yield running


@pytest.fixture(scope="session")
def address(server):
    return "127.0.0.1", server.port


@pytest.fixture(scope="session")
def account(s3):
    """The root account, whose client is `s3`."""
    return Account(ROOT_ACCESS_KEY, ROOT_SECRET_KEY, canonical=s3.list_buckets()["Owner"]["ID"])


@pytest.fixture(scope="session")
def other_account(server):
    return create_account(server, "other")


@pytest.fixture(scope="session")
def s3(server):
    return make_client(server, Account(ROOT_ACCESS_KEY, ROOT_SECRET_KEY))


@pytest.fixture(scope="session")
def other(server, other_account):
    """A client of a second account."""
    return make_client(server, other_account)


@pytest.fixture(scope="session")
def anonymous(server):
    """A client that signs nothing."""
    return make_client(server, None)


@pytest.fixture(scope="session")
def raw(address):
    """Hand-made requests of the root account."""
    return Raw(address, Account(ROOT_ACCESS_KEY, ROOT_SECRET_KEY))


@pytest.fixture(scope="session")
def raw_other(address, other_account):
    return Raw(address, other_account)


@pytest.fixture(scope="session")
def raw_anonymous(address):
    return Raw(address, None)


@pytest.fixture
def new_name():
    """Makes bucket names that nobody has used."""
    return lambda: f"test-{uuid.uuid4().hex[:20]}"


@pytest.fixture
def make_bucket(s3, new_name):
    """Makes buckets of the root account; they go, content and all, when the test ends."""
    made = []

    def make(name: str | None = None, **parameters) -> str:
        name = name or new_name()
        s3.create_bucket(Bucket=name, **parameters)
        made.append(name)
        return name

    yield make
    for name in made:
        empty_bucket(s3, name)
        s3.delete_bucket(Bucket=name)


@pytest.fixture
def bucket(make_bucket):
    return make_bucket()
