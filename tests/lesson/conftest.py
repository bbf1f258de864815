"""Fixtures of the lesson: the teacher's server, and a student who sits at it with a home folder of two files."""
import pathlib
import re
import subprocess
import zlib

import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Server

from .notebook import Notebook

BOTO2 = pathlib.Path("/usr/lib/python3/dist-packages/boto/__init__.py")


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def needs_boto():
    if not BOTO2.exists():
        pytest.skip("python3-boto is not on this machine; tests/clients/install.sh installs it")


@pytest.fixture(scope="module")
def home(server, tmp_path_factory):
    """~/.aws/credentials as AWS describes it; ~/.boto, where boto 2 looks for a host that is not Amazon's; and a picture."""
    home = tmp_path_factory.mktemp("student")
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text(f"[default]\naws_access_key_id = {ROOT_ACCESS_KEY}\naws_secret_access_key = {ROOT_SECRET_KEY}\n")
    (home / ".boto").write_text(
        f"[Credentials]\ns3_host = localhost\ns3_port = {server.port}\n\n"
        "[s3]\ncalling_format = boto.s3.connection.OrdinaryCallingFormat\n\n"
        f"[Boto]\nhttps_validate_certificates = True\nca_certificates_file = {server.ca}\nnum_retries = 0\n")
    (home / "picture.png").write_bytes(picture())
    return home


@pytest.fixture(scope="module")
def student(home):
    with Notebook(home) as notebook:
        yield notebook


@pytest.fixture
def curl(home):
    """curl without any credentials: the status, the headers in lower case, the body."""
    def run(*args: str) -> tuple:
        done = subprocess.run(["/usr/bin/curl", "--silent", "--show-error", "--include", *args], cwd=home, capture_output=True, check=True)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = {name.lower(): value for name, value in re.findall(r"^([^:\s]+): (.*?)\r?$", head.decode(), re.MULTILINE)}
        return int(head.split()[1]), headers, body
    return run


def picture(size: int = 64) -> bytes:
    """A PNG file: a square that goes from red to blue."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    rows = b"".join(b"\0" + bytes(value for x in range(size) for value in (255 - 4 * x, 0, 4 * x)) for _ in range(size))
    head = size.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
