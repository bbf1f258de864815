"""Apache libcloud, Debian's python3-libcloud 3.4: its storage interface over S3, signatures of version 4."""
import io

import pytest

from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY

from .conftest import INSTALL, noise, sha256

pytest.importorskip("libcloud", reason=f"python3-libcloud is not on this machine; {INSTALL}")
import libcloud.security  # noqa: E402
from libcloud.storage.providers import get_driver  # noqa: E402
from libcloud.storage.types import ContainerDoesNotExistError, ContainerIsNotEmptyError, ContainerError, ObjectDoesNotExistError, Provider  # noqa: E402


@pytest.fixture(params=["http", "https"])
def driver(request, server, monkeypatch):
    if request.param == "https":
        monkeypatch.setattr(libcloud.security, "CA_CERTS_PATH", server.ca)
    return get_driver(Provider.S3)(ROOT_ACCESS_KEY, ROOT_SECRET_KEY, secure=request.param == "https", host="127.0.0.1", port=server.port)


def test_a_tour(driver, new_bucket, witness, tmp_path):
    name = new_bucket()
    container = driver.create_container(name)
    assert name in [each.name for each in driver.list_containers()]
    (tmp_path / "in").write_bytes(noise(200_000))
    stored = container.upload_object(str(tmp_path / "in"), "dir/file", extra={"meta_data": {"colour": "blue"}})
    assert stored.size == 200_000
    assert witness.get(name, "dir/file") == noise(200_000)
    assert witness.head(name, "dir/file")["x-amz-meta-colour"] == "blue"
    found = driver.get_object(name, "dir/file")
    assert found.meta_data["colour"] == "blue"
    found.download(str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == noise(200_000)
    assert b"".join(driver.download_object_range_as_stream(found, 10, 20)) == noise(200_000)[10:20]
    assert [each.name for each in container.list_objects(prefix="dir/")] == ["dir/file"]
    with pytest.raises(ContainerIsNotEmptyError):
        container.delete()
    assert found.delete()
    assert container.delete()
    assert not witness.exists(name)


def test_stream_in_parts(driver, bucket, witness, big):
    with open(big, "rb") as file:
        driver.get_container(bucket).upload_object_via_stream(io.BytesIO(file.read()), "big")
    assert witness.sha256(bucket, "big") == sha256(big)
    assert "-" in witness.head(bucket, "big")["ETag"]


def test_many(driver, bucket, witness):
    names = [f"{number:04}" for number in range(1100)]
    for name in names:
        witness.put(bucket, name, b"")
    assert [each.name for each in driver.get_container(bucket).list_objects()] == names


def test_errors(driver, bucket):
    with pytest.raises(ContainerDoesNotExistError):
        driver.get_container(bucket + "-none")
    with pytest.raises(ObjectDoesNotExistError):
        driver.get_object(bucket, "none")
    with pytest.raises(ContainerError):
        driver.create_container("Not_A_Name")
