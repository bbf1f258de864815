"""HTTP itself: connections, bodies that end too soon, requests that are none, methods, TLS on the same port."""
import hashlib
import ssl

import pytest

from support.raw import UNSIGNED, Raw

from .helpers import MIB, noise

STREAMED = 200000


@pytest.fixture
def path(bucket):
    return f"/{bucket}/a"


@pytest.fixture(autouse=True)
def alive(raw):
    """Whatever a test sends, the server serves the next one."""
    yield
    assert raw.send(raw.unsigned("GET", "/_cumulet/ready")).status == 200


# Connections

def test_keep_alive(raw, path):
    with raw.open() as connection:
        for number in range(5):
            assert connection.ask(raw.sign("PUT", path, b"%d" % number)).status == 200
            assert connection.ask(raw.sign("HEAD", path)).headers["Content-Length"] == "1"
            assert connection.ask(raw.sign("GET", path)).body == b"%d" % number


def test_pipelined_requests_are_answered_in_order(raw, bucket):
    with raw.open() as connection:
        connection.send(b"".join(raw.sign("PUT", f"/{bucket}/{n}", b"%d" % n).wire() for n in range(10)))
        assert [connection.answer("PUT").status for _ in range(10)] == [200] * 10
        connection.send(b"".join(raw.sign("GET", f"/{bucket}/{n}").wire() for n in range(10)))
        assert [connection.answer().body for _ in range(10)] == [b"%d" % n for n in range(10)]


def test_connection_close(raw, path):
    with raw.open() as connection:
        assert connection.ask(raw.sign("PUT", path, b"1", headers={"Connection": "close"})).status == 200
        assert connection.is_closed()


def test_http_1_0(raw, path):
    raw.put(path, b"content")
    with raw.open() as connection:
        connection.send(raw.sign("GET", path).wire().replace(b"HTTP/1.1", b"HTTP/1.0", 1))
        assert connection.answer().body == b"content"
        assert connection.is_closed()


@pytest.mark.parametrize("size", [10, 100000, 5 * MIB])
def test_after_an_error_with_an_unread_body(raw, new_name, path, size):
    """The next request on the connection is answered as itself, or the connection was closed and the answer said so."""
    raw.put(path, b"content")
    with raw.open() as connection:
        try:
            connection.send(raw.sign("PUT", f"/{new_name()}/x", noise(size), payload=UNSIGNED))
        except ConnectionError:
            pass  # the server closed while the body was sent; its answer is there all the same
        answer = connection.answer("PUT")
        assert answer.outcome == (404, "NoSuchBucket")
        if answer.headers["Connection"] == "close":
            assert connection.is_closed()
        else:
            assert connection.ask(raw.sign("GET", path)).body == b"content"


def test_body_of_a_get_is_not_the_next_request(raw, path):
    raw.put(path, b"content")
    with raw.open() as connection:
        inner = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        answer = connection.ask(raw.sign("GET", path, inner, headers={"Content-Length": str(len(inner))}))
        if answer.status == 200:
            assert connection.ask(raw.sign("GET", path)).body == b"content"


# Expect: 100-continue

def test_expect_100_continue(raw, path):
    request = raw.sign("PUT", path, b"content", headers={"Expect": "100-continue"})
    with raw.open() as connection:
        connection.send(request.head())
        assert connection.line() == b"HTTP/1.1 100 Continue"
        assert connection.line() == b""
        connection.send(request.body)
        assert connection.answer("PUT").status == 200
        assert connection.ask(raw.sign("GET", path)).body == b"content"


def test_expect_is_answered_with_the_error_at_once(raw, path):
    """Who may not upload is told before the body is sent."""
    request = raw.sign("PUT", path, noise(STREAMED), headers={"Expect": "100-continue"})
    request.spoil_signature()
    with raw.open() as connection:
        connection.send(request.head())
        assert connection.line().startswith(b"HTTP/1.1 403 ")


def test_unknown_expectation(raw, path):
    request = raw.sign("PUT", path, b"1", headers={"Expect": "the unexpected"})
    assert raw.send(request).status in (200, 417)


# Bodies

def test_body_in_small_pieces(raw, path):
    request = raw.sign("PUT", path, noise(3000))
    with raw.open() as connection:
        for at in range(0, len(request.wire()), 7):
            connection.send(request.wire()[at:at + 7])
        assert connection.answer("PUT").status == 200
    assert raw.get(path).body == noise(3000)


@pytest.mark.parametrize("size", [100, STREAMED, 3 * MIB])
def test_body_too_short(raw, path, size):
    """Nothing is stored, and the connection is closed."""
    request = raw.sign("PUT", path, noise(size), payload=UNSIGNED)
    with raw.open() as connection:
        connection.send(request.wire()[:-50])
        connection.finish()
        assert b" 200 " not in connection.line()
    assert raw.get(path).outcome == (404, "NoSuchKey")


