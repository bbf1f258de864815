"""Fixtures of the client tests: one server for the whole run, a clean shell for the client, a witness that is none.

Each test uses a client as its documentation says, with only the endpoint changed. What the client wrote is then read by
the witness (requests signed by tests/support/raw.py), and what the client reads was written by the witness, so that two
mistakes of one program never cancel out.
"""
import hashlib
import http.client
import os
import pathlib
import random
import shutil
import subprocess
import time
import urllib.parse
import uuid

import pytest

from support.raw import Account, Raw
from support.server import REPO, ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Server

BUILD = REPO / "build" / "clients"
INSTALL = "tests/clients/install.sh installs it"
PART = 8 << 20


def soak() -> bool:
    """Whether the large sizes were asked for."""
    return os.environ.get("CUMULET_SOAK") == "1"


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that do not compress, the same for the same seed."""
    return random.Random(seed).randbytes(size)


class Shell:
    """Runs clients in an environment that knows no account, with a home folder of its own."""

    def __init__(self, home: pathlib.Path):
        self.home = home
        home.mkdir()
        self.env = {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8",
                    "TMPDIR": str(home), "NO_PROXY": "*", "AWS_EC2_METADATA_DISABLED": "true"}

    def tool(self, name: str) -> str:
        """Where the distribution's program is; the test is skipped if it is nowhere."""
        path = shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin") or shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not on this machine; {INSTALL}")
        return path

    def file(self, name: str, content: str | bytes) -> pathlib.Path:
        """A file in the home folder, readable by its owner alone, and a minute old: what compares times (whole seconds in S3) sees
        that an object is younger."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o600)
        os.utime(path, (time.time() - 60,) * 2)
        return path

    def run(self, name: str, *args, input: bytes | None = None, timeout: float = 600) -> subprocess.CompletedProcess:
        """One command, to its end, whatever that is."""
        program = name if "/" in name else self.tool(name)
        return subprocess.run([program, *map(str, args)], env=self.env, cwd=self.home, capture_output=True, timeout=timeout,
                              **({"input": input} if input is not None else {"stdin": subprocess.DEVNULL}))

    def __call__(self, name: str, *args, **options) -> str:
        """One command that has to succeed, and what it printed."""
        done = self.run(name, *args, **options)
        said = done.stdout.decode(errors="replace")
        assert done.returncode == 0, f"{name} ended with {done.returncode}:\n{said[-3000:]}\n{done.stderr.decode(errors='replace')[-3000:]}"
        return said


class Witness:
    """The other way in. Large objects are streamed, never held."""

    def __init__(self, server: Server):
        self.raw = Raw(("127.0.0.1", server.port), Account(ROOT_ACCESS_KEY, ROOT_SECRET_KEY))

    def _good(self, answer):
        assert answer.status in (200, 204), (answer.status, answer.body)
        return answer

    def create(self, bucket: str) -> None:
        self._good(self.raw.put(f"/{bucket}"))

    def put(self, bucket: str, key: str, data: bytes, **headers: str) -> None:
        self._good(self.raw.put(f"/{bucket}/{key}", data, headers={name.replace("_", "-"): value for name, value in headers.items()}))

    def get(self, bucket: str, key: str) -> bytes:
        return self._good(self.raw.get(f"/{bucket}/{key}")).body

    def head(self, bucket: str, key: str) -> dict:
        return self._good(self.raw.head(f"/{bucket}/{key}")).headers

    def sha256(self, bucket: str, key: str) -> str:
        """The digest of an object of any size."""
        request = self.raw.presign_v4("GET", f"/{bucket}/{key}")
        connection = http.client.HTTPConnection(*self.raw.address, timeout=600)
        connection.request("GET", request.target)
        answer, digest = connection.getresponse(), hashlib.sha256()
        assert answer.status == 200, answer.read()
        while piece := answer.read(1 << 20):
            digest.update(piece)
        connection.close()
        return digest.hexdigest()

    def keys(self, bucket: str, prefix: str = "") -> dict:
        """Every key with its size."""
        found, token = {}, {}
        while True:
            page = self._good(self.raw.get(f"/{bucket}", query={"list-type": 2, "prefix": prefix, "encoding-type": "url", **token})).xml
            for entry in page.iter("Contents"):
                found[urllib.parse.unquote(entry.findtext("Key"))] = int(entry.findtext("Size"))
            if page.findtext("IsTruncated") != "true":
                return found
            token = {"continuation-token": page.findtext("NextContinuationToken")}

    def exists(self, bucket: str) -> bool:
        return self.raw.head(f"/{bucket}").status == 200

    def remove(self, bucket: str) -> None:
        """The bucket and all that is in it."""
        for key in self.keys(bucket):
            self._good(self.raw.delete(f"/{bucket}/{key}"))
        self._good(self.raw.delete(f"/{bucket}"))


@pytest.fixture(scope="session")
def server():
    with Server() as running:
        yield running


@pytest.fixture(scope="session")
def witness(server):
    return Witness(server)


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


@pytest.fixture
def aws_shell(shell):
    """A shell with the two files that AWS's own tools read."""
    shell.file(".aws/credentials", f"[default]\naws_access_key_id = {ROOT_ACCESS_KEY}\naws_secret_access_key = {ROOT_SECRET_KEY}\n")
    shell.file(".aws/config", "[default]\nregion = us-east-1\n")
    return shell


@pytest.fixture
def new_bucket(witness):
    """Names of buckets that the test's client makes; what is left of them at the end goes."""
    made = []

    def name(label: str = "clients") -> str:
        made.append(f"{label}-{uuid.uuid4().hex[:12]}")
        return made[-1]

    yield name
    for bucket in made:
        if witness.exists(bucket):
            witness.remove(bucket)


@pytest.fixture
def bucket(new_bucket, witness):
    """A bucket that is there already."""
    name = new_bucket()
    witness.create(name)
    return name


@pytest.fixture(scope="session")
def big(tmp_path_factory):
    """A file of 30 MiB, which every client sends in parts."""
    path = tmp_path_factory.mktemp("big") / "big.bin"
    path.write_bytes(noise(30 << 20, seed=30))
    return path


def sha256(path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
