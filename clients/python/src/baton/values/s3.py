"""Storage in a bucket of S3, or of a service with the same protocol. Credentials are those that boto3 finds."""

from __future__ import annotations

import datetime
import threading
from typing import Any

from ..errors import ConfigurationError
from .settings import S3Storage

_SWEPT = ".swept"
#: A value that exists is written again only if it is older than this: writing it refreshes its time.
_REFRESH_SECONDS = 60
#: An endpoint that is not Amazon's needs a region only for the signature.
_ANY_REGION = "us-east-1"


class S3Store:
    directory: str | None = None

    def __init__(self, settings: S3Storage) -> None:
        self._settings = settings
        prefix = settings.prefix.rstrip("/")
        self._address = f"s3://{settings.bucket}" + (f"/{settings.prefix}" if settings.prefix else "")
        self._prefix = f"{prefix}/" if prefix else ""
        self.place = self._address if settings.endpoint is None else f"{self._address} at {settings.endpoint}"
        self._client_lock = threading.Lock()
        self._opened: Any = None

    def id(self) -> str:
        return self._address

    def _client(self) -> Any:
        with self._client_lock:
            if self._opened is None:
                self._opened = _connect(self._settings)
            return self._opened

    def put(self, key: str, data: bytes) -> None:
        from botocore.exceptions import ClientError

        try:
            head = self._client().head_object(Bucket=self._settings.bucket, Key=self._prefix + key)
            age = datetime.datetime.now(datetime.timezone.utc) - head["LastModified"]
            if age.total_seconds() < _REFRESH_SECONDS and head["ContentLength"] == len(data):
                return
        except ClientError as error:
            if not _is_absent(error):
                raise
        self._client().put_object(Bucket=self._settings.bucket, Key=self._prefix + key, Body=data)

    def get(self, key: str) -> bytes | None:
        for name in (key, key + _SWEPT, key):
            found = self._read(self._prefix + name)
            if found is not None:
                return found
        return None

    def _read(self, key: str) -> bytes | None:
        from botocore.exceptions import ClientError

        try:
            data: bytes = self._client().get_object(Bucket=self._settings.bucket, Key=key)["Body"].read()
            return data
        except ClientError as error:
            if _is_absent(error):
                return None
            raise


def _is_absent(error: Any) -> bool:
    return error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404", "NotFound")


def _connect(settings: S3Storage) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise ConfigurationError(
            'storage in S3 needs the package boto3, which is not installed: pip install "baton-orchestrator[s3]"'
        ) from error
    has_endpoint = settings.endpoint is not None
    config = Config(
        connect_timeout=2,
        read_timeout=10,
        retries={"total_max_attempts": 2},
        s3={"addressing_style": "path" if has_endpoint else "auto"},
        # Values are verified by their own hash.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    region = settings.region or (_ANY_REGION if has_endpoint else None)
    return boto3.client("s3", endpoint_url=settings.endpoint, region_name=region, config=config)
