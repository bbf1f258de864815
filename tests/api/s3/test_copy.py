"""CopyObject: what is copied and what is not, conditions on the source, and how the source is written."""
import hashlib
import time

import pytest

from support.raw import checksum, http_date

from .helpers import MIB, at_once, noise, refused, status

PAST, FUTURE = "Thu, 01 Dec 1994 16:00:00 GMT", http_date(time.time() + 86400)
WRONG = '"0123456789abcdef0123456789abcdef"'


@pytest.fixture
def source(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from", Body=b"content", ContentType="text/plain", CacheControl="no-cache", Metadata={"n": "1"},
                  Tagging="color=red", ACL="public-read")
    return f"{bucket}/from"


def test_copies_content_headers_metadata_and_tags(s3, bucket, source):
    result = s3.copy_object(Bucket=bucket, Key="to", CopySource=source)["CopyObjectResult"]
    assert result["ETag"] == f'"{hashlib.md5(b"content").hexdigest()}"' and result["LastModified"].year >= 2024
    got = s3.get_object(Bucket=bucket, Key="to")
    assert got["Body"].read() == b"content"
    assert (got["ContentType"], got["CacheControl"], got["Metadata"]) == ("text/plain", "no-cache", {"n": "1"})
    assert s3.get_object_tagging(Bucket=bucket, Key="to")["TagSet"] == [{"Key": "color", "Value": "red"}]


def test_the_acl_is_not_copied(s3, anonymous, bucket, source):
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source)
    assert status(anonymous.get_object(Bucket=bucket, Key="from")) == 200
    with refused("AccessDenied", 403):
        anonymous.get_object(Bucket=bucket, Key="to")
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, ACL="public-read")
    assert status(anonymous.get_object(Bucket=bucket, Key="to")) == 200


@pytest.mark.parametrize("size", [0, 65536, 65537, 9 * MIB + 1])
def test_sizes(s3, bucket, size):
    s3.put_object(Bucket=bucket, Key="from", Body=noise(size))
    s3.copy_object(Bucket=bucket, Key="to", CopySource=f"{bucket}/from")
    s3.delete_object(Bucket=bucket, Key="from")
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == noise(size)


def test_to_another_bucket(s3, make_bucket, source):
    to = make_bucket()
    s3.copy_object(Bucket=to, Key="a/b", CopySource=source)
    assert s3.get_object(Bucket=to, Key="a/b")["Body"].read() == b"content"


def test_source_may_start_with_a_slash(s3, bucket, source):
    assert status(s3.copy_object(Bucket=bucket, Key="to", CopySource="/" + source)) == 200


def test_metadata_replaced(s3, bucket, source):
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, MetadataDirective="REPLACE", Metadata={"m": "2"}, ContentType="text/html")
    got = s3.head_object(Bucket=bucket, Key="to")
    assert (got["Metadata"], got["ContentType"]) == ({"m": "2"}, "text/html") and "CacheControl" not in got


def test_metadata_sent_without_the_directive_is_ignored(s3, bucket, source):
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, Metadata={"m": "2"}, ContentType="text/html")
    got = s3.head_object(Bucket=bucket, Key="to")
    assert (got["Metadata"], got["ContentType"]) == ({"n": "1"}, "text/plain")


def test_tags_replaced(s3, bucket, source):
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, TaggingDirective="REPLACE", Tagging="shape=round")
    assert s3.get_object_tagging(Bucket=bucket, Key="to")["TagSet"] == [{"Key": "shape", "Value": "round"}]
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, TaggingDirective="REPLACE")
    assert s3.get_object_tagging(Bucket=bucket, Key="to")["TagSet"] == []


@pytest.mark.parametrize("directive", ["MetadataDirective", "TaggingDirective"])
def test_unknown_directive(s3, bucket, source, directive):
    with refused("InvalidArgument", 400):
        s3.copy_object(Bucket=bucket, Key="to", CopySource=source, **{directive: "MOVE"})


def test_onto_itself_must_change_something(s3, bucket, source):
    with refused("InvalidRequest", 400):
        s3.copy_object(Bucket=bucket, Key="from", CopySource=source)
    with refused("InvalidRequest", 400):
        s3.copy_object(Bucket=bucket, Key="from", CopySource=source, Metadata={"m": "2"})
    assert s3.head_object(Bucket=bucket, Key="from")["Metadata"] == {"n": "1"}


