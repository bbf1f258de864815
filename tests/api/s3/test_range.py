"""Range and If-Range of GetObject and HeadObject (RFC 9110, section 14, and what AWS makes of it)."""
import random

import pytest

from .helpers import MIB, noise

TEN = b"0123456789"


@pytest.fixture
def ten(raw, bucket):
    """An object of ten bytes."""
    raw.put(f"/{bucket}/ten", TEN)
    return f"/{bucket}/ten"


@pytest.mark.parametrize("sent, content, shown", [
    ("bytes=0-4", b"01234", "0-4"), ("bytes=5-", b"56789", "5-9"), ("bytes=-3", b"789", "7-9"), ("bytes=0-0", b"0", "0-0"),
    ("bytes=9-9", b"9", "9-9"), ("bytes=9-", b"9", "9-9"), ("bytes=3-100", b"3456789", "3-9"), ("bytes=-100", TEN, "0-9"),
    ("bytes=0-", TEN, "0-9"), ("bytes=0-99999999999999999", TEN, "0-9")])
def test_part(raw, ten, sent, content, shown):
    answer = raw.get(ten, headers={"Range": sent})
    assert (answer.status, answer.body) == (206, content)
    assert answer.headers["Content-Range"] == f"bytes {shown}/10"
    assert answer.headers["Content-Length"] == str(len(content))
    head = raw.head(ten, headers={"Range": sent})
    assert (head.status, head.headers["Content-Range"]) == (206, f"bytes {shown}/10")


@pytest.mark.parametrize("sent", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999-"])
def test_beyond_the_end(raw, ten, sent):
    answer = raw.get(ten, headers={"Range": sent})
    assert answer.outcome == (416, "InvalidRange")
    assert answer.text("ActualObjectSize") == "10" and answer.text("RangeRequested") == sent
    assert raw.head(ten, headers={"Range": sent}).status == 416


@pytest.mark.parametrize("sent", ["bytes=5-2", "bytes=", "bytes=a-b", "bytes=--1", "lines=0-1", "0-4", "bytes=0-1,3-4", "bytes=1-2, -1"])
def test_the_whole_instead(raw, ten, sent):
    """What is no range, another unit, or several ranges is answered with the whole object."""
    answer = raw.get(ten, headers={"Range": sent})
    assert (answer.status, answer.body) == (200, TEN)
    assert answer.headers["Content-Range"] is None


def test_of_an_empty_object(raw, bucket):
    raw.put(f"/{bucket}/empty")
    assert raw.get(f"/{bucket}/empty", headers={"Range": "bytes=0-0"}).outcome == (416, "InvalidRange")
    assert raw.get(f"/{bucket}/empty", headers={"Range": "bytes=5-2"}).status == 200


@pytest.mark.parametrize("first, last", [(65535, 65536), (65536, 131071), (0, 65535), (1, 262143), (131071, 131072), (65537, 65537)])
def test_across_blocks(raw, bucket, first, last):
    body = noise(262144)
    raw.put(f"/{bucket}/a", body)
    assert raw.get(f"/{bucket}/a", headers={"Range": f"bytes={first}-{last}"}).body == body[first:last + 1]


def test_anywhere_in_a_large_object(raw, bucket):
    body, dice = noise(9 * MIB + 17), random.Random(7)
    raw.put(f"/{bucket}/a", body)
    for _ in range(60):
        first = dice.randrange(len(body))
        last = min(len(body) - 1, first + dice.choice([0, 100, 65536, 3 * MIB]))
        answer = raw.get(f"/{bucket}/a", headers={"Range": f"bytes={first}-{last}"})
        assert answer.body == body[first:last + 1]
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(body)}"


def test_a_part_keeps_the_headers(raw, bucket):
    put = raw.put(f"/{bucket}/a", TEN, headers={"Content-Type": "text/x", "x-amz-meta-n": "1"})
    answer = raw.get(f"/{bucket}/a", headers={"Range": "bytes=0-1"})
    assert answer.etag == put.etag
    assert (answer.headers["Content-Type"], answer.headers["x-amz-meta-n"]) == ("text/x", "1")


def test_with_a_part_number(raw, ten):
    assert raw.get(ten, {"partNumber": 1}, {"Range": "bytes=0-1"}).outcome == (400, "InvalidRequest")


def test_if_range_by_etag(raw, ten):
    etag = raw.head(ten).etag
    same = raw.get(ten, headers={"Range": "bytes=0-1", "If-Range": etag})
    assert (same.status, same.body) == (206, b"01")
    changed = raw.get(ten, headers={"Range": "bytes=0-1", "If-Range": '"0123456789abcdef0123456789abcdef"'})
    assert (changed.status, changed.body) == (200, TEN)


def test_if_range_by_date(raw, ten):
    modified = raw.head(ten).headers["Last-Modified"]
    assert raw.get(ten, headers={"Range": "bytes=0-1", "If-Range": modified}).status == 206
    assert raw.get(ten, headers={"Range": "bytes=0-1", "If-Range": "Thu, 01 Dec 1994 16:00:00 GMT"}).status == 200


def test_range_of_a_failed_condition(raw, ten):
    """Conditions come before ranges."""
    assert raw.get(ten, headers={"Range": "bytes=10-", "If-Match": '"0"'}).outcome == (412, "PreconditionFailed")
    assert raw.get(ten, headers={"Range": "bytes=10-", "If-None-Match": raw.head(ten).etag}).status == 304
