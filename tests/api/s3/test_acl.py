"""Access control lists: who may do what, in every cell; canned, by header and by XML; on buckets and objects."""
import botocore.exceptions
import pytest

from .helpers import refused, status

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
WHO = ["owner", "other", "anonymous"]


@pytest.fixture(scope="module")
def who(s3, other, anonymous):
    return {"owner": s3, "other": other, "anonymous": anonymous}


def allowed(call, **parameters) -> bool:
    """Whether the call works; a refusal must be AccessDenied."""
    try:
        call(**parameters)
        return True
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] in ("AccessDenied", "403"), error
        assert status(error.response) == 403
        return False


def grants(acl: dict) -> set:
    """(grantee's id or URI, permission)"""
    return {(grant["Grantee"].get("ID") or grant["Grantee"]["URI"], grant["Permission"]) for grant in acl["Grants"]}


# The access table. A letter per caller who may: o(wner), t(he other account), a(nonymous).

OBJECT_READERS = {"private": "o", "public-read": "ota", "public-read-write": "ota", "authenticated-read": "ot", "bucket-owner-read": "o",
                  "bucket-owner-full-control": "o", "aws-exec-read": "o"}
BUCKET_LISTERS = {"private": "o", "public-read": "ota", "public-read-write": "ota", "authenticated-read": "ot", "log-delivery-write": "o"}
BUCKET_WRITERS = {"private": "o", "public-read": "o", "public-read-write": "ota", "authenticated-read": "o", "log-delivery-write": "o"}
LETTER = {"owner": "o", "other": "t", "anonymous": "a"}


@pytest.mark.parametrize("caller", WHO)
@pytest.mark.parametrize("bucket_acl", BUCKET_LISTERS)
@pytest.mark.parametrize("object_acl", OBJECT_READERS)
def test_who_reads_an_object(s3, who, bucket, bucket_acl, object_acl, caller):
    """The object's ACL alone decides, whatever the bucket's says."""
    s3.put_bucket_acl(Bucket=bucket, ACL=bucket_acl)
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", ACL=object_acl)
    expected = LETTER[caller] in OBJECT_READERS[object_acl]
    assert allowed(who[caller].get_object, Bucket=bucket, Key="a") == expected
    assert allowed(who[caller].head_object, Bucket=bucket, Key="a") == expected


@pytest.mark.parametrize("caller", WHO)
@pytest.mark.parametrize("acl", BUCKET_LISTERS)
def test_who_lists_a_bucket(s3, who, bucket, acl, caller):
    s3.put_bucket_acl(Bucket=bucket, ACL=acl)
    expected, client = LETTER[caller] in BUCKET_LISTERS[acl], who[caller]
    for call in (client.list_objects, client.list_objects_v2, client.head_bucket, client.list_multipart_uploads):
        assert allowed(call, Bucket=bucket) == expected


@pytest.mark.parametrize("caller", WHO)
@pytest.mark.parametrize("acl", BUCKET_WRITERS)
def test_who_writes_to_a_bucket(s3, who, bucket, acl, caller):
    s3.put_bucket_acl(Bucket=bucket, ACL=acl)
    s3.put_object(Bucket=bucket, Key="there", Body=b"1")
    expected, client = LETTER[caller] in BUCKET_WRITERS[acl], who[caller]
    assert allowed(client.put_object, Bucket=bucket, Key="new", Body=b"1") == expected
    assert allowed(client.delete_object, Bucket=bucket, Key="there") == expected


@pytest.mark.parametrize("caller", WHO)
@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write", "authenticated-read"])
def test_who_handles_the_acl(s3, who, bucket, acl, caller):
    """No canned ACL gives READ_ACP or WRITE_ACP to anyone but the owner."""
    s3.put_bucket_acl(Bucket=bucket, ACL=acl)
    s3.put_object(Bucket=bucket, Key="a", ACL=acl)
    client, expected = who[caller], caller == "owner"
    assert allowed(client.get_bucket_acl, Bucket=bucket) == expected
    assert allowed(client.get_object_acl, Bucket=bucket, Key="a") == expected
    assert allowed(client.put_object_acl, Bucket=bucket, Key="a", ACL=acl) == expected
    assert allowed(client.put_bucket_acl, Bucket=bucket, ACL=acl) == expected