def test_onto_itself_with_other_metadata(s3, bucket, source):
    s3.copy_object(Bucket=bucket, Key="from", CopySource=source, MetadataDirective="REPLACE", Metadata={"m": "2"})
    got = s3.get_object(Bucket=bucket, Key="from")
    assert (got["Metadata"], got["Body"].read()) == ({"m": "2"}, b"content")


@pytest.mark.parametrize("sent, expected", [
    ({"if-match": "ETAG"}, 200), ({"if-match": WRONG}, 412), ({"if-none-match": WRONG}, 200), ({"if-none-match": "ETAG"}, 412),
    ({"if-modified-since": PAST}, 200), ({"if-modified-since": "MODIFIED"}, 412), ({"if-unmodified-since": FUTURE}, 200),
    ({"if-unmodified-since": PAST}, 412),
    # the two pairs that AWS documents
    ({"if-match": "ETAG", "if-unmodified-since": PAST}, 200), ({"if-none-match": "ETAG", "if-modified-since": PAST}, 412)])
def test_conditions_on_the_source(raw, bucket, source, sent, expected):
    head = raw.head(f"/{source}")
    known = {"ETAG": head.etag, "MODIFIED": head.headers["Last-Modified"]}
    conditions = {f"x-amz-copy-source-{name}": known.get(value, value) for name, value in sent.items()}
    answer = raw.put(f"/{bucket}/to", headers={"x-amz-copy-source": source, **conditions})
    assert answer.outcome == (expected, "PreconditionFailed" if expected == 412 else None)
    assert raw.head(f"/{bucket}/to").status == (200 if expected == 200 else 404)


@pytest.mark.parametrize("key, written", [
    ("a b", "a%20b"), ("a+b", "a%2Bb"), ("a%20b", "a%2520b"), ("a%2Bb", "a%252Bb"), ("\u00e9\U0001f600", "%C3%A9%F0%9F%98%80"), ("a/b//c", "a%2Fb//c"),
    ("a?b", "a%3Fb"), ("a&b=c", "a&b=c"), ("..", ".."), ("(x)", "(x)")])
def test_source_is_decoded_once(raw, bucket, key, written):
    raw.put(f"/{bucket}/{key}", b"right")
    assert raw.put(f"/{bucket}/copied to", headers={"x-amz-copy-source": f"/{bucket}/{written}"}).status == 200
    assert raw.get(f"/{bucket}/copied to").body == b"right"


def test_missing_sources(s3, bucket, new_name):
    with refused("NoSuchKey", 404):
        s3.copy_object(Bucket=bucket, Key="to", CopySource=f"{bucket}/none")
    with refused("NoSuchBucket", 404):
        s3.copy_object(Bucket=bucket, Key="to", CopySource=f"{new_name()}/none")


@pytest.mark.parametrize("written", ["nobucket", "/nobucket", "/"])
def test_malformed_source(raw, bucket, written):
    assert raw.put(f"/{bucket}/to", headers={"x-amz-copy-source": written}).outcome == (400, "InvalidArgument")


def test_needs_read_on_the_source_and_write_on_the_target(s3, other, bucket, new_name):
    s3.put_object(Bucket=bucket, Key="secret", Body=b"1")
    theirs = new_name()
    other.create_bucket(Bucket=theirs)
    try:
        with refused("AccessDenied", 403):
            other.copy_object(Bucket=theirs, Key="a", CopySource=f"{bucket}/secret")
        with refused("AccessDenied", 403):
            s3.copy_object(Bucket=theirs, Key="a", CopySource=f"{bucket}/secret")
        s3.put_object_acl(Bucket=bucket, Key="secret", ACL="public-read")
        assert status(other.copy_object(Bucket=theirs, Key="a", CopySource=f"{bucket}/secret")) == 200
    finally:
        other.delete_object(Bucket=theirs, Key="a")
        other.delete_bucket(Bucket=theirs)


def test_checksum_is_kept_or_made_anew(s3, raw, bucket):
    sha1, sha256 = checksum("SHA1", b"content"), checksum("SHA256", b"content")
    raw.put(f"/{bucket}/from", b"content", headers={"x-amz-checksum-sha1": sha1})
    kept = s3.copy_object(Bucket=bucket, Key="kept", CopySource=f"{bucket}/from")["CopyObjectResult"]
    assert kept["ChecksumSHA1"] == sha1
    anew = s3.copy_object(Bucket=bucket, Key="anew", CopySource=f"{bucket}/from", ChecksumAlgorithm="SHA256")["CopyObjectResult"]
    assert "ChecksumSHA1" not in anew and anew["ChecksumSHA256"] == sha256


