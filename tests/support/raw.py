"""HTTP requests by hand: every byte on the wire is the test's to choose, and the signatures are computed here.

`Raw` is one account's view of a server. `raw.put("/bucket/key", b"...")` signs and sends in one step; `raw.sign(...)`
gives a `Request` to spoil before `raw.send(request)`; `raw.open()` is a `Connection` on which bytes are sent one by one.

Paths are given as the client means them ("/bucket/a b") and percent-encoded here; a query is a dict, a value None is a
name without "=". Sources: AWS's pages "Signature Calculations for the Authorization Header" and their neighbours, and
"Signing and authenticating REST requests" (version 2).
"""
import base64
import binascii
import dataclasses
import datetime
import functools
import hashlib
import hmac
import http.client
import io
import json
import socket
import ssl
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

UNSIGNED = "UNSIGNED-PAYLOAD"
STREAMING = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
STREAMING_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
STREAMING_UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()

V2_SUBRESOURCES = {
    "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location", "logging",
    "metrics", "notification", "partNumber", "policy", "publicAccessBlock", "replication", "requestPayment", "restore",
    "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    "response-cache-control", "response-content-disposition", "response-content-encoding", "response-content-language",
    "response-content-type", "response-expires"}


@dataclasses.dataclass(frozen=True)
class Account:
    access: str
    secret: str
    id: str = ""
    canonical: str = ""
    name: str = ""


def encode(text, safe: str = "") -> str:
    return urllib.parse.quote(text, safe=safe + "~")


def encode_path(path: str | bytes) -> str:
    return encode(path, safe="/")


def encode_query(query: dict | None) -> str:
    return "&".join(encode(name) if value is None else f"{encode(name)}={encode(str(value))}" for name, value in (query or {}).items())


def parse_query(text: str) -> list:
    """Decoded (name, value) pairs; "+" is itself, as AWS has it."""
    pairs = (part.partition("=")[::2] for part in text.split("&") if part)
    return [(urllib.parse.unquote(name), urllib.parse.unquote(value)) for name, value in pairs]


def amz_date(moment: float | None = None) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))


def http_date(moment: float | None = None) -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(moment))


def iso_date(moment: float | None = None) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(moment))


def hmac_sha256(key: bytes, text: str | bytes) -> bytes:
    return hmac.new(key, text.encode() if isinstance(text, str) else text, hashlib.sha256).digest()


def hmac_sha1(secret: str, text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return base64.b64encode(hmac.new(secret.encode(), data, hashlib.sha1).digest()).decode()


def content_md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data).digest()).decode()


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: list
    body: bytes = b""

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def set(self, name: str, value: str) -> None:
        """Replaces the header, or adds it."""
        self.remove(name)
        self.headers.append((name, value))

    def remove(self, name: str) -> None:
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]

    def spoil_signature(self) -> None:
        """Another last hex digit in the Authorization header."""
        value = self.get("Authorization")
        self.set("Authorization", value[:-1] + ("0" if value[-1] != "0" else "1"))

    def head(self) -> bytes:
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def wire(self) -> bytes:
        return self.head() + self.body


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def xml(self) -> ElementTree.Element:
        """The body as a tree, namespaces taken off."""
        root = ElementTree.fromstring(self.body)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root

    def text(self, path: str) -> str | None:
        return self.xml.findtext(path)

    @property
    def code(self) -> str | None:
        """The error's code; None if the answer is no error document."""
        return self.text("Code") if self.body.lstrip().startswith(b"<") and self.xml.tag == "Error" else None

    @property
    def outcome(self) -> tuple:
        return self.status, self.code

    @property
    def etag(self) -> str | None:
        return self.headers["ETag"]


class _KeepOpen(io.BufferedReader):
    """http.client closes the file of an answer; the connection's other answers are still to be read from it."""

    def close(self):
        pass

    def makefile(self, *_):
        return self


class Connection:
    """One connection to the server; a context manager. `answer` reads the next answer, 100 Continue is skipped."""

    def __init__(self, address: tuple, context: ssl.SSLContext | None = None, name: str | None = None, timeout: float = 30):
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname=name)
        self.reader = _KeepOpen(socket.SocketIO(self.socket, "rb"))

    def send(self, data: bytes | Request) -> None:
        self.socket.sendall(data.wire() if isinstance(data, Request) else data)

    def answer(self, method: str = "GET") -> Answer:
        response = http.client.HTTPResponse(self.reader, method=method)
        response.begin()
        return Answer(response.status, response.headers, response.read())

    def ask(self, request: Request) -> Answer:
        self.send(request)
        return self.answer(request.method)

    def line(self) -> bytes:
        """The next line as it came, without its end."""
        return self.reader.readline().rstrip(b"\r\n")

    def is_closed(self) -> bool:
        """True once the server has closed its side; waits for that at most the connection's timeout."""
        try:
            return self.reader.read(1) == b""
        except ConnectionError:
            return True

    def finish(self) -> None:
        """No more is sent; what the server says can still be read."""
        self.socket.shutdown(socket.SHUT_WR)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_):
        self.socket.close()


