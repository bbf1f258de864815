"""Chapter 1, storage: buckets, keys and who may see them, with boto 2.49 as a student types it.

The steps are one session, in this order; each goes on where the last one stopped. README.md tells the story.
"""
import pytest

from .conftest import picture
from .notebook import Mistake


def test_01_connect(student):
    """The credentials are those of ~/.aws/credentials, host and port those of ~/.boto: nothing is typed that is secret."""
    student.types("""
        import boto
        connection = boto.connect_s3(is_secure=False)
    """)
    assert student.types("connection").startswith("S3Connection:localhost")


def test_02_list_no_buckets(student):
    assert student.types("connection.get_all_buckets()") == []


def test_03_create_a_bucket(student):
    student.types("bucket = connection.create_bucket('class-of-2026')")
    assert student.types("[each.name for each in connection.get_all_buckets()]") == ["class-of-2026"]


def test_04_a_bad_name(student):
    """Names have rules; the server says so by its own."""
    with pytest.raises(Mistake, match="InvalidBucketName"):
        student.types("connection.create_bucket('under_score')")


def test_05_list_no_keys(student):
    assert student.types("bucket.get_all_keys()") == []


def test_06_add_from_a_string(student):
    assert student.types("""
        key = bucket.new_key('file.txt')
        key.set_contents_from_string('Hello, storage!')
    """) == 15


def test_07_add_from_a_file(student):
    assert student.types("""
        image = bucket.new_key('picture.png')
        image.set_contents_from_filename('picture.png')
    """) == len(picture())
    assert student.types("[each.name for each in bucket.list()]") == ["file.txt", "picture.png"]


def test_08_read_both_back(student, home):
    assert student.types("bucket.get_key('file.txt').get_contents_as_string()") == b"Hello, storage!"
    student.types("bucket.get_key('picture.png').get_contents_to_filename('back.png')")
    assert (home / "back.png").read_bytes() == picture()
    assert student.types("bucket.get_key('picture.png').content_type") == "image/png"


def test_09_a_bucket_with_periods_over_https(student, server, curl):
    """boto's default is HTTPS. The certificate is good for the name with all its periods too."""
    student.types("""
        secure = boto.connect_s3()
        dotted = secure.create_bucket('my.aws.bucket.1')
    """)
    assert student.types("secure.is_secure") is True
    assert student.types("[each.name for each in secure.get_all_buckets()]") == ["class-of-2026", "my.aws.bucket.1"]
    name = f"my.aws.bucket.1.s3.localhost:{server.port}"
    status, _, body = curl("--cacert", server.ca, "--resolve", f"{name}:127.0.0.1", f"https://{name}/")
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body
    student.types("dotted.delete()")
    assert student.types("[each.name for each in secure.get_all_buckets()]") == ["class-of-2026"]


def test_10_store_privately(student):
    student.types("""
        key2 = bucket.new_key('file2.txt')
        key2.set_contents_from_string('For some eyes only')
    """)
    assert student.types("[(grant.type, grant.permission) for grant in key2.get_acl().acl.grants]") == [("CanonicalUser", "FULL_CONTROL")]


def test_11_curl_is_refused(server, curl):
    """A stranger gets the XML that Amazon sends."""
    status, headers, body = curl(f"{server.url}/class-of-2026/file2.txt")
    assert status == 403
    assert headers["content-type"] == "application/xml"
    assert body.startswith(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
    assert b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>" + headers["x-amz-request-id"].encode() in body


def test_12_make_it_public(student):
    student.types("key2.set_acl('public-read')")
    assert student.types("sorted(grant.permission for grant in key2.get_acl().acl.grants)") == ["FULL_CONTROL", "READ"]


def test_13_curl_may_read(server, curl):
    status, headers, body = curl(f"{server.url}/class-of-2026/file2.txt")
    assert (status, body) == (200, b"For some eyes only")
    assert headers["content-type"] == "application/octet-stream"  # boto looks at the names of files only, and this was a string


def test_14_others_stay_private(server, curl):
    """The object's ACL alone decides who reads it; the bucket's, who lists it."""
    assert curl(f"{server.url}/class-of-2026/file.txt")[0] == 403
    assert curl(f"{server.url}/class-of-2026")[0] == 403


def test_15_compute_the_url(student, server, curl):
    """http://HOST/BUCKET/FILE, which boto computes as well (and would sign, if asked to)."""
    url = student.types("'http://%s:%d/%s/%s' % (connection.host, connection.port, bucket.name, key2.name)")
    assert url == f"http://localhost:{server.port}/class-of-2026/file2.txt"
    assert student.types("key2.generate_url(expires_in=0, query_auth=False)") == url
    assert curl(url)[2] == b"For some eyes only"
    signed = student.types("key.generate_url(expires_in=600)")
    assert curl(signed)[2] == b"Hello, storage!"


def test_16_a_full_bucket_stays(student):
    with pytest.raises(Mistake, match="BucketNotEmpty"):
        student.types("bucket.delete()")
    assert student.types("[each.name for each in bucket.list()]") == ["file.txt", "file2.txt", "picture.png"]


def test_17_delete_the_keys_and_the_bucket(student):
    student.types("""
        for each in bucket.list():
            each.delete()
    """)
    assert student.types("bucket.get_all_keys()") == []
    student.types("bucket.delete()")
    assert student.types("connection.get_all_buckets()") == []


def test_18_gone(student, server, curl):
    status, _, body = curl(f"{server.url}/class-of-2026/file2.txt")
    assert (status, b"<Code>NoSuchBucket</Code>" in body) == (404, True)
    with pytest.raises(Mistake, match="404"):
        student.types("connection.get_bucket('class-of-2026')")