@pytest.mark.parametrize("caller", ["other", "anonymous"])
def test_what_no_acl_gives(s3, who, bucket, caller):
    """Everything else about a bucket is its owner's, public-read-write or not."""
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    client = who[caller]
    assert not allowed(client.get_bucket_location, Bucket=bucket)
    assert not allowed(client.get_bucket_cors, Bucket=bucket)
    assert not allowed(client.get_bucket_tagging, Bucket=bucket)
    assert not allowed(client.delete_bucket, Bucket=bucket)


def test_listed_but_not_readable_and_readable_but_not_listed(s3, anonymous, make_bucket):
    public, private = make_bucket(), make_bucket()
    s3.put_bucket_acl(Bucket=public, ACL="public-read")
    s3.put_object(Bucket=public, Key="a")
    s3.put_object(Bucket=private, Key="a", ACL="public-read")
    assert allowed(anonymous.list_objects, Bucket=public) and not allowed(anonymous.get_object, Bucket=public, Key="a")
    assert allowed(anonymous.get_object, Bucket=private, Key="a") and not allowed(anonymous.list_objects, Bucket=private)


def test_anonymous_gets_the_xml_of_aws(raw, raw_anonymous, bucket):
    raw.put(f"/{bucket}/a", b"secret")
    answer = raw_anonymous.get(f"/{bucket}/a")
    assert answer.status == 403 and answer.headers["Content-Type"] == "application/xml"
    assert answer.xml.tag == "Error" and [child.tag for child in answer.xml] == ["Code", "Message", "RequestId", "HostId"]
    assert (answer.text("Code"), answer.text("Message")) == ("AccessDenied", "Access Denied")


# Each permission by itself, granted to the other account

BUCKET_PERMISSIONS = {"READ": ["list"], "WRITE": ["put"], "READ_ACP": ["get acl"], "WRITE_ACP": ["put acl"],
                      "FULL_CONTROL": ["list", "put", "get acl", "put acl"]}


@pytest.mark.parametrize("permission", BUCKET_PERMISSIONS)
def test_bucket_permission(s3, other, other_account, bucket, permission):
    header = {"FULL_CONTROL": "GrantFullControl", "READ": "GrantRead", "WRITE": "GrantWrite", "READ_ACP": "GrantReadACP",
              "WRITE_ACP": "GrantWriteACP"}[permission]
    s3.put_bucket_acl(Bucket=bucket, **{header: f'id="{other_account.canonical}"'})
    acl = s3.get_bucket_acl(Bucket=bucket)
    assert grants(acl) == {(other_account.canonical, permission)}
    may = {"list": allowed(other.list_objects, Bucket=bucket), "put": allowed(other.put_object, Bucket=bucket, Key="a"),
           "get acl": allowed(other.get_bucket_acl, Bucket=bucket),
           "put acl": allowed(other.put_bucket_acl, Bucket=bucket, AccessControlPolicy={"Owner": acl["Owner"], "Grants": acl["Grants"]})}
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    assert [name for name, yes in may.items() if yes] == BUCKET_PERMISSIONS[permission]


OBJECT_PERMISSIONS = {"READ": ["get"], "READ_ACP": ["get acl"], "WRITE_ACP": ["put acl"], "FULL_CONTROL": ["get", "get acl", "put acl"]}


@pytest.mark.parametrize("permission", OBJECT_PERMISSIONS)
def test_object_permission(s3, other, other_account, bucket, permission):
    header = {"FULL_CONTROL": "GrantFullControl", "READ": "GrantRead", "READ_ACP": "GrantReadACP", "WRITE_ACP": "GrantWriteACP"}[permission]
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", **{header: f"id={other_account.canonical}"})
    acl = s3.get_object_acl(Bucket=bucket, Key="a")
    assert grants(acl) == {(other_account.canonical, permission)}
    may = {"get": allowed(other.get_object, Bucket=bucket, Key="a"), "get acl": allowed(other.get_object_acl, Bucket=bucket, Key="a"),
           "put acl": allowed(other.put_object_acl, Bucket=bucket, Key="a",
                              AccessControlPolicy={"Owner": acl["Owner"], "Grants": acl["Grants"]})}
    assert [name for name, yes in may.items() if yes] == OBJECT_PERMISSIONS[permission]
    assert not allowed(other.delete_object, Bucket=bucket, Key="a")


@pytest.mark.parametrize("group, readers", [(ALL_USERS, ["owner", "other", "anonymous"]), (AUTHENTICATED, ["owner", "other"])])
def test_groups(s3, who, account, bucket, group, readers):
    s3.put_object(Bucket=bucket, Key="a", GrantRead=f'uri="{group}"', GrantFullControl=f"id={account.canonical}")
    assert [name for name in WHO if allowed(who[name].get_object, Bucket=bucket, Key="a")] == readers


