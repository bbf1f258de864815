"""davix, Debian's 0.8.4, the physicists' client, with signatures of version 2 and (given a region) of version 4.

What to know: --s3alternate is path style. davix reads a listing as it arrives and finds nothing unless <Prefix> comes before
<Contents>: the elements have to have AWS's order. It writes the bucket's path with a slash at its end, "/BUCKET/?prefix=...".
"""
import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import noise, sha256


@pytest.fixture(params=["v2", "v4", "v4-https"])
def davix(request, shell, server):
    shell.tool("davix-get")
    keys = ["--s3accesskey", ROOT_ACCESS_KEY, "--s3secretkey", ROOT_SECRET_KEY, "--s3alternate", "--retry", 0]
    if "v4" in request.param:
        keys += ["--s3region", "us-east-1"]
    base = f"s3://127.0.0.1:{server.port}"
    if "https" in request.param:
        authorities = shell.home / "authorities"
        authorities.mkdir()
        shell.file("authorities/cumulet.pem", open(server.ca, "rb").read())
        shell("openssl", "rehash", authorities)
        keys += ["--capath", authorities]
        base = f"s3s://localhost:{server.port}"

    def run(command, *args, **options):
        return shell("davix-" + command, *keys, *args, **options)

    run.base, run.shell, run.keys = base, shell, keys
    return run


def test_a_tour(davix, bucket, witness):
    davix.shell.file("hello", "hello")
    davix("put", "hello", f"{davix.base}/{bucket}/dir/hello.txt")
    assert witness.get(bucket, "dir/hello.txt") == b"hello"
    assert davix("get", f"{davix.base}/{bucket}/dir/hello.txt") == "hello"
    assert "dir" in davix("ls", f"{davix.base}/{bucket}/")
    assert "hello.txt" in davix("ls", "-l", f"{davix.base}/{bucket}/dir/")
    davix("rm", f"{davix.base}/{bucket}/dir/hello.txt")
    assert witness.keys(bucket) == {}


def test_a_big_file(davix, bucket, witness, big):
    davix("put", big, f"{davix.base}/{bucket}/big")
    assert witness.sha256(bucket, "big") == sha256(big)
    davix("get", f"{davix.base}/{bucket}/big", "back")
    assert sha256(davix.shell.home / "back") == sha256(big)


def test_missing(davix, bucket):
    done = davix.shell.run("davix-get", *davix.keys, f"{davix.base}/{bucket}/none")
    assert done.returncode != 0
    assert b"404" in done.stderr or b"not found" in done.stderr.lower()


def test_names(davix, bucket, witness):
    witness.put(bucket, "a b/ü", noise(1000))
    davix("get", f"{davix.base}/{bucket}/a%20b/%C3%BC", "back")
    assert (davix.shell.home / "back").read_bytes() == noise(1000)
