"""AWS's SDK for JavaScript (@aws-sdk/client-s3, lib-storage, s3-request-presigner) and minio-js. The tasks are in js/.

The SDK declares Node.js 20, and says so when it is installed on Debian 12's own 18.20; all of this runs there too.
NODE names another node to test with.
"""
import base64
import hashlib
import json
import os
import pathlib
import zlib

import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import BUILD, INSTALL, sha256

HERE = pathlib.Path(__file__).with_name("js")
MODULES = BUILD / "js"


def make_tour(shell, server, https: bool, script: str, package: str):
    node = os.environ.get("NODE") or shell.tool("node")
    if not (MODULES / "node_modules" / package / "package.json").exists():
        pytest.skip(f"{package} is not in build/clients/js; {INSTALL}")
    shell.env.update(AWS_ACCESS_KEY_ID=ROOT_ACCESS_KEY, AWS_SECRET_ACCESS_KEY=ROOT_SECRET_KEY, CUMULET_JS=str(MODULES),
                     NODE_EXTRA_CA_CERTS=server.ca)
    endpoint = server.https if https else server.url
    return lambda task, *args: json.loads(shell(node, HERE / script, task, endpoint, *args).splitlines()[-1])


@pytest.fixture(params=["http", "https"])
def sdk(request, shell, server):
    return make_tour(shell, server, request.param == "https", "sdk_tour.cjs", "@aws-sdk/client-s3")


@pytest.fixture(params=["http", "https"])
def minio(request, shell, server):
    return make_tour(shell, server, request.param == "https", "minio_tour.cjs", "minio")


def test_sdk_buckets(sdk, new_bucket):
    assert sdk("buckets", new_bucket()) == {"listed": True, "after": "NotFound"}


def test_sdk_objects(sdk, bucket, witness):
    assert sdk("objects", bucket) == {"body": "hello", "part": "ell", "metadata": {"colour": "blue"}, "type": "text/x-test",
                                      "checksums": ["ChecksumCRC32"], "again": "PreconditionFailed"}
    assert witness.get(bucket, "ü/ + &?.txt") == witness.get(bucket, "copied") == b"hello"


def test_sdk_stream(sdk, bucket, witness, big, tmp_path):
    sdk("stream", bucket, big, tmp_path / "back")
    assert witness.sha256(bucket, "streamed") == sha256(big) == sha256(tmp_path / "back")


def test_sdk_upload(sdk, bucket, witness, big):
    said = sdk("upload", bucket, big)
    assert said["etag"].endswith('-6"')  # parts of 5 MiB
    assert said["reports"] >= 6
    assert witness.sha256(bucket, "big") == sha256(big)


def test_sdk_checksums(sdk, bucket):
    found = sdk("checksums", bucket)
    assert {name: found[name] for name in ("CRC32", "SHA1", "SHA256")} == {
        name: base64.b64encode(value).decode() for name, value in {
            "CRC32": zlib.crc32(b"checked").to_bytes(4, "big"), "SHA1": hashlib.sha1(b"checked").digest(),
            "SHA256": hashlib.sha256(b"checked").digest()}.items()}
    assert (len(base64.b64decode(found["CRC32C"])), len(base64.b64decode(found["CRC64NVME"]))) == (4, 8)


def test_sdk_pages(sdk, bucket, witness):
    names = sorted([f"d{number % 3}/{number:02}" for number in range(20)] + ["ü", "+", " ", "z&"], key=str.encode)
    for name in names:
        witness.put(bucket, name, b"")
    assert sdk("pages", bucket) == {"keys": names, "folders": ["d0/", "d1/", "d2/"], "deleted": 24}
    assert witness.keys(bucket) == {}


def test_sdk_presigned(sdk, bucket, witness):
    assert sdk("presigned", bucket) == {"put": 200, "body": "given by a guest"}
    assert witness.get(bucket, "given +") == b"given by a guest"


def test_sdk_errors(sdk, bucket):
    assert sdk("errors", bucket) == ["NoSuchKey", "NoSuchBucket", "BucketNotEmpty", "SignatureDoesNotMatch"]


def test_minio_buckets(minio, new_bucket):
    assert minio("buckets", new_bucket()) == {"listed": True, "before": True, "after": False}


def test_minio_objects(minio, bucket, witness):
    assert minio("objects", bucket) == {"body": "hello", "part": "ell", "size": 5, "type": "text/x-test", "colour": "blue"}
    assert witness.get(bucket, "ü/ + &.txt") == b"hello"


def test_minio_files(minio, bucket, witness, big, tmp_path):
    """Of 30 MiB: in one piece, as minio-js takes parts from 64 MiB on."""
    assert minio("files", bucket, big, tmp_path / "back") == hashlib.md5(big.read_bytes()).hexdigest()
    assert witness.sha256(bucket, "big") == sha256(big) == sha256(tmp_path / "back")


def test_minio_stream(minio, bucket, witness, big):
    minio("stream", bucket, big)
    assert witness.sha256(bucket, "streamed") == sha256(big)


def test_minio_list(minio, bucket, witness):
    names = sorted([f"d/{number:02}" for number in range(20)] + ["ü", "z&", "a b"], key=str.encode)
    for name in names:
        witness.put(bucket, name, b"")
    said = minio("list", bucket)
    assert said["v1"] == said["v2"] == names
    assert sorted(said["folders"], key=str.encode) == ["a b", "d/", "z&", "ü"]
    assert sorted(witness.keys(bucket), key=str.encode) == ["a b", "z&", "ü"]


def test_minio_presigned(minio, bucket, witness):
    assert minio("presigned", bucket) == {"put": 200, "body": "given by a guest", "posted": 204}
    assert witness.get(bucket, "given +") == b"given by a guest"
    assert witness.get(bucket, "form") == b"from a form"


def test_minio_errors(minio, bucket):
    assert minio("errors", bucket) == ["NoSuchKey", "BucketNotEmpty", "NoSuchBucket"]
