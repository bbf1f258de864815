"""Multipart uploads: create, upload and copy parts, list, complete, abort, and all of that at once."""
import hashlib
import http.client
import pathlib
import re
import time

import botocore.exceptions
import pytest

from support.raw import Raw, checksum, composite
from support.server import Server

from ..conftest import make_client
from .helpers import MIB, at_once, headers, keys, noise, prefixes, refused, status

FIVE = 5 * MIB


def etag_of(parts: list) -> str:
    return f'"{hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest()}-{len(parts)}"'


class Upload:
    """One upload in progress; what `put` returns goes into `complete`."""

    def __init__(self, s3, bucket: str, key: str = "a", **parameters):
        self.s3 = s3
        self.where = {"Bucket": bucket, "Key": key}
        self.id = s3.create_multipart_upload(**self.where, **parameters)["UploadId"]
        self.where["UploadId"] = self.id

    def put(self, number: int, body: bytes) -> dict:
        return {"PartNumber": number, "ETag": self.s3.upload_part(**self.where, PartNumber=number, Body=body)["ETag"]}

    def complete(self, *parts: dict) -> dict:
        return self.s3.complete_multipart_upload(**self.where, MultipartUpload={"Parts": list(parts)})

    def abort(self) -> dict:
        return self.s3.abort_multipart_upload(**self.where)


@pytest.fixture
def upload(s3, bucket):
    return Upload(s3, bucket)


def read(s3, bucket: str, key: str = "a", **parameters) -> bytes:
    return s3.get_object(Bucket=bucket, Key=key, **parameters)["Body"].read()


def test_two_parts(s3, bucket, upload):
    parts = [noise(FIVE, 1), noise(1000, 2)]
    sent = [upload.put(number + 1, part) for number, part in enumerate(parts)]
    assert sent[0]["ETag"] == f'"{hashlib.md5(parts[0]).hexdigest()}"'
    done = upload.complete(*sent)
    assert (done["Bucket"], done["Key"], done["ETag"]) == (bucket, "a", etag_of(parts)) and done["Location"].endswith("/a")
    assert read(s3, bucket) == b"".join(parts)
    assert s3.head_object(Bucket=bucket, Key="a")["ETag"] == etag_of(parts)
    assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Size"] == FIVE + 1000


def test_one_small_part(s3, bucket, upload):
    assert upload.complete(upload.put(1, b"small"))["ETag"] == etag_of([b"small"])
    assert read(s3, bucket) == b"small"


def test_numbers_may_have_gaps(s3, bucket, upload):
    first, last = noise(FIVE, 1), b"last"
    done = upload.complete(upload.put(7, first), upload.put(10000, last))
    assert done["ETag"] == etag_of([first, last]) and read(s3, bucket) == first + last


def test_parts_in_any_order_of_upload(s3, bucket, upload):
    last, first = upload.put(2, b"last"), upload.put(1, noise(FIVE))
    upload.complete(first, last)
    assert read(s3, bucket) == noise(FIVE) + b"last"


def test_part_uploaded_again_replaces_the_first(s3, bucket, upload):
    old, new = upload.put(1, b"old"), upload.put(1, b"new")
    with refused("InvalidPart", 400):
        upload.complete(old)
    upload.complete(new)
    assert read(s3, bucket) == b"new"


def test_parts_not_named_are_dropped(s3, bucket, upload):
    upload.put(1, noise(FIVE))
    upload.complete(upload.put(2, b"only"))
    assert read(s3, bucket) == b"only"


def test_etag_without_quotes(s3, bucket, upload):
    part = upload.put(1, b"1")
    upload.complete({**part, "ETag": part["ETag"].strip('"')})
    assert read(s3, bucket) == b"1"


@pytest.mark.parametrize("number", [0, 10001, -1])
def test_part_number_out_of_bounds(upload, number):
    with refused("InvalidArgument", 400):
        upload.put(number, b"1")


def test_parts_out_of_order(upload):
    first, second = upload.put(1, noise(FIVE)), upload.put(2, b"2")
    with refused("InvalidPartOrder", 400):
        upload.complete(second, first)
    with refused("InvalidPartOrder", 400):
        upload.complete(first, first)


def test_part_that_is_not_there(upload):
    first = upload.put(1, noise(FIVE))
    with refused("InvalidPart", 400):
        upload.complete(first, {"PartNumber": 2, "ETag": first["ETag"]})
    with refused("InvalidPart", 400):
        upload.complete({"PartNumber": 1, "ETag": '"0123456789abcdef0123456789abcdef"'})


