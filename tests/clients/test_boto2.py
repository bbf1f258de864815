"""boto 2.49, Debian's python3-boto, as its documentation's "An Introduction to boto's S3 interface" uses it.

What to know of boto 2 on Python 3.11, all of it with nothing changed in boto:
- A host other than Amazon's wants OrdinaryCallingFormat (path style), unless the names BUCKET.HOST resolve.
- Signatures are of version 2 unless the file ~/.boto says `[s3] use-sigv4 = True` (or S3_USE_SIGV4 is set), and for version 4 `host` must be
  given. boto finds the region in the host's name: "s3.us-east-1.localhost" works, "localhost" raises UnboundLocalError
  unless `connection.auth_region_name` is set.
- Over HTTPS it leaves certificates to Python (a server name is sent, the authority is found through SSL_CERT_FILE), unless
  ~/.boto says `[Boto] https_validate_certificates = True` and `ca_certificates_file = ...`. Then it calls ssl.wrap_socket (gone
  in Python 3.12): no server name is sent, so the server's default certificate must name the host; and it compares only
  DNS names, so that an address in numbers is always refused: "localhost", not "127.0.0.1".
- Keep-alive connections go back to a pool, and are taken from it again for up to a minute.
"""
import io
import ssl
import urllib.error
import urllib.request

import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import INSTALL, noise

boto = pytest.importorskip("boto", reason=f"python3-boto is not on this machine; {INSTALL}")
import boto.s3.connection  # noqa: E402
from boto.exception import S3ResponseError  # noqa: E402


def connect(server, secure: bool = False, secret: str = ROOT_SECRET_KEY):
    return boto.s3.connection.S3Connection(
        ROOT_ACCESS_KEY, secret, host="localhost", port=server.port, is_secure=secure,
        calling_format=boto.s3.connection.OrdinaryCallingFormat())


@pytest.fixture(params=["v2", "v4"])
def signature(request, monkeypatch):
    if request.param == "v4":
        monkeypatch.setenv("S3_USE_SIGV4", "True")
    return request.param


@pytest.fixture(params=["http", "https", "https-by-boto"])
def connection(request, signature, server, options, monkeypatch):
    """boto by each signature, over each protocol."""
    if request.param == "https":
        monkeypatch.setenv("SSL_CERT_FILE", server.ca)
    if request.param == "https-by-boto":
        options.set("Boto", "https_validate_certificates", "True")
        options.set("Boto", "ca_certificates_file", server.ca)
    connection = connect(server, secure=request.param != "http")
    if signature == "v4":
        connection.auth_region_name = "us-east-1"
    assert (signature == "v4") == isinstance(connection._auth_handler, boto.auth.S3HmacAuthV4Handler)
    return connection


@pytest.fixture(autouse=True)
def options(monkeypatch):
    """What ~/.boto says, which boto reads once, when it is imported. One try only, so that no retry hides an answer."""
    configured = boto.config.__class__(do_load=False)
    configured.add_section("Boto")
    configured.set("Boto", "num_retries", "0")
    monkeypatch.setattr(boto.config, "_parser", configured._parser)
    return configured


def test_buckets_and_keys(connection, new_bucket, witness):
    name = new_bucket()
    bucket = connection.create_bucket(name)
    assert name in [each.name for each in connection.get_all_buckets()]
    assert connection.lookup(name).name == name
    assert connection.lookup(name + "-none") is None
    key = bucket.new_key("a folder/ünïcode + more?.txt")
    key.set_metadata("colour", "blue")
    key.content_type = "text/x-test"
    key.set_contents_from_string("from a string")
    assert witness.get(name, "a folder/ünïcode + more?.txt") == b"from a string"
    assert witness.head(name, "a folder/ünïcode + more?.txt")["x-amz-meta-colour"] == "blue"
    again = bucket.get_key("a folder/ünïcode + more?.txt")
    assert again.get_metadata("colour") == "blue"
    assert again.content_type == "text/x-test"
    assert again.get_contents_as_string() == b"from a string"
    assert bucket.get_key("nothing") is None
    again.delete()
    assert witness.keys(name) == {}
    bucket.delete()
    assert not witness.exists(name)


