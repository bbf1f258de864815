"""POST form uploads, as a browser sends them, with and without a policy."""
import base64
import json

import pytest

from support.raw import SigV4, amz_date, checksum, form, hmac_sha1, policy

from .helpers import MIB, keys, noise

DENIED = (403, "AccessDenied")


class Form:
    """A signed form for one bucket: the policy allows what `conditions` say, besides the fields of the signature."""

    def __init__(self, raw_anonymous, account, bucket: str):
        self.sender, self.account, self.bucket = raw_anonymous, account, bucket

    def sign_v4(self, conditions: list, lasts: float = 600) -> dict:
        date = amz_date()
        signer = SigV4(self.account, date)
        signed = {"x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-credential": signer.credential, "x-amz-date": date}
        text = policy([{"bucket": self.bucket}, *conditions, *({name: value} for name, value in signed.items())], lasts)
        return {**signed, "policy": text, "x-amz-signature": signer.signature(text)}

    def sign_v2(self, conditions: list, lasts: float = 600) -> dict:
        text = policy([{"bucket": self.bucket}, *conditions], lasts)
        return {"AWSAccessKeyId": self.account.access, "policy": text, "signature": hmac_sha1(self.account.secret, text)}

    def send(self, fields: dict, file: bytes | None = b"content", **options):
        body, kind = form(fields, file, **options)
        return self.sender.post(f"/{self.bucket}", body, headers={"Content-Type": kind})

    def upload(self, fields: dict, conditions: list | None = None, file: bytes = b"content", **options):
        """Signs and sends; without conditions of its own every field's exact value is one."""
        conditions = [{name: value} for name, value in fields.items()] if conditions is None else conditions
        return self.send({**fields, **self.sign_v4(conditions)}, file, **options)


@pytest.fixture
def page(raw_anonymous, account, bucket):
    return Form(raw_anonymous, account, bucket)


@pytest.mark.parametrize("sign", [Form.sign_v4, Form.sign_v2])
def test_upload(page, raw, bucket, sign):
    answer = page.send({"key": "a/b", **sign(page, [{"key": "a/b"}])})
    assert (answer.status, answer.body) == (204, b"") and answer.etag
    assert answer.headers["Location"].endswith(f"/{bucket}/a/b") or answer.headers["Location"].endswith("/a%2Fb")
    got = raw.get(f"/{bucket}/a/b")
    assert got.body == b"content" and got.etag == answer.etag


@pytest.mark.parametrize("size", [0, 1, 65536, 3 * MIB + 1])
def test_sizes(page, raw, bucket, size):
    assert page.upload({"key": "a"}, file=noise(size)).status == 204
    assert raw.get(f"/{bucket}/a").body == noise(size)


def test_content_that_looks_like_the_boundary(page, raw, bucket):
    body = b"x----another\r\n----anothe\r\n--\r\n-\r\r\n----Another\r\n"
    assert page.upload({"key": "a"}, file=body, boundary="--another").status == 204
    assert raw.get(f"/{bucket}/a").body == body


def test_filename_in_the_key(page, raw, bucket):
    assert page.upload({"key": "user/${filename}"}, [["starts-with", "$key", "user/"]], filename="photo.png").status == 204
    assert raw.get(f"/{bucket}/user/photo.png").status == 200


def test_headers_and_metadata(page, raw, raw_anonymous, bucket):
    fields = {"key": "a", "acl": "public-read", "Content-Type": "image/png", "Cache-Control": "no-cache", "x-amz-meta-n": "1"}
    assert page.upload(fields).status == 204
    got = raw_anonymous.get(f"/{bucket}/a")
    assert got.status == 200
    assert [got.headers[name] for name in ("Content-Type", "Cache-Control", "x-amz-meta-n")] == ["image/png", "no-cache", "1"]


def test_tags(page, s3, bucket):
    xml = "<Tagging><TagSet><Tag><Key>color</Key><Value>red</Value></Tag></TagSet></Tagging>"
    assert page.upload({"key": "a", "tagging": xml}).status == 204
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == [{"Key": "color", "Value": "red"}]


@pytest.mark.parametrize("asked, expected", [("200", 200), ("201", 201), ("204", 204), ("404", 204), ("x", 204)])
def test_success_action_status(page, bucket, asked, expected):
    answer = page.upload({"key": "a", "success_action_status": asked})
    assert answer.status == expected
    if expected == 201:
        assert answer.xml.tag == "PostResponse" and answer.text("Location")
        assert (answer.text("Bucket"), answer.text("Key"), answer.text("ETag")) == (bucket, "a", answer.etag)
    else:
        assert answer.body == b""


@pytest.mark.parametrize("name", ["success_action_redirect", "redirect"])
def test_redirect(page, bucket, name):
    answer = page.upload({"key": "a b", name: "http://example.com/done?x=1"})
    assert answer.status == 303
    target = answer.headers["Location"]
    assert target.startswith("http://example.com/done?x=1&") and f"bucket={bucket}" in target
    assert "key=a%20b" in target or "key=a+b" in target
    assert "etag=%22" in target