def test_every_part_but_the_last_has_five_mebibytes(s3, bucket, upload):
    first, second = upload.put(1, noise(FIVE - 1)), upload.put(2, b"2")
    with refused("EntityTooSmall", 400):
        upload.complete(first, second)
    upload.complete(upload.put(1, noise(FIVE)), second)
    assert read(s3, bucket) == noise(FIVE) + b"2"


@pytest.mark.parametrize("body", [b"<CompleteMultipartUpload>", b"<CompleteMultipartUpload/>", b"<x/>",
                                  b"<CompleteMultipartUpload><Part><PartNumber>x</PartNumber></Part></CompleteMultipartUpload>"])
def test_malformed_completion(raw, bucket, upload, body):
    upload.put(1, b"1")
    assert raw.post(f"/{bucket}/a", body, {"uploadId": upload.id}).outcome == (400, "MalformedXML")


def test_completion_without_a_document(raw, bucket, upload):
    assert raw.post(f"/{bucket}/a", b"", {"uploadId": upload.id}).outcome in ((400, "InvalidRequest"), (400, "MalformedXML"))


def test_nothing_is_visible_before_the_end(s3, bucket, upload):
    part = upload.put(1, b"1")
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="a")
    upload.complete(part)
    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["a"]


def test_the_old_object_stays_until_the_end(s3, bucket, upload):
    s3.put_object(Bucket=bucket, Key="a", Body=b"old")
    part = upload.put(1, b"new")
    assert read(s3, bucket) == b"old"
    upload.complete(part)
    assert read(s3, bucket) == b"new"


def test_what_create_says_holds_for_the_object(s3, anonymous, bucket):
    upload = Upload(s3, bucket, Metadata={"n": "1"}, ContentType="text/x", CacheControl="no-cache", Tagging="color=red", ACL="public-read")
    upload.complete(upload.put(1, b"1"))
    got = anonymous.get_object(Bucket=bucket, Key="a")
    assert (got["Metadata"], got["ContentType"], got["CacheControl"]) == ({"n": "1"}, "text/x", "no-cache")
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == [{"Key": "color", "Value": "red"}]


def test_complete_again_gives_the_same_answer(upload):
    part = upload.put(1, b"1")
    assert upload.complete(part)["ETag"] == upload.complete(part)["ETag"]