class SigV4:
    """The arithmetic of one SigV4 signature: scope, canonical request, string to sign."""

    def __init__(self, account: Account, date: str, region: str = "us-east-1", service: str = "s3"):
        self.account, self.date = account, date
        self.scope = f"{date[:8]}/{region}/{service}/aws4_request"
        key = hmac_sha256(("AWS4" + account.secret).encode(), date[:8])
        for part in (region, service, "aws4_request"):
            key = hmac_sha256(key, part)
        self.key = key

    @property
    def credential(self) -> str:
        return f"{self.account.access}/{self.scope}"

    @staticmethod
    def canonical_request(method: str, target: str, headers: list, signed: list, payload: str) -> str:
        path, _, query = target.partition("?")
        pairs = sorted((encode(name), encode(value)) for name, value in parse_query(query))
        values = {name: ",".join(" ".join(v.split()) for k, v in headers if k.lower() == name) for name in signed}
        return "\n".join([method, path, "&".join(f"{name}={value}" for name, value in pairs),
                          *(f"{name}:{values[name]}" for name in signed), "", ";".join(signed), payload])

    def string_to_sign(self, canonical: str) -> str:
        return "\n".join(["AWS4-HMAC-SHA256", self.date, self.scope, hashlib.sha256(canonical.encode()).hexdigest()])

    def signature(self, text: str) -> str:
        return hmac_sha256(self.key, text).hex()

    def chunk(self, previous: str, data: bytes) -> str:
        return self.signature("\n".join(["AWS4-HMAC-SHA256-PAYLOAD", self.date, self.scope, previous, EMPTY_SHA256,
                                         hashlib.sha256(data).hexdigest()]))

    def trailer(self, previous: str, trailer: bytes) -> str:
        return self.signature("\n".join(["AWS4-HMAC-SHA256-TRAILER", self.date, self.scope, previous,
                                         hashlib.sha256(trailer).hexdigest()]))


