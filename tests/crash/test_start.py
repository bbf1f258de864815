"""Starts that must be refused, and one that must not be."""
import os
import subprocess

import pytest

from support.server import Server, program

from .client import Client
from .model import Content
from .verify import check_folder

CONTENT = Content(1, 100_000)


@pytest.fixture
def server(tmp_path):
    """With an object in it; running."""
    server = Server(str(tmp_path / "data"))
    with server:
        client = Client(server)
        client.expect(200)("PUT", "/bucket")
        client.expect(200)("PUT", "/bucket/key", CONTENT.data)
        yield server


def refusal(server: Server, *command: str) -> str:
    """What a further process says on the same folder, before it ends with 1."""
    done = subprocess.run([program(), *command, "--data", server.data], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.startswith("cumulet: "), done
    return done.stderr


def still_there(server: Server) -> bool:
    return Client(server).expect(200)("GET", "/bucket/key").body == CONTENT.data


@pytest.mark.parametrize("command", [("serve", "--listen", "127.0.0.1:0"), ("check",), ("check", "--repair")])
def test_a_second_process_on_a_folder_is_refused(server, command):
    said = refusal(server, *command)
    assert "another process uses the data folder" in said and server.data in said
    assert still_there(server)


def test_the_second_of_two_starts_at_once_is_refused(server):
    server.kill()
    both = [subprocess.Popen([program(), "serve", "--data", server.data, "--listen", "127.0.0.1:0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             text=True) for _ in range(2)]
    try:
        while all(process.poll() is None for process in both):
            os.sched_yield()
        refused = next(process for process in both if process.poll() is not None)
        assert refused.returncode == 1 and "another process uses the data folder" in refused.stderr.read()
    finally:
        for process in both:
            process.kill()
            process.communicate()
    server.start()
    assert still_there(server)


@pytest.mark.parametrize("text, says", [("cumulet data, format 2\n", "has data format 2, and this program reads format 1"),
                                        ("cumulet data, format 0\n", "has data format 0, and this program reads format 1"),
                                        ("something else\n", "is not a data folder of Cumulet"), ("", "\"format\" is missing or empty")])
def test_another_format_is_refused(server, text, says):
    server.kill()
    path = os.path.join(server.data, "format")
    with open(path) as file:
        before = file.read()
    with open(path, "w") as file:
        file.write(text)
    for command in (("serve", "--listen", "127.0.0.1:0"), ("check",)):
        assert says in refusal(server, *command)
    with open(path, "w") as file:
        file.write(before)
    server.start()
    assert still_there(server)


def test_what_a_torn_start_left_does_not_matter(server):
    server.kill()
    for name in ("rootkey.csv.new", "format.new", "tls/ca.pem.new", "tls/ca.key.new", "meta/acknowledged.new"):
        with open(os.path.join(server.data, name), "wb") as file:
            file.write(b"AWSAcc")
    os.remove(os.path.join(server.data, "rootkey.csv"))
    server.start()
    assert still_there(server)
    with open(os.path.join(server.data, "rootkey.csv")) as file:
        assert file.read() == "".join(f"{name}={value}\n" for name, value in zip(("AWSAccessKeyId", "AWSSecretKey"), server.env.values()))
    server.stop()
    check_folder(server, just_crashed=False)