def test_redirect_that_is_no_url_is_ignored(page):
    assert page.upload({"key": "a", "success_action_redirect": "not a url"}).status == 204


# Conditions

@pytest.mark.parametrize("condition, works", [
    ({"key": "user/a"}, True), ({"key": "user/b"}, False), (["eq", "$key", "user/a"], True), (["eq", "$key", "user/"], False),
    (["starts-with", "$key", "user/"], True), (["starts-with", "$key", "admin/"], False), (["starts-with", "$key", ""], True)])
def test_condition_on_the_key(page, s3, bucket, condition, works):
    answer = page.upload({"key": "user/a"}, [condition])
    assert answer.outcome == ((204, None) if works else DENIED)
    assert keys(s3.list_objects_v2(Bucket=bucket)) == (["user/a"] if works else [])


@pytest.mark.parametrize("value, works", [("image/png", True), ("text/plain", False)])
def test_condition_on_the_type(page, value, works):
    answer = page.upload({"key": "a", "Content-Type": value}, [{"key": "a"}, ["starts-with", "$Content-Type", "image/"]])
    assert answer.outcome == ((204, None) if works else DENIED)


@pytest.mark.parametrize("size, expected", [(9, (400, "EntityTooSmall")), (10, (204, None)), (20, (204, None)), (21, (400, "EntityTooLarge")),
                                            (3 * MIB, (400, "EntityTooLarge"))])
def test_content_length_range(page, s3, bucket, size, expected):
    assert page.upload({"key": "a"}, [{"key": "a"}, ["content-length-range", 10, 20]], file=b"x" * size).outcome == expected
    assert len(keys(s3.list_objects_v2(Bucket=bucket))) == (1 if expected[0] == 204 else 0)


def test_field_without_a_condition(page):
    assert page.upload({"key": "a", "x-amz-meta-n": "1"}, [{"key": "a"}]).outcome == DENIED
    assert page.upload({"key": "a", "x-ignore-this": "1"}, [{"key": "a"}]).status == 204


def test_condition_without_a_field(page):
    assert page.upload({"key": "a"}, [{"key": "a"}, {"x-amz-meta-n": "1"}]).outcome == DENIED


def test_policy_for_another_bucket(page, raw_anonymous, make_bucket):
    fields = {"key": "a", **page.sign_v4([{"key": "a"}])}
    body, kind = form(fields, b"content")
    assert raw_anonymous.post(f"/{make_bucket()}", body, headers={"Content-Type": kind}).outcome == DENIED


# Refusals

@pytest.mark.parametrize("sign", [Form.sign_v4, Form.sign_v2])
def test_expired_policy(page, s3, bucket, sign):
    assert page.send({"key": "a", **sign(page, [{"key": "a"}], -10)}).outcome == DENIED
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


@pytest.mark.parametrize("sign", [Form.sign_v4, Form.sign_v2])
def test_tampered_policy(page, s3, bucket, sign):
    fields = sign(page, [{"key": "a"}])
    document = base64.b64decode(fields["policy"]).replace(b'"key": "a"', b'"key": "b"')
    assert page.send({"key": "b", **fields, "policy": base64.b64encode(document).decode()}).outcome == (403, "SignatureDoesNotMatch")
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_unknown_key(page):
    fields = page.sign_v2([{"key": "a"}])
    assert page.send({"key": "a", **fields, "AWSAccessKeyId": "AKIANOSUCHKEYATALL00"}).outcome == (403, "InvalidAccessKeyId")


@pytest.mark.parametrize("document", [b"", b"not json", b"[]", b"{}", b'{"conditions": []}', json.dumps({"expiration": "tomorrow", "conditions": []}).encode(),
                                      b'{"expiration": "2099-01-01T00:00:00.000Z", "conditions": [["like", "$key", "a"]]}'])
def test_malformed_policy(page, account, document):
    text = base64.b64encode(document).decode()
    fields = {"key": "a", "AWSAccessKeyId": account.access, "policy": text, "signature": hmac_sha1(account.secret, text)}
    answer = page.send(fields)
    assert answer.status in (400, 403) and answer.code in ("InvalidPolicyDocument", "AccessDenied", "InvalidArgument")


def test_policy_without_a_signature(page, s3, bucket):
    text = policy([{"bucket": bucket}, {"key": "a"}])
    assert page.send({"key": "a", "policy": text}).status in (400, 403)
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_signer_without_permission(raw_anonymous, other_account, bucket):
    """A policy allows only what its signer may do."""
    assert Form(raw_anonymous, other_account, bucket).upload({"key": "a"}).outcome == DENIED


def test_anonymous_form(page, s3, raw, bucket):
    assert page.send({"key": "a"}).outcome == DENIED
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    assert page.send({"key": "a"}).status == 204
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["a"]


