"""Conditional requests: reads (304 and 412), and writes that are atomic."""
import time

import pytest

from support.raw import content_md5, http_date

from .helpers import at_once, keys

PAST, FUTURE = "Thu, 01 Dec 1994 16:00:00 GMT", http_date(time.time() + 86400)
WRONG = '"0123456789abcdef0123456789abcdef"'


@pytest.fixture
def path(bucket):
    return f"/{bucket}/a"


@pytest.fixture
def etag(raw, path):
    """The ETag of an object that is at `path`."""
    return raw.put(path, b"first").etag


def precondition_failed(answer) -> bool:
    return answer.outcome == (412, "PreconditionFailed")


# Reads

@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("sent, expected", [
    ({"If-Match": "ETAG"}, 200), ({"If-Match": "*"}, 200), ({"If-Match": WRONG}, 412),
    ({"If-None-Match": "ETAG"}, 304), ({"If-None-Match": "*"}, 304), ({"If-None-Match": WRONG}, 200),
    ({"If-Modified-Since": PAST}, 200), ({"If-Modified-Since": "MODIFIED"}, 304),
    ({"If-Unmodified-Since": PAST}, 412), ({"If-Unmodified-Since": "MODIFIED"}, 200), ({"If-Unmodified-Since": FUTURE}, 200),
    # the two pairs that AWS documents
    ({"If-Match": "ETAG", "If-Unmodified-Since": PAST}, 200), ({"If-None-Match": "ETAG", "If-Modified-Since": PAST}, 304),
    # the other combinations, by RFC 9110, section 13.2.2
    ({"If-Match": WRONG, "If-Unmodified-Since": FUTURE}, 412), ({"If-None-Match": WRONG, "If-Modified-Since": "MODIFIED"}, 200),
    ({"If-Match": WRONG, "If-None-Match": "ETAG"}, 412), ({"If-Match": "ETAG", "If-None-Match": "ETAG"}, 304),
    ({"If-Unmodified-Since": PAST, "If-None-Match": "ETAG"}, 412)])
def test_read(raw, path, etag, method, sent, expected):
    known = {"ETAG": etag, "MODIFIED": raw.head(path).headers["Last-Modified"]}
    answer = raw.request(method, path, headers={name: known.get(value, value) for name, value in sent.items()})
    assert answer.status == expected
    if method == "GET" and expected == 412:
        assert answer.code == "PreconditionFailed"


def test_etag_without_quotes(raw, path, etag):
    assert raw.get(path, headers={"If-Match": etag.strip('"')}).status == 200
    assert raw.get(path, headers={"If-None-Match": etag.strip('"')}).status == 304


def test_not_modified_has_headers_and_no_body(raw, path, etag):
    answer = raw.get(path, headers={"If-None-Match": etag})
    assert (answer.status, answer.body, answer.etag) == (304, b"", etag)
    assert answer.headers["Last-Modified"]


def test_condition_that_failed_is_named(raw, path, etag):
    assert raw.get(path, headers={"If-Match": WRONG}).text("Condition") == "If-Match"


def test_read_of_a_missing_key(raw, path):
    assert raw.get(path, headers={"If-Match": "*"}).outcome == (404, "NoSuchKey")
    assert raw.get(path, headers={"If-None-Match": "*"}).outcome == (404, "NoSuchKey")


# Writes

def test_put_if_none_match(raw, path):
    assert raw.put(path, b"1", headers={"If-None-Match": "*"}).status == 200
    assert precondition_failed(raw.put(path, b"2", headers={"If-None-Match": "*"}))
    assert raw.get(path).body == b"1"
    raw.delete(path)
    assert raw.put(path, b"3", headers={"If-None-Match": "*"}).status == 200


def test_put_if_none_match_takes_only_the_asterisk(raw, path):
    assert raw.put(path, b"1", headers={"If-None-Match": WRONG}).outcome == (501, "NotImplemented")
    assert raw.get(path).outcome == (404, "NoSuchKey")


@pytest.mark.parametrize("quotes", [True, False])
def test_put_if_match(raw, path, etag, quotes):
    assert raw.put(path, b"second", headers={"If-Match": etag if quotes else etag.strip('"')}).status == 200
    assert precondition_failed(raw.put(path, b"third", headers={"If-Match": etag}))
    assert raw.get(path).body == b"second"


def test_put_if_match_of_a_missing_key(raw, path):
    assert raw.put(path, b"1", headers={"If-Match": WRONG}).outcome == (404, "NoSuchKey")
    assert raw.get(path).outcome == (404, "NoSuchKey")


