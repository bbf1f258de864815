"""ListObjects and ListObjectsV2, against a model of a few lines."""
import random

import pytest

from .helpers import at_once, keys, prefixes, refused


def put_all(s3, bucket: str, names) -> None:
    names = list(names)
    batches = [names[at::8] for at in range(8)]
    at_once([lambda batch=batch: [s3.put_object(Bucket=bucket, Key=name, Body=b"1") for name in batch] for batch in batches])


def model(names, prefix: str = "", delimiter: str = "", after: str = "") -> list:
    """(key or common prefix, is it a prefix) in the order of their UTF-8 bytes."""
    found = set()
    for name in names:
        if name.startswith(prefix) and name.encode() > after.encode():
            head, cut, _ = name[len(prefix):].partition(delimiter) if delimiter else (name, "", "")
            found.add((prefix + head + cut, True) if cut else (name, False))
    return sorted(found, key=lambda item: item[0].encode())


def merged(page: dict) -> list:
    items = [(key, False) for key in keys(page)] + [(prefix, True) for prefix in prefixes(page)]
    return sorted(items, key=lambda item: item[0].encode())


def pages_v1(s3, **query) -> list:
    """Every page, by NextMarker where there is one, else by the last key, as AWS documents."""
    pages, marker = [], query.pop("Marker", "")
    while True:
        page = s3.list_objects(**query, Marker=marker)
        pages.append(page)
        if not page["IsTruncated"]:
            return pages
        marker = page["NextMarker"] if query.get("Delimiter") else keys(page)[-1]


def pages_v2(s3, **query) -> list:
    pages, token = [], {}
    while True:
        page = s3.list_objects_v2(**query, **token)
        pages.append(page)
        if not page["IsTruncated"]:
            return pages
        token = {"ContinuationToken": page["NextContinuationToken"]}


@pytest.fixture
def tree(s3, bucket):
    put_all(s3, bucket, ["a", "a/1", "a/2", "b/", "b/1", "c", "d/e/f", "d/g"])
    return bucket


def test_empty_bucket(s3, bucket):
    one, two = s3.list_objects(Bucket=bucket), s3.list_objects_v2(Bucket=bucket)
    assert (one["IsTruncated"], one["MaxKeys"], one["Name"], one["Prefix"], one["Marker"]) == (False, 1000, bucket, "", "")
    assert (two["IsTruncated"], two["MaxKeys"], two["Name"], two["Prefix"], two["KeyCount"]) == (False, 1000, bucket, "", 0)
    assert "Contents" not in one and "Contents" not in two


def test_what_an_entry_says(s3, bucket, account):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"12345")["ETag"]
    for page in (s3.list_objects(Bucket=bucket), s3.list_objects_v2(Bucket=bucket, FetchOwner=True)):
        entry = page["Contents"][0]
        assert (entry["Key"], entry["Size"], entry["ETag"], entry["StorageClass"]) == ("k", 5, etag, "STANDARD")
        assert entry["Owner"]["ID"] == account.canonical and entry["LastModified"].year >= 2024


def test_owner_is_fetched_only_if_asked_for_in_v2(s3, tree):
    assert "Owner" not in s3.list_objects_v2(Bucket=tree)["Contents"][0]
    assert "Owner" not in s3.list_objects_v2(Bucket=tree, FetchOwner=False)["Contents"][0]


@pytest.mark.parametrize("prefix, delimiter, found, common", [
    ("", "", ["a", "a/1", "a/2", "b/", "b/1", "c", "d/e/f", "d/g"], []), ("a", "", ["a", "a/1", "a/2"], []), ("a/", "", ["a/1", "a/2"], []),
    ("", "/", ["a", "c"], ["a/", "b/", "d/"]), ("a/", "/", ["a/1", "a/2"], []), ("b/", "/", ["b/", "b/1"], []), ("d/", "/", ["d/g"], ["d/e/"]),
    ("d", "/", [], ["d/"]), ("", "/e", ["a", "a/1", "a/2", "b/", "b/1", "c", "d/g"], ["d/e"]), ("none", "/", [], []),
    ("", "1", ["a", "a/2", "b/", "c", "d/e/f", "d/g"], ["a/1", "b/1"])])
