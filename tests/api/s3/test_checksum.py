"""Checksums: the five algorithms in header and trailer, whole and composite; Content-MD5."""
import pytest

from support.raw import DIGESTS, STREAMING_TRAILER, STREAMING_UNSIGNED_TRAILER, checksum, composite, content_md5

from .helpers import MIB, noise

ALGORITHMS = list(DIGESTS)
CRCS = ["CRC32", "CRC32C", "CRC64NVME"]
BODY = noise(70000)
MODE = {"x-amz-checksum-mode": "ENABLED"}


def header(algorithm: str) -> str:
    return f"x-amz-checksum-{algorithm.lower()}"


def checksums(answer) -> dict:
    """The checksum headers of an answer, without the one that says the type."""
    return {name.lower(): value for name, value in answer.headers.items()
            if name.lower().startswith("x-amz-checksum-") and name.lower() != "x-amz-checksum-type"}


@pytest.fixture
def path(bucket):
    return f"/{bucket}/a"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_header(raw, path, algorithm):
    value = checksum(algorithm, BODY)
    put = raw.put(path, BODY, headers={header(algorithm): value, "x-amz-sdk-checksum-algorithm": algorithm})
    assert put.status == 200 and checksums(put) == {header(algorithm): value} and put.headers["x-amz-checksum-type"] == "FULL_OBJECT"
    for answer in (raw.get(path, headers=MODE), raw.head(path, headers=MODE)):
        assert checksums(answer) == {header(algorithm): value} and answer.headers["x-amz-checksum-type"] == "FULL_OBJECT"


def test_shown_only_if_asked_for(raw, path):
    raw.put(path, BODY, headers={header("SHA256"): checksum("SHA256", BODY)})
    assert checksums(raw.get(path)) == {} and checksums(raw.head(path)) == {}
    assert checksums(raw.get(path, headers={**MODE, "Range": "bytes=0-9"})) == {}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_wrong_header(raw, path, algorithm):
    assert raw.put(path, BODY, headers={header(algorithm): checksum(algorithm, BODY[1:])}).outcome == (400, "BadDigest")
    assert raw.get(path).outcome == (404, "NoSuchKey")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("value", ["", "not base64", "AAAA"])
def test_header_that_is_no_checksum(raw, path, algorithm, value):
    assert raw.put(path, BODY, headers={header(algorithm): value}).outcome == (400, "InvalidRequest")


def test_two_headers(raw, path):
    sent = {header(algorithm): checksum(algorithm, BODY) for algorithm in ("SHA1", "SHA256")}
    assert raw.put(path, BODY, headers=sent).outcome == (400, "InvalidRequest")


def test_algorithm_named_without_a_value(raw, path):
    assert raw.put(path, BODY, headers={"x-amz-sdk-checksum-algorithm": "SHA256"}).outcome == (400, "InvalidRequest")


def test_unknown_algorithm(raw, path):
    assert raw.put(path, BODY, headers={"x-amz-sdk-checksum-algorithm": "MD4"}).outcome == (400, "InvalidRequest")


def test_default_is_crc64nvme(raw, path):
    raw.put(path, BODY)
    assert checksums(raw.head(path, headers=MODE)) == {header("CRC64NVME"): checksum("CRC64NVME", BODY)}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("payload", [STREAMING_TRAILER, STREAMING_UNSIGNED_TRAILER])
def test_trailer(raw, path, payload, algorithm):
    value = checksum(algorithm, BODY)
    assert raw.send(raw.chunked(path, BODY, payload=payload, trailer={header(algorithm): value})).status == 200
    got = raw.get(path, headers=MODE)
    assert got.body == BODY and checksums(got) == {header(algorithm): value}
    assert "aws-chunked" not in (got.headers["Content-Encoding"] or "")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("payload", [STREAMING_TRAILER, STREAMING_UNSIGNED_TRAILER])
def test_wrong_trailer(raw, path, payload, algorithm):
    request = raw.chunked(path, BODY, payload=payload, trailer={header(algorithm): checksum(algorithm, BODY[1:])})
    assert raw.send(request).outcome == (400, "BadDigest")
    assert raw.get(path).outcome == (404, "NoSuchKey")


def test_content_md5(raw, path):
    assert raw.put(path, BODY, headers={"Content-MD5": content_md5(b"other")}).outcome == (400, "BadDigest")
    for value in ("not base64", "AAAA", "", content_md5(b"1")[:-4]):
        assert raw.put(path, BODY, headers={"Content-MD5": value}).outcome == (400, "InvalidDigest")
    assert raw.get(path).outcome == (404, "NoSuchKey")
    assert raw.put(path, BODY, headers={"Content-MD5": content_md5(BODY)}).status == 200


def test_content_md5_of_a_part(raw, path):
    upload = raw.post(path, query={"uploads": None}).text("UploadId")
    where = {"partNumber": 1, "uploadId": upload}
    assert raw.put(path, BODY, where, {"Content-MD5": content_md5(b"other")}).outcome == (400, "BadDigest")
    assert raw.get(path, {"uploadId": upload}).xml.findall("Part") == []


# Multipart

PARTS = [noise(5 * MIB), b"the last part"]


