"""How a server ends: it lets requests finish, says that it waits, and stops at once when asked again."""
import re
import signal
import time
import urllib.request

import pytest

from support.raw import Account, Raw
from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Server


def wait_for(condition) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def metrics(server) -> str:
    with urllib.request.urlopen(server.url + "/_cumulet/metrics", timeout=30) as answer:
        return answer.read().decode()


@pytest.fixture
def server():
    with Server() as running:
        yield running


@pytest.fixture
def upload(server):
    """A connection on which half of an object was sent, with the request, which the server has begun to serve."""
    raw = Raw(("127.0.0.1", server.port), Account(ROOT_ACCESS_KEY, ROOT_SECRET_KEY))
    assert raw.put("/bucket").status == 200
    request = raw.sign("PUT", "/bucket/key", b"x" * 100_000)
    with raw.open() as connection:
        connection.send(request.wire()[:-50_000])
        wait_for(lambda: "cumulet_requests_in_flight 2\n" in metrics(server))
        yield connection, request


def signalled(server, number: int, said: str):
    server.process.send_signal(number)
    wait_for(lambda: re.search(said, server.log.read_text(), re.M))


# The request for the metrics may not quite have ended.
@pytest.mark.parametrize("number, said", [(signal.SIGINT, r"^stopping: waiting for (1 request|2 requests) \(Ctrl-C again to stop now\)$"),
                                          (signal.SIGTERM, "^stopping: waiting for (1 request|2 requests)$")])
def test_a_request_in_flight_is_waited_for(server, upload, number, said):
    connection, request = upload
    signalled(server, number, said)
    connection.send(request.body[-50_000:])
    assert connection.answer("PUT").status == 200 and connection.is_closed()
    connection.socket.close()
    assert server.process.wait(60) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_at_once(server, upload, number):
    signalled(server, signal.SIGINT, "stopping: waiting for ")
    server.process.send_signal(signal.SIGHUP)  # is none of those
    began = time.monotonic()
    signalled(server, number, "stopped at once")
    assert server.process.wait(60) == -number and time.monotonic() - began < 20  # requests may take 30 s
    server.process = None
    server.start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_said_where_nothing_is_waited_for(server, number):
    server.process.send_signal(number)
    assert server.process.wait(60) == 0
    assert "stopping" not in server.log.read_text()
