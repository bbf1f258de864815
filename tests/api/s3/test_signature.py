"""Signatures: version 4 in header, query and chunks, version 2 in header and query, and every way to get them wrong."""
import time

import pytest

from support.raw import (STREAMING, STREAMING_TRAILER, STREAMING_UNSIGNED_TRAILER, UNSIGNED, Account, Raw, SigV4, amz_date, checksum,
                         content_md5, http_date)

from .helpers import noise

MISMATCH = (403, "SignatureDoesNotMatch")
DENIED = (403, "AccessDenied")
MALFORMED = (400, "AuthorizationHeaderMalformed")
BAD_QUERY = (400, "AuthorizationQueryParametersError")
SKEWED = (403, "RequestTimeTooSkewed")
MINUTE = 60
DAY = 86400


@pytest.fixture
def path(raw, bucket):
    """An object that is there."""
    raw.put(f"/{bucket}/a", b"content")
    return f"/{bucket}/a"


# Version 4, Authorization header

@pytest.mark.parametrize("payload", [None, UNSIGNED])
def test_header(raw, path, payload):
    assert raw.put(path, b"new", payload=payload).status == 200
    assert raw.get(path, payload=payload).body == b"new"


@pytest.mark.parametrize("query", [{"prefix": "a b+c/~*'()%\u00e9", "max-keys": 1}, {"list-type": 2, "prefix": "", "delimiter": "/"}, {"acl": None},
                                   {"acl": ""}, {"z": 1, "a": 2, "B": 3, "uploads": None}])
def test_query_is_signed_in_any_order(raw, bucket, query):
    assert raw.get(f"/{bucket}", query).status == 200


def test_sent_encoded_otherwise_than_signed(raw, bucket):
    """What counts is the decoded path: %c3%a9 for %C3%A9, and characters that need no escape."""
    for signed, sent in ((f"/{bucket}/%C3%A9", f"/{bucket}/%c3%a9"), (f"/{bucket}/%28x%29%21", f"/{bucket}/(x)!"), (f"/{bucket}/a~b", f"/{bucket}/%61%7eb")):
        request = raw.unsigned("PUT", "/", b"1", headers={"x-amz-content-sha256": UNSIGNED})
        request.target = signed
        raw.sign_v4(request).target = sent
        assert raw.send(request).status == 200


def test_spaces_in_header_values_are_folded(raw, path):
    assert raw.put(path, b"1", headers={"x-amz-meta-n": "  a   b  "}).status == 200


def test_authorization_with_other_spacing(raw, path):
    request = raw.sign("GET", path)
    request.set("Authorization", request.get("Authorization").replace(", ", ","))
    assert raw.send(request).status == 200


def test_date_header_in_place_of_x_amz_date(raw, path):
    now = time.time()
    request = raw.unsigned("GET", path, headers={"Date": http_date(now), "x-amz-content-sha256": UNSIGNED})
    raw.sign_v4(request, date=amz_date(now))
    assert request.get("x-amz-date") is None
    assert raw.send(request).status == 200


def test_wrong_signature_is_explained(raw, account, path):
    """The error shows what the server made of the request."""
    request = raw.sign("GET", path, query={"b": "2 3", "a": "1"})
    request.spoil_signature()
    answer = raw.send(request)
    assert answer.outcome == MISMATCH
    signed = ["host", "x-amz-content-sha256", "x-amz-date"]
    signer = SigV4(account, request.get("x-amz-date"))
    canonical = signer.canonical_request("GET", request.target, request.headers, signed, request.get("x-amz-content-sha256"))
    text = signer.string_to_sign(canonical)
    assert (answer.text("CanonicalRequest"), answer.text("StringToSign")) == (canonical, text)
    assert answer.text("AWSAccessKeyId") == account.access
    assert answer.text("SignatureProvided") == request.get("Authorization").rpartition("=")[2]
    assert answer.text("StringToSignBytes") == text.encode().hex(" ") and answer.text("CanonicalRequestBytes") == canonical.encode().hex(" ")


def test_wrong_secret(address, account, path):
    assert Raw(address, Account(account.access, account.secret + "x")).get(path).outcome == MISMATCH


