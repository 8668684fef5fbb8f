"""Storage of large values: what is stored is found again by its hash, and a changed value is noticed."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import free_port
from temporalio.api.common.v1 import Payload

from baton.values.directory import DirectoryStore
from baton.values.driver import BatonDriver, ValueStore
from baton.values.s3 import S3Store
from baton.values.settings import S3Storage
from baton.values.unreadable import ValueNotStored, ValueUnreadable

VALUE = Payload(metadata={"encoding": b"json/plain", "b": b"2", "a": b"1"}, data=b'"x"' * 50_000)


def store_and_read(store: ValueStore) -> dict[str, str]:
    """Stores a value, reads it with a driver that has not stored it, and returns its claim."""
    writer, reader = BatonDriver(store), BatonDriver(store)
    for driver in (writer, reader):
        driver.use_namespace("default", "1")
    claim = asyncio.run(writer.put(VALUE)).data()
    assert asyncio.run(reader.read(claim)) == VALUE
    return claim


def failure_of(driver: BatonDriver, claim: dict[str, str]) -> tuple[str | None, str]:
    with pytest.raises(ValueUnreadable) as error:
        asyncio.run(driver.read(claim))
    return error.value.type, error.value.message


def test_a_directory_keeps_values_and_a_changed_one_is_lost(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path, create=True)
    claim = store_and_read(store)
    path = tmp_path / claim["key"]
    assert claim["key"] == f"default.1/{claim['hash'][:2]}/{claim['hash']}"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.rglob("*.part"))
    # A sweep renames a value first: until it is deleted, it is still found.
    path.rename(f"{path}.swept")
    assert asyncio.run(BatonDriver(store).read(claim)) == VALUE
    Path(f"{path}.swept").write_bytes(b"other")
    assert failure_of(BatonDriver(store), claim)[0] == "ValueLost"
    Path(f"{path}.swept").unlink()
    type, message = failure_of(BatonDriver(store), claim)
    assert type == "ValueLost" and "does not exist" in message


def test_a_directory_is_read_without_a_setting_and_one_that_is_not_mounted_is_away(tmp_path: Path) -> None:
    claim = store_and_read(DirectoryStore(tmp_path / "values", create=True))
    assert asyncio.run(BatonDriver(None).read(claim)) == VALUE
    (tmp_path / "values").rename(tmp_path / "away")
    type, message = failure_of(BatonDriver(None), claim)
    assert type == "StorageUnavailable" and "storage.json" in message
    with pytest.raises(ValueNotStored, match="this process has no storage"):
        asyncio.run(BatonDriver(None).put(VALUE))
    assert failure_of(BatonDriver(None), {"hash": "x"})[0] == "StorageUnavailable"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    moto = shutil.which("moto_server")
    if moto is None:
        pytest.skip("moto_server is not installed: pip install 'moto[s3,server]'")
    port = free_port()
    os.environ.update({"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
    with subprocess.Popen([moto, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(address).close()
                break
            except OSError:
                time.sleep(0.1)
        request = urllib.request.Request(f"{address}/values", method="PUT")
        urllib.request.urlopen(request).close()
        yield address
        server.terminate()


def test_a_bucket_keeps_values(s3: str) -> None:
    store = S3Store(S3Storage(bucket="values", prefix="baton/", endpoint=s3))
    claim = store_and_read(store)
    assert (claim["storage"], claim["place"]) == ("s3://values/baton/", f"s3://values/baton/ at {s3}")
    # It is there already.
    assert asyncio.run(BatonDriver(store).put(VALUE)).hash == claim["hash"]
    missing = {**claim, "key": claim["key"].replace(claim["hash"], "0" * 64), "hash": "0" * 64}
    assert failure_of(BatonDriver(store), missing)[0] == "ValueLost"


def test_a_bucket_that_does_not_exist_is_away(s3: str) -> None:
    store = S3Store(S3Storage(bucket="other", endpoint=s3))
    with pytest.raises(ValueNotStored, match="could not be stored in s3://other"):
        asyncio.run(BatonDriver(store).put(VALUE))
