"""GetObjectAttributes."""
import pytest

from support.raw import checksum, composite

from .helpers import MIB, noise, refused

EVERYTHING = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]


def test_of_an_object(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"12345", ChecksumAlgorithm="SHA256")["ETag"]
    got = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=EVERYTHING)
    assert got["ETag"] == etag.strip('"')
    assert (got["ObjectSize"], got["StorageClass"]) == (5, "STANDARD")
    assert got["Checksum"]["ChecksumSHA256"] == checksum("SHA256", b"12345")
    assert "ObjectParts" not in got and got["LastModified"].year >= 2024


def test_only_what_was_asked_for(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"12345")
    for name in ("ETag", "Checksum", "StorageClass", "ObjectSize"):
        answer = raw.get(f"/{bucket}/a", {"attributes": None}, {"x-amz-object-attributes": name})
        assert answer.xml.tag == "GetObjectAttributesResponse"
        assert [child.tag for child in answer.xml] == [name]


def test_names_in_one_header_or_in_several(raw, bucket):
    raw.put(f"/{bucket}/a", b"12345")
    joined = [("x-amz-object-attributes", "ETag, ObjectSize")]
    separate = [("x-amz-object-attributes", "ETag"), ("x-amz-object-attributes", "ObjectSize")]
    for sent in (joined, separate):
        answer = raw.get(f"/{bucket}/a", {"attributes": None}, sent)
        assert {child.tag for child in answer.xml} == {"ETag", "ObjectSize"}


@pytest.fixture
def three_parts(s3, bucket):
    """A multipart object with a SHA-256 for each part; gives the parts' content."""
    parts = [noise(5 * MIB, 1), noise(5 * MIB, 2), b"last"]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a", ChecksumAlgorithm="SHA256")["UploadId"]
    where = {"Bucket": bucket, "Key": "a", "UploadId": upload}
    done = []
    for number, part in enumerate(parts, 1):
        value = checksum("SHA256", part)
        etag = s3.upload_part(**where, PartNumber=number, Body=part, ChecksumSHA256=value)["ETag"]
        done.append({"PartNumber": number, "ETag": etag, "ChecksumSHA256": value})
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": done})
    return parts


def test_of_a_multipart_object(s3, bucket, three_parts):
    got = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=EVERYTHING)
    assert got["ETag"].endswith("-3") and got["ObjectSize"] == sum(map(len, three_parts))
    assert got["Checksum"]["ChecksumSHA256"] in (composite("SHA256", three_parts), composite("SHA256", three_parts).removesuffix("-3"))
    listed = got["ObjectParts"]
    assert listed["TotalPartsCount"] == 3 and listed["IsTruncated"] is False
    assert [(part["PartNumber"], part["Size"], part["ChecksumSHA256"]) for part in listed["Parts"]] == [
        (number, len(part), checksum("SHA256", part)) for number, part in enumerate(three_parts, 1)]


def test_parts_in_pages(s3, bucket, three_parts):
    first = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["ObjectParts"], MaxParts=2)["ObjectParts"]
    assert ([part["PartNumber"] for part in first["Parts"]], first["IsTruncated"], first["MaxParts"]) == ([1, 2], True, 2)
    second = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["ObjectParts"], MaxParts=2,
                                      PartNumberMarker=first["NextPartNumberMarker"])["ObjectParts"]
    assert ([part["PartNumber"] for part in second["Parts"]], second["IsTruncated"]) == ([3], False)


def test_checksum_type(raw, bucket):
    raw.put(f"/{bucket}/a", b"1", headers={"x-amz-checksum-crc32": checksum("CRC32", b"1")})
    answer = raw.get(f"/{bucket}/a", {"attributes": None}, {"x-amz-object-attributes": "Checksum"})
    assert (answer.text("Checksum/ChecksumCRC32"), answer.text("Checksum/ChecksumType")) == (checksum("CRC32", b"1"), "FULL_OBJECT")


def test_missing_key_and_stranger(s3, other, bucket):
    with refused("NoSuchKey", 404):
        s3.get_object_attributes(Bucket=bucket, Key="none", ObjectAttributes=["ETag"])
    s3.put_object(Bucket=bucket, Key="a")
    with refused("AccessDenied", 403):
        other.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["ETag"])


@pytest.mark.parametrize("sent", [{}, {"x-amz-object-attributes": "Colour"}, {"x-amz-object-attributes": ""}])
def test_names_that_are_none(raw, bucket, sent):
    raw.put(f"/{bucket}/a", b"1")
    answer = raw.get(f"/{bucket}/a", {"attributes": None}, sent)
    assert answer.status == 400 and answer.code in ("InvalidArgument", "InvalidRequest")