class Raw:
    """Requests of one account (None: anonymous) to one server. `host` is what the Host header says."""

    def __init__(self, address: tuple, account: Account | None, host: str | None = None):
        self.address, self.account = address, account
        self.host = host or f"{address[0]}:{address[1]}"

    def open(self, **options) -> Connection:
        return Connection(self.address, **options)

    def send(self, request: Request) -> Answer:
        with self.open() as connection:
            return connection.ask(request)

    def request(self, method: str, path: str, body: bytes = b"", query: dict | None = None, headers: dict | None = None,
                **options) -> Answer:
        return self.send(self.sign(method, path, body, query, headers, **options))

    def get(self, path: str, query: dict | None = None, headers: dict | None = None, **options) -> Answer:
        return self.request("GET", path, b"", query, headers, **options)

    def head(self, path: str, query: dict | None = None, headers: dict | None = None, **options) -> Answer:
        return self.request("HEAD", path, b"", query, headers, **options)

    def delete(self, path: str, query: dict | None = None, headers: dict | None = None, **options) -> Answer:
        return self.request("DELETE", path, b"", query, headers, **options)

    def put(self, path: str, body: bytes = b"", query: dict | None = None, headers: dict | None = None, **options) -> Answer:
        return self.request("PUT", path, body, query, headers, **options)

    def post(self, path: str, body: bytes = b"", query: dict | None = None, headers: dict | None = None, **options) -> Answer:
        return self.request("POST", path, body, query, headers, **options)

    def unsigned(self, method: str, path: str, body: bytes = b"", query: dict | None = None, headers=None) -> Request:
        """The request without a signature. `headers` is a dict, or pairs where a name is to occur twice."""
        target = encode_path(path) + ("?" + encode_query(query) if query else "")
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        request = Request(method, target, [("Host", self.host), *pairs], body)
        if (body or method in ("PUT", "POST")) and request.get("Transfer-Encoding") is None and request.get("Content-Length") is None:
            request.set("Content-Length", str(len(body)))
        return request

    def sign(self, method: str, path: str, body: bytes = b"", query: dict | None = None, headers=None, *, version: int = 4,
             payload: str | None = None, **options) -> Request:
        """Signed by version 4 or 2; an anonymous Raw leaves the request as it is. `payload` is the value of
        x-amz-content-sha256 where it shall not be the body's SHA-256; the options are those of `sign_v4`, `sign_v2`."""
        request = self.unsigned(method, path, body, query, headers)
        if self.account is None:
            return request
        if version == 2:
            return self.sign_v2(request, **options)
        if request.get("x-amz-content-sha256") is None:
            request.set("x-amz-content-sha256", payload or hashlib.sha256(body).hexdigest())
        return self.sign_v4(request, **options)

    def sign_v4(self, request: Request, *, date: str | None = None, region: str = "us-east-1", service: str = "s3",
                leave_out: tuple = ()) -> Request:
        """`leave_out` names headers (lower case) that are sent but not signed."""
        date = date or request.get("x-amz-date") or amz_date()
        if request.get("x-amz-date") is None and request.get("Date") is None:
            request.set("x-amz-date", date)
        signed = sorted({name.lower() for name, _ in request.headers} - set(leave_out) - {"content-length", "transfer-encoding", "expect"})
        signer = SigV4(self.account, date, region, service)
        canonical = signer.canonical_request(request.method, request.target, request.headers, signed, request.get("x-amz-content-sha256"))
        request.set("Authorization", f"AWS4-HMAC-SHA256 Credential={signer.credential}, SignedHeaders={';'.join(signed)}, "
                                     f"Signature={signer.signature(signer.string_to_sign(canonical))}")
        return request

    def presign_v4(self, method: str, path: str, query: dict | None = None, headers: dict | None = None, body: bytes = b"", *,
                   expires=3600, date: str | None = None, region: str = "us-east-1", service: str = "s3") -> Request:
        """A presigned request; `headers` are signed too and so must be sent."""
        date = date or amz_date()
        signer = SigV4(self.account, date, region, service)
        sent = {"Host": self.host, **(headers or {})}
        signed = sorted(name.lower() for name in sent)
        query = {**(query or {}), "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": signer.credential, "X-Amz-Date": date,
                 "X-Amz-Expires": expires, "X-Amz-SignedHeaders": ";".join(signed)}
        request = self.unsigned(method, path, body, query, headers)
        canonical = signer.canonical_request(method, request.target, list(sent.items()), signed, UNSIGNED)
        request.target += "&X-Amz-Signature=" + signer.signature(signer.string_to_sign(canonical))
        return request

    def string_v2(self, request: Request, date: str, resource: str | None = None) -> str:
        """`date` is the Date header's value, or the expiry of a presigned request."""
        path, _, query = request.target.partition("?")
        sub = sorted((name, value) for name, value in parse_query(query) if name in V2_SUBRESOURCES)
        tail = "&".join(f"{name}={value}" if value else name for name, value in sub)
        amz = {}
        for name, value in request.headers:
            if name.lower().startswith("x-amz-"):
                amz.setdefault(name.lower(), []).append(value.strip())
        return "\n".join([request.method, request.get("Content-MD5") or "", request.get("Content-Type") or "", date,
                          *(f"{name}:{','.join(values)}" for name, values in sorted(amz.items())),
                          (resource or path) + ("?" + tail if tail else "")])

    def sign_v2(self, request: Request, *, date: str | None = None, resource: str | None = None) -> Request:
        """`resource` is the canonical path where the bucket is in the Host header."""
        if request.get("x-amz-date") is None and request.get("Date") is None:
            request.set("Date", date or http_date())
        used = "" if request.get("x-amz-date") else request.get("Date")
        request.set("Authorization", f"AWS {self.account.access}:{hmac_sha1(self.account.secret, self.string_v2(request, used, resource))}")
        return request

    def presign_v2(self, method: str, path: str, query: dict | None = None, headers: dict | None = None, body: bytes = b"", *,
                   expires: int | None = None) -> Request:
        """`expires` is the moment, in seconds since 1970."""
        until = str(expires if expires is not None else int(time.time()) + 3600)
        request = self.unsigned(method, path, body, query, headers)
        signature = hmac_sha1(self.account.secret, self.string_v2(request, until))
        more = encode_query({"AWSAccessKeyId": self.account.access, "Expires": until, "Signature": signature})
        request.target += ("&" if "?" in request.target else "?") + more
        return request

    def chunked(self, path: str, data: bytes, *, payload: str = STREAMING, chunk: int = 65536, trailer: dict | None = None,
                headers: dict | None = None, declare: bool = True, decoded: int | None = None, spoil_chunk: int | None = None,
                spoil_trailer: bool = False, end: bytes | None = None) -> Request:
        """A PUT whose body is aws-chunked. `payload` is one of the three STREAMING values. `trailer` is sent after the
        last chunk, and declared in x-amz-trailer unless `declare` is false. `spoil_chunk` names the chunk whose
        signature is wrong (the last, empty one is number len); `end` replaces everything after the last data chunk."""
        trailer = trailer or {}
        fixed = {"Content-Encoding": "aws-chunked", "x-amz-decoded-content-length": str(len(data) if decoded is None else decoded),
                 **({"x-amz-trailer": ",".join(trailer)} if trailer and declare else {}), **(headers or {})}
        request = self.sign("PUT", path, b"", None, fixed, payload=payload)
        request.body = self.frame(request, data, payload, chunk, trailer, spoil_chunk, spoil_trailer, end)
        request.set("Content-Length", str(len(request.body)))
        return request

    def frame(self, request, data, payload, size, trailer, spoil_chunk, spoil_trailer, end) -> bytes:
        """The chunks of `data` and the trailer, signed from the request's own signature on."""
        signed = payload != STREAMING_UNSIGNED_TRAILER
        signer = SigV4(self.account, request.get("x-amz-date")) if signed else None
        last = request.get("Authorization").rpartition("Signature=")[2] if signed else ""
        out = []
        pieces = [data[at:at + size] for at in range(0, len(data), size)] + [b""]
        for number, piece in enumerate(pieces):
            if piece == b"" and end is not None:
                return b"".join(out) + end
            if signed:
                last = signer.chunk(last, piece)
                shown = last if number != spoil_chunk else "0" * 64
                out.append(b"%x;chunk-signature=%s\r\n" % (len(piece), shown.encode()))
            else:
                out.append(b"%x\r\n" % len(piece))
            out.append(piece + b"\r\n" if piece else b"")
        if payload != STREAMING:
            lines = [f"{name}:{value}" for name, value in trailer.items()]
            out.extend(line.encode() + b"\r\n" for line in lines)
            if signed:
                last = signer.trailer(last, "".join(line + "\n" for line in lines).encode())
                out.append(b"x-amz-trailer-signature:" + ("0" * 64 if spoil_trailer else last).encode() + b"\r\n")
        return b"".join(out) + b"\r\n"


