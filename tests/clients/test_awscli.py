"""awscli, Debian's (version 2.9): the `s3` commands that people type and `s3api`, which has every operation by name."""
import hashlib
import json
import urllib.request

import pytest

from .conftest import noise, sha256


@pytest.fixture
def aws(aws_shell, server):
    aws_shell.tool("aws")
    return lambda *args, **options: aws_shell("aws", "--endpoint-url", server.url, *args, **options)


def test_a_tour(aws, new_bucket, witness, aws_shell):
    name = new_bucket()
    assert "make_bucket" in aws("s3", "mb", f"s3://{name}")
    assert name in aws("s3", "ls")
    aws_shell.file("hello.txt", "hello")
    aws("s3", "cp", "hello.txt", f"s3://{name}/dir/hello.txt", "--acl", "private")
    assert witness.get(name, "dir/hello.txt") == b"hello"
    assert witness.head(name, "dir/hello.txt")["Content-Type"] == "text/plain"
    aws("s3", "mv", f"s3://{name}/dir/hello.txt", f"s3://{name}/moved +.txt")
    assert witness.keys(name) == {"moved +.txt": 5}
    assert "moved +.txt" in aws("s3", "ls", f"s3://{name}/")
    assert aws("s3", "cp", f"s3://{name}/moved +.txt", "-") == "hello"
    aws("s3", "rb", "--force", f"s3://{name}")
    assert not witness.exists(name)


def test_standard_input_and_output(aws, bucket, witness):
    data = b"through a pipe\n" * 1000
    aws("s3", "cp", "-", f"s3://{bucket}/piped", input=data)
    assert witness.get(bucket, "piped") == data


def test_multipart_copy(aws, bucket, witness, big, tmp_path):
    aws("s3", "cp", big, f"s3://{bucket}/big")
    assert witness.head(bucket, "big")["ETag"].endswith('-4"')
    aws("s3", "cp", f"s3://{bucket}/big", f"s3://{bucket}/again")
    aws("s3", "cp", f"s3://{bucket}/again", tmp_path / "back")
    assert sha256(tmp_path / "back") == sha256(big) == witness.sha256(bucket, "big")


def test_sync(aws, bucket, witness, aws_shell, tmp_path):
    files = {f"d{number % 4}/f {number}.bin": noise(1000 + number, number) for number in range(50)}
    for name, data in files.items():
        aws_shell.file(f"tree/{name}", data)
    aws("s3", "sync", "tree", f"s3://{bucket}/tree")
    assert witness.keys(bucket) == {f"tree/{name}": len(data) for name, data in files.items()}
    (aws_shell.home / "tree/d0/f 0.bin").unlink()
    aws_shell.file("tree/new", "new")
    said = aws("s3", "sync", "--delete", "tree", f"s3://{bucket}/tree")
    assert (said.count("upload:"), said.count("delete:")) == (1, 1)
    assert "upload" not in aws("s3", "sync", "tree", f"s3://{bucket}/tree")
    aws("s3", "sync", f"s3://{bucket}/tree", tmp_path / "back")
    for name, data in {**files, "new": b"new"}.items():
        assert not (tmp_path / "back" / name).exists() if name == "d0/f 0.bin" else (tmp_path / "back" / name).read_bytes() == data
    assert witness.get(bucket, "tree/new") == b"new"


def test_presign(aws, bucket, witness):
    witness.put(bucket, "a b", b"signed for")
    with urllib.request.urlopen(aws("s3", "presign", f"s3://{bucket}/a b", "--expires-in", "600").strip()) as answer:
        assert answer.read() == b"signed for"