def test_abort(s3, bucket, upload):
    part = upload.put(1, b"1")
    assert status(upload.abort()) == 204
    for call in (lambda: upload.complete(part), lambda: upload.put(2, b"2"), lambda: s3.list_parts(**upload.where), upload.abort):
        with refused("NoSuchUpload", 404):
            call()
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_upload_that_never_was(s3, bucket, upload):
    where = {"Bucket": bucket, "Key": "a", "UploadId": "never"}
    with refused("NoSuchUpload", 404):
        s3.upload_part(**where, PartNumber=1, Body=b"1")
    with refused("NoSuchUpload", 404):
        s3.complete_multipart_upload(**where, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": '"0"'}]})
    with refused("NoSuchUpload", 404):
        s3.abort_multipart_upload(**where)
    with refused("NoSuchUpload", 404):
        s3.list_parts(**{**upload.where, "Key": "another"})


def test_two_uploads_of_one_key(s3, bucket):
    one, two = Upload(s3, bucket), Upload(s3, bucket)
    assert one.id != two.id
    two.complete(two.put(1, b"two"))
    one.complete(one.put(1, b"one"))
    assert read(s3, bucket) == b"one"


# Reading by part

def test_get_by_part_number(s3, bucket, upload):
    parts = [noise(FIVE, 1), noise(FIVE, 2), b"last"]
    upload.complete(*[upload.put(number + 1, part) for number, part in enumerate(parts)])
    for number, part in enumerate(parts):
        got = s3.get_object(Bucket=bucket, Key="a", PartNumber=number + 1)
        assert (status(got), got["PartsCount"], got["Body"].read()) == (206, 3, part)
    assert got["ContentRange"] == f"bytes {2 * FIVE}-{2 * FIVE + 3}/{2 * FIVE + 4}"
    head = s3.head_object(Bucket=bucket, Key="a", PartNumber=2)
    assert (head["ContentLength"], head["PartsCount"], headers(head)["content-range"]) == (FIVE, 3, f"bytes {FIVE}-{2 * FIVE - 1}/{2 * FIVE + 4}")
    with refused("InvalidPartNumber", 416):
        s3.get_object(Bucket=bucket, Key="a", PartNumber=4)


def test_an_ordinary_object_is_its_own_first_part(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"12345")
    got = s3.get_object(Bucket=bucket, Key="a", PartNumber=1)
    assert (status(got), got["Body"].read(), got["ContentRange"]) == (206, b"12345", "bytes 0-4/5")
    with refused("InvalidPartNumber", 416):
        s3.get_object(Bucket=bucket, Key="a", PartNumber=2)


def test_ranges_across_parts(s3, bucket, upload):
    whole = noise(2 * FIVE + 100)
    upload.complete(*[upload.put(number + 1, whole[number * FIVE:][:FIVE]) for number in range(3)])
    for first, last in [(FIVE - 1, FIVE), (0, 2 * FIVE), (FIVE, 2 * FIVE - 1), (2 * FIVE - 10, 2 * FIVE + 99), (17, 17)]:
        assert read(s3, bucket, Range=f"bytes={first}-{last}") == whole[first:last + 1]


# Listings

def test_list_parts(s3, account, upload):
    sent = [upload.put(number, b"x" * number) for number in (3, 1, 2, 7, 5)]
    listed = s3.list_parts(**upload.where)
    assert [part["PartNumber"] for part in listed["Parts"]] == [1, 2, 3, 5, 7]
    assert [part["Size"] for part in listed["Parts"]] == [1, 2, 3, 5, 7]
    assert {(part["PartNumber"], part["ETag"]) for part in listed["Parts"]} == {(part["PartNumber"], part["ETag"]) for part in sent}
    assert (listed["UploadId"], listed["Key"], listed["IsTruncated"], listed["MaxParts"]) == (upload.id, "a", False, 1000)
    assert listed["Initiator"]["ID"] and listed["Owner"]["ID"] == account.canonical and listed["StorageClass"] == "STANDARD"


def test_list_parts_in_pages(s3, upload):
    for number in range(1, 6):
        upload.put(number, b"1")
    pages, marker = [], 0
    while marker is not None:
        page = s3.list_parts(**upload.where, MaxParts=2, PartNumberMarker=marker)
        pages.append([part["PartNumber"] for part in page["Parts"]])
        marker = page["NextPartNumberMarker"] if page["IsTruncated"] else None
    assert pages == [[1, 2], [3, 4], [5]]


def test_list_uploads(s3, bucket):
    made = [Upload(s3, bucket, key) for key in ("b", "a/1", "a/2", "b", "c")]
    listed = s3.list_multipart_uploads(Bucket=bucket)
    assert [item["Key"] for item in listed["Uploads"]] == ["a/1", "a/2", "b", "b", "c"]
    assert {item["UploadId"] for item in listed["Uploads"]} == {upload.id for upload in made}
    assert listed["IsTruncated"] is False and listed["MaxUploads"] == 1000
    assert all(item["Initiated"].year >= 2024 and item["Initiator"]["ID"] for item in listed["Uploads"])
    grouped = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert prefixes(grouped) == ["a/"] and [item["Key"] for item in grouped["Uploads"]] == ["b", "b", "c"]
    assert [item["Key"] for item in s3.list_multipart_uploads(Bucket=bucket, Prefix="a/")["Uploads"]] == ["a/1", "a/2"]
    assert [item["Key"] for item in s3.list_multipart_uploads(Bucket=bucket, KeyMarker="b")["Uploads"]] == ["c"]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_list_uploads_in_pages(s3, bucket, size):
    made = {(upload.where["Key"], upload.id) for upload in [Upload(s3, bucket, key) for key in ("b", "a", "b", "b", "c")]}
    found, marker = [], {}
    while marker is not None:
        page = s3.list_multipart_uploads(Bucket=bucket, MaxUploads=size, **marker)
        found += [(item["Key"], item["UploadId"]) for item in page["Uploads"]]
        assert len(page["Uploads"]) <= size
        marker = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]} if page["IsTruncated"] else None
    assert len(found) == 5 and set(found) == made


# UploadPartCopy

def copy_part(upload: Upload, number: int, source: str, **parameters) -> dict:
    result = upload.s3.upload_part_copy(**upload.where, PartNumber=number, CopySource=source, **parameters)["CopyPartResult"]
    assert result["LastModified"].year >= 2024
    return {"PartNumber": number, "ETag": result["ETag"]}


def test_copy_parts(s3, bucket, upload):
    whole = noise(2 * FIVE + 10)
    s3.put_object(Bucket=bucket, Key="from", Body=whole)
    source = f"{bucket}/from"
    first = copy_part(upload, 1, source, CopySourceRange=f"bytes=0-{FIVE - 1}")
    second = copy_part(upload, 2, source, CopySourceRange=f"bytes={FIVE}-{2 * FIVE + 9}")
    third = copy_part(upload, 3, source)
    assert upload.complete(first, second, third)["ETag"] == etag_of([whole[:FIVE], whole[FIVE:], whole])
    s3.delete_object(Bucket=bucket, Key="from")
    assert read(s3, bucket) == whole + whole