def form(fields: dict, file: bytes | None, filename: str = "file.bin", boundary: str = "----------cumulet-boundary") -> tuple:
    """A multipart/form-data body and its Content-Type; the file comes last, as AWS asks (None: no file field)."""
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    if file is not None:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: text/plain\r\n\r\n'
        parts.append(head.encode() + file + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def policy(conditions: list, lasts: float = 600) -> str:
    """A POST policy that expires `lasts` seconds from now, in base64."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=lasts)
    document = {"expiration": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "conditions": conditions}
    return base64.b64encode(json.dumps(document).encode()).decode()


# The five checksums, as AWS writes them: base64 of the big-endian value.

def _crc_table(polynomial: int) -> list:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (polynomial if byte & 1 else 0)
        table.append(byte)
    return table


_CRC32C = _crc_table(0x82F63B78)
_CRC64NVME = _crc_table(0x9A6C9329AC4BC9B5)


def _crc(data: bytes, table: list, ones: int) -> int:
    value = ones
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ ones


DIGESTS = {
    "CRC32": lambda data: binascii.crc32(data).to_bytes(4, "big"),
    "CRC32C": lambda data: _crc(data, _CRC32C, 0xFFFFFFFF).to_bytes(4, "big"),
    "CRC64NVME": lambda data: _crc(data, _CRC64NVME, 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big"),
    "SHA1": lambda data: hashlib.sha1(data).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
}


@functools.lru_cache(maxsize=32)
def digest(algorithm: str, data: bytes) -> bytes:
    return DIGESTS[algorithm](data)


def checksum(algorithm: str, data: bytes) -> str:
    return base64.b64encode(digest(algorithm, data)).decode()


def composite(algorithm: str, parts: list) -> str:
    """The checksum of a multipart object of type COMPOSITE, from its parts' data."""
    return checksum(algorithm, b"".join(digest(algorithm, part) for part in parts)) + f"-{len(parts)}"
