"""A server that may open few files takes fewer connections, and says so once."""
import contextlib

import pytest

from support import server as support
from support.raw import Account, Raw

FEWEST = 64


@pytest.fixture
def limited(tmp_path, monkeypatch):
    """A server that may have 500 files open."""
    script = tmp_path / "cumulet"
    script.write_text(f'#!/bin/sh\nulimit -n 500\nexec {support.program()} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("CUMULET_BIN", str(script))
    with support.Server() as running:
        yield running


def test_connections_past_what_the_descriptors_allow_are_refused(limited):
    assert limited.log.read_text().count("fewer connections than asked for") == 1
    raw = Raw(("127.0.0.1", limited.port), Account(support.ROOT_ACCESS_KEY, support.ROOT_SECRET_KEY))
    with contextlib.ExitStack() as stack:
        taken = []
        for _ in range(FEWEST):  # each is counted by the time it has answered
            taken.append(stack.enter_context(raw.open()))
            assert taken[-1].ask(raw.sign("GET", "/")).status == 200
        assert stack.enter_context(raw.open()).answer().status == 503
        assert taken[0].ask(raw.sign("PUT", "/bucket")).status == 200
        assert taken[-1].ask(raw.sign("PUT", "/bucket/key", b"x" * 100_000)).status == 200
