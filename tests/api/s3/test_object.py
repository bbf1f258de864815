"""Objects: PutObject, GetObject, HeadObject, DeleteObject; keys of every kind, sizes, metadata, standard headers."""
import email.header
import hashlib

import pytest

from support.raw import content_md5

from .helpers import MIB, headers, keys, noise, refused, status

KEYS = {
    "plain": "a", "folder": "a/", "in a folder": "a/b", "dot": ".", "two dots": "..", "up": "a/../b", "two slashes": "//",
    "slashes within": "a//b", "leading slash": "/a", "spaces": " a b ", "plus": "a+b", "percent": "a%2Bb%", "query": "a?b=c&d", "hash": "a#b",
    "colon": "http://a:80/", "backslash": "a\\b", "quotes": "'\"`", "xml": "<&>]]>", "brackets": "a[1]{2}|^", "tab and newline": "a\tb\nc",
    "carriage return": "a\rb", "control": "\x01\x1f\x7f", "two bytes": "\u00e9", "combining": "e\u0301", "four bytes": "\U0001f600",
    "right to left": "\u05d0\u05d1", "the last code point": "\U0010ffff", "1024 bytes": "k" * 1024, "1024 bytes of emoji": "\U0001f600" * 256,
    "like a bucket": "s3.localhost", "like our own": "_cumulet/ready", "soap": "soap", "semicolon": "a;b,c=d@e!$*()~-_."}
TOO_LONG = ["k" * 1025, "\U0001f600" * 256 + "k", "\u00e9" * 513]
SIZES = [0, 1, 4095, 4096, 65535, 65536, 65537, 131072, MIB - 1, MIB, 17 * MIB]


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_key_comes_back_as_sent(s3, raw, bucket, key):
    body = key.encode()
    assert raw.put(f"/{bucket}/{key}", body).status == 200
    assert raw.get(f"/{bucket}/{key}").body == body
    assert raw.head(f"/{bucket}/{key}").headers["Content-Length"] == str(len(body))
    assert keys(s3.list_objects_v2(Bucket=bucket)) == [key]
    assert raw.delete(f"/{bucket}/{key}").status == 204
    assert raw.get(f"/{bucket}/{key}").outcome == (404, "NoSuchKey")


@pytest.mark.parametrize("key", TOO_LONG, ids=["1025 bytes", "257 characters", "513 characters"])
def test_key_too_long(raw, bucket, key):
    assert raw.put(f"/{bucket}/{key}", b"1").outcome == (400, "KeyTooLongError")


def test_keys_that_are_each_others_folders(s3, bucket):
    names = ["a", "a/", "a/b", "a/b/", "a/b/c", "a//", "a//b"]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=name.encode())
    for name in names:
        assert s3.get_object(Bucket=bucket, Key=name)["Body"].read() == name.encode()
    assert keys(s3.list_objects_v2(Bucket=bucket)) == sorted(names)
    s3.delete_object(Bucket=bucket, Key="a/b")
    assert keys(s3.list_objects_v2(Bucket=bucket)) == sorted(set(names) - {"a/b"})


def test_key_that_is_not_utf8(raw, bucket):
    request = raw.unsigned("PUT", f"/{bucket}/key", b"1", headers={"x-amz-content-sha256": hashlib.sha256(b"1").hexdigest()})
    request.target = f"/{bucket}/a%FF%FEb"
    assert raw.send(raw.sign_v4(request)).status == 400


@pytest.mark.parametrize("size", SIZES)
def test_size(s3, bucket, size):
    body = noise(size)
    etag = f'"{hashlib.md5(body).hexdigest()}"'
    assert s3.put_object(Bucket=bucket, Key="a", Body=body)["ETag"] == etag
    got = s3.get_object(Bucket=bucket, Key="a")
    assert (got["ContentLength"], got["ETag"]) == (size, etag)
    assert got["Body"].read() == body
    head = s3.head_object(Bucket=bucket, Key="a")
    assert (head["ContentLength"], head["ETag"]) == (size, etag)