def test_unknown_key(address, path):
    answer = Raw(address, Account("AKIANOSUCHKEYATALL00", "secret")).get(path)
    assert answer.outcome == (403, "InvalidAccessKeyId") and answer.text("AWSAccessKeyId") == "AKIANOSUCHKEYATALL00"


def tamper_method(request):
    request.method = "DELETE"


def tamper_path(request):
    request.target = request.target.replace("/a?", "/b?")


def tamper_query(request):
    request.target = request.target.replace("x=1", "x=2")


def tamper_query_more(request):
    request.target += "&acl"


def tamper_header(request):
    request.set("x-amz-meta-n", "2")


def tamper_host(request):
    request.set("Host", "s3.localhost")


@pytest.mark.parametrize("change", [tamper_method, tamper_path, tamper_query, tamper_query_more, tamper_header, tamper_host])
def test_tampered(raw, path, change):
    request = raw.sign("GET", path, query={"x": "1"}, headers={"x-amz-meta-n": "1"})
    change(request)
    assert raw.send(request).outcome == MISMATCH
    assert raw.get(path).body == b"content"


def test_tampered_body(raw, path):
    request = raw.sign("PUT", path, b"content 1")
    request.body = b"content 2"
    answer = raw.send(request)
    assert answer.outcome == (400, "XAmzContentSHA256Mismatch")
    assert raw.get(path).body == b"content"


def test_tampered_document(raw, bucket):
    request = raw.sign("PUT", f"/{bucket}", b"<Tagging><TagSet/></Tagging>", {"tagging": None})
    request.body = b"<tagging><TagSet/></tagging>"
    assert raw.send(request).outcome == (400, "XAmzContentSHA256Mismatch")


def test_every_x_amz_header_must_be_signed(raw, path):
    request = raw.sign("PUT", path, b"1", headers={"x-amz-acl": "public-read"}, leave_out=("x-amz-acl",))
    answer = raw.send(request)
    assert answer.outcome == DENIED
    request = raw.sign("PUT", path, b"1")
    request.set("x-amz-acl", "public-read")
    assert raw.send(request).outcome == DENIED
    assert raw.get(path).body == b"content"


def test_host_must_be_signed(raw, path):
    assert raw.send(raw.sign("GET", path, leave_out=("host",))).status in (400, 403)


def test_other_headers_need_not_be_signed(raw, path):
    assert raw.get(path, headers={"User-Agent": "x", "X-Other": "y"}, leave_out=("user-agent", "x-other")).status == 200


@pytest.mark.parametrize("minutes, works", [(-14, True), (14, True), (-16, False), (16, False)])
def test_skew_of_a_quarter_of_an_hour(raw, path, minutes, works):
    answer = raw.get(path, date=amz_date(time.time() + minutes * MINUTE))
    assert answer.outcome == ((200, None) if works else SKEWED)
    if not works:
        assert answer.text("RequestTime") and answer.text("ServerTime") and answer.text("MaxAllowedSkewMilliseconds") == "900000"


def test_wrong_region_names_the_right_one(raw, path):
    answer = raw.get(path, region="eu-nowhere-1")
    assert answer.outcome == MALFORMED and answer.text("Region") == "us-east-1"


def test_wrong_service(raw, path):
    assert raw.get(path, service="ec2").outcome == MALFORMED


def test_date_of_the_scope_is_another(raw, path):
    request = raw.sign("GET", path, date=amz_date(time.time() - DAY))
    request.set("x-amz-date", amz_date())
    assert raw.send(request).status in (400, 403)


@pytest.mark.parametrize("value, expected", [
    ("AWS4-HMAC-SHA256", MALFORMED), ("AWS4-HMAC-SHA256 Credential=AKIA, SignedHeaders=host", MALFORMED),
    ("AWS4-HMAC-SHA256 Credential=AKIA/20300101/us-east-1/s3, SignedHeaders=host, Signature=00", MALFORMED),
    ("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00", MALFORMED), ("Bearer abc", (400, "InvalidArgument")), ("Basic YTpi", (400, "InvalidArgument")),
    ("AWS", (400, "InvalidArgument")), ("AWS AKIA", (400, "InvalidArgument"))])
def test_malformed_authorization(raw, path, value, expected):
    request = raw.sign("GET", path)
    request.set("Authorization", value)
    assert raw.send(request).outcome == expected


def test_empty_authorization(raw, path):
    request = raw.sign("GET", path)
    request.set("Authorization", "")
    assert raw.send(request).status in (400, 403)


