"""Requests of the root account over one connection that stays open, as fast as Python signs them."""
import http.client

from support.raw import Account, Answer, Connection, Raw
from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Server


class Gone(Exception):
    """The connection ended before the answer: the server died, or it ended it because it could not go on."""


class Client:
    """**Threads** One."""

    def __init__(self, server: Server, timeout: float = 60):
        self.raw = Raw(("127.0.0.1", server.port), Account(ROOT_ACCESS_KEY, ROOT_SECRET_KEY))
        self.timeout = timeout
        self.connection = None

    def ask(self, method: str, path: str, body: bytes = b"", query: dict | None = None, headers: dict | None = None) -> Answer:
        request = self.raw.sign(method, path, body, query, headers)
        try:
            if self.connection is None:
                self.connection = Connection(self.raw.address, timeout=self.timeout)
            answer = self.connection.ask(request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Gone(f"{method} {path}: {error!r}") from error
        if answer.headers["Connection"] == "close":
            self.close()
        return answer

    def expect(self, *statuses: int):
        """`ask`, for requests that end with one of these."""
        def ask(*args, **options) -> Answer:
            answer = self.ask(*args, **options)
            assert answer.status in statuses, (args[:2], options.get("query"), answer.status, answer.body[:1000])
            return answer
        return ask

    def close(self) -> None:
        if self.connection is not None:
            self.connection.socket.close()
        self.connection = None

    def pages(self, path: str, query: dict, marker: dict):
        """Every page of a listing. `marker` says by which element of a page which parameter goes on."""
        more = {}
        while True:
            page = self.expect(200)("GET", path, query={**query, **more}).xml
            yield page
            if page.findtext("IsTruncated") != "true":
                return
            more = {parameter: page.findtext(element) for parameter, element in marker.items()}

    def buckets(self) -> set:
        return {item.text for item in self.expect(200)("GET", "/").xml.iter("Name")}

    def objects(self, bucket: str, page: int = 1000) -> dict:
        """(size, ETag) by key."""
        pages = self.pages(f"/{bucket}", {"list-type": 2, "max-keys": page}, {"continuation-token": "NextContinuationToken"})
        return {item.findtext("Key"): (int(item.findtext("Size")), item.findtext("ETag")) for each in pages for item in each.iter("Contents")}

    def uploads(self, bucket: str) -> set:
        """(key, upload id) of those in progress."""
        pages = self.pages(f"/{bucket}", {"uploads": None}, {"key-marker": "NextKeyMarker", "upload-id-marker": "NextUploadIdMarker"})
        return {(item.findtext("Key"), item.findtext("UploadId")) for each in pages for item in each.iter("Upload")}

    def parts(self, bucket: str, key: str, upload_id: str) -> dict:
        """ETags by number."""
        pages = self.pages(f"/{bucket}/{key}", {"uploadId": upload_id}, {"part-number-marker": "NextPartNumberMarker"})
        return {int(item.findtext("PartNumber")): item.findtext("ETag") for each in pages for item in each.iter("Part")}

    def complete(self, bucket: str, key: str, upload_id: str, parts: dict) -> Answer:
        return self.ask("POST", f"/{bucket}/{key}", completion(parts), {"uploadId": upload_id})


def completion(parts: dict) -> bytes:
    """The document that CompleteMultipartUpload takes; `parts` are contents by number."""
    listed = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{part.etag}</ETag></Part>" for number, part in sorted(parts.items()))
    return f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