class Upload:
    """A multipart upload that keeps checksums."""

    def __init__(self, raw, path: str, algorithm: str, kind: str | None = None):
        self.raw, self.path, self.algorithm = raw, path, algorithm
        created = raw.post(path, query={"uploads": None}, headers={
            "x-amz-checksum-algorithm": algorithm, **({"x-amz-checksum-type": kind} if kind else {})})
        assert created.status == 200 and created.headers["x-amz-checksum-algorithm"] == algorithm
        self.kind = created.headers["x-amz-checksum-type"]
        self.id = created.text("UploadId")

    def put(self, number: int, part: bytes, value: str | None = None):
        return self.raw.put(self.path, part, {"partNumber": number, "uploadId": self.id},
                            {header(self.algorithm): value or checksum(self.algorithm, part)})

    def complete(self, parts: list, values: list | None = None, **headers):
        tag = f"Checksum{self.algorithm}"
        etags = [self.put(number, part).etag for number, part in enumerate(parts, 1)]
        values = values or [checksum(self.algorithm, part) for part in parts]
        listed = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag><{tag}>{value}</{tag}></Part>"
                         for number, (etag, value) in enumerate(zip(etags, values), 1))
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        return self.raw.post(self.path, body, {"uploadId": self.id}, headers)


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "SHA1", "SHA256"])
def test_composite(raw, path, algorithm):
    upload = Upload(raw, path, algorithm)
    assert upload.kind == "COMPOSITE"
    done = upload.complete(PARTS)
    expected = composite(algorithm, PARTS)
    assert (done.text(f"Checksum{algorithm}"), done.text("ChecksumType")) == (expected, "COMPOSITE")
    head = raw.head(path, headers=MODE)
    assert checksums(head) == {header(algorithm): expected} and head.headers["x-amz-checksum-type"] == "COMPOSITE"


@pytest.mark.parametrize("algorithm", CRCS)
def test_full_object(raw, path, algorithm):
    upload = Upload(raw, path, algorithm, "FULL_OBJECT")
    done = upload.complete(PARTS)
    expected = checksum(algorithm, b"".join(PARTS))
    assert (done.text(f"Checksum{algorithm}"), done.text("ChecksumType")) == (expected, "FULL_OBJECT")
    head = raw.head(path, headers=MODE)
    assert checksums(head) == {header(algorithm): expected} and head.headers["x-amz-checksum-type"] == "FULL_OBJECT"


def test_crc64nvme_is_always_of_the_full_object(raw, path):
    assert Upload(raw, path, "CRC64NVME").kind == "FULL_OBJECT"


@pytest.mark.parametrize("algorithm, kind", [("SHA1", "FULL_OBJECT"), ("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE"), ("CRC32", "HALF"),
                                             ("MD4", "COMPOSITE")])
def test_algorithm_and_type_that_do_not_go_together(raw, path, algorithm, kind):
    answer = raw.post(path, query={"uploads": None}, headers={"x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": kind})
    assert answer.outcome == (400, "InvalidRequest")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_part(raw, path, algorithm):
    upload = Upload(raw, path, algorithm)
    answer = upload.put(1, b"part")
    assert answer.status == 200 and checksums(answer) == {header(algorithm): checksum(algorithm, b"part")}
    assert upload.put(1, b"part", checksum(algorithm, b"other")).outcome == (400, "BadDigest")
    listed = raw.get(path, {"uploadId": upload.id})
    assert listed.text(f"Part/Checksum{algorithm}") == checksum(algorithm, b"part")
    assert listed.text("ChecksumAlgorithm") == algorithm


def test_completion_with_another_checksum_of_a_part(raw, path):
    upload = Upload(raw, path, "SHA256")
    assert upload.complete([b"1"], [checksum("SHA256", b"2")]).outcome == (400, "InvalidPart")
    assert raw.get(path).outcome == (404, "NoSuchKey")


def test_completion_with_the_checksum_of_the_whole(raw, path):
    upload = Upload(raw, path, "CRC32", "FULL_OBJECT")
    wrong = {header("CRC32"): checksum("CRC32", b"2"), "x-amz-checksum-type": "FULL_OBJECT"}
    assert upload.complete([b"1"], **wrong).outcome == (400, "BadDigest")
    right = {header("CRC32"): checksum("CRC32", b"1"), "x-amz-checksum-type": "FULL_OBJECT"}
    assert upload.complete([b"1"], **right).status == 200


def test_completion_with_the_size_of_the_whole(raw, path):
    upload = Upload(raw, path, "CRC32", "FULL_OBJECT")
    assert upload.complete([b"12345"], **{"x-amz-mp-object-size": "4"}).outcome == (400, "InvalidRequest")
    assert upload.complete([b"12345"], **{"x-amz-mp-object-size": "5"}).status == 200


def test_default_of_a_multipart_object(raw, path):
    """Without any checksum asked for, S3 makes a CRC64NVME of the whole."""
    upload = raw.post(path, query={"uploads": None}).text("UploadId")
    etag = raw.put(path, b"part", {"partNumber": 1, "uploadId": upload}).etag
    body = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    assert raw.post(path, body.encode(), {"uploadId": upload}).status == 200
    assert checksums(raw.head(path, headers=MODE)) == {header("CRC64NVME"): checksum("CRC64NVME", b"part")}