def test_what_every_answer_carries(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    got, missing = raw.get(f"/{bucket}/a"), raw.get(f"/{bucket}/b")
    for answer in (got, missing):
        assert answer.headers["x-amz-request-id"] and answer.headers["x-amz-id-2"]
        assert answer.headers["Server"] == "Cumulet" and answer.headers["Date"].endswith(" GMT")
    assert got.headers["x-amz-request-id"] != missing.headers["x-amz-request-id"]
    assert got.headers["Accept-Ranges"] == "bytes" and got.headers["Last-Modified"].endswith(" GMT")


def test_error_document(raw, bucket):
    answer = raw.get(f"/{bucket}/no such")
    assert answer.status == 404 and answer.headers["Content-Type"] == "application/xml"
    assert [child.tag for child in answer.xml][:2] == ["Code", "Message"]
    assert answer.text("Code") == "NoSuchKey" and answer.text("Key") == "no such"
    assert answer.text("RequestId") == answer.headers["x-amz-request-id"]
    assert answer.text("HostId") == answer.headers["x-amz-id-2"]


def test_head_of_a_missing_key(raw, bucket):
    answer = raw.head(f"/{bucket}/none")
    assert answer.status == 404 and answer.body == b""


def test_missing_key_is_hidden_from_who_may_not_list(raw_anonymous, raw_other, bucket):
    """Without permission to list, AWS does not tell whether a key exists."""
    for client in (raw_anonymous, raw_other):
        assert client.get(f"/{bucket}/none").outcome == (403, "AccessDenied")
        assert client.head(f"/{bucket}/none").status == 403


def test_delete_of_a_missing_key(s3, bucket):
    assert status(s3.delete_object(Bucket=bucket, Key="none")) == 204


def test_overwrite(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=noise(300000), Metadata={"old": "1"}, ContentType="text/plain")
    s3.put_object(Bucket=bucket, Key="a", Body=b"new")
    got = s3.get_object(Bucket=bucket, Key="a")
    assert got["Body"].read() == b"new"
    assert got["Metadata"] == {} and got["ContentType"] == "binary/octet-stream"


def test_metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Metadata={"Name": "Value", "x_y-z": "a, b; c=\"d\"", "empty": ""})
    for call in (s3.get_object, s3.head_object):
        assert call(Bucket=bucket, Key="a")["Metadata"] == {"name": "Value", "x_y-z": "a, b; c=\"d\"", "empty": ""}


@pytest.mark.parametrize("length, outcome", [(2047, (200, None)), (2048, (400, "MetadataTooLarge"))])
def test_metadata_of_two_kilobytes(raw, bucket, length, outcome):
    """The names (without x-amz-meta-) and values together are at most 2 KB."""
    value = "v" * 1000
    sent = {"x-amz-meta-a": value, "x-amz-meta-b": value, "x-amz-meta-c": "v" * (length - 2000 - 2)}
    assert raw.put(f"/{bucket}/a", b"1", headers=sent).outcome == outcome


def test_metadata_sent_twice_is_joined(raw, bucket):
    assert raw.put(f"/{bucket}/a", b"1", headers=[("x-amz-meta-n", "1"), ("X-Amz-Meta-N", "2")]).status == 200
    assert raw.head(f"/{bucket}/a").headers["x-amz-meta-n"] == "1,2"


def test_metadata_beyond_ascii_is_mail_safe(raw, bucket):
    word = "=?UTF-8?B?w4TDlg==?="
    assert raw.put(f"/{bucket}/a", b"1", headers={"x-amz-meta-n": word}).status == 200
    value = raw.head(f"/{bucket}/a").headers["x-amz-meta-n"]
    assert str(email.header.make_header(email.header.decode_header(value))) == "\u00c4\u00d6"


STANDARD = {"Cache-Control": "max-age=60", "Content-Disposition": 'attachment; filename="a.txt"', "Content-Encoding": "gzip",
            "Content-Language": "de-CH", "Content-Type": "text/plain; charset=utf-8", "Expires": "Thu, 01 Dec 2033 16:00:00 GMT"}


def test_standard_headers(raw, bucket):
    sent = {**STANDARD, "x-amz-website-redirect-location": "/other"}
    assert raw.put(f"/{bucket}/a", b"1", headers=sent).status == 200
    for answer in (raw.get(f"/{bucket}/a"), raw.head(f"/{bucket}/a")):
        assert {name: answer.headers[name] for name in sent} == sent