def test_chunked_body_too_short(raw, path):
    request = raw.chunked(path, noise(STREAMED))
    with raw.open() as connection:
        connection.send(request.wire()[:-STREAMED // 2])
        connection.finish()
        assert b" 200 " not in connection.line()
    assert raw.get(path).outcome == (404, "NoSuchKey")


def test_client_gone_in_the_middle(raw, path):
    request = raw.sign("PUT", path, noise(MIB))
    with raw.open() as connection:
        connection.send(request.wire()[:MIB // 2])
    assert raw.get(path).outcome == (404, "NoSuchKey")


def test_reader_gone_in_the_middle(raw, path):
    raw.put(path, noise(8 * MIB))
    with raw.open() as connection:
        connection.send(raw.sign("GET", path))
        assert connection.line() == b"HTTP/1.1 200 OK"
    assert hashlib.md5(raw.get(path).body).digest() == hashlib.md5(noise(8 * MIB)).digest()


def test_body_without_a_length(raw, path):
    request = raw.sign("PUT", path, b"", payload=UNSIGNED)
    request.remove("Content-Length")
    assert raw.send(request).outcome == (411, "MissingContentLength")


def test_body_in_http_chunks(raw, path):
    """S3 wants the length beforehand; where a server takes such a body all the same, it must get it right."""
    request = raw.sign("PUT", path, b"", headers={"Transfer-Encoding": "chunked"}, payload=UNSIGNED)
    request.body = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    answer = raw.send(request)
    if answer.status == 200:
        assert raw.get(path).body == b"hello world"
    else:
        assert answer.outcome in ((411, "MissingContentLength"), (501, "NotImplemented"))


def test_more_than_five_gigabytes_at_once(raw, path):
    request = raw.sign("PUT", path, b"", headers={"Content-Length": str(5 * 1024 ** 3 + 1), "Expect": "100-continue"}, payload=UNSIGNED)
    assert raw.send(request).outcome == (400, "EntityTooLarge")


def test_document_that_is_too_large(raw, bucket):
    """XML documents have limits of their own; the answer comes, however much is sent."""
    body = b"<Tagging>" + b" " * (4 * MIB) + b"</Tagging>"
    with raw.open() as connection:
        try:
            connection.send(raw.sign("PUT", f"/{bucket}", body, {"tagging": None}))
        except ConnectionError:
            pass  # refused before it was all sent
        answer = connection.answer("PUT")
    assert answer.status in (400, 413) and answer.code in ("MaxMessageLengthExceeded", "MalformedXML", "EntityTooLarge")


# Requests that are none

@pytest.mark.parametrize("sent", [
    b"GET\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\x01\x02\x03\r\n\r\n", b"\r\n\r\n\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost x\r\n\r\n", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", b"GET / HTTP/1.1\r\n folded: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n",
    b"GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", b"x" * 100000],
    ids=["no target", "no version", "version", "nul in the method", "binary", "empty", "no colon", "space before the colon", "folded", "nul in a header",
         "no slash", "bad escape", "space in the target", "endless line"])
def test_malformed_request(raw, sent):
    """A status of 4xx or 505, or just the end of the connection."""
    with raw.open() as connection:
        try:
            connection.send(sent)
            connection.finish()
            line = connection.line()
        except ConnectionError:
            return
        assert line == b"" or line.split(b" ")[1][:1] == b"4" or line.split(b" ")[1] == b"505"


def test_without_host(raw):
    with raw.open() as connection:
        connection.send(b"GET / HTTP/1.1\r\n\r\n")
        assert connection.answer().status == 400


@pytest.mark.parametrize("values", [("5", "6"), ("-1",), ("+5",), ("five",), ("5, 6",), ("99999999999999999999999",), ("",)])
def test_bad_content_length(raw, path, values):
    request = raw.unsigned("PUT", path, b"")
    request.remove("Content-Length")
    request.headers += [("Content-Length", value) for value in values]
    request.body = b"12345"
    with raw.open() as connection:
        connection.send(request)
        assert connection.answer("PUT").status in (400, 411, 413)
        assert connection.is_closed()


def test_content_length_and_transfer_encoding(raw, path):
    """Two lengths are how requests are smuggled: refused, and the connection is closed."""
    request = raw.sign("PUT", path, b"", headers={"Content-Length": "5", "Transfer-Encoding": "chunked"}, payload=UNSIGNED)
    request.body = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    with raw.open() as connection:
        connection.send(request)
        assert connection.answer("PUT").status in (400, 501)
        assert connection.is_closed()
    assert raw.get(path).outcome == (404, "NoSuchKey")


def test_unknown_transfer_encoding(raw, path):
    request = raw.sign("PUT", path, b"", headers={"Transfer-Encoding": "xchunked"}, payload=UNSIGNED)
    assert raw.send(request).status in (400, 501)


@pytest.mark.parametrize("count, size", [(1, 100000), (2000, 100)])
def test_headers_that_are_too_large(raw, path, count, size):
    with raw.open() as connection:
        try:
            connection.send(raw.unsigned("GET", path, headers={f"x-other-{n}": "v" * size for n in range(count)}))
        except ConnectionError:
            pass  # refused before it was all sent
        assert connection.answer().status in (400, 431)
        assert connection.is_closed()


def test_target_that_is_too_long(raw, bucket):
    assert raw.get(f"/{bucket}", {"prefix": "p" * 100000}).status in (400, 414, 431)


# Methods and operations

@pytest.mark.parametrize("method", ["BREW", "PATCH", "TRACE", "PROPFIND", "get"])
def test_unknown_method(raw, path, bucket, method):
    for where in ("/", f"/{bucket}", path):
        assert raw.request(method, where).outcome == (405, "MethodNotAllowed")


@pytest.mark.parametrize("method, key, query, name", [
    ("GET", "", {"replication": None}, "GetBucketReplication"), ("PUT", "", {"replication": None}, "PutBucketReplication"),
    ("DELETE", "", {"replication": None}, "DeleteBucketReplication"), ("GET", "", {"intelligent-tiering": None, "id": "x"}, "GetBucketIntelligentTieringConfiguration"),
    ("GET", "", {"intelligent-tiering": None}, "ListBucketIntelligentTieringConfigurations"), ("GET", "", {"session": None}, "CreateSession"),
    ("GET", "a", {"torrent": None}, "GetObjectTorrent"), ("POST", "a", {"select": None, "select-type": "2"}, "SelectObjectContent"),
    ("POST", "a", {"restore": None}, "RestoreObject")])
def test_not_implemented_by_name(raw, bucket, method, key, query, name):
    answer = raw.request(method, f"/{bucket}/{key}" if key else f"/{bucket}", query=query)
    assert answer.outcome == (501, "NotImplemented") and name in answer.text("Message")


@pytest.mark.parametrize("method, query", [("GET", {"acl": None, "tagging": None}), ("PUT", {"tagging": None, "acl": None}), ("DELETE", {"uploadId": "x", "tagging": None})])
def test_two_sub_resources_conflict(raw, path, method, query):
    raw.put(path, b"content")
    assert raw.request(method, path, query=query).outcome == (400, "InvalidArgument")
    assert raw.get(path).body == b"content"


def test_not_implemented_does_nothing_else(raw, path, bucket):
    raw.put(path, b"content")
    raw.delete(f"/{bucket}", {"replication": None})
    raw.put(path, b"<x/>", {"renameObject": None})
    assert raw.get(path).body == b"content"


# TLS on the same port

def trust(server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "s3.localhost", "s3.us-east-1.localhost", "bucket.s3.localhost", "my.bucket.1.s3.localhost"])
def test_certificate_for_the_name(raw, server, name):
    with raw.open(context=trust(server), name=name) as connection:
        connection.send(f"GET /_cumulet/ready HTTP/1.1\r\nHost: {name}:{server.port}\r\n\r\n".encode())
        # In the host's bucket it is a key like any other, and is not there.
        assert connection.answer().status == (404 if "bucket" in name else 200)


def test_bucket_with_periods_over_tls(address, account, server, make_bucket, new_name):
    name = make_bucket(f"{new_name()}.with.periods.1")
    host = f"{name}.s3.localhost"
    client = Raw(address, account, f"{host}:{server.port}")
    with client.open(context=trust(server), name=host) as connection:
        assert connection.ask(client.sign("PUT", "/a", noise(MIB))).status == 200
        assert connection.ask(client.sign("GET", "/a")).body == noise(MIB)


def test_tls_and_plain_see_the_same(raw, server, path):
    with raw.open(context=trust(server), name="localhost") as connection:
        assert connection.ask(raw.sign("PUT", path, b"content")).status == 200
    assert raw.get(path).body == b"content"


def test_certificate_is_not_trusted_without_the_ca(raw):
    with pytest.raises(ssl.SSLCertVerificationError):
        raw.open(context=ssl.create_default_context(), name="localhost")


def test_old_tls_is_refused(raw, server):
    context = trust(server)
    context.set_ciphers("ALL:@SECLEVEL=0")  # so that it is not the client that declines
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        raw.open(context=context, name="localhost")


@pytest.mark.parametrize("sent", [b"\x16\x03\x01", b"\x16\x03\x01\xff\xff" + b"x" * 1000, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"],
                         ids=["cut short", "long record", "empty hello"])
def test_malformed_tls(raw, sent):
    with raw.open() as connection:
        try:
            connection.send(sent)
            connection.finish()
            assert not connection.line().startswith(b"HTTP/1.1 2")
        except OSError:
            pass  # the end of the connection is an answer too
