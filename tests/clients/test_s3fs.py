"""s3fs-fuse, Debian's 1.90: a bucket as a folder."""
import os
import pathlib
import shutil
import subprocess
import time

import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import noise, sha256


def is_mounted(folder: pathlib.Path) -> bool:
    return any(line.split()[1] == str(folder) for line in open("/proc/mounts"))


@pytest.fixture
def mount(shell, server, bucket):
    """The bucket as a folder; `mount()` mounts it (again) and `mount.off()` unmounts it."""
    s3fs = shell.tool("s3fs")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("/dev/fuse is not there, or not ours to open: no file systems in user space on this machine")
    unmount = [shutil.which("fusermount3") or shutil.which("fusermount") or shell.tool("umount")]
    unmount += [] if unmount[0].endswith("umount") and "fuser" not in unmount[0] else ["-u"]
    secret = shell.file("passwd-s3fs", f"{ROOT_ACCESS_KEY}:{ROOT_SECRET_KEY}\n")
    folder = shell.home / "mnt"
    folder.mkdir()
    running = []

    def on() -> pathlib.Path:
        process = subprocess.Popen([s3fs, bucket, folder, "-f", "-o", f"passwd_file={secret},url={server.url},use_path_request_style,endpoint=us-east-1,"
                                    "multipart_size=10,retries=1"], env=shell.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 30
        while not is_mounted(folder):
            if process.poll() is not None and b"fuse: " in (said := process.stderr.read()) and b"not permitted" in said:
                pytest.skip(f"this machine lets nobody mount: {said.decode().strip()}")
            assert process.poll() is None and time.monotonic() < deadline, "s3fs did not mount"
            time.sleep(0.02)
        running.append(process)
        return folder

    def off() -> None:
        subprocess.run([*unmount, folder], check=True)
        assert running.pop().wait(60) == 0

    on.off = off
    try:
        yield on
    finally:
        while running:
            subprocess.run([*unmount, folder])
            process = running.pop()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def test_files(mount, bucket, witness):
    folder = mount()
    (folder / "dir").mkdir()
    (folder / "dir" / "hello ü.txt").write_text("hello")
    assert witness.get(bucket, "dir/hello ü.txt") == b"hello"
    with open(folder / "dir" / "hello ü.txt", "a") as file:
        file.write(" again")
    assert witness.get(bucket, "dir/hello ü.txt") == b"hello again"
    (folder / "dir" / "hello ü.txt").rename(folder / "dir" / "new name")
    assert [key for key in witness.keys(bucket) if not key.endswith("/")] == ["dir/new name"]
    (folder / "dir").rename(folder / "other")
    assert (folder / "other" / "new name").read_text() == "hello again"
    (folder / "other" / "new name").chmod(0o640)
    mount.off()
    mount()
    assert oct((folder / "other" / "new name").stat().st_mode)[-3:] == "640"
    (folder / "other" / "new name").unlink()
    (folder / "other").rmdir()
    assert list(folder.iterdir()) == []
    mount.off()
    assert witness.keys(bucket) == {}


def test_objects_of_others(mount, bucket, witness):
    """What another client stored is a file, `a/b` without an object `a/` included."""
    for number in range(30):
        witness.put(bucket, f"a/b/{number:02}", f"number {number}".encode())
    folder = mount()
    assert sorted(path.name for path in (folder / "a" / "b").iterdir()) == [f"{number:02}" for number in range(30)]
    assert (folder / "a/b/07").read_text() == "number 7"
    mount.off()


def test_a_big_file(mount, bucket, witness, big):
    """In parts; then written in its middle, which s3fs does with UploadPartCopy."""
    folder = mount()
    shutil.copyfile(big, folder / "big")
    assert witness.sha256(bucket, "big") == sha256(big)
    assert "-" in witness.head(bucket, "big")["ETag"]
    patch = noise(1 << 20, 5)
    with open(folder / "big", "r+b") as file:
        file.seek(12 << 20)
        file.write(patch)
    data = bytearray(big.read_bytes())
    data[12 << 20:13 << 20] = patch
    assert witness.get(bucket, "big") == data
    mount.off()
    mount()
    assert (folder / "big").read_bytes() == data
    mount.off()
