"""duplicity, Debian's 0.8.22, by both of its S3 ways: boto3+s3:// and the older s3:// of boto 2 (signatures of version 2)."""
import os
import time

import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import INSTALL, noise


@pytest.fixture(params=["boto3", "boto3-https", "boto2"])
def duplicity(request, shell, server, bucket):
    """Without encryption, so that a test needs no key ring."""
    shell.tool("duplicity")
    shell.env.update(AWS_ACCESS_KEY_ID=ROOT_ACCESS_KEY, AWS_SECRET_ACCESS_KEY=ROOT_SECRET_KEY, AWS_DEFAULT_REGION="us-east-1", AWS_CA_BUNDLE=server.ca)
    if request.param == "boto2":
        if shell.run("/usr/bin/python3", "-c", "import boto").returncode:
            pytest.skip(f"python3-boto is not on this machine; {INSTALL}")
        target, more = f"s3://localhost:{server.port}/{bucket}/backup", ["--s3-unencrypted-connection"]
    else:
        target, more = f"boto3+s3://{bucket}/backup", ["--s3-endpoint-url", server.https if "https" in request.param else server.url]

    def run(*args, **options):
        return shell("duplicity", *(target if arg == "REMOTE" else arg for arg in args), "--no-encryption", "--volsize", 5, "--num-retries", 1,
                     *more, **options)

    run.shell = shell
    return run


def wait_for_the_next_second() -> None:
    now = int(time.time())
    while int(time.time()) == now:
        time.sleep(0.02)


def test_backup_verify_restore(duplicity, bucket, witness):
    files = {f"d{number % 3}/file {number}": noise(300_000 + number, number) for number in range(40)}
    for name, data in files.items():
        duplicity.shell.file(f"tree/{name}", data)
    duplicity("full", "tree", "REMOTE")
    files["d0/file 0"] = b"changed"
    os.utime(duplicity.shell.file("tree/d0/file 0", b"changed"))  # duplicity looks at times only, in whole seconds
    wait_for_the_next_second()  # and two backups may not be of the same one
    duplicity("incremental", "tree", "REMOTE")
    volumes = [key for key in witness.keys(bucket, "backup/duplicity-full") if ".vol" in key]
    assert len(volumes) >= 3
    assert "Full" in (status := duplicity("collection-status", "REMOTE")) and "Incremental" in status
    duplicity("verify", "--compare-data", "REMOTE", "tree")
    duplicity("restore", "REMOTE", "back")
    assert {name: (duplicity.shell.home / "back" / name).read_bytes() for name in files} == files
    duplicity("remove-all-but-n-full", "1", "--force", "REMOTE")
    assert witness.get(bucket, volumes[0])[:2] == b"\x1f\x8b"  # gzip, whole, for another way in