def test_delete_if_match(raw, path, etag):
    assert precondition_failed(raw.delete(path, headers={"If-Match": WRONG}))
    assert raw.get(path).body == b"first"
    assert raw.delete(path, headers={"If-Match": etag}).status == 204
    assert raw.get(path).outcome == (404, "NoSuchKey")


def test_delete_if_it_exists(raw, path, etag):
    assert raw.delete(path, headers={"If-Match": "*"}).status == 204
    assert raw.delete(path, headers={"If-Match": "*"}).status in (404, 412)


def test_delete_objects_with_etags(raw, bucket, path, etag):
    raw.put(f"/{bucket}/b", b"1")
    body = (f"<Delete><Object><Key>a</Key><ETag>{etag.strip(chr(34))}</ETag></Object>"
            f"<Object><Key>b</Key><ETag>{WRONG.strip(chr(34))}</ETag></Object></Delete>").encode()
    answer = raw.post(f"/{bucket}", body, {"delete": None}, {"Content-MD5": content_md5(body)})
    assert [key.text for key in answer.xml.findall("Deleted/Key")] == ["a"]
    assert (answer.text("Error/Key"), answer.text("Error/Code")) == ("b", "PreconditionFailed")
    assert raw.get(f"/{bucket}/b").status == 200


def start_upload(raw, path) -> tuple:
    """An upload of one part, and the document that completes it."""
    upload = raw.post(path, query={"uploads": None}).text("UploadId")
    part = raw.put(path, b"part", {"partNumber": 1, "uploadId": upload})
    body = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part.etag}</ETag></Part></CompleteMultipartUpload>"
    return upload, body.encode()


def test_complete_if_none_match(raw, path, etag):
    upload, body = start_upload(raw, path)
    assert precondition_failed(raw.post(path, body, {"uploadId": upload}, {"If-None-Match": "*"}))
    assert raw.get(path).body == b"first"
    raw.delete(path)
    again, body = start_upload(raw, path)
    assert raw.post(path, body, {"uploadId": again}, {"If-None-Match": "*"}).status == 200
    assert raw.get(path).body == b"part"


def test_complete_if_match(raw, path, etag):
    upload, body = start_upload(raw, path)
    assert precondition_failed(raw.post(path, body, {"uploadId": upload}, {"If-Match": WRONG}))
    again, body = start_upload(raw, path)
    assert raw.post(path, body, {"uploadId": again}, {"If-Match": etag}).status == 200
    assert raw.get(path).body == b"part"


def test_complete_if_match_of_a_missing_key(raw, path):
    upload, body = start_upload(raw, path)
    assert raw.post(path, body, {"uploadId": upload}, {"If-Match": WRONG}).outcome == (404, "NoSuchKey")


def test_copy_if_none_match(raw, bucket, path, etag):
    source = {"x-amz-copy-source": path}
    assert raw.put(f"/{bucket}/b", headers={**source, "If-None-Match": "*"}).status == 200
    assert precondition_failed(raw.put(f"/{bucket}/b", headers={**source, "If-None-Match": "*"}))


def test_64_writers_one_winner(raw, s3, bucket):
    path = f"/{bucket}/lock"
    answers = at_once([lambda n=n: raw.put(path, b"writer %d" % n, headers={"If-None-Match": "*"}) for n in range(64)])
    winners = [n for n, answer in enumerate(answers) if answer.status == 200]
    assert len(winners) == 1
    assert {answer.outcome for answer in answers} - {(200, None)} <= {(412, "PreconditionFailed"), (409, "ConditionalRequestConflict")}
    assert raw.get(path).body == b"writer %d" % winners[0]
    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["lock"]


def test_64_swaps_one_winner(raw, path, etag):
    answers = at_once([lambda n=n: raw.put(path, b"writer %d" % n, headers={"If-Match": etag}) for n in range(64)])
    winners = [n for n, answer in enumerate(answers) if answer.status == 200]
    assert len(winners) == 1 and raw.get(path).body == b"writer %d" % winners[0]


def test_counter_of_eight_writers(raw, path):
    """Read, add one, write if unchanged, again until it works: no increment is lost."""
    raw.put(path, b"0")

    def add_five():
        done = 0
        while done < 5:
            now = raw.get(path)
            done += raw.put(path, b"%d" % (int(now.body) + 1), headers={"If-Match": now.etag}).status == 200

    at_once([add_five] * 8)
    assert raw.get(path).body == b"40"
