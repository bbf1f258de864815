"""DeleteObjects: many keys in one request."""
import pytest

from support.raw import checksum, content_md5

from .helpers import MIB, keys, noise, refused


def document(names, quiet: bool = False) -> bytes:
    objects = "".join(f"<Object><Key>{name}</Key></Object>" for name in names)
    return f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{"<Quiet>true</Quiet>" if quiet else ""}{objects}</Delete>'.encode()


def post(raw, bucket: str, body: bytes, **headers):
    return raw.post(f"/{bucket}", body, {"delete": None}, headers or {"Content-MD5": content_md5(body)})


@pytest.fixture
def three(s3, bucket):
    for name in "abc":
        s3.put_object(Bucket=bucket, Key=name)
    return bucket


def test_present_and_missing_keys_are_reported_alike(s3, three):
    answer = s3.delete_objects(Bucket=three, Delete={"Objects": [{"Key": "a"}, {"Key": "missing"}, {"Key": "c"}]})
    assert [item["Key"] for item in answer["Deleted"]] == ["a", "missing", "c"] and "Errors" not in answer
    assert keys(s3.list_objects_v2(Bucket=three)) == ["b"]


def test_quiet_reports_only_errors(s3, three):
    answer = s3.delete_objects(Bucket=three, Delete={"Objects": [{"Key": "a"}, {"Key": "missing"}], "Quiet": True})
    assert "Deleted" not in answer and "Errors" not in answer
    assert keys(s3.list_objects_v2(Bucket=three)) == ["b", "c"]


def test_the_same_key_twice(s3, three):
    answer = s3.delete_objects(Bucket=three, Delete={"Objects": [{"Key": "a"}, {"Key": "a"}]})
    assert {item["Key"] for item in answer["Deleted"]} == {"a"}
    assert keys(s3.list_objects_v2(Bucket=three)) == ["b", "c"]


@pytest.mark.parametrize("key", ["a/", "a//b", "..", "<&>\"'", " a ", "\u00e9\U0001f600", "a%20b+c"])
def test_any_key(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key)
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
    assert [item["Key"] for item in answer["Deleted"]] == [key]
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_needs_a_checksum_of_the_body(raw, s3, three):
    answer = raw.post(f"/{three}", document("a"), {"delete": None})
    assert answer.outcome == (400, "InvalidRequest")
    assert keys(s3.list_objects_v2(Bucket=three)) == ["a", "b", "c"]


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_checksum_in_place_of_content_md5(raw, s3, three, algorithm):
    body, name = document("a"), f"x-amz-checksum-{algorithm.lower()}"
    assert post(raw, three, body, **{name: checksum(algorithm, body + b" ")}).outcome == (400, "BadDigest")
    assert keys(s3.list_objects_v2(Bucket=three)) == ["a", "b", "c"]
    assert post(raw, three, body, **{name: checksum(algorithm, body)}).status == 200
    assert keys(s3.list_objects_v2(Bucket=three)) == ["b", "c"]


def test_wrong_content_md5(raw, three):
    assert post(raw, three, document("a"), **{"Content-MD5": content_md5(b"other")}).outcome == (400, "BadDigest")
    assert post(raw, three, document("a"), **{"Content-MD5": "not base64"}).outcome == (400, "InvalidDigest")


def test_1000_keys_are_the_limit(raw, s3, three):
    assert post(raw, three, document(range(1001))).outcome == (400, "MalformedXML")
    assert post(raw, three, document(["a", *range(999)], quiet=True)).status == 200
    assert keys(s3.list_objects_v2(Bucket=three)) == ["b", "c"]


@pytest.mark.parametrize("body", [b"", b"<Delete>", b"<Delete></Delete>", b"<Remove><Object><Key>a</Key></Object></Remove>", b"a",
                                  b"<Delete><Object></Object></Delete>", b"<Delete><Object><Key>a</Key></Object></Delete><x/>"])
def test_malformed_document(raw, s3, three, body):
    assert post(raw, three, body).outcome == (400, "MalformedXML")
    assert keys(s3.list_objects_v2(Bucket=three)) == ["a", "b", "c"]


def test_document_with_entities_of_its_own(raw, three):
    """A document type is refused, not expanded."""
    body = b'<!DOCTYPE d [<!ENTITY e "aaaa">]><Delete><Object><Key>&e;</Key></Object></Delete>'
    assert post(raw, three, body).outcome == (400, "MalformedXML")


def test_missing_bucket(s3, new_name):
    with refused("NoSuchBucket", 404):
        s3.delete_objects(Bucket=new_name(), Delete={"Objects": [{"Key": "a"}]})


def test_each_key_is_authorized(s3, other, three):
    """Who may not delete gets an error per key, in an answer of status 200."""
    answer = other.delete_objects(Bucket=three, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}], "Quiet": True})
    assert [(error["Key"], error["Code"]) for error in answer["Errors"]] == [("a", "AccessDenied"), ("b", "AccessDenied")]
    assert keys(s3.list_objects_v2(Bucket=three)) == ["a", "b", "c"]


def test_etags_are_conditions(raw, s3, three):
    etag = raw.put(f"/{three}/a", b"1").etag
    objects = "".join(f"<Object><Key>{name}</Key><ETag>{etag}</ETag></Object>" for name in ("b", "a", "none"))
    answer = post(raw, three, f"<Delete>{objects}</Delete>".encode())
    assert [(item.tag, item.findtext("Key"), item.findtext("Code")) for item in answer.xml] == [
        ("Error", "b", "PreconditionFailed"), ("Deleted", "a", None), ("Error", "none", "NoSuchKey")]
    assert keys(s3.list_objects_v2(Bucket=three)) == ["b", "c"]


def test_versions(s3, three):
    """Without versioning there is one, named null."""
    answer = s3.delete_objects(Bucket=three, Delete={"Objects": [{"Key": "a", "VersionId": "null"}, {"Key": "b", "VersionId": "3sL4kqtJlcpXroDTDmJ"}]})
    assert [(item["Key"], item["VersionId"]) for item in answer["Deleted"]] == [("a", "null")]
    assert [(error["Key"], error["Code"]) for error in answer["Errors"]] == [("b", "NoSuchVersion")]
    assert keys(s3.list_objects_v2(Bucket=three)) == ["b", "c"]


def test_key_with_control_characters(raw, s3, bucket):
    raw.put(f"/{bucket}/a\x01\rb", b"1")
    answer = post(raw, bucket, document(["a&#x1;&#xd;b"]))
    assert answer.status == 200 and b"<Deleted><Key>a&#x1;&#xD;b</Key></Deleted>".lower() in answer.body.lower()
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_key_that_is_too_long(s3, three):
    answer = s3.delete_objects(Bucket=three, Delete={"Objects": [{"Key": "k" * 1025}, {"Key": "a"}]})
    assert [error["Code"] for error in answer["Errors"]] == ["KeyTooLongError"]
    assert keys(s3.list_objects_v2(Bucket=three)) == ["b", "c"]


def test_large_objects_and_objects_of_parts(s3, bucket):
    s3.put_object(Bucket=bucket, Key="large", Body=noise(MIB))
    where = {"Bucket": bucket, "Key": "parts"}
    where["UploadId"] = s3.create_multipart_upload(**where)["UploadId"]
    etag = s3.upload_part(**where, PartNumber=1, Body=noise(MIB))["ETag"]
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "large"}, {"Key": "parts"}]})
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []
