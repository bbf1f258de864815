"""Buckets: CreateBucket, HeadBucket, DeleteBucket, ListBuckets, GetBucketLocation, and their names."""
import pytest

from support.raw import Raw

from .helpers import headers, refused, status

GOOD_NAMES = ["abc", "a" * 63, "myawsbucket", "my.aws.bucket", "myawsbucket.1", "1-2", "123", "1.2.3.4.5", "a-b--c", "a.b-c.d"]
BAD_NAMES = ["ab", "a" * 64, ".myawsbucket", "myawsbucket.", "my..examplebucket", "192.168.5.4", "MyBucket", "my_bucket", "-bucket",
             "bucket-", "my-.bucket", "my.-bucket", "bu cket", "b\u00fccket", "xn--bucket", "sthree-bucket", "amzn-s3-demo-bucket",
             "bucket-s3alias", "bucket--ol-s3", "bucket.mrap", "bucket--x-s3", "bucket--table-s3"]


def create_xml(location: str) -> bytes:
    return ('<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<LocationConstraint>{location}</LocationConstraint></CreateBucketConfiguration>").encode()


def test_create_head_delete(s3, new_name):
    name = new_name()
    created = s3.create_bucket(Bucket=name)
    assert status(created) == 200 and created["Location"] == f"/{name}"
    head = s3.head_bucket(Bucket=name)
    assert status(head) == 200 and headers(head)["x-amz-bucket-region"] == "us-east-1"
    assert status(s3.delete_bucket(Bucket=name)) == 204
    with refused("404", 404):
        s3.head_bucket(Bucket=name)


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_good_name(raw, name):
    assert raw.put(f"/{name}").status == 200
    assert raw.head(f"/{name}").status == 200
    assert raw.delete(f"/{name}").status == 204


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_name(raw, name):
    assert raw.put(f"/{name}").outcome == (400, "InvalidBucketName")


@pytest.mark.parametrize("method, query", [("GET", None), ("GET", {"location": None}), ("GET", {"acl": None}), ("DELETE", None)])
def test_missing_bucket(raw, new_name, method, query):
    name = new_name()
    answer = raw.request(method, f"/{name}", query=query)
    assert answer.outcome == (404, "NoSuchBucket")
    assert answer.text("BucketName") == name


def test_missing_bucket_of_an_object(s3, new_name):
    name = new_name()
    for call in (s3.get_object, s3.put_object, s3.delete_object, s3.create_multipart_upload):
        with refused("NoSuchBucket", 404):
            call(Bucket=name, Key="a")


def test_create_again_is_fine_in_us_east_1(s3, bucket):
    s3.put_object(Bucket=bucket, Key="kept", Body=b"1")
    assert status(s3.create_bucket(Bucket=bucket)) == 200
    assert s3.get_object(Bucket=bucket, Key="kept")["Body"].read() == b"1"


def test_create_again_elsewhere_is_already_owned(raw, new_name):
    """Outside us-east-1 the owner gets 409 BucketAlreadyOwnedByYou."""
    name = new_name()
    assert raw.put(f"/{name}", create_xml("eu-west-1")).status == 200
    try:
        assert raw.put(f"/{name}", create_xml("eu-west-1")).outcome == (409, "BucketAlreadyOwnedByYou")
    finally:
        assert raw.delete(f"/{name}").status == 204


def test_create_anothers_bucket(other, bucket):
    with refused("BucketAlreadyExists", 409):
        other.create_bucket(Bucket=bucket)


def test_anonymous_creates_no_bucket(anonymous, new_name):
    with refused("AccessDenied", 403):
        anonymous.create_bucket(Bucket=new_name())


def test_location_of_the_default_region_is_empty(s3, raw, bucket):
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    document = raw.get(f"/{bucket}", {"location": None}).xml
    assert document.tag == "LocationConstraint" and not document.text


def test_location_elsewhere(s3, raw, make_bucket):
    name = make_bucket(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    assert raw.head(f"/{name}").headers["x-amz-bucket-region"] == "eu-west-1"


def test_unknown_location(raw, new_name):
    assert raw.put(f"/{new_name()}", create_xml("nowhere-9")).outcome == (400, "InvalidLocationConstraint")


def test_malformed_configuration(raw, new_name):
    name = new_name()
    assert raw.put(f"/{name}", b"<CreateBucketConfiguration><Loc").outcome == (400, "MalformedXML")
    assert raw.head(f"/{name}").status == 404


def test_delete_of_a_full_bucket(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a")
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="a")


def test_delete_by_another_account(other, anonymous, bucket):
    for client in (other, anonymous):
        with refused("AccessDenied", 403):
            client.delete_bucket(Bucket=bucket)


def test_head_by_another_account(other, anonymous, bucket):
    for client in (other, anonymous):
        with refused("403", 403):
            client.head_bucket(Bucket=bucket)


def test_list_own_buckets_in_order(s3, other, account, make_bucket):
    names = [make_bucket() for _ in range(3)]
    answer = s3.list_buckets()
    listed = [item["Name"] for item in answer["Buckets"]]
    assert set(names) <= set(listed) and listed == sorted(listed)
    assert answer["Owner"]["ID"] == account.canonical and len(account.canonical) == 64
    assert all(item["CreationDate"].year >= 2024 for item in answer["Buckets"])
    assert not set(names) & {item["Name"] for item in other.list_buckets()["Buckets"]}


def test_anonymous_lists_no_buckets(raw_anonymous):
    assert raw_anonymous.get("/").outcome == (403, "AccessDenied")


def list_all(raw, **query) -> list:
    """The names on each page."""
    pages, token = [], None
    while True:
        answer = raw.get("/", {**query, **({"continuation-token": token} if token else {})})
        assert answer.status == 200
        pages.append([name.text for name in answer.xml.findall("Buckets/Bucket/Name")])
        token = answer.text("ContinuationToken")
        if not token:
            return pages


def test_list_buckets_with_prefix(raw, make_bucket, new_name):
    start = new_name()
    names = sorted(make_bucket(f"{start}-{tail}") for tail in ("a", "b", "c"))
    make_bucket()
    answer = raw.get("/", {"prefix": start})
    assert [name.text for name in answer.xml.findall("Buckets/Bucket/Name")] == names
    assert answer.text("Prefix") == start
    assert list_all(raw, prefix=start + "-b") == [[names[1]]]


def test_list_buckets_in_pages(raw, make_bucket, new_name):
    start = new_name()
    names = sorted(make_bucket(f"{start}-{number}") for number in range(5))
    pages = list_all(raw, **{"prefix": start, "max-buckets": 2})
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sum(pages, []) == names


def test_list_buckets_of_a_region(raw, bucket):
    here, elsewhere = (raw.get("/", {"prefix": bucket, "bucket-region": region, "max-buckets": 10}) for region in ("us-east-1", "eu-west-1"))
    assert [name.text for name in here.xml.findall("Buckets/Bucket/Name")] == [bucket]
    assert here.text("Buckets/Bucket/BucketRegion") == "us-east-1"
    assert elsewhere.status != 200 or elsewhere.xml.findall("Buckets/Bucket") == []


@pytest.mark.parametrize("size", ["0", "-1", "10001", "many"])
def test_list_buckets_page_size_out_of_bounds(raw, size):
    assert raw.get("/", {"max-buckets": size}).outcome == (400, "InvalidArgument")


def test_expected_owner(s3, other_account, bucket):
    with refused("AccessDenied", 403):
        s3.put_object(Bucket=bucket, Key="a", ExpectedBucketOwner=other_account.id)
    with refused("AccessDenied", 403):
        s3.get_bucket_acl(Bucket=bucket, ExpectedBucketOwner=other_account.id)


def test_expected_owner_who_is_it(other, other_account, new_name):
    name = new_name()
    other.create_bucket(Bucket=name)
    try:
        assert status(other.put_object(Bucket=name, Key="a", ExpectedBucketOwner=other_account.id)) == 200
    finally:
        other.delete_object(Bucket=name, Key="a")
        other.delete_bucket(Bucket=name)


def test_name_in_the_host_header(address, account, bucket):
    """Virtual-host style, with and without the region; a bucket with periods too."""
    for host in (f"{bucket}.s3.localhost", f"{bucket}.s3.us-east-1.localhost"):
        client = Raw(address, account, f"{host}:{address[1]}")
        assert client.put("/a/b", b"1").status == 200
        assert client.get("/a/b").body == b"1"
        assert client.get("/", {"location": None}).xml.tag == "LocationConstraint"


def test_name_with_periods_in_the_host_header(address, account, make_bucket, new_name):
    name = make_bucket(f"{new_name()}.with.periods")
    client = Raw(address, account, f"{name}.s3.localhost:{address[1]}")
    assert client.put("/key", b"1").status == 200
    assert Raw(address, account, f"s3.localhost:{address[1]}").get(f"/{name}/key").body == b"1"
