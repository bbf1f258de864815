"""What a server was told, and what it may therefore show after a crash.

A write that was acknowledged is there. One that was in flight is there or not, but whole. Of writes that overlapped in time any may
be the last one; of those that followed one another it is the later.
"""
import dataclasses
import hashlib
import itertools
import threading


class Lost(AssertionError):
    """The server broke a promise: something acknowledged is gone, or something is there that nobody wrote."""


@dataclasses.dataclass(frozen=True)
class Content:
    """Bytes that no other content shares a block with, known by their number and length."""
    number: int
    size: int

    @property
    def data(self) -> bytes:
        return hashlib.shake_128(b"%d" % self.number).digest(self.size)

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.data).hexdigest()}"'


@dataclasses.dataclass(frozen=True)
class Joined:
    """Several contents one after another, as CompleteMultipartUpload joins parts."""
    parts: tuple

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def data(self) -> bytes:
        return b"".join(part.data for part in self.parts)


@dataclasses.dataclass(eq=False)
class Write:
    outcome: object
    begin: int
    end: int | None = None  # None: in flight


class History:
    """What became of one thing (a key, a part, a bucket) so far. An outcome is its state after a write; None: it does not exist."""
    clock = itertools.count(1)
    lock = threading.Lock()

    def __init__(self):
        self.writes = [Write(None, 0, 0)]

    def begin(self, outcome) -> Write:
        with self.lock:
            write = Write(outcome, next(self.clock))
            self.writes.append(write)
            return write

    def acknowledge(self, write: Write) -> None:
        with self.lock:
            write.end = next(self.clock)
            self.writes = [other for other in self.writes if other.end is None or other.end >= write.begin]

    def refused(self, write: Write) -> None:
        """The server said that it did nothing."""
        with self.lock:
            self.writes = [other for other in self.writes if other is not write]

    @property
    def possible(self) -> list:
        with self.lock:
            return [write.outcome for write in self.writes]

    @property
    def known(self):
        """The outcome where there is only one."""
        outcome, *others = self.possible
        assert not others
        return outcome

    def observe(self, outcome, what: str) -> None:
        """What a look after the crash found; from now on that is so."""
        if outcome not in self.possible:
            raise Lost(f"{what} is {outcome}, but may only be one of {self.possible}")
        with self.lock:
            now = next(self.clock)
            self.writes = [Write(outcome, now, now)]


class Upload:
    """One upload in parts. Only the thread that began it goes on with it."""

    def __init__(self, bucket: str, key: str, upload_id: str):
        self.bucket, self.key, self.id = bucket, key, upload_id
        self.parts = {}  # histories by number
        self.completing = None  # the content that it becomes, once that was asked for
        self.aborting = False


class Model:
    """Everything that one server was told. **Threads** Any."""

    def __init__(self):
        self.lock = threading.Lock()
        self.keys = {}  # histories by (bucket, key)
        self.buckets = {}  # histories by name; the outcome of one that exists is True
        self.uploads = []
        self.numbers = itertools.count(1)

    def key(self, bucket: str, key: str) -> History:
        with self.lock:
            return self.keys.setdefault((bucket, key), History())

    def bucket(self, name: str) -> History:
        with self.lock:
            return self.buckets.setdefault(name, History())

    def keys_in(self, bucket: str) -> dict:
        with self.lock:
            return {key: history for (its, key), history in self.keys.items() if its == bucket}

    def content(self, size: int) -> Content:
        return Content(next(self.numbers), size)