def test_prefix_and_delimiter(s3, tree, prefix, delimiter, found, common):
    for call in (s3.list_objects, s3.list_objects_v2):
        page = call(Bucket=tree, Prefix=prefix, Delimiter=delimiter)
        assert (keys(page), prefixes(page)) == (found, common)
        assert page["Prefix"] == prefix and page.get("Delimiter", "") == delimiter
    assert page["KeyCount"] == len(found) + len(common)


def test_marker(s3, tree):
    page = s3.list_objects(Bucket=tree, Marker="a/1")
    assert keys(page)[0] == "a/2" and page["Marker"] == "a/1"
    assert keys(s3.list_objects(Bucket=tree, Marker="bb"))[0] == "c"
    assert keys(s3.list_objects(Bucket=tree, Marker="z")) == []


def test_start_after(s3, tree):
    page = s3.list_objects_v2(Bucket=tree, StartAfter="a/1")
    assert keys(page)[0] == "a/2" and page["StartAfter"] == "a/1"
    assert keys(s3.list_objects_v2(Bucket=tree, StartAfter="bb"))[0] == "c"


def test_next_marker_only_with_a_delimiter(s3, tree):
    assert "NextMarker" not in s3.list_objects(Bucket=tree, MaxKeys=2)
    assert s3.list_objects(Bucket=tree, MaxKeys=2, Delimiter="/")["NextMarker"] == "a/"
    assert merged(s3.list_objects(Bucket=tree, MaxKeys=2, Delimiter="/", Marker="a/")) == [("b/", True), ("c", False)]


def test_token_goes_on_where_the_page_ended(s3, tree):
    first = s3.list_objects_v2(Bucket=tree, MaxKeys=3, StartAfter="a")
    assert (keys(first), first["KeyCount"], first["MaxKeys"], first["IsTruncated"]) == (["a/1", "a/2", "b/"], 3, 3, True)
    second = s3.list_objects_v2(Bucket=tree, MaxKeys=3, StartAfter="a", ContinuationToken=first["NextContinuationToken"])
    assert keys(second) == ["b/1", "c", "d/e/f"] and second["ContinuationToken"] == first["NextContinuationToken"]


def test_token_that_is_none(s3, tree):
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=tree, ContinuationToken="no such token")


def test_last_page_that_is_just_full(s3, tree):
    page = s3.list_objects_v2(Bucket=tree, MaxKeys=8)
    assert len(keys(page)) == 8 and not page["IsTruncated"] and "NextContinuationToken" not in page


def test_max_keys_zero(s3, tree):
    for call in (s3.list_objects, s3.list_objects_v2):
        page = call(Bucket=tree, MaxKeys=0)
        assert keys(page) == [] and not page["IsTruncated"] and page["MaxKeys"] == 0


@pytest.mark.parametrize("value", ["-1", "many", "99999999999"])
def test_max_keys_out_of_bounds(raw, bucket, value):
    for version in ({}, {"list-type": 2}):
        assert raw.get(f"/{bucket}", {**version, "max-keys": value}).outcome == (400, "InvalidArgument")


def test_at_most_1000_keys_a_page(s3, bucket):
    names = [f"{number:05}" for number in range(1100)]
    put_all(s3, bucket, names)
    for call in (s3.list_objects, s3.list_objects_v2):
        page = call(Bucket=bucket, MaxKeys=5000)
        assert keys(page) == names[:1000] and page["IsTruncated"] and page["MaxKeys"] == 1000
    assert sum((keys(page) for page in pages_v2(s3, Bucket=bucket)), []) == names