# What is stored

CANNED = {"private": set(), "public-read": {(ALL_USERS, "READ")}, "public-read-write": {(ALL_USERS, "READ"), (ALL_USERS, "WRITE")},
          "authenticated-read": {(AUTHENTICATED, "READ")}}


@pytest.mark.parametrize("acl", CANNED)
def test_canned_acl_of_a_bucket(s3, account, make_bucket, acl):
    created, changed = make_bucket(ACL=acl), make_bucket()
    s3.put_bucket_acl(Bucket=changed, ACL=acl)
    for name in (created, changed):
        stored = s3.get_bucket_acl(Bucket=name)
        assert stored["Owner"]["ID"] == account.canonical
        assert grants(stored) == CANNED[acl] | {(account.canonical, "FULL_CONTROL")}


@pytest.mark.parametrize("acl", CANNED)
def test_canned_acl_of_an_object(s3, account, bucket, acl):
    s3.put_object(Bucket=bucket, Key="created", ACL=acl)
    s3.put_object(Bucket=bucket, Key="changed")
    s3.put_object_acl(Bucket=bucket, Key="changed", ACL=acl)
    for key in ("created", "changed"):
        assert grants(s3.get_object_acl(Bucket=bucket, Key=key)) == CANNED[acl] | {(account.canonical, "FULL_CONTROL")}


def test_log_delivery(s3, account, bucket):
    s3.put_bucket_acl(Bucket=bucket, ACL="log-delivery-write")
    assert grants(s3.get_bucket_acl(Bucket=bucket)) == {(LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP"), (account.canonical, "FULL_CONTROL")}


def test_default_is_private(s3, account, bucket):
    s3.put_object(Bucket=bucket, Key="a", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="a")
    assert grants(s3.get_object_acl(Bucket=bucket, Key="a")) == {(account.canonical, "FULL_CONTROL")}
    assert grants(s3.get_bucket_acl(Bucket=bucket)) == {(account.canonical, "FULL_CONTROL")}


def test_grants_by_xml(s3, other, account, other_account, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    policy = {"Owner": {"ID": account.canonical}, "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": other_account.canonical}, "Permission": "READ"},
        {"Grantee": {"Type": "Group", "URI": ALL_USERS}, "Permission": "READ_ACP"}]}
    s3.put_object_acl(Bucket=bucket, Key="a", AccessControlPolicy=policy)
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=policy)
    for acl in (s3.get_object_acl(Bucket=bucket, Key="a"), s3.get_bucket_acl(Bucket=bucket)):
        assert grants(acl) == {(other_account.canonical, "READ"), (ALL_USERS, "READ_ACP")}
        assert {grant["Grantee"]["Type"] for grant in acl["Grants"]} == {"CanonicalUser", "Group"}
    assert other.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"


def test_grants_by_email(s3, other_account, bucket):
    """The address becomes the account's canonical id; one that nobody has is refused."""
    s3.put_object(Bucket=bucket, Key="a", GrantRead=f'emailAddress="{other_account.name}@cumulet.local"')
    assert grants(s3.get_object_acl(Bucket=bucket, Key="a")) == {(other_account.canonical, "READ")}
    with refused("UnresolvableGrantByEmailAddress", 400):
        s3.put_object_acl(Bucket=bucket, Key="a", GrantRead='emailAddress="nobody@example.com"')


def test_grants_by_email_in_xml(s3, account, other_account, bucket):
    grantee = {"Type": "AmazonCustomerByEmail", "EmailAddress": f"{other_account.name}@cumulet.local"}
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Owner": {"ID": account.canonical}, "Grants": [{"Grantee": grantee, "Permission": "WRITE"}]})
    assert grants(s3.get_bucket_acl(Bucket=bucket)) == {(other_account.canonical, "WRITE")}


def test_several_grantees_in_one_header(s3, account, other_account, bucket):
    s3.put_object(Bucket=bucket, Key="a", GrantRead=f'id="{account.canonical}", id="{other_account.canonical}", uri="{AUTHENTICATED}"')
    assert grants(s3.get_object_acl(Bucket=bucket, Key="a")) == {(account.canonical, "READ"), (other_account.canonical, "READ"), (AUTHENTICATED, "READ")}


