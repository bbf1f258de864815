"""The machine that a benchmark runs on: its cores, what processes used of it, and what its disk and processor can do."""
import contextlib
import hashlib
import os
import pathlib
import platform
import time

ALL_CORES = frozenset(os.sched_getaffinity(0))
# Servers run on one core and the load on another, so that neither takes from the other.
SERVER_CORE = frozenset([min(ALL_CORES)])
LOAD_CORE = frozenset([max(ALL_CORES)])

BLOCK = os.urandom(1 << 20)
MD5_PIECE, WRITE_PIECE, FILE_BLOCKS = BLOCK, BLOCK * 16, 16


@contextlib.contextmanager
def pinned(cores: frozenset):
    """What is done or started inside runs on these cores alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    members = [pid]
    for listing in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in listing.read_text().split():
                members += family(int(child))
    return members


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all that it started. Errors: the process is gone."""
    return sum(_own_cpu_seconds(member) for member in family(pid))


def _own_cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int, field: str) -> float:
    """VmRSS (now) or VmHWM (the most so far) of a process and all that it started."""
    return sum(_own_memory_mib(member, field) for member in family(pid))


def _own_memory_mib(pid: int, field: str) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def synced_writes(folder: pathlib.Path, seconds: float) -> float:
    """How often a second 4 KiB are appended to a file and synced, one after another."""
    return _per_second(folder, seconds, BLOCK[:4096], syncs_each=True)


def sequential_write(folder: pathlib.Path, seconds: float) -> float:
    """Bytes a second written to files of 256 MiB, each synced at its end."""
    return _per_second(folder, seconds, WRITE_PIECE, syncs_each=False) * len(WRITE_PIECE)


def _per_second(folder: pathlib.Path, seconds: float, piece: bytes, syncs_each: bool) -> float:
    path, count, start = folder / "disk-speed", 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        try:
            for _ in range(FILE_BLOCKS):
                os.write(file, piece)
                if syncs_each:
                    os.fdatasync(file)
                count += 1
            os.fsync(file)
        finally:
            os.close(file)
    path.unlink()
    return count / spent


def md5_speed(seconds: float) -> float:
    """Bytes a second that one core hashes."""
    count, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        hashlib.md5(MD5_PIECE).digest()
        count += 1
    return count * len(MD5_PIECE) / spent


def describe(folder: pathlib.Path) -> dict:
    return {"processor": _processor(), "cores": len(ALL_CORES), "kernel": platform.release(), "load_before": os.getloadavg()[0],
            "file_system": _file_system(folder)}


def _processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _file_system(folder: pathlib.Path) -> str:
    mounts = [line.split()[:3] for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    holding = [mount for mount in mounts if folder.resolve().is_relative_to(mount[1])]
    device, _, kind = max(holding, key=lambda mount: len(mount[1]))
    return f"{kind} on {device}"
