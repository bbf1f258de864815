"""The tests' own signatures (support/raw.py), against the examples that AWS prints in its documentation."""
from support.raw import STREAMING, Account, Raw, SigV4, checksum, hmac_sha1

EXAMPLE = Account("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
DATE = "20130524T000000Z"
HOST = "examplebucket.s3.amazonaws.com"


def example() -> Raw:
    return Raw(("127.0.0.1", 80), EXAMPLE, HOST)


def signature(request) -> str:
    return request.get("Authorization").rpartition("Signature=")[2]


def test_header():
    request = example().sign("GET", "/test.txt", headers={"Range": "bytes=0-9"}, date=DATE)
    assert signature(request) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_query():
    request = example().sign("GET", "/", query={"max-keys": 2, "prefix": "J"}, date=DATE)
    assert signature(request) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"


def test_presigned():
    request = example().presign_v4("GET", "/test.txt", expires=86400, date=DATE)
    assert request.target.endswith("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


def test_chunks():
    signer = SigV4(EXAMPLE, DATE)
    first = signer.chunk("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9", b"a" * 65536)
    second = signer.chunk(first, b"a" * 1024)
    assert first == "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"
    assert second == "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"
    assert signer.chunk(second, b"") == "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"


def test_trailer():
    signer, last = SigV4(EXAMPLE, DATE), "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
    for data in (b"a" * 65536, b"a" * 1024, b""):
        last = signer.chunk(last, data)
    trailer = b"x-amz-checksum-crc32c:" + checksum("CRC32C", b"a" * 66560).encode() + b"\n"
    assert trailer == b"x-amz-checksum-crc32c:sOO8/Q==\n"
    assert signer.trailer(last, trailer) == "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"


def test_frame():
    body = example().chunked("/a", b"x" * 5, payload=STREAMING, chunk=4).body
    assert [line.partition(b";")[0] for line in body.split(b"\r\n")] == [b"4", b"xxxx", b"1", b"x", b"0", b"", b""]


def test_version_2():
    date = "Tue, 27 Mar 2007 19:36:42 +0000"
    client = Raw(("127.0.0.1", 80), EXAMPLE, "johnsmith.s3.amazonaws.com")
    request = client.sign("GET", "/photos/puppy.jpg", headers={"Date": date}, version=2, resource="/johnsmith/photos/puppy.jpg")
    assert client.string_v2(request, date, "/johnsmith/photos/puppy.jpg") == f"GET\n\n\n{date}\n/johnsmith/photos/puppy.jpg"
    assert request.get("Authorization").endswith(":" + hmac_sha1(EXAMPLE.secret, f"GET\n\n\n{date}\n/johnsmith/photos/puppy.jpg"))


def test_checksums_of_123456789():
    values = {"CRC32": "y/Q5Jg==", "CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg="}
    assert {name: checksum(name, b"123456789") for name in values} == values