def test_the_owner_can_always_handle_the_acl(s3, account, bucket):
    """Also where the ACL grants nothing to anyone."""
    nobody = {"Owner": {"ID": account.canonical}, "Grants": []}
    s3.put_object(Bucket=bucket, Key="a")
    s3.put_object_acl(Bucket=bucket, Key="a", AccessControlPolicy=nobody)
    assert grants(s3.get_object_acl(Bucket=bucket, Key="a")) == set()
    s3.put_object_acl(Bucket=bucket, Key="a", ACL="private")
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=nobody)
    s3.put_bucket_acl(Bucket=bucket, ACL="private")


def test_acl_changes_nothing_else(s3, bucket):
    before = s3.put_object(Bucket=bucket, Key="a", Body=b"1", Metadata={"n": "1"})["ETag"]
    s3.put_object_acl(Bucket=bucket, Key="a", ACL="public-read")
    got = s3.get_object(Bucket=bucket, Key="a")
    assert (got["ETag"], got["Metadata"], got["Body"].read()) == (before, {"n": "1"}, b"1")


# An object of another account in one's bucket

@pytest.fixture
def shared(s3, bucket):
    """A bucket that everyone may write to."""
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    return bucket


@pytest.mark.parametrize("acl, reads, controls", [("private", False, False), ("bucket-owner-read", True, False), ("bucket-owner-full-control", True, True),
                                                  ("public-read", True, False)])
def test_object_of_another_account(s3, other, other_account, shared, acl, reads, controls):
    """It is its uploader's; the bucket's owner may always delete it."""
    other.put_object(Bucket=shared, Key="a", Body=b"1", ACL=acl)
    assert other.get_object_acl(Bucket=shared, Key="a")["Owner"]["ID"] == other_account.canonical
    assert allowed(other.get_object, Bucket=shared, Key="a")
    assert allowed(s3.get_object, Bucket=shared, Key="a") == reads
    assert allowed(s3.get_object_acl, Bucket=shared, Key="a") == controls
    assert allowed(s3.delete_object, Bucket=shared, Key="a")


# Refusals

def test_unknown_canned_acl(s3, bucket, new_name):
    s3.put_object(Bucket=bucket, Key="a")
    for call in (lambda: s3.put_bucket_acl(Bucket=bucket, ACL="world"), lambda: s3.put_object_acl(Bucket=bucket, Key="a", ACL="world"),
                 lambda: s3.put_object(Bucket=bucket, Key="b", ACL="world"), lambda: s3.create_bucket(Bucket=new_name(), ACL="world")):
        with refused("InvalidArgument", 400):
            call()


def test_canned_acl_and_grants_at_once(s3, account, bucket):
    with refused("InvalidRequest", 400):
        s3.put_bucket_acl(Bucket=bucket, ACL="private", GrantRead=f"id={account.canonical}")


@pytest.mark.parametrize("grantee", ['id="nobody"', f'uri="{ALL_USERS}/x"', "name=bob", "id"])
def test_grantee_that_is_none(s3, bucket, grantee):
    with refused("InvalidArgument", 400):
        s3.put_bucket_acl(Bucket=bucket, GrantRead=grantee)


@pytest.mark.parametrize("body", [b"<AccessControlPolicy>", b"<x/>", b"acl",
                                  b"<AccessControlPolicy><AccessControlList><Grant/></AccessControlList></AccessControlPolicy>"])
def test_malformed_acl(raw, bucket, body):
    assert raw.put(f"/{bucket}", body, {"acl": None}).outcome == (400, "MalformedACLError")


def test_unknown_permission(raw, account, bucket):
    body = f"""<AccessControlPolicy><Owner><ID>{account.canonical}</ID></Owner><AccessControlList><Grant>
        <Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>{account.canonical}</ID></Grantee>
        <Permission>EVERYTHING</Permission></Grant></AccessControlList></AccessControlPolicy>"""
    assert raw.put(f"/{bucket}", body.encode(), {"acl": None}).outcome == (400, "MalformedACLError")


def test_acl_of_what_is_missing(s3, bucket, new_name):
    with refused("NoSuchKey", 404):
        s3.get_object_acl(Bucket=bucket, Key="none")
    with refused("NoSuchKey", 404):
        s3.put_object_acl(Bucket=bucket, Key="none", ACL="private")
    with refused("NoSuchBucket", 404):
        s3.put_bucket_acl(Bucket=new_name(), ACL="private")