@pytest.mark.parametrize("written", ["bytes=0-10", "bytes=10-20"])
def test_copy_range_beyond_the_source(raw, bucket, upload, written):
    """AWS's pages do not name the error; it has answered with both of these."""
    raw.put(f"/{bucket}/from", b"0123456789")
    answer = raw.put(f"/{bucket}/a", b"", {"partNumber": 1, "uploadId": upload.id},
                     {"x-amz-copy-source": f"{bucket}/from", "x-amz-copy-source-range": written})
    assert answer.outcome in ((400, "InvalidArgument"), (416, "InvalidRange"))


@pytest.mark.parametrize("written", ["bytes=5-2", "bytes=0-", "bytes=-5", "0-4", "bytes=0-4,5-6"])
def test_malformed_copy_range(s3, bucket, upload, written):
    """Both ends are needed."""
    s3.put_object(Bucket=bucket, Key="from", Body=b"0123456789")
    with refused("InvalidArgument", 400):
        copy_part(upload, 1, f"{bucket}/from", CopySourceRange=written)


def test_copy_part_conditions_and_missing_sources(s3, bucket, upload):
    s3.put_object(Bucket=bucket, Key="from", Body=b"1")
    with refused("PreconditionFailed", 412):
        copy_part(upload, 1, f"{bucket}/from", CopySourceIfMatch='"0"')
    with refused("NoSuchKey", 404):
        copy_part(upload, 1, f"{bucket}/none")


def test_copied_parts_carry_the_checksum_of_their_upload(s3, bucket):
    whole = noise(FIVE + 10)
    s3.put_object(Bucket=bucket, Key="from", Body=whole)
    upload = Upload(s3, bucket, ChecksumAlgorithm="SHA256")
    where = {**upload.where, "CopySource": f"{bucket}/from"}
    parts = []
    for number, (begin, end) in enumerate(((0, FIVE), (FIVE, FIVE + 10)), 1):
        result = s3.upload_part_copy(**where, PartNumber=number, CopySourceRange=f"bytes={begin}-{end - 1}")["CopyPartResult"]
        assert result["ChecksumSHA256"] == checksum("SHA256", whole[begin:end])
        parts.append({"PartNumber": number, "ETag": result["ETag"], "ChecksumSHA256": result["ChecksumSHA256"]})
    done = upload.complete(*parts)
    assert done["ChecksumSHA256"] == composite("SHA256", [whole[:FIVE], whole[FIVE:]])
    assert read(s3, bucket) == whole


def test_copy_part_needs_read_on_the_source(s3, other, bucket, new_name):
    s3.put_object(Bucket=bucket, Key="secret", Body=b"1")
    theirs = new_name()
    other.create_bucket(Bucket=theirs)
    upload = Upload(other, theirs)
    try:
        with refused("AccessDenied", 403):
            copy_part(upload, 1, f"{bucket}/secret")
    finally:
        upload.abort()
        other.delete_bucket(Bucket=theirs)


# Who may

def test_strangers_get_nothing(other, upload):
    theirs = Upload.__new__(Upload)
    theirs.s3, theirs.where = other, upload.where
    part = upload.put(1, b"1")
    for call in (lambda: theirs.put(1, b"2"), lambda: theirs.complete(part), theirs.abort, lambda: other.list_parts(**upload.where),
                 lambda: other.list_multipart_uploads(Bucket=upload.where["Bucket"])):
        with refused("AccessDenied", 403):
            call()
    upload.complete(part)


# At once

def outcome(call) -> str:
    """"ok", or the error's code."""
    try:
        call()
        return "ok"
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]


def test_parts_at_once(s3, bucket, upload):
    bodies = [noise(FIVE, number) for number in range(4)] + [b"last"]
    parts = at_once([lambda n=n, body=body: upload.put(n + 1, body) for n, body in enumerate(bodies)])
    upload.complete(*parts)
    assert read(s3, bucket) == b"".join(bodies)


def test_completes_at_once(s3, bucket, upload):
    part = upload.put(1, noise(FIVE))
    outcomes = at_once([lambda: outcome(lambda: upload.complete(part))] * 8)
    assert set(outcomes) == {"ok"}
    assert read(s3, bucket) == noise(FIVE)