@pytest.mark.parametrize("sent", [{"StorageClass": "STANDARD"}, {"WebsiteRedirectLocation": "/elsewhere"}])
def test_onto_itself_with_another_change(s3, bucket, source, sent):
    s3.copy_object(Bucket=bucket, Key="from", CopySource=source, **sent)
    got = s3.get_object(Bucket=bucket, Key="from")
    assert (got["Metadata"], got["Body"].read()) == ({"n": "1"}, b"content")


def test_storage_class_and_redirect_are_not_copied(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from", Body=b"1", StorageClass="STANDARD_IA", WebsiteRedirectLocation="/elsewhere")
    s3.copy_object(Bucket=bucket, Key="to", CopySource=f"{bucket}/from")
    got = s3.head_object(Bucket=bucket, Key="to")
    assert "StorageClass" not in got and "WebsiteRedirectLocation" not in got


def test_tags_are_for_the_owner_to_copy(s3, other, bucket, source, new_name):
    theirs = new_name()
    other.create_bucket(Bucket=theirs)
    try:
        with refused("AccessDenied", 403):
            other.copy_object(Bucket=theirs, Key="a", CopySource=source)
        other.copy_object(Bucket=theirs, Key="a", CopySource=source, TaggingDirective="REPLACE")
        assert other.get_object(Bucket=theirs, Key="a")["Body"].read() == b"content"
    finally:
        other.delete_object(Bucket=theirs, Key="a")
        other.delete_bucket(Bucket=theirs)


def test_conditions_on_the_target(raw, bucket, source):
    etag = raw.put(f"/{bucket}/to", b"there").etag

    def copy(key, **condition):
        return raw.put(f"/{bucket}/{key}", headers={"x-amz-copy-source": source, **condition}).outcome

    assert copy("to", **{"If-None-Match": "*"}) == (412, "PreconditionFailed")
    assert copy("to", **{"If-Match": WRONG}) == (412, "PreconditionFailed")
    assert copy("none", **{"If-Match": etag}) == (404, "NoSuchKey")
    assert raw.get(f"/{bucket}/to").body == b"there"
    assert copy("to", **{"If-Match": etag}) == (200, None)
    assert raw.get(f"/{bucket}/to").body == b"content"


def test_expected_owner_of_the_source(raw, bucket, source):
    copied = {"x-amz-copy-source": source, "x-amz-source-expected-bucket-owner": "000000000000"}
    assert raw.put(f"/{bucket}/to", headers=copied).outcome == (403, "AccessDenied")


def test_an_object_of_parts_becomes_one_of_its_own(s3, raw, bucket):
    whole = noise(5 * MIB + 10)
    where = {"Bucket": bucket, "Key": "from"}
    where["UploadId"] = s3.create_multipart_upload(**where, ChecksumAlgorithm="SHA256")["UploadId"]
    parts = []
    for number, part in enumerate((whole[:5 * MIB], whole[5 * MIB:]), 1):
        sent = s3.upload_part(**where, PartNumber=number, Body=part, ChecksumSHA256=checksum("SHA256", part))
        parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": sent["ChecksumSHA256"]})
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    answer = raw.put(f"/{bucket}/to", headers={"x-amz-copy-source": f"{bucket}/from"})
    assert answer.text("ETag") == f'"{hashlib.md5(whole).hexdigest()}"'
    assert (answer.text("ChecksumSHA256"), answer.text("ChecksumType")) == (checksum("SHA256", whole), "FULL_OBJECT")
    assert s3.get_object(Bucket=bucket, Key="to", ChecksumMode="ENABLED")["Body"].read() == whole


@pytest.mark.parametrize("size", [1000, 2 * MIB])
def test_a_source_that_is_replaced_meanwhile(s3, bucket, size):
    """Each copy is whole: one of the objects that the source was."""
    versions = {hashlib.md5(noise(size, seed)).hexdigest(): seed for seed in range(4)}
    s3.put_object(Bucket=bucket, Key="from", Body=noise(size, 0))

    def replace():
        for seed in (1, 2, 3, 0, 1, 2, 3, 0):
            s3.put_object(Bucket=bucket, Key="from", Body=noise(size, seed))

    def copy(name):
        for _ in range(8):
            etag = s3.copy_object(Bucket=bucket, Key=name, CopySource=f"{bucket}/from")["CopyObjectResult"]["ETag"].strip('"')
            assert s3.get_object(Bucket=bucket, Key=name)["Body"].read() == noise(size, versions[etag])

    at_once([replace, lambda: copy("a"), lambda: copy("b")])
