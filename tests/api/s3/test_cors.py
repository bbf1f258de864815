"""CORS: the configuration, preflight requests, and the headers of actual requests."""
import pytest

from support.raw import Raw
from support.server import Server

from ..conftest import make_client
from .helpers import refused, status

RULES = [
    {"ID": "put", "AllowedOrigins": ["http://www.example.com", "https://*.example.org"], "AllowedMethods": ["PUT", "POST"],
     "AllowedHeaders": ["x-amz-*", "Content-Type"], "ExposeHeaders": ["ETag", "x-amz-request-id"], "MaxAgeSeconds": 3000},
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]


@pytest.fixture
def shared(s3, bucket):
    """A bucket with the rules above."""
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    return bucket


def preflight(raw_anonymous, path: str, origin: str, method: str, wanted: str | None = None, query: dict | None = None):
    sent = {"Origin": origin, "Access-Control-Request-Method": method}
    return raw_anonymous.request("OPTIONS", path, query=query or {}, headers={**sent, **({"Access-Control-Request-Headers": wanted} if wanted else {})})


def cors(answer) -> dict:
    start = "access-control-"
    return {name.lower().removeprefix(start): value for name, value in answer.headers.items() if name.lower().startswith(start)}


def names(text: str) -> set:
    return {name.strip().lower() for name in text.split(",")}


def test_round_trip(s3, shared):
    assert s3.get_bucket_cors(Bucket=shared)["CORSRules"] == RULES
    assert status(s3.delete_bucket_cors(Bucket=shared)) == 204
    with refused("NoSuchCORSConfiguration", 404):
        s3.get_bucket_cors(Bucket=shared)
    assert status(s3.delete_bucket_cors(Bucket=shared)) == 204


@pytest.mark.parametrize("rule", [{"AllowedOrigins": ["*"], "AllowedMethods": ["PATCH"]}, {"AllowedOrigins": ["http://*.*"], "AllowedMethods": ["GET"]},
                                  {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "AllowedHeaders": ["*-*"]},
                                  {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "ExposeHeaders": ["*"]}])
def test_invalid_rule(s3, bucket, rule):
    with refused("InvalidRequest", 400):
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


@pytest.mark.parametrize("body", [b"", b"<CORSConfiguration>", b"<CORSConfiguration/>", b"<x/>", b"<CORSConfiguration><CORSRule/></CORSConfiguration>",
                                  b"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"])
def test_malformed_document(raw, bucket, body):
    answer = raw.put(f"/{bucket}", body, {"cors": None})
    assert answer.status == 400 and answer.code in ("MalformedXML", "MissingRequestBodyError")


def test_at_most_100_rules(raw, bucket):
    rule = b"<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
    for count, expected in ((100, 200), (101, 400)):
        body = b"<CORSConfiguration>" + rule * count + b"</CORSConfiguration>"
        assert raw.put(f"/{bucket}", body, {"cors": None}).status == expected


@pytest.mark.parametrize("origin", ["http://www.example.com", "https://a.example.org", "https://a.b.example.org"])
def test_preflight(raw_anonymous, shared, origin):
    answer = preflight(raw_anonymous, f"/{shared}/a", origin, "PUT", "x-amz-meta-n, content-type")
    assert answer.status == 200 and answer.body == b""
    assert cors(answer)["allow-origin"] == origin and cors(answer)["allow-credentials"] == "true" and cors(answer)["max-age"] == "3000"
    assert names(cors(answer)["allow-methods"]) == {"put", "post"}
    assert names(cors(answer)["allow-headers"]) == {"x-amz-meta-n", "content-type"}
    assert names(cors(answer)["expose-headers"]) == {"etag", "x-amz-request-id"}
    assert "origin" in names(answer.headers["Vary"])


@pytest.mark.parametrize("query", [{"uploads": None}, {"uploadId": "x", "partNumber": "1"}, {"acl": None}, {"versionId": "null", "tagging": None}])
def test_preflight_of_a_sub_resource(raw_anonymous, shared, query):
    answer = preflight(raw_anonymous, f"/{shared}/a", "http://www.example.com", "PUT", query=query)
    assert answer.status == 200 and cors(answer)["allow-origin"] == "http://www.example.com"


def test_preflight_for_any_origin(raw_anonymous, shared):
    answer = preflight(raw_anonymous, f"/{shared}/a", "http://anywhere.test", "GET")
    assert answer.status == 200 and cors(answer)["allow-origin"] == "*" and "allow-credentials" not in cors(answer)


@pytest.mark.parametrize("origin, method, wanted", [
    ("http://anywhere.test", "PUT", None), ("https://www.example.com", "PUT", None), ("http://www.example.com", "DELETE", None),
    ("http://www.example.com", "PUT", "authorization"), ("https://example.org", "PUT", None), ("https://a.example.org.evil.test", "PUT", None)])
