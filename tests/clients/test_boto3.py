"""boto3, Debian's (1.26) and the newest from its registry, over HTTP and HTTPS. The tasks are in boto3_tour.py.

The newest sends a CRC with every upload: as a header where it can rewind the body and the link is HTTP, as a trailer of an
aws-chunked body over HTTPS. A wrong certificate, a trailer that is not understood or not verified shows here first.
"""
import base64
import hashlib
import json
import pathlib
import zlib

import pytest

from .conftest import BUILD, INSTALL, sha256

TOUR = pathlib.Path(__file__).with_name("boto3_tour.py")
PYTHON = {"debian": pathlib.Path("/usr/bin/python3"), "newest": BUILD / "python/bin/python"}


@pytest.fixture(params=["debian-http", "debian-https", "newest-http", "newest-https"])
def tour(request, aws_shell, server):
    """Runs one task of the tour; what it returned. `tour.newest` and `tour.https` say which boto3 this is, and how."""
    which, protocol = request.param.split("-")
    python = PYTHON[which]
    if not python.exists() or aws_shell.run(str(python), "-c", "import boto3").returncode:
        pytest.skip(f"{which} boto3 is not on this machine; {INSTALL}")
    if protocol == "https":
        aws_shell.env["AWS_CA_BUNDLE"] = server.ca

    def run(task, *args):
        return json.loads(aws_shell(str(python), TOUR, task, server.https if protocol == "https" else server.url, *args).splitlines()[-1])

    run.newest = which == "newest"
    return run


def test_which(tour):
    """The environment of the newest is really a newer one than the distribution's."""
    assert (int(tour("version", "none").split(".")[1]) > 30) == tour.newest


def test_buckets(tour, new_bucket):
    assert tour("buckets", new_bucket()) == {"listed": True, "location": None, "after": "404"}


def test_objects(tour, bucket, witness):
    said = tour("objects", bucket)
    assert said["etag"] == f'"{hashlib.md5(b"hello").hexdigest()}"'
    assert said["again"] == "PreconditionFailed"
    assert (said["body"], said["part"]) == ("hello", "ell")
    assert (said["metadata"], said["type"]) == ({"colour": "blue"}, "text/x-test")
    assert witness.get(bucket, "ü/ + &?.txt") == b"hello"
    if tour.newest:
        assert "ChecksumCRC32" in said["default_checksum"]


def test_stream(tour, bucket, witness, big):
    tour("stream", bucket, big)
    assert witness.sha256(bucket, "streamed") == sha256(big)


def test_checksums(tour, bucket):
    assert tour("checksums", bucket) == {
        name: base64.b64encode(value).decode() for name, value in {
            "CRC32": zlib.crc32(b"checked").to_bytes(4, "big"), "SHA1": hashlib.sha1(b"checked").digest(),
            "SHA256": hashlib.sha256(b"checked").digest()}.items()}


def test_transfer(tour, bucket, witness, big, tmp_path):
    etag = tour("transfer", bucket, big, tmp_path / "back")
    assert etag.endswith('-4"')  # parts of 8 MiB
    assert sha256(tmp_path / "back") == sha256(big) == witness.sha256(bucket, "big") == witness.sha256(bucket, "big copy")
    assert witness.head(bucket, "big")["x-amz-meta-from"] == "a file"


def test_pages(tour, bucket, witness):
    names = sorted([f"folder{number % 3}/{number:02}" for number in range(20)] + ["ü", "+", " ", "z&"], key=str.encode)
    for name in names:
        witness.put(bucket, name, b"")
    assert tour("pages", bucket) == {"v2": names, "v1": names, "folders": ["folder0/", "folder1/", "folder2/"]}


def test_delete_many(tour, bucket, witness):
    for name in ("a", "<&>", "stays"):
        witness.put(bucket, name, b"")
    assert tour("delete_many", bucket) == ["<&>", "a", "never there"]
    assert list(witness.keys(bucket)) == ["stays"]


def test_presigned(tour, bucket, witness):
    assert tour("presigned", bucket) == [["for you", "text/x-asked"]] * 2
    assert witness.get(bucket, "given") == b"given by a guest"


def test_form(tour, bucket, witness):
    assert tour("form", bucket) == 204
    assert witness.get(bucket, "form/photo.txt") == b"from a form"


def test_resource(tour, bucket, witness):
    assert tour("resource", bucket) == {"keys": ["r/1", "r/2"], "text": "one"}
    assert witness.get(bucket, "r/2") == b"two"
    assert list(witness.keys(bucket)) == ["r/2"]


def test_errors(tour, bucket):
    assert tour("errors", bucket) == ["NoSuchKey", "NoSuchBucket", "BucketNotEmpty", "SignatureDoesNotMatch", "InvalidAccessKeyId"]
