"""A Cumulet server as a test needs it: the release program on a free port, with a data folder of its own.

The program to test is build/release/cumulet, or what the environment variable CUMULET_BIN names.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

REPO = pathlib.Path(__file__).resolve().parents[2]
ROOT_ACCESS_KEY = "AKIAIOSFODNN7CUMULET"
ROOT_SECRET_KEY = "wJalrXUtnFEMIK7MDENGbPxRfiCYcumulettests"


def program() -> str:
    return os.environ.get("CUMULET_BIN", str(REPO / "build/release/cumulet"))


class Server:
    """One server process. `start` and `stop` may be called in turn on the same data folder; `kill` is SIGKILL."""

    def __init__(self, data: str | None = None, args: tuple = (), env: dict | None = None):
        self.own_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="cumulet-test-")
        self.args = args
        self.env = {"CUMULET_ROOT_ACCESS_KEY": ROOT_ACCESS_KEY, "CUMULET_ROOT_SECRET_KEY": ROOT_SECRET_KEY} if env is None else env
        self.process = None
        self.port = 0
        self.log = pathlib.Path(self.data + ".log")

    def start(self, wait: float = 60) -> "Server":
        out = open(self.log, "ab")
        before = self.log.stat().st_size
        self.process = subprocess.Popen(
            [program(), "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *self.args],
            stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **self.env})
        out.close()
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log.read_text()[-4000:]}")
            text = self.log.read_bytes()[before:].decode(errors="replace")
            if not self.port and (found := re.search(r"http://127\.0\.0\.1:(\d+)", text)):
                self.port = int(found.group(1))
            if self.port and self._ready():
                return self
            time.sleep(0.01)
        raise RuntimeError(f"the server was not ready after {wait} s:\n{self.log.read_text()[-4000:]}")

    def _ready(self) -> bool:
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(self.url + "/_cumulet/ready", timeout=5) as answer:
                return answer.status == 200
        return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def https(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca(self) -> str:
        """The certificate of the server's own authority, for HTTPS clients."""
        return os.path.join(self.data, "tls", "ca.pem")

    def stop(self, wait: float = 60) -> int:
        """SIGTERM, and the exit code."""
        return self._end(signal.SIGTERM, wait)

    def kill(self) -> int:
        return self._end(signal.SIGKILL, 60)

    def _end(self, number: int, wait: float) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        try:
            return self.process.wait(wait)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"the server did not end in {wait} s:\n{self.log.read_text()[-4000:]}") from None
        finally:
            self.process = None

    def run(self, *args: str, **options) -> subprocess.CompletedProcess:
        """Another command of the program on the same data folder, e.g. run("account", "create", "alice")."""
        return subprocess.run([program(), args[0], *args[1:], "--data", self.data], text=True, capture_output=True,
                              env={**os.environ, **self.env}, **options)

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_):
        try:
            if self.process is not None:
                self.kill()
        finally:
            if self.own_data:
                shutil.rmtree(self.data, ignore_errors=True)
                self.log.unlink(missing_ok=True)
