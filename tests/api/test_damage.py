"""An object whose stored bytes were damaged: what its client and the log are told."""
import pathlib
import re

from support.raw import Account, Raw
from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Server


def flip_in_the_blob(data: str, content: bytes) -> None:
    for path in pathlib.Path(data, "blobs").rglob("*"):
        stored = path.read_bytes() if path.is_file() else b""
        if (at := stored.find(content[:64])) >= 0:
            path.write_bytes(stored[:at] + b"X" + stored[at + 1:])
            return
    raise AssertionError("no blob has these bytes")


def test_a_damaged_object_is_named_and_nobody_is_asked_to_try_again():
    content = b"a line of text\n" * 20_000
    with Server() as server:
        raw = Raw(("127.0.0.1", server.port), Account(ROOT_ACCESS_KEY, ROOT_SECRET_KEY))
        assert raw.put("/bucket").status == raw.put("/bucket/a/key", content).status == raw.put("/bucket/whole", b"x" * 300_000).status == 200
        server.stop()
        flip_in_the_blob(server.data, content)
        server.start()
        answer = raw.get("/bucket/a/key")
        assert answer.outcome == (500, "InternalError")
        text = answer.body.decode()
        assert "damaged" in text and "cumulet check" in text and "try again" not in text.lower()
        assert raw.get("/bucket/whole").status == 200
        line = next(line for line in server.log.read_text().splitlines() if "what is stored is damaged" in line)
        request = re.search(r'request="(\w+)"', line).group(1)
        assert 'bucket="bucket" key="a/key"' in line and f"<RequestId>{request}</RequestId>" in text
        server.stop()
        done = server.run("check")
        assert done.returncode == 1 and "a/key" in done.stdout
