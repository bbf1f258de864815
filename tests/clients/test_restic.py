"""restic, Debian's 0.14: a backup that is changed, thinned out, checked to the last byte and restored."""
import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import noise


@pytest.fixture(params=["http", "https"])
def restic(request, shell, server, new_bucket):
    shell.tool("restic")
    url = server.https if request.param == "https" else server.url
    name = new_bucket("restic")
    shell.env.update(AWS_ACCESS_KEY_ID=ROOT_ACCESS_KEY, AWS_SECRET_ACCESS_KEY=ROOT_SECRET_KEY, AWS_DEFAULT_REGION="us-east-1",
                     RESTIC_PASSWORD="a password", RESTIC_REPOSITORY=f"s3:{url}/{name}/repository", RESTIC_CACERT=server.ca)

    def run(*args, **options):
        return shell("restic", "--no-cache", *(["--cacert", server.ca] if request.param == "https" else []), *args, **options)

    run.shell, run.bucket = shell, name
    return run


def test_backup_prune_restore_check(restic, witness):
    """restic makes the bucket itself. What it stores is encrypted: the proof is what comes back, and the bucket's listing."""
    restic("init")
    files = {f"d{number % 5}/file {number}": noise(20_000 + number, number) for number in range(60)}
    files["large"] = noise(40 << 20, 99)
    for name, data in files.items():
        restic.shell.file(f"tree/{name}", data)
    restic("backup", "tree")
    restic.shell.file("tree/large", b"small now")
    files["large"] = b"small now"
    before = sum(witness.keys(restic.bucket).values())
    restic("backup", "tree")
    assert restic("snapshots", "--json").count('"short_id"') == 2
    restic("forget", "--keep-last", 1, "--prune")
    assert sum(witness.keys(restic.bucket).values()) < before - (30 << 20)
    assert "no errors were found" in restic("check", "--read-data")
    restic("restore", "latest", "--target", "back")
    back = next((restic.shell.home / "back").rglob("tree"))
    assert {name: (back / name).read_bytes() for name in files} == files
    assert restic("list", "locks") == ""
    assert set(key.split("/")[1] for key in witness.keys(restic.bucket)) >= {"config", "data", "index", "keys", "snapshots"}


def test_check_sees_damage(restic, witness):
    """That the check above would have noticed a changed byte."""
    restic("init")
    restic.shell.file("tree/f", noise(100_000))
    restic("backup", "tree")
    pack = max(witness.keys(restic.bucket, "repository/data/").items(), key=lambda item: item[1])[0]
    data = bytearray(witness.get(restic.bucket, pack))
    data[len(data) // 2] ^= 1
    witness.put(restic.bucket, pack, bytes(data))
    assert restic.shell.run("restic", "--no-cache", "check", "--read-data").returncode != 0
