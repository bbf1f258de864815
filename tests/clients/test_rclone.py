"""rclone, Debian's 1.60: a tree of small files and one big file, then rclone's own comparison, and the witness's.

CUMULET_SOAK=1: 10,000 files and 5 GiB; otherwise 2,000 and 300 MiB.

What to know: with AWS_CA_BUNDLE set, this rclone refuses to start; its own option is --ca-cert. `provider = Other` means path style.
After an upload it asks for the object again, with `versionId=null` if the answer to the upload named that version.
"""
import random

import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import noise, sha256, soak

FILES = 10_000 if soak() else 2_000
BIG_MIB = 5 << 10 if soak() else 300


@pytest.fixture
def rclone(shell, server):
    shell.tool("rclone")
    shell.file(".config/rclone/rclone.conf", "".join(
        f"[{name}]\ntype = s3\nprovider = Other\naccess_key_id = {ROOT_ACCESS_KEY}\nsecret_access_key = {ROOT_SECRET_KEY}\n"
        f"region = us-east-1\nendpoint = {url}\nforce_path_style = true\n{more}\n"
        for name, url, more in [("other", server.url, ""), ("v2", server.url, "v2_auth = true"), ("tls", server.https, "")]))

    def run(*args, **options):
        return shell("rclone", "--retries", 1, "--low-level-retries", 1, "--ca-cert", server.ca, *args, **options)

    run.shell = shell
    return run


@pytest.mark.parametrize("remote", ["other", "v2", "tls"])
def test_a_tour(rclone, new_bucket, witness, remote):
    name = new_bucket()
    rclone("mkdir", f"{remote}:{name}")
    assert name in rclone("lsd", f"{remote}:")
    rclone.shell.file("in/a b/ü + &.txt", "hello")
    rclone("copy", "in", f"{remote}:{name}")
    assert witness.get(name, "a b/ü + &.txt") == b"hello"
    rclone("moveto", f"{remote}:{name}/a b/ü + &.txt", f"{remote}:{name}/moved")
    assert rclone("cat", f"{remote}:{name}/moved") == "hello"
    assert rclone("rcat", f"{remote}:{name}/piped", input=b"through a pipe") == ""
    assert witness.keys(name) == {"moved": 5, "piped": 14}
    assert "5d41402abc4b2a76b9719d911017c592  moved" in rclone("md5sum", f"{remote}:{name}")
    rclone("purge", f"{remote}:{name}")
    assert not witness.exists(name)


def test_sync_many_files(rclone, bucket, witness):
    files = {f"{number % 17}/{number % 5}/file {number}": noise(number % 3000, number) for number in range(FILES)}
    for name, data in files.items():
        rclone.shell.file(f"tree/{name}", data)
    rclone("sync", "--transfers", 16, "tree", f"other:{bucket}/tree", timeout=1800)
    assert witness.keys(bucket) == {f"tree/{name}": len(data) for name, data in files.items()}
    rclone("check", "tree", f"other:{bucket}/tree")
    rclone("check", "--download", "tree/3", f"other:{bucket}/tree/3")
    for name in random.Random(7).sample(sorted(files), 100):
        assert witness.get(bucket, f"tree/{name}") == files[name]
    rclone.shell.file("tree/0/0/file 0", "changed")
    (rclone.shell.home / "tree/1/1/file 1").unlink()
    rclone("sync", "tree", f"other:{bucket}/tree", timeout=1800)
    assert witness.get(bucket, "tree/0/0/file 0") == b"changed"
    assert "tree/1/1/file 1" not in witness.keys(bucket)
    rclone("sync", "--transfers", 16, f"other:{bucket}/tree", "back", timeout=1800)
    assert rclone.shell("diff", "--recursive", "tree", "back") == ""


def test_one_big_file(rclone, bucket, witness):
    """In parts of 5 MiB, four at a time, as rclone does by default."""
    path = rclone.shell.home / "tree" / "big"
    path.parent.mkdir()
    block = noise(1 << 20)
    with open(path, "wb") as file:
        for number in range(BIG_MIB):
            file.write(number.to_bytes(8, "big") + block[8:])
    rclone("sync", "tree", f"other:{bucket}", timeout=3600)
    assert "-" in witness.head(bucket, "big")["ETag"]
    rclone("check", "tree", f"other:{bucket}", timeout=3600)
    rclone("check", "--download", "tree", f"other:{bucket}", timeout=3600)
    assert witness.sha256(bucket, "big") == sha256(path)


def test_check_sees_a_difference(rclone, bucket, witness):
    """That `rclone check` above would have noticed."""
    rclone.shell.file("tree/f", "one")
    witness.put(bucket, "f", b"two")
    assert rclone.shell.run("rclone", "check", "tree", f"other:{bucket}").returncode != 0