@pytest.mark.parametrize("more, outcome", [(0, (200, None)), (1, (400, "RequestHeaderSectionTooLarge"))])
def test_standard_headers_of_eight_kibibytes(raw, bucket, more, outcome):
    """Names and values that are kept with an object are at most 8 KiB; of Content-Type only the value counts."""
    sent = {"Content-Type": "t/" + "t" * 98, "Cache-Control": "c" * 1000, "Content-Disposition": "d" * 1000, "Content-Encoding": "e" * 1000,
            "Content-Language": "l" * 1000, "Expires": "x" * 1000}
    link = "x-amz-website-redirect-location"
    sent[link] = "/"
    left = 8192 - sum(len(name) + len(value) for name, value in sent.items()) + len("Content-Type") + more
    sent[link] += "r" * left
    raw.put(f"/{bucket}/from", b"1")
    copied = {"x-amz-copy-source": f"{bucket}/from", "x-amz-metadata-directive": "REPLACE"}
    assert raw.put(f"/{bucket}/put", b"1", headers=sent).outcome == outcome
    assert raw.put(f"/{bucket}/copy", headers={**sent, **copied}).outcome == outcome
    started = raw.post(f"/{bucket}/parts", query={"uploads": None}, headers=sent)
    assert started.outcome == outcome
    for key in ("put", "copy"):
        answer = raw.head(f"/{bucket}/{key}")
        assert answer.status == (404 if more else 200)
        if not more:
            assert {name: answer.headers[name] for name in sent} == sent
    if not more:  # a copy keeps them, though not the redirect
        assert raw.put(f"/{bucket}/again", headers={"x-amz-copy-source": f"{bucket}/put"}).status == 200
        assert raw.head(f"/{bucket}/again").headers["Expires"] == sent["Expires"]


def test_default_content_type(raw, bucket):
    raw.put(f"/{bucket}/a", b"1")
    assert raw.head(f"/{bucket}/a").headers["Content-Type"] == "binary/octet-stream"


def overrides() -> dict:
    return {f"response-{name.lower()}": value.replace("60", "7").replace("gzip", "br") for name, value in STANDARD.items()}


def test_response_overrides(raw, bucket):
    raw.put(f"/{bucket}/a", b"1")
    for method in ("GET", "HEAD"):
        answer = raw.request(method, f"/{bucket}/a", query=overrides())
        assert answer.status == 200
        assert {f"response-{name.lower()}": answer.headers[name] for name in STANDARD} == overrides()


def test_response_overrides_need_a_signature(raw, raw_anonymous, bucket):
    raw.put(f"/{bucket}/a", b"1", headers={"x-amz-acl": "public-read"})
    assert raw_anonymous.get(f"/{bucket}/a").status == 200
    assert raw_anonymous.get(f"/{bucket}/a", {"response-content-type": "text/html"}).outcome == (400, "InvalidRequest")


def test_response_overrides_in_a_presigned_url(raw, bucket):
    raw.put(f"/{bucket}/a", b"1")
    answer = raw.send(raw.presign_v4("GET", f"/{bucket}/a", {"response-content-type": "text/x+y; a=b"}))
    assert answer.headers["Content-Type"] == "text/x+y; a=b"


def test_storage_class(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", StorageClass="STANDARD")
    assert "x-amz-storage-class" not in headers(s3.head_object(Bucket=bucket, Key="a"))
    assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["StorageClass"] == "STANDARD"
    with refused("InvalidStorageClass", 400):
        s3.put_object(Bucket=bucket, Key="a", StorageClass="MARBLE")


def test_content_md5(raw, bucket):
    assert raw.put(f"/{bucket}/a", b"1", headers={"Content-MD5": content_md5(b"1")}).status == 200


def test_get_with_a_wrong_method_of_an_object(raw, bucket):
    assert raw.post(f"/{bucket}/a", b"").outcome == (405, "MethodNotAllowed")


def test_sub_resource_never_falls_through(raw, bucket):
    """A sub-resource that is not implemented is not an upload of an object."""
    for name in ("legal-hold", "retention", "torrent"):
        assert raw.put(f"/{bucket}/a", b"<x/>", {name: None}).status in (400, 405, 501)
    assert raw.head(f"/{bucket}/a").status == 404


def test_reads_while_it_is_overwritten(s3, bucket):
    """A reader gets one version whole, the old or the new."""
    old, new = noise(3 * MIB, 1), noise(3 * MIB, 2)
    s3.put_object(Bucket=bucket, Key="a", Body=old)
    reader = s3.get_object(Bucket=bucket, Key="a")["Body"]
    first = reader.read(1000)
    s3.put_object(Bucket=bucket, Key="a", Body=new)
    assert first + reader.read() == old
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == new


def test_read_while_it_is_deleted(s3, bucket):
    body = noise(3 * MIB)
    s3.put_object(Bucket=bucket, Key="a", Body=body)
    reader = s3.get_object(Bucket=bucket, Key="a")["Body"]
    s3.delete_object(Bucket=bucket, Key="a")
    assert reader.read() == body
