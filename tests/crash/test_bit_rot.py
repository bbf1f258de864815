"""One bit of what is stored flips: the wrong bytes are never served, and `cumulet check` finds it."""
import pathlib
import random
import shutil

import pytest

from support.server import Server

from .client import Client, Gone
from .model import Content, Joined
from .rounds import ROUNDS, SEED

BLOCK = 64 << 10
SMALL, MIDDLE, LARGE, PARTS = Content(1, 700), Content(2, 20_000), Content(3, 5 * BLOCK + 100), Joined((Content(4, 5 << 20), Content(5, 90_000)))
OBJECTS = {"small": SMALL, "middle": MIDDLE, "large": LARGE, "parts": PARTS}


def flip(path: pathlib.Path, bit: int) -> None:
    with open(path, "r+b") as file:
        file.seek(bit // 8)
        byte = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([byte ^ 1 << bit % 8]))


def on(data: pathlib.Path) -> Server:
    server = Server(str(data))
    server.log = data.parent / (data.name + ".log")
    return server


def copy_of(data: pathlib.Path, name: str) -> pathlib.Path:
    """The control socket is no file to copy."""
    return shutil.copytree(data, data.parent / name, ignore=shutil.ignore_patterns("control"))


def upload_parts(client: Client, key: str, parts: tuple) -> None:
    upload_id = client.expect(200)("POST", f"/bucket/{key}", query={"uploads": None}).text("UploadId")
    for number, part in enumerate(parts, 1):
        client.expect(200)("PUT", f"/bucket/{key}", part.data, {"partNumber": number, "uploadId": upload_id})
    assert client.complete("bucket", key, upload_id, dict(enumerate(parts, 1))).status == 200


@pytest.fixture(scope="module")
def in_log(tmp_path_factory):
    """A data folder with every kind of object, the small ones still in RocksDB's log only."""
    data = tmp_path_factory.mktemp("rot") / "in_log"
    with on(data) as server:
        client = Client(server)
        client.expect(200)("PUT", "/bucket")
        for key, content in OBJECTS.items():
            if key == "parts":
                upload_parts(client, key, content.parts)
            else:
                client.expect(200)("PUT", f"/bucket/{key}", content.data)
    return data


@pytest.fixture(scope="module")
def in_tables(in_log):
    """The same, all in tables and their blob files: a start empties the log."""
    data = copy_of(in_log, "in_tables")
    with on(data) as server:
        assert server.stop() == 0
    return data


def files_with(folder: pathlib.Path, content: bytes) -> dict:
    """Where in which files the content begins."""
    texts = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {path: text.index(content[:64]) for path, text in texts.items() if content[:64] in text}


def read(client: Client, key: str, **headers) -> bytes | None:
    """None where the server says that it cannot, or cuts the answer short."""
    try:
        answer = client.expect(200, 206, 500)("GET", f"/bucket/{key}", headers=headers)
    except Gone:
        return None
    return answer.body if answer.status != 500 else None


def check(data: pathlib.Path) -> int:
    done = on(data).run("check")
    assert done.returncode in (0, 1) and (done.returncode == 0 or "wrong: " in done.stdout or "cumulet: " in done.stderr), done
    return done.returncode


def never_wrong(client: Client, keys=OBJECTS) -> bool:
    """Whether all objects are served; what is served is right."""
    read_back = {key: read(client, key) for key in keys}
    for key, data in read_back.items():
        assert data is None or data == OBJECTS[key].data, f"{key}: wrong bytes were served"
    return None not in read_back.values()


def test_what_is_not_damaged_is_served_and_well(in_log, in_tables):
    for data in (in_log, in_tables):
        assert check(copy_of(data, "sound")) == 0
        with on(data.parent / "sound") as server:
            assert never_wrong(Client(server))
        shutil.rmtree(data.parent / "sound")


