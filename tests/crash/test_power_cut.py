"""The real server on a disk that forgets, when the power is cut, what was not synced."""
import os
import random
import subprocess
import time

import pytest

from support.server import Server, program

from .model import Lost
from .power import PowerCut
from .rounds import ROUNDS, SEED, Rounds


@pytest.fixture
def power(tmp_path):
    with PowerCut(tmp_path) as power:
        yield power


def write(path, data: bytes, sync: bool = False) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        if sync:
            os.fsync(file.fileno())


def sync_folder(path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(handle)
    os.close(handle)


# The environment itself.

def test_the_environment_loses_what_is_not_synced(power):
    write(power.folder / "plain", b"x" * 10_000)
    write(power.folder / "only its bytes", b"x" * 10_000, sync=True)
    power.cut(0, keeps="nothing")
    assert os.listdir(power.folder) == []


def test_the_environment_keeps_what_is_synced(power):
    (power.folder / "below").mkdir()
    write(power.folder / "below/file", b"x" * 10_000, sync=True)
    sync_folder(power.folder / "below")
    sync_folder(power.folder)
    for seed in range(20):
        power.cut(seed)
        assert (power.folder / "below/file").read_bytes() == b"x" * 10_000


def test_the_environment_loses_renames_removals_and_truncations(power):
    for name in ("renamed", "removed", "truncated", "overwritten"):
        write(power.folder / name, b"old", sync=True)
    sync_folder(power.folder)
    os.rename(power.folder / "renamed", power.folder / "new name")
    os.remove(power.folder / "removed")
    os.truncate(power.folder / "truncated", 1)
    write(power.folder / "overwritten", b"newer")
    power.cut(0, keeps="nothing")
    assert {name: (power.folder / name).read_bytes() for name in os.listdir(power.folder)} == \
        dict.fromkeys(("renamed", "removed", "truncated", "overwritten"), b"old")


def test_the_environment_keeps_some_of_what_is_not_synced(power):
    kept = set()
    for seed in range(40):
        for number in range(4):
            write(power.folder / f"{seed} {number}", b"x" * 20_000)
        power.cut(seed)
        here = [name for name in os.listdir(power.folder) if name.startswith(f"{seed} ")]
        kept.add(len(here))
        kept.update((power.folder / name).read_bytes() == b"x" * 20_000 for name in here)
    assert kept >= {0, 1, 2, 3, 4, True, False}


def test_a_rename_is_never_lost_on_one_side_only(power):
    (power.folder / "to").mkdir()
    write(power.folder / "file", b"x", sync=True)
    sync_folder(power.folder)
    for seed in range(20):
        os.rename(power.folder / "file", power.folder / "to/file")
        power.cut(seed)
        there = (power.folder / "to/file").exists()
        assert there != (power.folder / "file").exists()
        if there:
            os.rename(power.folder / "to/file", power.folder / "file")


# The server in it.

def rounds_on(power, tmp_path) -> Rounds:
    return Rounds(power.folder / "data", tmp_path / "server.log", SEED, lambda rng: power.cut(rng.randrange(1 << 30)))


def test_nothing_acknowledged_is_lost(power, tmp_path):
    rounds = rounds_on(power, tmp_path)
    rounds.run(ROUNDS)
    rounds.finish()


def test_the_rounds_notice_a_disk_that_does_not_sync(tmp_path):
    with PowerCut(tmp_path, ignores_sync=True) as power:
        with pytest.raises(Lost):
            rounds_on(power, tmp_path).run(3)


def start_on(power, tmp_path, name: str) -> Server:
    server = Server(str(power.folder / name), env={})
    server.log = tmp_path / "server.log"
    return server


@pytest.mark.parametrize("seed", range(6))
def test_what_the_first_start_made_stays(power, tmp_path, seed):
    """The key pair, the certificate authority, which clients trust from then on, and an account."""
    data = power.folder / "data"
    with start_on(power, tmp_path, "data") as server:
        made = {name: (data / name).read_bytes() for name in ("rootkey.csv", "tls/ca.pem", "tls/ca.key")}
        assert server.run("account", "create", "alice").returncode == 0
        server.kill()
        power.cut(seed, keeps="" if seed else "nothing")
        server.start()
        assert {name: (data / name).read_bytes() for name in made} == made
        assert "alice" in server.run("account", "create", "alice").stderr


@pytest.mark.parametrize("seed", range(6))
def test_a_first_start_that_the_power_ends_can_be_repeated(power, tmp_path, seed):
    rng = random.Random(seed)
    for attempt in range(4):
        for _ in range(2):
            server = start_on(power, tmp_path, f"data{attempt}")
            kill_starting(server, rng.uniform(0.0, 0.04))
            power.cut(rng.randrange(1 << 30))
        with start_on(power, tmp_path, f"data{attempt}"):
            pass


def kill_starting(server: Server, delay: float) -> None:
    process = subprocess.Popen([program(), "serve", "--data", server.data, "--listen", "127.0.0.1:0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay)
    process.kill()
    process.wait()
