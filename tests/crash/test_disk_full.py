"""A disk that is full, or that fails: writes get an error of S3's, reads go on, nothing acknowledged is lost, and all is well again
as soon as the disk is."""
import random
import time

import pytest

from support.raw import content_md5
from support.server import Server

from .client import Client, completion
from .load import MAIN
from .model import Content, History, Model, Upload
from .power import PowerCut
from .rounds import ROUNDS, SEED
from .verify import check_folder, verify

ROOM = 4 << 30
NO_ROOM = {"InsufficientStorage": 507, "ServiceUnavailable": 503, "SlowDown": 503}
FAILED = {**NO_ROOM, "InternalError": 500}


class Writer:
    """Writes that may be answered by an error. What was refused is not visible, though after a crash it may be."""

    def __init__(self, server: Server, errors: dict):
        self.server, self.errors = server, errors
        self.model = Model()
        self.client = Client(server)
        self.refused = self.done = 0

    def ask(self, history, outcome, *request, **options) -> bool:
        before = history.possible
        write = history.begin(outcome)
        answer = self.client.ask(*request, **options)
        if answer.status < 300 and answer.code is None and b"<Error>" not in answer.body:
            history.acknowledge(write)
            self.done += 1
            return True
        if answer.status >= 300:
            assert self.errors.get(answer.code) == answer.status, answer
        self.refused += 1
        self.before = before
        return False

    def write(self, key: str, content: Content | None, *request, **options) -> bool:
        history = self.model.key(MAIN, key)
        if self.ask(history, content, *request, **options):
            return True
        self.look(key, self.before)
        return False

    def look(self, key: str, possible: list) -> None:
        """The object is as it was before the write that was refused."""
        answer = self.client.expect(200, 404)("GET", f"/{MAIN}/{key}")
        wanted = [content.data if content else None for content in possible]
        assert (answer.body if answer.status == 200 else None) in wanted, f"{key} is not what it was before"

    def bucket(self) -> None:
        bucket = self.model.bucket(MAIN)
        assert self.ask(bucket, True, "PUT", f"/{MAIN}")

    def put(self, key: str, size: int) -> bool:
        content = self.model.content(size)
        return self.write(key, content, "PUT", f"/{MAIN}/{key}", content.data)

    def delete(self, key: str) -> bool:
        return self.write(key, None, "DELETE", f"/{MAIN}/{key}")

    def delete_many(self, key: str) -> bool:
        body = f"<Delete><Object><Key>{key}</Key></Object></Delete>".encode()
        return self.write(key, None, "POST", f"/{MAIN}", body, {"delete": None}, {"Content-MD5": content_md5(body)})

    def copy(self, source: str, target: str) -> bool:
        possible = self.model.key(MAIN, source).possible
        if len(possible) != 1 or possible == [None]:
            return False
        return self.write(target, possible[0], "PUT", f"/{MAIN}/{target}", headers={"x-amz-copy-source": f"/{MAIN}/{source}"})

    def upload(self, key: str, size: int) -> bool:
        begun = self.client.ask("POST", f"/{MAIN}/{key}", query={"uploads": None})
        if begun.status != 200:
            return self.note_refusal(begun)
        upload, content, part = Upload(MAIN, key, begun.text("UploadId")), self.model.content(size), History()
        self.model.uploads.append(upload)
        upload.parts[1] = part
        if not self.ask(part, content, "PUT", f"/{MAIN}/{key}", content.data, query={"partNumber": 1, "uploadId": upload.id}):
            return False
        upload.completing = content
        if self.write(key, content, "POST", f"/{MAIN}/{key}", completion({1: content}), {"uploadId": upload.id}):
            self.model.uploads.remove(upload)
            return True
        return False

    def note_refusal(self, answer) -> bool:
        assert self.errors.get(answer.code) == answer.status, answer
        self.refused += 1
        return False

    def anything(self, rng: random.Random) -> bool:
        key, other = f"key{rng.randrange(8)}", f"key{rng.randrange(8)}"
        return rng.choice([lambda: self.put(key, rng.randrange(60_000)), lambda: self.put(key, rng.randrange(66_000, 300_000)),
                           lambda: self.delete(key), lambda: self.delete_many(key), lambda: self.copy(other, key) if key != other else False,
                           lambda: self.upload(key, rng.randrange(100_000))])()

    def until_it_writes(self, wait: float = 15) -> None:
        """Small and large, within a moment after the disk is well."""
        deadline = time.monotonic() + wait
        while not (self.put("again small", 1000) and self.put("again large", 200_000) and self.delete("again small")):
            assert time.monotonic() < deadline, "the disk is well, but writes still fail"
            time.sleep(0.05)

    def restart(self) -> None:
        self.client.close()
        self.server.start()
        verify(self.server, self.model)


