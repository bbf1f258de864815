"""The load generator: runs of build/release/s3load, and what they measured."""
import dataclasses
import json
import os
import pathlib
import subprocess

from . import machine, peers

PROGRAM = peers.REPO / "build/release/s3load"


@dataclasses.dataclass(frozen=True)
class Sample:
    """One measurement. `busy` and `client` are the shares of a core that the server and the load generator had. Whichever is
    near 1 set the rate; where neither is, something else did: the disk, or others who use the machine."""
    rate: float           # requests a second
    bytes_per_s: float
    cpu_s: float          # of the server, for a request
    busy: float
    client: float
    p99_ms: float

    def json(self) -> dict:
        return {"requests_per_s": round(self.rate, 1), "mb_per_s": round(self.bytes_per_s / 1e6, 2),
                "server_cpu_us_per_request": round(self.cpu_s * 1e6, 2), "server_core_share": round(self.busy, 3),
                "client_core_share": round(self.client, 3),
                "p99_ms": self.p99_ms}


class LoadError(Exception):
    """Some of the requests failed."""


def build() -> None:
    if not PROGRAM.exists():
        subprocess.run(["cmake", "--build", PROGRAM.parent, "--target", "s3load"], check=True)


def run(url: str, *arguments: object, cores: frozenset = machine.LOAD_CORE) -> dict:
    """The JSON that s3load prints."""
    command = [str(PROGRAM), "--quiet", "--timeout", "3600", "--url", url, *map(str, arguments)]
    keys = {"AWS_ACCESS_KEY_ID": peers.server.ROOT_ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": peers.server.ROOT_SECRET_KEY}
    with machine.pinned(cores):
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **keys})
    if done.returncode:
        report = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        raise LoadError("; ".join(report.get("error_samples", [])) or done.stderr.strip() or f"s3load ended with {done.returncode}")
    return json.loads(done.stdout)


def measure(peer: peers.Cumulet | peers.Nginx, url: str, *arguments: object, seconds: float,
            cores: frozenset = machine.LOAD_CORE) -> Sample:
    before = machine.cpu_seconds(peer.pid)
    report = run(url, "--duration", seconds, *arguments, cores=cores)
    total, spent = report["total"], machine.cpu_seconds(peer.pid) - before
    if not total["ops"]:
        raise LoadError(f"no request ended within {seconds} s")
    if not spent:
        raise LoadError("the server used no processor time: something else answered, or the measurement is too short")
    return Sample(total["ops_per_s"], total["bytes"] / report["seconds"], spent / total["ops"],
                  spent / report["seconds"], report["client_cpu_s"] / report["seconds"], total["latency_ms"]["p99"])


def fill(url: str, bucket: str, objects: int, size: str, *arguments: object) -> None:
    """Puts objects 0 to `objects` - 1; their contents follow from their numbers."""
    run(url, "--bucket", bucket, "--op", "put", "--objects", objects, "--size", size, "--requests", objects, *arguments,
        cores=machine.ALL_CORES)


