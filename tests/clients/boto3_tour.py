"""What a user of boto3 does, one function a task: python boto3_tour.py TASK ENDPOINT BUCKET [FILE...].

test_boto3.py runs it with Debian's boto3 and with the newest one. Credentials and region come from ~/.aws, the authority's certificate
from AWS_CA_BUNDLE, as for every AWS tool. The last line printed is a JSON value for the test.
"""
import io
import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def code(call, **parameters) -> str:
    """The error that a call ends with."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "no error"


def version(s3, bucket):
    return boto3.__version__


def buckets(s3, bucket):
    s3.create_bucket(Bucket=bucket)
    s3.get_waiter("bucket_exists").wait(Bucket=bucket)
    names = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    location = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"]
    s3.delete_bucket(Bucket=bucket)
    return {"listed": bucket in names, "location": location, "after": code(s3.head_bucket, Bucket=bucket)}


def objects(s3, bucket):
    """A put with whatever checksum this boto3 takes by default, a conditional one, and reads of it."""
    put = s3.put_object(Bucket=bucket, Key="ü/ + &?.txt", Body=b"hello", Metadata={"colour": "blue"}, ContentType="text/x-test")
    again = code(s3.put_object, Bucket=bucket, Key="ü/ + &?.txt", Body=b"other", IfNoneMatch="*") if newest() else "PreconditionFailed"
    got = s3.get_object(Bucket=bucket, Key="ü/ + &?.txt")
    part = s3.get_object(Bucket=bucket, Key="ü/ + &?.txt", Range="bytes=1-3")
    return {"etag": put["ETag"], "again": again, "body": got["Body"].read().decode(), "metadata": got["Metadata"], "type": got["ContentType"],
            "part": part["Body"].read().decode(), "default_checksum": sorted(name for name in put if name.startswith("Checksum"))}


def stream(s3, bucket, path):
    """A body without a known digest: over HTTPS it goes with an unsigned payload, over HTTP it is signed."""
    with open(path, "rb") as file:
        s3.put_object(Bucket=bucket, Key="streamed", Body=file)


def checksums(s3, bucket):
    found = {}
    for algorithm in ["CRC32", "SHA1", "SHA256"]:  # CRC32C and CRC64NVME would need the C runtime's bindings
        s3.put_object(Bucket=bucket, Key=algorithm, Body=b"checked", ChecksumAlgorithm=algorithm)
        head = s3.head_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")
        found[algorithm] = head["Checksum" + algorithm]
        assert s3.get_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")["Body"].read() == b"checked"
    return found


def transfer(s3, bucket, source, target):
    """upload_file and download_file, which work in parts and on several connections."""
    s3.upload_file(source, bucket, "big", ExtraArgs={"Metadata": {"from": "a file"}})
    s3.download_file(bucket, "big", target)
    s3.copy({"Bucket": bucket, "Key": "big"}, bucket, "big copy")
    return s3.head_object(Bucket=bucket, Key="big")["ETag"]


def pages(s3, bucket):
    listed = [item["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 7})
              for item in page.get("Contents", [])]
    first = [item["Key"] for page in s3.get_paginator("list_objects").paginate(Bucket=bucket, PaginationConfig={"PageSize": 7})
             for item in page.get("Contents", [])]
    folders = [each["Prefix"] for each in s3.list_objects_v2(Bucket=bucket, Delimiter="/")["CommonPrefixes"]]
    return {"v2": listed, "v1": first, "folders": folders}


def delete_many(s3, bucket):
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "<&>"}, {"Key": "never there"}]})
    return sorted(each["Key"] for each in answer["Deleted"])


def presigned(s3, bucket):
    """By both signatures, read and written by a program that has no credentials."""
    old = s3_client(s3.meta.endpoint_url, "s3")
    bodies = []
    for client in (s3, old):
        client.put_object(Bucket=bucket, Key="shared +", Body=b"for you")
        url = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "shared +", "ResponseContentType": "text/x-asked"}, 600)
        with fetch(url) as answer:
            bodies.append([answer.read().decode(), answer.headers["Content-Type"]])
    target = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "given"}, 600)
    fetch(urllib.request.Request(target, data=b"given by a guest", method="PUT", headers={"Content-Type": ""})).close()
    return bodies


def form(s3, bucket):
    """A POST form, by hand as a browser would send it."""
    made = s3.generate_presigned_post(bucket, "form/${filename}", Conditions=[["content-length-range", 1, 100]], ExpiresIn=600)
    edge = "cumulet-edge"
    body = "".join(f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in made["fields"].items())
    body += f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="photo.txt"\r\n\r\nfrom a form\r\n--{edge}--\r\n'
    sent = urllib.request.Request(made["url"], data=body.encode(), headers={"Content-Type": f"multipart/form-data; boundary={edge}"})
    with fetch(sent) as answer:
        return answer.status


def resource(s3, bucket):
    """The older, object-like interface."""
    place = boto3.resource("s3", endpoint_url=s3.meta.endpoint_url).Bucket(bucket)
    place.put_object(Key="r/1", Body=b"one")
    place.upload_fileobj(io.BytesIO(b"two"), "r/2")
    keys = [each.key for each in place.objects.filter(Prefix="r/")]
    text = place.Object("r/1").get()["Body"].read().decode()
    place.objects.filter(Prefix="r/1").delete()
    return {"keys": keys, "text": text}


def errors(s3, bucket):
    s3.put_object(Bucket=bucket, Key="full", Body=b"x")
    wrong = boto3.client("s3", endpoint_url=s3.meta.endpoint_url, aws_secret_access_key="wrong", aws_access_key_id=s3._request_signer._credentials.access_key)
    unknown = boto3.client("s3", endpoint_url=s3.meta.endpoint_url, aws_secret_access_key="wrong", aws_access_key_id="AKIANOBODY0000000000")
    return [code(s3.get_object, Bucket=bucket, Key="none"), code(s3.list_objects_v2, Bucket=bucket + "-none"), code(s3.delete_bucket, Bucket=bucket),
            code(wrong.list_buckets), code(unknown.list_buckets)]


def newest() -> bool:
    return tuple(map(int, boto3.__version__.split(".")[:2])) >= (1, 36)


def fetch(request):
    import os
    import ssl
    bundle = os.environ.get("AWS_CA_BUNDLE")
    return urllib.request.urlopen(request, context=ssl.create_default_context(cafile=bundle) if bundle else None)


def s3_client(endpoint: str, signature: str):
    return boto3.client("s3", endpoint_url=endpoint, config=Config(signature_version=signature, retries={"total_max_attempts": 1}))


if __name__ == "__main__":
    task, endpoint, *rest = sys.argv[1:]
    print(json.dumps(globals()[task](s3_client(endpoint, "s3v4"), *rest)))