def test_without_a_key_or_a_file(page):
    assert page.send(page.sign_v4([])).outcome == (400, "InvalidArgument")
    assert page.send({"key": "a", **page.sign_v4([{"key": "a"}])}, None).outcome == (400, "InvalidArgument")


def test_fields_after_the_file_are_ignored(page, raw, bucket):
    body, kind = form({"key": "a", **page.sign_v4([{"key": "a"}])}, b"content")
    late = b'\r\nContent-Disposition: form-data; name="x-amz-meta-n"\r\n\r\n1\r\n------------cumulet-boundary--\r\n'
    assert body.endswith(b"--\r\n")
    answer = page.sender.post(f"/{bucket}", body[:-4] + late, headers={"Content-Type": kind})
    assert answer.status == 204
    got = raw.get(f"/{bucket}/a")
    assert got.body == b"content" and got.headers["x-amz-meta-n"] is None


def test_fields_that_are_too_large(page):
    """What comes before the file is at most 20 KB."""
    answer = page.upload({"key": "a", "x-ignore-this": "x" * 30000}, [{"key": "a"}])
    assert answer.outcome == (400, "MaxPostPreDataLengthExceeded")


def test_key_too_long(page):
    assert page.upload({"key": "k" * 1025}).outcome == (400, "KeyTooLongError")


@pytest.mark.parametrize("spoil", [lambda body: body[:-10], lambda body: body.replace(b"\r\n\r\n", b"\r\n", 1), lambda body: b"", lambda body: b"x"])
def test_malformed_form(page, s3, bucket, spoil):
    body, kind = form({"key": "a", **page.sign_v4([{"key": "a"}])}, b"content")
    answer = page.sender.post(f"/{bucket}", spoil(body), headers={"Content-Type": kind})
    assert answer.status in (400, 403) and answer.code
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", None])
def test_another_content_type(page, bucket, kind):
    answer = page.sender.post(f"/{bucket}", b"key=a", headers={"Content-Type": kind} if kind else {})
    assert answer.status in (400, 403, 405, 412) and answer.code


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
def test_checksum_field(page, s3, bucket, algorithm):
    name = f"x-amz-checksum-{algorithm.lower()}"
    assert page.upload({"key": "a", name: checksum(algorithm, b"another")}).outcome == (400, "BadDigest")
    assert page.upload({"key": "a", name: "AAAA"}).outcome == (400, "InvalidRequest")
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []
    answer = page.upload({"key": "a", name: checksum(algorithm, b"content")})
    assert answer.status == 204 and answer.headers[name] == checksum(algorithm, b"content")
    assert s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")[f"Checksum{algorithm}"] == checksum(algorithm, b"content")


def test_field_that_asks_for_what_is_not_implemented(page, s3, bucket):
    assert page.upload({"key": "a", "x-amz-server-side-encryption": "aws:kms"}).outcome == (501, "NotImplemented")
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_storage_class_field(page, s3, bucket):
    assert page.upload({"key": "a", "x-amz-storage-class": "STANDARD_IA"}).status == 204
    assert s3.head_object(Bucket=bucket, Key="a")["StorageClass"] == "STANDARD_IA"
    assert page.upload({"key": "b", "x-amz-storage-class": "GOLD"}).outcome == (400, "InvalidStorageClass")


def test_field_sent_twice(page, s3, bucket):
    """A policy could else speak of one of them, and the other be used."""
    fields = {"key": "a", **page.sign_v4([{"key": "a"}])}
    body, kind = form(fields, b"content")
    part = b'------------cumulet-boundary\r\nContent-Disposition: form-data; name="Key"\r\n\r\na\r\n'
    assert page.sender.post(f"/{bucket}", part + body, headers={"Content-Type": kind}).outcome == (400, "InvalidArgument")
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_content_that_is_cut_short_by_the_form(page, s3, bucket):
    """The content is all there, but the boundary after it is not."""
    body, kind = form({"key": "a", **page.sign_v4([{"key": "a"}])}, noise(MIB))
    cut = body[:body.rindex(b"\r\n--")]
    assert page.sender.post(f"/{bucket}", cut, headers={"Content-Type": kind}).outcome == (400, "MalformedPOSTRequest")
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_an_object_stored_by_a_form_is_its_signers(page, s3, bucket, account):
    page.upload({"key": "a"})
    assert s3.get_object_acl(Bucket=bucket, Key="a")["Owner"]["ID"] == account.canonical


def test_field_name_that_is_no_header_name(page, raw, bucket):
    """It would come back as a header of its own choosing."""
    for name in ("x-amz-meta-a: b\nSet-Cookie: sid=evil\nx", "x-amz-meta-\u00e9", "x-amz-meta-a b"):
        assert page.upload({"key": "a", name: "1"}).status == 400
    assert raw.get(f"/{bucket}/a").status == 404