@pytest.fixture
def power(tmp_path):
    with PowerCut(tmp_path) as power:
        yield power


@pytest.fixture
def server(power, tmp_path):
    server = Server(str(power.folder / "data"))
    server.log = tmp_path / "server.log"
    with server:
        yield server


def writer_on(server: Server, errors: dict = NO_ROOM) -> Writer:
    writer = Writer(server, errors)
    writer.bucket()
    return writer


def finish(writer: Writer) -> None:
    """Nothing is lost, over a restart either, and nothing is left over."""
    verify(writer.server, writer.model)
    writer.server.kill()
    writer.restart()
    assert writer.server.stop() == 0
    check_folder(writer.server, just_crashed=False)


def fill(limit, writer: Writer) -> None:
    """Until neither a large nor a small object fits. `limit` sets the limit of the disk."""
    limit()
    number = 0
    for size in (2_000_000, 200_000, 50_000, 3000, 100):
        refused = 0
        while refused < 2:
            refused += not writer.put(f"filler{number}", size)
            number += 1
            assert number < 5000


def test_a_full_disk(power, server):
    writer = writer_on(server)
    writer.put("before small", 1000)
    writer.put("before large", 300_000)
    fill(lambda: power.quota(power.used + (20 << 20)), writer)
    for _ in range(20):
        assert not writer.put("before small", 40_000) and not writer.put("before large", 400_000)
    assert not writer.upload("upload", 100_000)
    verify(server, writer.model)
    power.limit(ROOM)
    writer.until_it_writes()
    finish(writer)


def test_deleting_makes_room(power, server):
    """The way out of a full disk that S3 has."""
    writer = writer_on(server)
    fill(lambda: power.limit(power.used + (60 << 20)), writer)
    fillers = [key for key in writer.model.keys_in(MAIN) if writer.model.key(MAIN, key).possible[0] is not None]
    assert all(writer.delete(key) for key in fillers[:8])
    writer.until_it_writes()
    finish(writer)


def test_a_start_on_a_full_disk(power, server):
    """It serves, or says what is wrong; with room again, it starts and all is there."""
    writer = writer_on(server)
    fill(lambda: power.quota(power.used + (10 << 20)), writer)
    for end in (server.stop, server.kill):
        end()
        power.quota(power.used)
        try:
            writer.restart()
        except RuntimeError as refusal:
            assert "cumulet: " in str(refusal) and "No space left" in str(refusal), refusal
        server.kill()
        power.limit(ROOM)
        writer.restart()
    finish(writer)


def test_a_disk_that_fills_up_at_any_moment(power, server):
    """Room for a little more each time, so that every step of a write is once the one that fails."""
    writer, rng = writer_on(server), random.Random(SEED)
    for number in range(5 * ROUNDS):
        power.quota(power.used + rng.randrange(0, 40_000))
        for _ in range(4):
            writer.anything(rng)
        power.limit(ROOM)
        if number % 10 == 0:
            writer.until_it_writes()
    assert writer.refused > ROUNDS and writer.done > ROUNDS
    writer.until_it_writes()
    finish(writer)


@pytest.mark.parametrize("kind", ["write", "sync", "change"])
def test_a_disk_that_fails(power, server, kind):
    """The N-th call fails, and a few after it."""
    writer, rng = writer_on(server, FAILED), random.Random(SEED)
    for number in range(5 * ROUNDS):
        power.fail(kind, rng.randrange(12), rng.choice([1, 1, 2, 5]))
        for _ in range(4):
            writer.anything(rng)
        if rng.random() < 0.1:
            power.fail(kind, 0, 0)
            writer.until_it_writes()
        if rng.random() < 0.1:
            power.fail(kind, 0, 0)
            server.kill()
            power.cut(rng.randrange(1 << 30))
            writer.restart()
    power.fail(kind, 0, 0)
    writer.until_it_writes()
    finish(writer)
