"""Tags of objects and buckets."""
import pytest

from .helpers import headers, refused, status


def tags(**pairs) -> list:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def many(count: int) -> list:
    return tags(**{f"k{number:02}": "v" for number in range(count)})


def as_dict(answer: dict) -> dict:
    return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}


class OfObject:
    limit = 10

    def __init__(self, s3, bucket):
        self.s3, self.where = s3, {"Bucket": bucket, "Key": "a"}
        s3.put_object(**self.where, Body=b"1")

    def put(self, tag_set: list) -> dict:
        return self.s3.put_object_tagging(**self.where, Tagging={"TagSet": tag_set})

    def get(self) -> dict:
        return as_dict(self.s3.get_object_tagging(**self.where))

    def delete(self) -> dict:
        return self.s3.delete_object_tagging(**self.where)


class OfBucket:
    limit = 50

    def __init__(self, s3, bucket):
        self.s3, self.where = s3, {"Bucket": bucket}

    def put(self, tag_set: list) -> dict:
        return self.s3.put_bucket_tagging(**self.where, Tagging={"TagSet": tag_set})

    def get(self) -> dict:
        return as_dict(self.s3.get_bucket_tagging(**self.where))

    def delete(self) -> dict:
        return self.s3.delete_bucket_tagging(**self.where)


@pytest.fixture(params=[OfObject, OfBucket])
def tagging(request, s3, bucket):
    """Tags of an object, then of a bucket."""
    return request.param(s3, bucket)


def test_put_replaces_and_delete_removes(tagging):
    tagging.put(tags(color="red", shape="round"))
    assert tagging.get() == {"color": "red", "shape": "round"}
    tagging.put(tags(size="", Color="Blue"))
    assert tagging.get() == {"size": "", "Color": "Blue"}
    assert status(tagging.delete()) == 204
    assert status(tagging.delete()) == 204


def test_limits(tagging):
    tagging.put(many(tagging.limit))
    assert len(tagging.get()) == tagging.limit
    tagging.put(tags(**{"k" * 128: "v" * 256}))
    assert tagging.get() == {"k" * 128: "v" * 256}


@pytest.mark.parametrize("tag_set", [tags(**{"k" * 129: "v"}), tags(k="v" * 257), tags(**{"aws:k": "v"}), tags(**{"": "v"}),
                                     tags(k="1") + tags(k="2"), tags(k="a?b"), tags(**{"k<": "v"})],
                         ids=["long key", "long value", "aws:", "no key", "twice", "question mark", "angle"])
def test_invalid_tags(tagging, tag_set):
    with refused("InvalidTag", 400):
        tagging.put(tag_set)


def test_characters(tagging):
    pairs = {"\u00e9 +-=._:/@": "\u4e2d\u6587 1+1=2", "a": "b c"}
    tagging.put(tags(**pairs))
    assert tagging.get() == pairs


def test_too_many(s3, bucket):
    with refused("BadRequest", 400):
        OfObject(s3, bucket).put(many(11))
    with refused("BadRequest", 400):
        OfBucket(s3, bucket).put(many(51))


def test_object_without_tags(s3, bucket):
    assert OfObject(s3, bucket).get() == {}


def test_bucket_without_tags(s3, bucket):
    with refused("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket=bucket)


@pytest.mark.parametrize("body", [b"", b"<Tagging>", b"<x/>", b"<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"])
def test_malformed_document(raw, bucket, body):
    raw.put(f"/{bucket}/a", b"1")
    assert raw.put(f"/{bucket}/a", body, {"tagging": None}).outcome == (400, "MalformedXML")


def test_missing_key(s3, bucket):
    for call in (s3.get_object_tagging, s3.delete_object_tagging):
        with refused("NoSuchKey", 404):
            call(Bucket=bucket, Key="none")
    with refused("NoSuchKey", 404):
        s3.put_object_tagging(Bucket=bucket, Key="none", Tagging={"TagSet": []})


def test_header_of_put_object(s3, raw, bucket):
    raw.put(f"/{bucket}/a", b"1", headers={"x-amz-tagging": "color=red&empty=&a%20b=1%2B1%3D2"})
    assert as_dict(s3.get_object_tagging(Bucket=bucket, Key="a")) == {"color": "red", "empty": "", "a b": "1+1=2"}


def test_count_is_shown(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="a", Tagging="a=1&b=2")
    assert raw.get(f"/{bucket}/a").headers["x-amz-tagging-count"] == "2"
    s3.delete_object_tagging(Bucket=bucket, Key="a")
    assert raw.get(f"/{bucket}/a").headers["x-amz-tagging-count"] is None


@pytest.mark.parametrize("sent, code", [("a=1&a=2", ("InvalidArgument", "InvalidTag")), ("&".join(f"k{n}=v" for n in range(11)), ("BadRequest", "InvalidTag")),
                                        ("k=" + "v" * 257, ("InvalidTag",)), ("aws:k=v", ("InvalidTag",))],
                         ids=["twice", "eleven", "long value", "aws:"])
def test_invalid_header(raw, bucket, sent, code):
    answer = raw.put(f"/{bucket}/a", b"1", headers={"x-amz-tagging": sent})
    assert answer.status == 400 and answer.code in code
    assert raw.head(f"/{bucket}/a").status == 404


def test_overwriting_the_object_removes_its_tags(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Tagging="a=1")
    s3.put_object(Bucket=bucket, Key="a")
    assert as_dict(s3.get_object_tagging(Bucket=bucket, Key="a")) == {}


def test_tags_change_nothing_else(s3, bucket):
    before = s3.put_object(Bucket=bucket, Key="a", Body=b"1", Metadata={"n": "1"}, ACL="public-read")["ETag"]
    s3.put_object_tagging(Bucket=bucket, Key="a", Tagging={"TagSet": tags(a="1")})
    got = s3.get_object(Bucket=bucket, Key="a")
    assert (got["ETag"], got["Metadata"], headers(got)["x-amz-tagging-count"]) == (before, {"n": "1"}, "1")
    assert len(s3.get_object_acl(Bucket=bucket, Key="a")["Grants"]) == 2


def test_only_the_owner_handles_tags(s3, other, anonymous, bucket):
    """Also where everyone may read."""
    s3.put_object(Bucket=bucket, Key="a", ACL="public-read", Tagging="a=1")
    for client in (other, anonymous):
        for call in (lambda: client.get_object_tagging(Bucket=bucket, Key="a"), lambda: client.delete_object_tagging(Bucket=bucket, Key="a"),
                     lambda: client.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": []})):
            with refused("AccessDenied", 403):
                call()
