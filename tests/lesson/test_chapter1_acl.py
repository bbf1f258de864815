"""Chapter 1, the table of canned ACLs: who may list, read and write, every cell of it, with boto 2.

The bucket's ACL decides who lists and who writes; the object's alone decides who reads. "Another" is a signed caller of
another account, "anonymous" one who does not sign at all.
"""
import itertools
import re

import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

boto = pytest.importorskip("boto", reason="python3-boto is not on this machine; tests/clients/install.sh installs it")
from boto.exception import S3ResponseError  # noqa: E402
from boto.s3.connection import OrdinaryCallingFormat, S3Connection  # noqa: E402

OWNER, ANOTHER, ANONYMOUS = WHO = ("owner", "another", "anonymous")
LISTERS = {"private": {OWNER}, "public-read": {*WHO}, "public-read-write": {*WHO}, "authenticated-read": {OWNER, ANOTHER},
           "log-delivery-write": {OWNER}}
WRITERS = {"private": {OWNER}, "public-read": {OWNER}, "public-read-write": {*WHO}, "authenticated-read": {OWNER}, "log-delivery-write": {OWNER}}
READERS = {"private": {OWNER}, "public-read": {*WHO}, "public-read-write": {*WHO}, "authenticated-read": {OWNER, ANOTHER},
           "bucket-owner-read": {OWNER}, "bucket-owner-full-control": {OWNER}}

# Of an object that another account stored in the owner's bucket: the bucket's owner is one caller among others.
GUEST_READERS = {"private": {ANOTHER}, "public-read": {*WHO}, "public-read-write": {*WHO}, "authenticated-read": {OWNER, ANOTHER},
                 "bucket-owner-read": {OWNER, ANOTHER}, "bucket-owner-full-control": {OWNER, ANOTHER}}


def connect(server, *keys, **options):
    return S3Connection(*keys, host="localhost", port=server.port, is_secure=False, calling_format=OrdinaryCallingFormat(), **options)


@pytest.fixture(scope="module")
def callers(server):
    made = server.run("account", "create", "classmate")
    assert made.returncode == 0, made.stderr
    value = dict(re.findall(r"^(\w+)=(\S+)$", made.stdout, re.MULTILINE))
    return {OWNER: connect(server, ROOT_ACCESS_KEY, ROOT_SECRET_KEY), ANOTHER: connect(server, value["AWSAccessKeyId"], value["AWSSecretKey"]),
            ANONYMOUS: connect(server, "not", "used", anon=True)}  # without any, boto asks the network for an instance's


@pytest.fixture(scope="module")
def places(callers):
    """A bucket for each canned ACL, and in each an object for each canned ACL."""
    for bucket_acl in LISTERS:
        bucket = callers[OWNER].create_bucket(f"table-{bucket_acl}", policy=bucket_acl)
        for object_acl in READERS:
            bucket.new_key(object_acl).set_contents_from_string(object_acl, policy=object_acl)


def outcome(call) -> str:
    """Whether it was allowed; any refusal but AccessDenied is a failure of the test."""
    try:
        call()
    except S3ResponseError as refused:
        assert (refused.status, refused.error_code) == (403, "AccessDenied")
        return "refused"
    return "allowed"


def expected(who: str, allowed: set) -> str:
    return "allowed" if who in allowed else "refused"


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("object_acl", READERS)
@pytest.mark.parametrize("bucket_acl", LISTERS)
class TestEveryCell:
    def test_list(self, callers, places, bucket_acl, object_acl, who):
        def names():
            listed = [key.name for key in callers[who].get_bucket(f"table-{bucket_acl}", validate=False).list()]
            assert object_acl in listed  # a private object is listed too
        assert outcome(names) == expected(who, LISTERS[bucket_acl])

    def test_read(self, callers, places, bucket_acl, object_acl, who):
        def read():
            key = callers[who].get_bucket(f"table-{bucket_acl}", validate=False).new_key(object_acl)
            assert key.get_contents_as_string() == object_acl.encode()
        assert outcome(read) == expected(who, READERS[object_acl])

    def test_write(self, callers, places, bucket_acl, object_acl, who):
        """Over the object itself, whose ACL gives nobody the right to. Then it is put back."""
        bucket = f"table-{bucket_acl}"
        key = callers[who].get_bucket(bucket, validate=False).new_key(object_acl)
        assert outcome(lambda: key.set_contents_from_string("written")) == expected(who, WRITERS[bucket_acl])
        mine = callers[OWNER].get_bucket(bucket).new_key(object_acl)
        if who not in WRITERS[bucket_acl]:
            assert mine.get_contents_as_string() == object_acl.encode()
        mine.set_contents_from_string(object_acl, policy=object_acl)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("object_acl", GUEST_READERS)
def test_a_guests_object(callers, places, object_acl, who):
    """bucket-owner-read and -full-control are for this: without them the bucket's owner cannot read what a guest left."""
    guest = callers[ANOTHER].get_bucket("table-public-read-write", validate=False).new_key(f"guest-{object_acl}")
    guest.set_contents_from_string("from a guest", policy=object_acl)
    key = callers[who].get_bucket("table-public-read-write", validate=False).new_key(f"guest-{object_acl}")
    assert outcome(key.get_contents_as_string) == expected(who, GUEST_READERS[object_acl])


@pytest.mark.parametrize("object_acl, allowed", [("bucket-owner-read", False), ("bucket-owner-full-control", True)])
def test_who_may_read_the_acl(callers, places, object_acl, allowed):
    """Full control is the right to read and change the ACL as well."""
    guest = callers[ANOTHER].get_bucket("table-public-read-write", validate=False).new_key(f"guest-acl-{object_acl}")
    guest.set_contents_from_string("from a guest", policy=object_acl)
    key = callers[OWNER].get_bucket("table-public-read-write", validate=False).new_key(f"guest-acl-{object_acl}")
    assert outcome(key.get_acl) == ("allowed" if allowed else "refused")


def test_the_table_is_whole():
    """Every canned ACL that S3 documents for a bucket and for an object is a row above."""
    documented = {"private", "public-read", "public-read-write", "authenticated-read"}
    assert documented | {"log-delivery-write"} == LISTERS.keys() == WRITERS.keys()
    assert documented | {"bucket-owner-read", "bucket-owner-full-control"} == READERS.keys() == GUEST_READERS.keys()
    assert len(list(itertools.product(LISTERS, READERS, WHO))) == 90