def test_files_and_ranges(connection, bucket, witness, tmp_path):
    data = noise(3 << 20)
    (tmp_path / "in").write_bytes(data)
    place = connection.get_bucket(bucket)
    assert place.new_key("file").set_contents_from_filename(str(tmp_path / "in")) == len(data)
    assert witness.get(bucket, "file") == data
    place.get_key("file").get_contents_to_filename(str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == data
    assert place.get_key("file").get_contents_as_string(headers={"Range": "bytes=100-199"}) == data[100:200]


def test_listing(connection, bucket, witness):
    names = ["a/1", "a/2", "b c", "d+e", "ü", "a&b"]
    for name in names:
        witness.put(bucket, name, b"x")
    place = connection.get_bucket(bucket)
    assert [key.name for key in place.list()] == sorted(names, key=str.encode)
    assert [entry.name for entry in place.list(prefix="a", delimiter="/")] == ["a&b", "a/"]
    page = place.get_all_keys(max_keys=2)
    assert [key.name for key in page] == ["a&b", "a/1"]
    assert page.is_truncated
    assert [key.name for key in place.get_all_keys(marker="a/1")] == ["a/2", "b c", "d+e", "ü"]
    result = place.delete_keys(names)
    assert sorted(each.key for each in result.deleted) == sorted(names)
    assert witness.keys(bucket) == {}


def test_copy(connection, bucket, witness):
    witness.put(bucket, "from + here", b"copied")
    place = connection.get_bucket(bucket)
    place.copy_key("to", bucket, "from + here", metadata={"new": "yes"})
    assert witness.get(bucket, "to") == b"copied"
    assert witness.head(bucket, "to")["x-amz-meta-new"] == "yes"


def test_multipart(connection, bucket, witness, big):
    data = big.read_bytes()
    upload = connection.get_bucket(bucket).initiate_multipart_upload("big")
    for number in range(3):
        upload.upload_part_from_file(io.BytesIO(data[number * (10 << 20):(number + 1) * (10 << 20)]), number + 1)
    assert [part.size for part in upload] == [10 << 20] * 3
    done = upload.complete_upload()
    assert done.etag.strip('"').endswith("-3")
    assert witness.get(bucket, "big") == data


def test_multipart_given_up(connection, bucket):
    place = connection.get_bucket(bucket)
    upload = place.initiate_multipart_upload("big")
    upload.upload_part_from_file(io.BytesIO(b"x" * 100), 1)
    assert [each.id for each in place.list_multipart_uploads()] == [upload.id]
    upload.cancel_upload()
    assert list(place.list_multipart_uploads()) == []


def test_acl(connection, bucket, server):
    key = connection.get_bucket(bucket).new_key("hello")
    key.set_contents_from_string("hello", policy="public-read")
    with urllib.request.urlopen(f"{server.url}/{bucket}/hello") as answer:
        assert answer.read() == b"hello"
    grants = key.get_acl().acl.grants
    assert {(grant.type, grant.permission) for grant in grants} == {("CanonicalUser", "FULL_CONTROL"), ("Group", "READ")}
    key.set_canned_acl("private")
    assert len(key.get_acl().acl.grants) == 1
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{server.url}/{bucket}/hello")


def test_presigned(connection, bucket, witness, server):
    witness.put(bucket, "a b", b"signed for")
    url = connection.get_bucket(bucket).get_key("a b").generate_url(600)
    context = ssl.create_default_context(cafile=server.ca) if url.startswith("https") else None
    with urllib.request.urlopen(url, context=context) as answer:
        assert answer.read() == b"signed for"


def test_errors(connection, bucket, witness):
    witness.put(bucket, "full", b"x")
    with pytest.raises(S3ResponseError) as full:
        connection.delete_bucket(bucket)
    assert (full.value.status, full.value.error_code) == (409, "BucketNotEmpty")
    with pytest.raises(S3ResponseError) as missing:
        connection.get_bucket(bucket + "-none")
    assert missing.value.status == 404


def test_wrong_secret(server, signature):
    connection = connect(server, secret="wrong")
    if signature == "v4":
        connection.auth_region_name = "us-east-1"
    with pytest.raises(S3ResponseError) as refused:
        connection.get_all_buckets()
    assert (refused.value.status, refused.value.error_code) == (403, "SignatureDoesNotMatch")
