"""s3cmd 2.3, configured by ~/.s3cfg as `s3cmd --configure` writes it."""
import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import noise, sha256


@pytest.fixture(params=["v4", "v2", "v4-https"])
def s3cmd(request, shell, server):
    shell.tool("s3cmd")
    host = f"127.0.0.1:{server.port}"
    secure = "https" in request.param
    shell.file(".s3cfg", f"[default]\naccess_key = {ROOT_ACCESS_KEY}\nsecret_key = {ROOT_SECRET_KEY}\nhost_base = {host}\nhost_bucket = {host}\n"
               f"use_https = {secure}\nca_certs_file = {server.ca if secure else ''}\nsignature_v2 = {'v2' in request.param}\n"
               "bucket_location = us-east-1\nmultipart_chunk_size_mb = 10\nmax_retries = 1\n")
    run = lambda *args, **options: shell("s3cmd", *args, **options)  # noqa: E731
    run.shell = shell
    return run


def test_a_tour(s3cmd, new_bucket, witness):
    name = new_bucket()
    assert "created" in s3cmd("mb", f"s3://{name}")
    assert f"s3://{name}" in s3cmd("ls")
    s3cmd.shell.file("hello.txt", "hello")
    s3cmd("put", "hello.txt", f"s3://{name}/a b/hello +.txt")
    assert witness.get(name, "a b/hello +.txt") == b"hello"
    assert "MD5 sum:   5d41402abc4b2a76b9719d911017c592" in s3cmd("info", f"s3://{name}/a b/hello +.txt")
    s3cmd("cp", f"s3://{name}/a b/hello +.txt", f"s3://{name}/copy")
    s3cmd("mv", f"s3://{name}/copy", f"s3://{name}/moved")
    s3cmd("get", f"s3://{name}/moved", "back.txt")
    assert (s3cmd.shell.home / "back.txt").read_text() == "hello"
    assert sorted(witness.keys(name)) == ["a b/hello +.txt", "moved"]
    s3cmd("del", "--recursive", "--force", f"s3://{name}")
    s3cmd("rb", f"s3://{name}")
    assert not witness.exists(name)


def test_multipart(s3cmd, bucket, witness, big):
    s3cmd("put", big, f"s3://{bucket}/big")
    assert witness.head(bucket, "big")["ETag"].endswith('-3"')
    assert witness.sha256(bucket, "big") == sha256(big)
    s3cmd("get", f"s3://{bucket}/big", "back")
    assert sha256(s3cmd.shell.home / "back") == sha256(big)


def test_sync(s3cmd, bucket, witness):
    files = {f"d{number % 3}/ü {number}": noise(100 + number, number) for number in range(30)}
    for name, data in files.items():
        s3cmd.shell.file(f"tree/{name}", data)
    s3cmd("sync", "tree/", f"s3://{bucket}/t/")
    assert witness.keys(bucket) == {f"t/{name}": len(data) for name, data in files.items()}
    assert witness.get(bucket, "t/d0/ü 0") == files["d0/ü 0"]
    assert "upload:" not in s3cmd("sync", "tree/", f"s3://{bucket}/t/")
    s3cmd("sync", f"s3://{bucket}/t/", "back/")
    assert {name: (s3cmd.shell.home / "back" / name).read_bytes() for name in files} == files


def test_acl(s3cmd, bucket, server):
    s3cmd.shell.file("f", "for all")
    s3cmd("put", "--acl-public", "f", f"s3://{bucket}/f")
    assert s3cmd.shell("curl", "--silent", f"{server.url}/{bucket}/f") == "for all"
    assert "*anon*: READ" in s3cmd("info", f"s3://{bucket}/f")
    s3cmd("setacl", "--acl-private", f"s3://{bucket}/f")
    assert "<Code>AccessDenied</Code>" in s3cmd.shell("curl", "--silent", f"{server.url}/{bucket}/f")


def test_sign_url(s3cmd, bucket, witness, server):
    witness.put(bucket, "k", b"signed for")
    url = s3cmd("signurl", f"s3://{bucket}/k", "+600").strip()
    assert s3cmd.shell("curl", "--silent", "--cacert", server.ca, url) == "signed for"