def test_encoding_type_url(raw, s3, bucket):
    name = "a b/+\u00e9\x01%.c"
    put_all(s3, bucket, [name, "x y/z"])
    for version in ({}, {"list-type": 2}):
        answer = raw.get(f"/{bucket}", {**version, "encoding-type": "url", "delimiter": "/", "prefix": "a b/"})
        assert answer.text("EncodingType") == "url"
        assert answer.text("Contents/Key") in ("a+b/%2B%C3%A9%01%25.c", "a%20b/%2B%C3%A9%01%25.c")
        assert answer.text("Prefix") in ("a+b/", "a%20b/")
        common = raw.get(f"/{bucket}", {**version, "encoding-type": "url", "delimiter": "/", "prefix": "x"})
        assert common.text("CommonPrefixes/Prefix") in ("x+y/", "x%20y/")


def test_encoding_type_unknown(raw, bucket):
    assert raw.get(f"/{bucket}", {"encoding-type": "rot13"}).outcome == (400, "InvalidArgument")


def test_without_encoding_xml_is_escaped(raw, s3, bucket):
    s3.put_object(Bucket=bucket, Key="<&>\"'")
    assert raw.get(f"/{bucket}").text("Contents/Key") == "<&>\"'"


def test_order_is_that_of_the_bytes(s3, bucket):
    """By UTF-8: U+FFFD comes before U+1F600, though its UTF-16 is larger."""
    names = ["A", "a", "Z", "_", "~", "\u00e9", "\ufffd", "\U0001f600", "e\u0301", " ", "a\x01", "aa", "a/", "a-"]
    put_all(s3, bucket, names)
    expected = sorted(names, key=str.encode)
    for pages in (pages_v1(s3, Bucket=bucket, MaxKeys=3), pages_v2(s3, Bucket=bucket, MaxKeys=3)):
        assert sum(map(keys, pages), []) == expected


def test_many_common_prefixes(s3, bucket):
    put_all(s3, bucket, [f"{folder:02}/{file}" for folder in range(20) for file in range(5)])
    for pages in (pages_v1(s3, Bucket=bucket, Delimiter="/", MaxKeys=3), pages_v2(s3, Bucket=bucket, Delimiter="/", MaxKeys=3)):
        assert sum(map(prefixes, pages), []) == [f"{folder:02}/" for folder in range(20)]
        assert [len(merged(page)) for page in pages] == [3] * 6 + [2]


def test_a_key_deleted_between_pages(s3, tree):
    first = s3.list_objects_v2(Bucket=tree, MaxKeys=2)
    s3.delete_object(Bucket=tree, Key=keys(first)[-1])
    s3.delete_object(Bucket=tree, Key="a/2")
    assert keys(s3.list_objects_v2(Bucket=tree, ContinuationToken=first["NextContinuationToken"]))[0] == "b/"


def test_list_is_denied_to_strangers(other, anonymous, bucket):
    for client in (other, anonymous):
        with refused("AccessDenied", 403):
            client.list_objects_v2(Bucket=bucket)


ALPHABET = ["a", "b", "/", "/", "-", "\u00e9", "\U0001f600", " "]


def some_text(dice, longest: int) -> str:
    return "".join(dice.choice(ALPHABET) for _ in range(dice.randint(1, longest)))


@pytest.mark.parametrize("seed", range(4))
def test_any_listing_is_the_models(s3, bucket, seed):
    """Random keys; random questions, read to the end in pages of random size."""
    dice = random.Random(seed)
    names = {some_text(dice, 6) for _ in range(80)}
    put_all(s3, bucket, names)
    for _ in range(40):
        prefix = dice.choice(["", "", some_text(dice, 2)])
        delimiter = dice.choice(["", "/", "/", "a", "b/", "\u00e9"])
        size = dice.choice([1, 2, 3, 7, 1000])
        after = "" if delimiter else dice.choice(["", some_text(dice, 3)])
        query = {"Bucket": bucket, "Prefix": prefix, "Delimiter": delimiter, "MaxKeys": size}
        expected = model(names, prefix, delimiter, after)
        for pages in (pages_v1(s3, **query, Marker=after), pages_v2(s3, **query, StartAfter=after)):
            assert sum(map(merged, pages), []) == expected, (query, after)
            assert all(len(merged(page)) == size for page in pages[:-1])