def test_without_content_sha256(raw, path):
    request = raw.sign("GET", path, leave_out=("x-amz-content-sha256",))
    request.remove("x-amz-content-sha256")
    assert raw.send(request).outcome == (400, "InvalidRequest")


@pytest.mark.parametrize("value", ["", "abc", "STREAMING-SOMETHING-ELSE", "0" * 63, "g" * 64])
def test_content_sha256_that_is_none(raw, path, value):
    request = raw.sign("PUT", path, b"1", headers={"x-amz-content-sha256": value})
    assert raw.send(request).status == 400


def test_without_a_date(raw, path):
    request = raw.sign("GET", path, leave_out=("x-amz-date",))
    request.remove("x-amz-date")
    assert raw.send(request).outcome == DENIED


@pytest.mark.parametrize("date", ["yesterday", "20300101", "20301301T000000Z", "2030-01-01T00:00:00Z"])
def test_date_that_is_none(raw, path, date):
    request = raw.sign("GET", path)
    request.set("x-amz-date", date)
    assert raw.send(request).status in (400, 403)


def test_header_and_query_at_once(raw, path):
    request = raw.presign_v4("GET", path)
    request.set("Authorization", raw.sign("GET", path).get("Authorization"))
    assert raw.send(request).outcome == (400, "InvalidArgument")


# Version 4, presigned

@pytest.mark.parametrize("method, body", [("GET", b""), ("HEAD", b""), ("PUT", b"new"), ("DELETE", b"")])
def test_presigned(raw, path, method, body):
    assert raw.send(raw.presign_v4(method, path, body=body)).status in (200, 204)


def test_presigned_for_seven_days(raw, path):
    assert raw.send(raw.presign_v4("GET", path, expires=7 * DAY)).status == 200
    old = amz_date(time.time() - 7 * DAY + 10 * MINUTE)
    assert raw.send(raw.presign_v4("GET", path, expires=7 * DAY, date=old)).status == 200


def test_presigned_with_headers(raw, path):
    request = raw.presign_v4("PUT", path, headers={"Content-Type": "text/x", "x-amz-meta-n": "1"}, body=b"1")
    assert raw.send(request).status == 200
    assert raw.head(path).headers["x-amz-meta-n"] == "1"
    request.set("Content-Type", "text/y")
    assert raw.send(request).outcome == MISMATCH


def test_presigned_with_a_header_that_is_not_signed(raw, path):
    request = raw.presign_v4("PUT", path, body=b"1")
    request.set("x-amz-acl", "public-read")
    assert raw.send(request).outcome == DENIED


def test_presigned_and_expired(raw, path):
    answer = raw.send(raw.presign_v4("GET", path, expires=60, date=amz_date(time.time() - 120)))
    assert answer.outcome == DENIED and answer.text("Message") == "Request has expired"
    assert answer.text("X-Amz-Expires") == "60" and answer.text("Expires") and answer.text("ServerTime")


def test_presigned_in_the_future(raw, path):
    assert raw.send(raw.presign_v4("GET", path, date=amz_date(time.time() + 60 * MINUTE))).outcome == DENIED


@pytest.mark.parametrize("expires", [7 * DAY + 1, -1, "soon", ""])
def test_presigned_for_too_long_or_for_no_time(raw, path, expires):
    assert raw.send(raw.presign_v4("GET", path, expires=expires)).outcome == BAD_QUERY


@pytest.mark.parametrize("name", ["X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"])
def test_presigned_without_a_parameter(raw, path, name):
    request = raw.presign_v4("GET", path)
    start, _, query = request.target.partition("?")
    request.target = start + "?" + "&".join(part for part in query.split("&") if not part.startswith(name + "="))
    assert raw.send(request).outcome == BAD_QUERY


@pytest.mark.parametrize("scope", [{"region": "eu-nowhere-1"}, {"service": "ec2"}])
def test_presigned_for_another_scope(raw, path, scope):
    assert raw.send(raw.presign_v4("GET", path, **scope)).outcome == BAD_QUERY