def test_api(aws, bucket, witness, aws_shell):
    """Operations by name, from both ends."""
    body = aws_shell.file("body", "by name")
    put = json.loads(aws("s3api", "put-object", "--bucket", bucket, "--key", "k", "--body", body, "--metadata", "a=b", "--checksum-algorithm", "SHA256"))
    assert put["ETag"] == f'"{hashlib.md5(b"by name").hexdigest()}"'
    assert witness.get(bucket, "k") == b"by name"
    assert json.loads(aws("s3api", "head-object", "--bucket", bucket, "--key", "k"))["Metadata"] == {"a": "b"}
    aws("s3api", "put-object-tagging", "--bucket", bucket, "--key", "k", "--tagging", "TagSet=[{Key=x,Value=y z}]")
    assert json.loads(aws("s3api", "get-object-tagging", "--bucket", bucket, "--key", "k"))["TagSet"] == [{"Key": "x", "Value": "y z"}]
    aws("s3api", "put-object-acl", "--bucket", bucket, "--key", "k", "--acl", "public-read")
    grants = json.loads(aws("s3api", "get-object-acl", "--bucket", bucket, "--key", "k"))["Grants"]
    assert ["READ"] == [grant["Permission"] for grant in grants if grant["Grantee"]["Type"] == "Group"]
    parts = json.loads(aws("s3api", "get-object-attributes", "--bucket", bucket, "--key", "k", "--object-attributes", "ObjectSize", "ETag"))
    assert (parts["ObjectSize"], parts["ETag"]) == (7, hashlib.md5(b"by name").hexdigest())
    gone = json.loads(aws("s3api", "delete-objects", "--bucket", bucket, "--delete", "Objects=[{Key=k}]"))
    assert gone["Deleted"] == [{"Key": "k"}]
    assert json.loads(aws("s3api", "list-objects-v2", "--bucket", bucket) or "{}").get("Contents", []) == []


def test_api_multipart(aws, bucket, witness, aws_shell):
    upload = json.loads(aws("s3api", "create-multipart-upload", "--bucket", bucket, "--key", "m"))["UploadId"]
    pieces = [noise(5 << 20), b"the end"]
    etags = []
    for number, piece in enumerate(pieces, 1):
        body = aws_shell.file(f"part{number}", piece)
        etags.append(json.loads(aws("s3api", "upload-part", "--bucket", bucket, "--key", "m", "--part-number", number, "--upload-id", upload,
                                    "--body", body))["ETag"])
    listed = json.loads(aws("s3api", "list-parts", "--bucket", bucket, "--key", "m", "--upload-id", upload))["Parts"]
    assert [part["ETag"] for part in listed] == etags
    order = json.dumps({"Parts": [{"ETag": etag, "PartNumber": number} for number, etag in enumerate(etags, 1)]})
    done = json.loads(aws("s3api", "complete-multipart-upload", "--bucket", bucket, "--key", "m", "--upload-id", upload, "--multipart-upload", order))
    assert done["ETag"].endswith('-2"')
    assert witness.get(bucket, "m") == b"".join(pieces)


def test_errors(aws_shell, server, bucket, witness):
    witness.put(bucket, "k", b"")
    full = aws_shell.run("aws", "--endpoint-url", server.url, "s3api", "delete-bucket", "--bucket", bucket)
    assert full.returncode != 0
    assert b"(BucketNotEmpty)" in full.stderr


def test_https(aws_shell, server, bucket, witness):
    aws_shell.file("f", "over TLS")
    aws_shell("aws", "--endpoint-url", server.https, "--ca-bundle", server.ca, "s3", "cp", "f", f"s3://{bucket}/f")
    assert witness.get(bucket, "f") == b"over TLS"
    unknown = aws_shell.run("aws", "--endpoint-url", server.https, "s3", "ls")
    assert b"CERTIFICATE_VERIFY_FAILED" in unknown.stderr


@pytest.mark.parametrize("command, name", [(("sts", "get-caller-identity"), "AWS STS"), (("ec2", "describe-instances"), "Amazon EC2"), (("iam", "list-users"), "AWS IAM"),
                                           (("dynamodb", "list-tables"), "Amazon DynamoDB")])
def test_other_services_say_that_they_are_not_here(aws_shell, server, command, name):
    aws_shell.tool("aws")
    refused = aws_shell.run("aws", "--endpoint-url", server.url, *command)
    assert refused.returncode != 0 and b"(NotImplemented)" in refused.stderr and f"This server has no {name}".encode() in refused.stderr