def regions(size: int, content: Content) -> list:
    """Bits of a blob's file in each of its parts: data, block checksums, owner, footer."""
    blocks = -(-content.size // BLOCK)
    data = [0, 7, 8 * (BLOCK - 1), 8 * BLOCK, 8 * (content.size // 2) + 3, 8 * content.size - 1]
    sums = [8 * (content.size + 8 * number + number % 8) for number in range(blocks)]
    owner = [8 * (content.size + 8 * blocks), 8 * (size - 33) + 7]
    return data + sums + owner + [8 * (size - 32 + byte) + byte % 8 for byte in range(32)]


@pytest.mark.parametrize("key", ["large", "parts"])
def test_a_flipped_bit_in_a_blob(in_tables, key):
    content = OBJECTS[key] if key == "large" else PARTS.parts[1]
    data = copy_of(in_tables, f"blob of {key}")
    (path, _), = files_with(data / "blobs", content.data).items()
    bits = regions(path.stat().st_size, content)
    with on(data) as server:
        client = Client(server)
        for bit in bits:
            flip(path, bit)
            assert not never_wrong(client, [key]), f"bit {bit} was not noticed"
            flip(path, bit)
        assert never_wrong(client)
    rng = random.Random(SEED)
    for bit in [bits[0], bits[6], bits[-33], bits[-1], *rng.sample(bits, 4), rng.randrange(8 * path.stat().st_size)]:
        flip(path, bit)
        assert check(data) == 1, f"bit {bit} was not found"
        flip(path, bit)
    assert check(data) == 0
    shutil.rmtree(data)


def test_blocks_that_are_well_are_still_served(in_tables):
    data = copy_of(in_tables, "ranges")
    (path, _), = files_with(data / "blobs", LARGE.data).items()
    flip(path, 8 * (3 * BLOCK + 5))
    with on(data) as server:
        client = Client(server)
        assert read(client, "large", Range=f"bytes=0-{3 * BLOCK - 1}") == LARGE.data[:3 * BLOCK]
        assert read(client, "large", Range=f"bytes={4 * BLOCK}-") == LARGE.data[4 * BLOCK:]
        assert read(client, "large", Range=f"bytes={3 * BLOCK + 100}-{3 * BLOCK + 200}") is None
        assert read(client, "large") is None


def flipped_metadata(data: pathlib.Path, path: pathlib.Path, bit: int) -> tuple:
    """Whether a server serves everything with that bit flipped, and what `check` says; each on a copy of its own."""
    for name in ("served", "checked"):
        shutil.rmtree(data.parent / name, ignore_errors=True)
        copy_of(data, name)
        flip(data.parent / name / path.relative_to(data), bit)
    try:
        with on(data.parent / "served") as server:
            all_served = never_wrong(Client(server))
    except RuntimeError as refusal:
        assert "cumulet: " in str(refusal)
        all_served = False
    return all_served, check(data.parent / "checked")


@pytest.mark.parametrize("key", ["small", "middle"])
@pytest.mark.parametrize("place", ["in_log", "in_tables"])
def test_a_flipped_bit_in_an_inlined_object(request, place, key):
    data, content = request.getfixturevalue(place), OBJECTS[key]
    found = files_with(data / "meta", content.data)
    assert {path.suffix for path in found} == {".log"} if place == "in_log" else {".sst" if key == "small" else ".blob"}
    for path, begin in found.items():
        for byte in (begin, begin + content.size // 2, begin + content.size - 1):
            all_served, checked = flipped_metadata(data, path, 8 * byte + byte % 8)
            assert not all_served, "the damage was not noticed"
            assert checked == 1


@pytest.mark.parametrize("place", ["in_log", "in_tables"])
def test_a_flipped_bit_anywhere_in_the_metadata(request, place):
    """It is found, or it is of no consequence."""
    data, rng = request.getfixturevalue(place), random.Random(SEED)
    files = [path for path in sorted((data / "meta").iterdir()) if path.suffix in (".log", ".sst", ".blob") or path.name.startswith(("MANIFEST", "CURRENT", "acknowledged"))]
    files = [path for path in files if path.stat().st_size]
    for _ in range(2 * ROUNDS):
        path = rng.choice(files)
        bit = rng.randrange(8 * path.stat().st_size)
        all_served, checked = flipped_metadata(data, path, bit)
        assert all_served or checked == 1, f"bit {bit} of {path} of seed {SEED} was not found"