def test_presigned_and_tampered(raw, path):
    for old, new in (("/a?", "/b?"), ("X-Amz-Expires=3600", "X-Amz-Expires=3601"), ("?X", "?acl&X")):
        request = raw.presign_v4("GET", path)
        assert old in request.target
        request.target = request.target.replace(old, new)
        assert raw.send(request).outcome == MISMATCH
    request = raw.presign_v4("GET", path)
    request.method = "DELETE"
    assert raw.send(request).outcome == MISMATCH


def test_presigned_by_boto3(s3, raw, path, bucket):
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a"}, ExpiresIn=60)
    request = raw.unsigned("GET", "/")
    request.target = url[url.index("/", len("http://")):]
    assert raw.send(request).body == b"content"


# Version 4, chunks

@pytest.mark.parametrize("payload", [STREAMING, STREAMING_TRAILER, STREAMING_UNSIGNED_TRAILER])
@pytest.mark.parametrize("size", [0, 1, 8192, 65536, 200000])
def test_chunks(raw, path, payload, size):
    body = noise(size)
    trailer = {} if payload == STREAMING else {"x-amz-checksum-crc32": checksum("CRC32", body)}
    assert raw.send(raw.chunked(path, body, payload=payload, trailer=trailer)).status == 200
    got = raw.get(path)
    assert got.body == body and got.headers["Content-Encoding"] is None


def test_chunks_of_content_that_is_encoded(raw, path):
    assert raw.send(raw.chunked(path, b"1", headers={"Content-Encoding": "aws-chunked,gzip"})).status == 200
    assert raw.get(path).headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("payload", [STREAMING, STREAMING_TRAILER])
@pytest.mark.parametrize("number", [0, 1, 3, 4])
def test_chunk_with_a_wrong_signature(raw, path, payload, number):
    """Of the first, a middle, the last, and the empty chunk at the end."""
    body = noise(200000)
    trailer = {} if payload == STREAMING else {"x-amz-checksum-crc32": checksum("CRC32", body)}
    assert raw.send(raw.chunked(path, body, payload=payload, trailer=trailer, spoil_chunk=number)).outcome == MISMATCH
    assert raw.get(path).body == b"content"


def test_chunk_with_other_bytes(raw, path):
    request = raw.chunked(path, b"x" * 100000)
    request.body = request.body.replace(b"xxx\r\n", b"xxy\r\n", 1)
    assert raw.send(request).outcome == MISMATCH
    assert raw.get(path).body == b"content"


def test_chunks_in_another_order(raw, path):
    """Each signature covers the one before."""
    request = raw.chunked(path, b"a" * 65536 + b"b" * 65536)
    size = len(b"10000;chunk-signature=" + b"0" * 64 + b"\r\n") + 65536 + 2
    request.body = request.body[size:2 * size] + request.body[:size] + request.body[2 * size:]
    assert raw.send(request).outcome == MISMATCH


def test_small_chunks(raw, path):
    """Only the last chunk with data may have less than 8 KiB."""
    assert raw.send(raw.chunked(path, b"x" * 5000, chunk=1000)).outcome == (403, "InvalidChunkSizeError")
    assert raw.get(path).body == b"content"


@pytest.mark.parametrize("payload", [STREAMING, STREAMING_UNSIGNED_TRAILER])
@pytest.mark.parametrize("declared", [99, 101, 10 ** 12])
def test_chunks_of_another_length_than_declared(raw, path, payload, declared):
    trailer = {} if payload == STREAMING else {"x-amz-checksum-crc32": checksum("CRC32", b"x" * 100)}
    assert raw.send(raw.chunked(path, b"x" * 100, payload=payload, trailer=trailer, decoded=declared)).status == 400
    assert raw.get(path).body == b"content"


def test_chunks_without_the_decoded_length(raw, path):
    request = raw.chunked(path, b"1", payload=STREAMING_UNSIGNED_TRAILER, trailer={"x-amz-checksum-crc32": checksum("CRC32", b"1")})
    bare = raw.sign("PUT", path, b"", headers={"Content-Encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32"},
                    payload=STREAMING_UNSIGNED_TRAILER)
    bare.body = request.body
    bare.set("Content-Length", str(len(bare.body)))
    assert raw.send(bare).outcome == (411, "MissingContentLength")