def test_preflight_refused(raw_anonymous, shared, origin, method, wanted):
    answer = preflight(raw_anonymous, f"/{shared}/a", origin, method, wanted)
    assert answer.outcome == (403, "AccessForbidden") and cors(answer) == {}


def test_preflight_without_a_configuration(raw_anonymous, bucket):
    assert preflight(raw_anonymous, f"/{bucket}/a", "http://www.example.com", "GET").outcome == (403, "AccessForbidden")


def test_preflight_that_lacks_a_header(raw_anonymous, shared):
    assert raw_anonymous.request("OPTIONS", f"/{shared}/a").outcome == (400, "BadRequest")
    lacking = raw_anonymous.request("OPTIONS", f"/{shared}/a", headers={"Origin": "http://www.example.com"})
    assert lacking.status in (400, 403) and cors(lacking) == {}


def test_preflight_of_a_method_that_is_none(raw_anonymous, shared):
    assert preflight(raw_anonymous, f"/{shared}/a", "http://www.example.com", "JUMP").status in (400, 403)


def test_preflight_of_the_bucket(raw_anonymous, shared):
    assert preflight(raw_anonymous, f"/{shared}", "http://www.example.com", "POST").status == 200


def test_actual_request(raw, shared):
    answer = raw.put(f"/{shared}/a", b"1", headers={"Origin": "http://www.example.com"})
    assert cors(answer)["allow-origin"] == "http://www.example.com" and cors(answer)["allow-credentials"] == "true"
    assert names(cors(answer)["expose-headers"]) == {"etag", "x-amz-request-id"} and "origin" in names(answer.headers["Vary"])
    assert cors(raw.get(f"/{shared}/a", headers={"Origin": "http://anywhere.test"}))["allow-origin"] == "*"


def test_actual_request_of_an_origin_that_is_not_allowed(raw, shared):
    """It is served, without the headers that would let a page read the answer."""
    answer = raw.put(f"/{shared}/a", b"1", headers={"Origin": "http://evil.test"})
    assert answer.status == 200 and cors(answer) == {}


def test_request_without_origin(raw, shared):
    raw.put(f"/{shared}/a", b"1")
    assert cors(raw.get(f"/{shared}/a")) == {}


def test_errors_carry_the_headers_too(raw, raw_anonymous, shared):
    """A page is to see why it was refused."""
    for client in (raw, raw_anonymous):
        answer = client.get(f"/{shared}/none", headers={"Origin": "http://anywhere.test"})
        assert answer.status in (403, 404) and cors(answer)["allow-origin"] == "*"


def test_cors_gives_no_access(raw, raw_anonymous, shared):
    raw.put(f"/{shared}/a", b"1")
    assert raw_anonymous.get(f"/{shared}/a", headers={"Origin": "http://anywhere.test"}).outcome == (403, "AccessDenied")


def test_only_the_owner_configures(other, anonymous, shared):
    for client in (other, anonymous):
        for call in (client.get_bucket_cors, client.delete_bucket_cors):
            with refused("AccessDenied", 403):
                call(Bucket=shared)


def may(raw_anonymous, origin: str) -> bool:
    """Whether a page of that origin may put, by both ways to ask."""
    path = "/bucket/a"
    allowed = preflight(raw_anonymous, path, origin, "PUT").status == 200
    told = cors(raw_anonymous.put(path, b"1", headers={"Origin": origin})).get("allow-origin")
    assert told == (origin if allowed else None)
    return allowed


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_change_of_the_rules_holds_at_once_and_after_a_start(account, end):
    old, new = "http://old.test", "http://new.test"
    with Server() as server:
        s3 = make_client(server, account)
        s3.create_bucket(Bucket="bucket")
        raw_anonymous = Raw(("127.0.0.1", server.port), None)

        def allowed() -> list:
            return [origin for origin in (old, new) if may(raw_anonymous, origin)]

        def set_rules(*origins: str) -> None:
            s3.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": [{"AllowedOrigins": [origin], "AllowedMethods": ["PUT"]} for origin in origins]})

        def start_again() -> None:
            getattr(server, end)()
            server.start()

        assert allowed() == []
        for origins in ([old], [new], [old, new], [new]):
            set_rules(*origins)
            assert allowed() == origins
        start_again()
        assert allowed() == [new]
        set_rules(old)
        assert allowed() == [old]
        s3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})  # another change of the bucket
        assert allowed() == [old]
        s3.delete_bucket_cors(Bucket="bucket")
        assert allowed() == []
        start_again()
        assert allowed() == []
