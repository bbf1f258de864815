"""The servers under load: Cumulet, and nginx with the same bytes on the same disk."""
import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import time

from . import machine

REPO = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tests"))
from support import server  # noqa: E402

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

# As Debian ships it, but for what would slow it down here: no access log, and connections that are kept for good.
NGINX_CONFIG = """\
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/incoming;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  root {folder}/www;
  server {{ listen 127.0.0.1:{port}; }}
  server {{ listen 127.0.0.1:{tls_port} ssl; ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem; }}
  # Where the load generator puts the objects that the other two serve.
  server {{ listen 127.0.0.1:{fill_port}; dav_methods PUT; create_full_put_path on; client_max_body_size 0; }}
}}
"""


def choose_server(program: pathlib.Path) -> None:
    """The program that Cumulet objects start. Ends with a message where there is none."""
    if not pathlib.Path(program).exists():
        sys.exit(f"{program} is not there: ./start --build makes build/release/cumulet, --server names another program")
    os.environ["CUMULET_BIN"] = str(pathlib.Path(program).resolve())


class Cumulet(server.Server):
    """A server with a data folder of its own inside `folder`. `run_on` restarts it where it runs on other cores."""

    def __init__(self, folder: pathlib.Path):
        super().__init__(data=str(folder / "cumulet"))
        self.cores = frozenset()

    def run_on(self, cores: frozenset) -> None:
        if self.process is not None and self.cores == cores:
            return
        self.stop()
        self.start_on(cores)

    def start_on(self, cores: frozenset) -> float:
        """The seconds until it was ready."""
        self.cores, began = cores, time.perf_counter()
        with machine.pinned(cores):
            self.start(wait=600)
        return time.perf_counter() - began

    def end(self) -> None:
        """Stops it, by force where it does not stop in time."""
        with contextlib.suppress(RuntimeError):
            self.stop()

    @property
    def pid(self) -> int:
        return self.process.pid

    @staticmethod
    def version() -> str:
        return _first_line([server.program(), "--version"])


class Nginx:
    """One worker on the servers' core, over plain HTTP and TLS."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder / "nginx"
        (self.folder / "www").mkdir(parents=True)
        self.port, self.tls_port, self.fill_port = free_ports(3)
        self.url, self.https, self.fill_url = (f"http://127.0.0.1:{self.port}", f"https://127.0.0.1:{self.tls_port}",
                                               f"http://127.0.0.1:{self.fill_port}")
        self.process = None

    def start(self) -> None:
        self._make_certificate()
        user = f"user {pwd.getpwuid(os.getuid()).pw_name};" if os.getuid() == 0 else ""
        config = self.folder / "nginx.conf"
        config.write_text(NGINX_CONFIG.format(user=user, folder=self.folder, port=self.port, tls_port=self.tls_port,
                                              fill_port=self.fill_port))
        with machine.pinned(machine.SERVER_CORE):
            self.process = subprocess.Popen([NGINX, "-p", self.folder, "-c", config, "-e", self.folder / "error.log"])
        self._wait()

    def _make_certificate(self) -> None:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-keyout", self.folder / "key.pem", "-out", self.folder / "certificate.pem"],
                       check=True, capture_output=True)

    def _wait(self) -> None:
        for _ in range(500):
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.fill_port)):
                return
            time.sleep(0.01)
        raise RuntimeError(f"nginx did not start: {(self.folder / 'error.log').read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        return self.process.pid

    @staticmethod
    def version() -> str:
        return _first_line([NGINX, "-v"])

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _first_line(command: list) -> str:
    run = subprocess.run(command, capture_output=True, text=True)
    return ((run.stdout + run.stderr).strip().splitlines() or ["unknown"])[0]
