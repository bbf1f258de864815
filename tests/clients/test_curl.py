"""curl with its own --aws-sigv4, Debian's 7.88.

What to know of 7.88 (8.x does these itself):
- It sends no x-amz-content-sha256, without which S3 answers 400. Give the header: it is then signed, and its value is what is signed
  for the body, so UNSIGNED-PAYLOAD will do for all requests. (Without, -T would sign the digest of an empty body.)
- It signs the query as it is typed: sort it by name, percent-encode it, and write "?acl=" rather than "?acl".
- -T asks for `Expect: 100-continue` whatever the size.
"""
import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import noise, sha256

UNSIGNED = "x-amz-content-sha256: UNSIGNED-PAYLOAD"


@pytest.fixture(params=["http", "https"])
def curl(request, shell, server):
    """curl with the root's key, from the folder that `curl.shell` has."""
    base = server.https.replace("127.0.0.1", "localhost") if request.param == "https" else server.url

    def run(path, *args, **options):
        return shell("curl", "--silent", "--show-error", "--cacert", server.ca, "--aws-sigv4", "aws:amz:us-east-1:s3", "-H", UNSIGNED,
                     "--user", f"{ROOT_ACCESS_KEY}:{ROOT_SECRET_KEY}", *args, base + path, **options)

    run.shell, run.base = shell, base
    return run


def status(curl, path, *args, **options) -> str:
    return curl(path, "--output", "answer", "--write-out", "%{http_code}", *args, **options)


def test_a_tour(curl, new_bucket, witness):
    name = new_bucket()
    assert status(curl, f"/{name}", "-X", "PUT") == "200"
    assert f"<Name>{name}</Name>" in curl("/")
    assert status(curl, f"/{name}/data.txt", "-X", "PUT", "--data-binary", "from curl", "-H", "Content-Type: text/plain") == "200"
    assert witness.get(name, "data.txt") == b"from curl"
    assert curl(f"/{name}/data.txt") == "from curl"
    assert "<Key>data.txt</Key>" in curl(f"/{name}?list-type=2")
    assert status(curl, f"/{name}/data.txt", "-X", "DELETE") == "204"
    assert status(curl, f"/{name}", "-X", "DELETE") == "204"
    assert not witness.exists(name)


def test_upload(curl, bucket, witness, big):
    """-T, with Expect: 100-continue before the body."""
    assert status(curl, f"/{bucket}/big", "-T", big) == "200"
    assert witness.sha256(bucket, "big") == sha256(big)
    curl(f"/{bucket}/big", "--output", "back")
    assert sha256(curl.shell.home / "back") == sha256(big)


def test_sub_resources(curl, bucket, witness):
    witness.put(bucket, "a b", b"x")
    assert "<Permission>FULL_CONTROL</Permission>" in curl(f"/{bucket}?acl=")
    assert "<Key>a b</Key>" in curl(f"/{bucket}?list-type=2&prefix=a%20")
    assert curl(f"/{bucket}/a%20b") == "x"


def test_ranges_and_head(curl, bucket, witness):
    data = noise(100_000)
    witness.put(bucket, "r", data)
    assert status(curl, f"/{bucket}/r", "--range", "500-999") == "206"
    assert (curl.shell.home / "answer").read_bytes() == data[500:1000]
    assert "Content-Length: 100000" in curl(f"/{bucket}/r", "--head")


def test_resume(curl, bucket, witness):
    """A download that was cut off is continued from where it stopped."""
    data = noise(200_000)
    witness.put(bucket, "r", data)
    curl.shell.file("part", data[:50_000])
    curl(f"/{bucket}/r", "--continue-at", "-", "--output", "part")
    assert (curl.shell.home / "part").read_bytes() == data


def test_wrong_secret(server, shell):
    said = shell("curl", "--silent", "--aws-sigv4", "aws:amz:us-east-1:s3", "-H", UNSIGNED, "--user", f"{ROOT_ACCESS_KEY}:wrong", server.url + "/")
    assert "<Code>SignatureDoesNotMatch</Code>" in said


def test_anonymous(curl, bucket, witness, server):
    witness.put(bucket, "k", b"secret")
    said = curl.shell("curl", "--silent", "--cacert", server.ca, "--write-out", "%{http_code}", f"{curl.base}/{bucket}/k")
    assert "<Code>AccessDenied</Code><Message>Access Denied</Message>" in said
    assert said.endswith("403")


def test_virtual_host(curl, bucket, witness, server):
    """BUCKET.s3.localhost, a name that curl itself takes to be this machine."""
    witness.put(bucket, "k", b"by name")
    base = curl.base.replace("127.0.0.1", "localhost").replace("localhost", f"{bucket}.s3.localhost")
    said = curl.shell("curl", "--silent", "--show-error", "--cacert", server.ca, "--aws-sigv4", "aws:amz:us-east-1:s3", "-H", UNSIGNED,
                      "--user", f"{ROOT_ACCESS_KEY}:{ROOT_SECRET_KEY}", f"{base}/k")
    assert said == "by name"