@pytest.mark.parametrize("seed", range(5))
def test_complete_and_abort_at_once(s3, bucket, upload, seed):
    """One of them wins, and the object is there whole or not at all."""
    part = upload.put(1, noise(70000, seed))
    completed, aborted = at_once([lambda: outcome(lambda: upload.complete(part)), lambda: outcome(upload.abort)])
    if completed == "ok":
        assert read(s3, bucket) == noise(70000, seed)
    else:
        assert (completed, aborted) == ("NoSuchUpload", "ok")
        assert keys(s3.list_objects_v2(Bucket=bucket)) == []


@pytest.mark.parametrize("seed", range(5))
def test_complete_and_upload_again_at_once(s3, bucket, upload, seed):
    """The object holds the part that was named, never the other."""
    part = upload.put(1, noise(70000, 1))
    completed, again = at_once([lambda: outcome(lambda: upload.complete(part)), lambda: outcome(lambda: upload.put(1, noise(70000, 2)))])
    assert completed in ("ok", "InvalidPart") and again in ("ok", "NoSuchUpload")
    if completed == "ok":
        assert read(s3, bucket) == noise(70000, 1)


def test_uploads_of_others(s3, other, raw, raw_other, raw_anonymous, bucket):
    """Who may write to a bucket may not therefore fill, complete, list or abort what another began."""
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    upload = raw.post(f"/{bucket}/a", query={"uploads": None}).text("UploadId")
    part = raw.put(f"/{bucket}/a", b"mine", {"partNumber": 1, "uploadId": upload}).etag
    document = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part}</ETag></Part></CompleteMultipartUpload>".encode()
    for client in (raw_other, raw_anonymous):
        assert client.put(f"/{bucket}/a", b"theirs", {"partNumber": 1, "uploadId": upload}).outcome == (403, "AccessDenied")
        assert client.get(f"/{bucket}/a", {"uploadId": upload}).outcome == (403, "AccessDenied")
        assert client.post(f"/{bucket}/a", document, {"uploadId": upload}).outcome == (403, "AccessDenied")
        assert client.delete(f"/{bucket}/a", {"uploadId": upload}).outcome == (403, "AccessDenied")
    assert raw.post(f"/{bucket}/a", document, {"uploadId": upload}).status == 200
    theirs = raw_other.post(f"/{bucket}/b", query={"uploads": None}).text("UploadId")
    assert raw_other.put(f"/{bucket}/b", b"1", {"partNumber": 1, "uploadId": theirs}).status == 200
    assert raw.delete(f"/{bucket}/b", {"uploadId": theirs}).status == 204  # the bucket's owner may


def test_upload_of_nobody(s3, raw_anonymous, bucket):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    upload = raw_anonymous.post(f"/{bucket}/a", query={"uploads": None}).text("UploadId")
    etag = raw_anonymous.put(f"/{bucket}/a", b"1", {"partNumber": 1, "uploadId": upload}).etag
    document = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>".encode()
    assert raw_anonymous.post(f"/{bucket}/a", document, {"uploadId": upload}).status == 200


def blobs(server) -> set:
    return {path for path in pathlib.Path(server.data).rglob("*") if re.fullmatch("[0-9a-f]{32}", path.name)}


def wait_for_collector(server, s3, bucket: str) -> None:
    """Everything that was garbage before this call was looked at: a blob deleted later is gone, and one deleted after that."""
    for key in ("witness-1", "witness-2"):
        before = blobs(server)
        s3.put_object(Bucket=bucket, Key=key, Body=noise(MIB))
        witness = blobs(server) - before
        assert witness
        s3.delete_object(Bucket=bucket, Key=key)
        deadline = time.monotonic() + 30
        while witness & blobs(server):
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.parametrize("change", ["overwrite", "delete"])
def test_a_download_goes_on_when_the_object_is_replaced(account, change):
    parts = [noise(6 * MIB, number) for number in range(4)]
    with Server() as server:
        s3 = make_client(server, account)
        s3.create_bucket(Bucket="bucket")
        upload = Upload(s3, "bucket")
        upload.complete(*(upload.put(number + 1, part) for number, part in enumerate(parts)))
        raw = Raw(("127.0.0.1", server.port), account)
        with raw.open() as connection:
            connection.send(raw.sign("GET", "/bucket/a"))
            response = http.client.HTTPResponse(connection.reader)
            response.begin()
            start = response.read(MIB)
            if change == "overwrite":
                s3.put_object(Bucket="bucket", Key="a", Body=b"new")
            else:
                s3.delete_object(Bucket="bucket", Key="a")
            wait_for_collector(server, s3, "bucket")
            assert start + response.read() == b"".join(parts)
