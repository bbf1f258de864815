"""Rounds of load, crash and verification."""
import contextlib
import os
import pathlib
import random
import subprocess
import threading
import time

from support.server import Server, program

from .load import Load
from .model import Model
from .verify import check_folder, verify

ROUNDS = int(os.environ.get("CUMULET_CRASH_ROUNDS", "6"))
SEED = int(os.environ.get("CUMULET_CRASH_SEED", str(random.randrange(1 << 30))))


class Rounds:
    """A data folder that lives through many crashes. `after_kill(rng)` is what the crash does besides killing the server."""

    def __init__(self, data: pathlib.Path, log: pathlib.Path, seed: int, after_kill=lambda rng: None):
        self.server = Server(str(data))
        self.server.log = log
        self.rng = random.Random(seed)
        self.seed, self.after_kill = seed, after_kill
        self.model = Model()
        self.acknowledged = 0

    def run(self, count: int) -> None:
        print(f"\nseed {self.seed}: set CUMULET_CRASH_SEED to it to toss the same coins")
        for number in range(count):
            try:
                self.round(number)
            except BaseException as failure:
                failure.add_note(f"in round {number} of seed {self.seed}; the server's log: {self.server.log}")
                raise
            finally:
                self.server.kill()
        print(f"{count} rounds, {self.acknowledged} acknowledged writes")

    def round(self, number: int) -> None:
        self.server.start()
        verify(self.server, self.model)
        if self.rng.random() < 0.2:
            self.server.stop()
            check_folder(self.server, just_crashed=False)
            self.server.start()
        self.load_until_killed(number)
        while self.rng.random() < 0.25:
            self.crash_again()
        if self.rng.random() < 0.4:
            check_folder(self.server, just_crashed=True)

    def load_until_killed(self, number: int) -> None:
        load = Load(self.server, self.model, self.seed + number)
        with load:
            # Now and then long enough for RocksDB to begin new logs and tables under load.
            time.sleep(self.rng.uniform(4, 8) if self.rng.random() < 0.05 else self.rng.uniform(0.05, 1.2))
            self.server.kill()
        self.acknowledged += load.acknowledged
        self.after_kill(self.rng)

    def crash_again(self) -> None:
        """While the server, or `check`, recovers from the crash before."""
        delay = self.rng.uniform(0.002, 0.15)
        if self.rng.random() < 0.7:
            timer = threading.Timer(delay, self.kill_starting)
            timer.start()
            with contextlib.suppress(RuntimeError):
                self.server.start()
            timer.cancel()
            timer.join()
            self.server.kill()
        else:
            checking = subprocess.Popen([program(), "check", "--data", self.server.data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)
            checking.kill()
            checking.wait()
        self.after_kill(self.rng)

    def kill_starting(self) -> None:
        process = self.server.process
        if process is not None:
            process.kill()

    def finish(self) -> None:
        """Nothing is lost in the end, and nothing left over."""
        self.server.start()
        verify(self.server, self.model)
        assert self.server.stop() == 0
        check_folder(self.server, just_crashed=False)