@pytest.mark.parametrize("end", [b"", b"0", b"0\r\n", b"x\r\n\r\n", b"-1\r\n\r\n", b"ffffffffffffffffff\r\n\r\n", b"0\r\nno colon\r\n\r\n"])
def test_malformed_end_of_unsigned_chunks(raw, path, end):
    request = raw.chunked(path, b"x" * 100, payload=STREAMING_UNSIGNED_TRAILER, trailer={"x-amz-checksum-crc32": checksum("CRC32", b"x" * 100)}, end=end)
    assert raw.send(request).status == 400
    assert raw.get(path).body == b"content"


def test_trailer_that_is_declared_and_missing(raw, path):
    end = b"0\r\n\r\n"
    request = raw.chunked(path, b"1", payload=STREAMING_UNSIGNED_TRAILER, trailer={"x-amz-checksum-crc32": "x"}, end=end)
    assert raw.send(request).outcome == (400, "MalformedTrailerError")


def test_trailer_that_is_not_declared(raw, path):
    trailer = {"x-amz-checksum-crc32": checksum("CRC32", b"1")}
    assert raw.send(raw.chunked(path, b"1", payload=STREAMING_UNSIGNED_TRAILER, trailer=trailer, declare=False)).status == 400
    assert raw.get(path).body == b"content"


def test_trailer_with_a_wrong_signature(raw, path):
    trailer = {"x-amz-checksum-crc32": checksum("CRC32", b"1")}
    assert raw.send(raw.chunked(path, b"1", payload=STREAMING_TRAILER, trailer=trailer, spoil_trailer=True)).outcome == MISMATCH
    assert raw.get(path).body == b"content"


def test_trailer_tampered(raw, path):
    request = raw.chunked(path, b"1", payload=STREAMING_TRAILER, trailer={"x-amz-checksum-crc32": checksum("CRC32", b"1")})
    request.body = request.body.replace(checksum("CRC32", b"1").encode(), checksum("CRC32", b"2").encode())
    assert raw.send(request).outcome in (MISMATCH, (400, "BadDigest"))
    assert raw.get(path).body == b"content"


# Version 2

@pytest.mark.parametrize("date", ["Date", "x-amz-date"])
def test_v2_header(raw, path, date):
    assert raw.put(path, b"new", headers={date: http_date(), "Content-Type": "text/x", "x-amz-meta-n": "1", "Content-MD5": content_md5(b"new")},
                   version=2).status == 200
    got = raw.get(path, version=2)
    assert (got.body, got.headers["Content-Type"], got.headers["x-amz-meta-n"]) == (b"new", "text/x", "1")


@pytest.mark.parametrize("query", [{"acl": None}, {"location": None}, {"uploads": None}, {"prefix": "a b", "max-keys": "1"}])
def test_v2_sub_resources(raw, path, bucket, query):
    assert raw.get(f"/{bucket}", query, version=2).status == 200


def test_v2_response_overrides_are_signed_decoded(raw, path):
    assert raw.get(path, {"response-content-type": "text/x; a=b"}, version=2).headers["Content-Type"] == "text/x; a=b"


@pytest.mark.parametrize("key", ["a b", "a+b", "\u00e9", "a%2Fb", "(x)~"])
def test_v2_keys(raw, bucket, key):
    assert raw.put(f"/{bucket}/{key}", b"1", version=2).status == 200
    assert raw.get(f"/{bucket}/{key}").body == b"1"


def test_v2_bucket_in_the_host(address, account, path, bucket):
    client = Raw(address, account, f"{bucket}.s3.localhost:{address[1]}")
    assert client.get("/a", version=2, resource=path).body == b"content"
    assert client.get("/a", version=2).outcome == MISMATCH


def test_v2_wrong_signature_is_explained(raw, account, path):
    request = raw.sign("GET", path, headers={"x-amz-meta-n": "1"}, version=2)
    text = raw.string_v2(request, request.get("Date"))
    request.set("x-amz-meta-n", "2")
    answer = raw.send(request)
    assert answer.outcome == MISMATCH and answer.text("AWSAccessKeyId") == account.access
    assert answer.text("StringToSign") == text.replace("x-amz-meta-n:1", "x-amz-meta-n:2")


@pytest.mark.parametrize("minutes, expected", [(-14, (200, None)), (-16, SKEWED), (16, SKEWED)])
def test_v2_skew(raw, path, minutes, expected):
    assert raw.get(path, headers={"Date": http_date(time.time() + minutes * MINUTE)}, version=2).outcome == expected


