"""The folder whose power can be cut: tests/crash/power_cut, driven over a pipe. With this process it ends and unmounts, however that ends."""
import os
import pathlib
import subprocess

import pytest

from support.server import REPO

BUILD = pathlib.Path(os.environ.get("CUMULET_BUILD", REPO / "build/release"))
TOOL = BUILD / "tests/crash/power_cut/power_cut"


def build_tool() -> None:
    """Makes the program if it is not there; skips the test where this machine cannot."""
    if TOOL.exists():
        return
    if not (BUILD / "build.ninja").exists():
        pytest.skip(f"{TOOL} is not built; configure with cmake --preset release")
    made = subprocess.run(["cmake", "--build", str(BUILD), "-j1", "--target", "power_cut"], capture_output=True, text=True)
    if not TOOL.exists():
        pytest.skip(f"{TOOL} cannot be built; tools/packages.sh test installs libfuse3-dev: {made.stdout[-500:]}{made.stderr[-500:]}")


class PowerCut:
    """A context manager. `folder` is empty at first."""

    def __init__(self, where: pathlib.Path, ignores_sync: bool = False):
        build_tool()
        self.folder = where / "disk"
        self.folder.mkdir()
        env = {**os.environ, **({"POWER_CUT_IGNORES_SYNC": "1"} if ignores_sync else {})}
        self.log = where / "power_cut.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([str(TOOL), str(self.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=env)
        if self.process.stdout.readline() != "ok\n":
            self.close()
            pytest.skip(f"FUSE does not mount here: {self.log.read_text().strip()}")

    def tell(self, line: str) -> str:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert answer, f"power_cut ended: {self.log.read_text()}"
        return answer

    def obey(self, line: str) -> None:
        answer = self.tell(line)
        assert answer == "ok", f"{line}: {answer}"

    def cut(self, seed: int, keeps: str = "") -> None:
        """Nobody may have a file of the folder open. Of what was not synced it keeps nothing, all, beginnings or coins; "": the seed says."""
        self.obey(f"cut {seed} {keeps}")

    def limit(self, size_bytes: int) -> None:
        """The size of the disk."""
        self.obey(f"limit {size_bytes}")

    def quota(self, size_bytes: int) -> None:
        """The same, but the file system goes on to promise more room: then it is a write that fails."""
        self.obey(f"quota {size_bytes}")

    def fail(self, kind: str, skip: int, count: int) -> None:
        """The next `count` calls of a kind (write, sync, change) fail with EIO, after `skip` that do not."""
        self.obey(f"fail {kind} {skip} {count}")

    @property
    def used(self) -> int:
        return int(self.tell("used"))

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
        assert not os.path.ismount(self.folder)

    def __enter__(self) -> "PowerCut":
        return self

    def __exit__(self, *_):
        self.close()
