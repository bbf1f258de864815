"""What several of the S3 tests need."""
import concurrent.futures
import contextlib
import random

import botocore.exceptions
import pytest

MIB = 1024 * 1024


@contextlib.contextmanager
def refused(code: str, status: int | None = None):
    """The boto3 call inside fails with this error code (of a HEAD, which has no body: the status as text)."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        yield caught
    response = caught.value.response
    assert response["Error"]["Code"] == code
    if status is not None:
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status


def status(response: dict) -> int:
    return response["ResponseMetadata"]["HTTPStatusCode"]


def headers(response: dict) -> dict:
    return response["ResponseMetadata"]["HTTPHeaders"]


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that no two places share, the same in every run."""
    return random.Random(seed).randbytes(size)


def keys(page: dict) -> list:
    return [item["Key"] for item in page.get("Contents", [])]


def prefixes(page: dict) -> list:
    return [item["Prefix"] for item in page.get("CommonPrefixes", [])]


def at_once(calls: list) -> list:
    """The results of calls that run at the same time, in their order."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]