def test_v2_unknown_key(address, path):
    assert Raw(address, Account("AKIANOSUCHKEYATALL00", "secret")).get(path, version=2).outcome == (403, "InvalidAccessKeyId")


def test_v2_without_a_date(raw, path):
    request = raw.sign("GET", path, version=2)
    request.remove("Date")
    assert raw.send(request).outcome == DENIED


def test_v2_body_is_guarded_by_content_md5(raw, path):
    request = raw.sign("PUT", path, b"right", headers={"Content-MD5": content_md5(b"right")}, version=2)
    request.body = b"wrong"
    assert raw.send(request).outcome == (400, "BadDigest")
    assert raw.get(path).body == b"content"


@pytest.mark.parametrize("method, body", [("GET", b""), ("HEAD", b""), ("PUT", b"new"), ("DELETE", b"")])
def test_v2_presigned(raw, path, method, body):
    assert raw.send(raw.presign_v2(method, path, body=body)).status in (200, 204)


def test_v2_presigned_with_more(raw, path):
    assert raw.send(raw.presign_v2("GET", path, {"response-content-type": "text/x"})).headers["Content-Type"] == "text/x"
    assert raw.send(raw.presign_v2("PUT", path, headers={"x-amz-acl": "public-read", "Content-Type": "text/x"}, body=b"1")).status == 200


def test_v2_presigned_and_expired(raw, path):
    answer = raw.send(raw.presign_v2("GET", path, expires=int(time.time()) - 10))
    assert answer.outcome == DENIED and answer.text("Message") == "Request has expired"


def test_v2_presigned_and_tampered(raw, path):
    request = raw.presign_v2("GET", path)
    for old, new in (("/a?", "/b?"), ("Expires=", "Expires=1"), ("Signature=", "Signature=A")):
        changed = raw.presign_v2("GET", path)
        changed.target = request.target.replace(old, new)
        assert raw.send(changed).outcome == MISMATCH
    request.method = "DELETE"
    assert raw.send(request).outcome == MISMATCH


@pytest.mark.parametrize("name", ["Expires", "Signature"])
def test_v2_presigned_without_a_parameter(raw, path, name):
    request = raw.presign_v2("GET", path)
    start, _, query = request.target.partition("?")
    request.target = start + "?" + "&".join(part for part in query.split("&") if not part.startswith(name + "="))
    assert raw.send(request).outcome == DENIED


# What signed requests must not be able to do, and what presigned ones must

def test_signed_headers_that_repeat(raw, path):
    """Each repetition would repeat all fields of the name: 20 KB could take gigabytes."""
    request = raw.sign("GET", path)
    request.headers += [("a", "1")] * 200
    names = "host;x-amz-content-sha256;x-amz-date" + ";a" * 200
    request.set("Authorization", request.get("Authorization").replace("host;x-amz-content-sha256;x-amz-date", names))
    assert raw.send(request).outcome == MALFORMED


def test_presigned_with_headers_as_parameters(raw, raw_anonymous, path):
    """As the JavaScript SDK presigns."""
    more = {"x-amz-acl": "public-read", "x-amz-meta-n": "1", "x-amz-storage-class": "STANDARD_IA"}
    assert raw.send(raw.presign_v4("PUT", path, more, body=b"new")).status == 200
    got = raw_anonymous.get(path)
    assert (got.body, got.headers["x-amz-meta-n"], got.headers["x-amz-storage-class"]) == (b"new", "1", "STANDARD_IA")
    refused = raw.send(raw.presign_v4("PUT", path, {"x-amz-object-lock-mode": "GOVERNANCE"}, body=b"1"))
    assert refused.outcome == (501, "NotImplemented")


def test_presigned_parameter_and_another_header(raw, path):
    request = raw.presign_v4("PUT", path, {"x-amz-acl": "private"}, body=b"1")
    request.set("x-amz-acl", "public-read")
    assert raw.send(request).outcome == DENIED


def test_v2_presigned_with_headers_as_parameters(raw, path):
    request = raw.presign_v2("PUT", path, headers={"x-amz-meta-n": "2"}, body=b"1")
    request.remove("x-amz-meta-n")
    request.target += "&x-amz-meta-n=2"
    assert raw.send(request).status == 200
    assert raw.head(path).headers["x-amz-meta-n"] == "2"
