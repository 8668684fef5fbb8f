"""Where large values are stored, and with which keys values are encrypted: as in a configuration of Baton."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError

DEFAULT_THRESHOLD = 128 * 1024
_LEAST_THRESHOLD = 16 * 1024
_UNITS = {"": 1, "KB": 10**3, "KiB": 2**10, "MB": 10**6, "MiB": 2**20}
_KEY_BYTES = 32


def parse_bytes(text: str | int, name: str) -> int:
    """Bytes of ``64KiB``, ``1MB`` or a number. Raises ConfigurationError."""
    if isinstance(text, int):
        return text
    match = re.fullmatch(r"(\d+)\s*(B|KB|KiB|MB|MiB)?", text)
    if match is None:
        raise ConfigurationError(f'{name}: expected a size such as "64KiB", got {text!r}')
    return int(match[1]) * _UNITS[(match[2] or "").removesuffix("B") and (match[2] or "")]


@dataclass(frozen=True)
class S3Storage:
    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Storage:
    """``Storage(dir=…)`` or ``Storage(s3=S3Storage(bucket=…))``; values of at least ``threshold`` are stored."""

    dir: str | os.PathLike[str] | None = None
    s3: S3Storage | None = None
    threshold: str | int = DEFAULT_THRESHOLD

    def __post_init__(self) -> None:
        if (self.dir is None) == (self.s3 is None):
            raise ConfigurationError("storage: expected one of dir and s3")
        if not _LEAST_THRESHOLD <= self.threshold_bytes <= DEFAULT_THRESHOLD:
            raise ConfigurationError(f"storage.threshold: expected a size from 16KiB to 128KiB, got {self.threshold!r}")

    @property
    def threshold_bytes(self) -> int:
        return parse_bytes(self.threshold, "storage.threshold")

    @staticmethod
    def of(value: Storage | Mapping[str, Any] | None) -> Storage | None:
        """Also from the data of a configuration: ``{"dir": …}`` or ``{"s3": {"bucket": …}}``."""
        if value is None or isinstance(value, Storage):
            return value
        try:
            s3 = value.get("s3")
            return Storage(**{**value, **({} if s3 is None else {"s3": S3Storage(**s3)})})
        except TypeError as error:
            raise ConfigurationError(f"storage: {error}") from error


@dataclass(frozen=True)
class Key:
    """A key of 32 bytes in base64, in a variable (``env``) or in a file."""

    id: str
    env: str | None = None
    file: str | os.PathLike[str] | None = None

    def read(self, place: str) -> bytes:
        if (self.env is None) == (self.file is None):
            raise ConfigurationError(f"{place}: expected one of env and file")
        try:
            text = os.environ[self.env] if self.env is not None else Path(str(self.file)).read_text("utf-8")
        except KeyError:
            raise ConfigurationError(
                f"{place}: expected a key in the environment variable {self.env}, which is not set"
            ) from None
        except OSError as error:
            raise ConfigurationError(f"{place}: expected a key in a file that can be read: {error}") from error
        try:
            key = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) == _KEY_BYTES:
            return key
        # No message contains a part of the text: it may be a key.
        raise ConfigurationError(
            f"{place}: expected {_KEY_BYTES} bytes in base64; make a key with: openssl rand -base64 32"
        )


@dataclass(frozen=True)
class Encryption:
    """The first key encrypts, all decrypt."""

    keys: Sequence[Key]

    def __post_init__(self) -> None:
        ids = [key.id for key in self.keys]
        if not ids:
            raise ConfigurationError("encryption.keys: expected at least one key")
        if len(set(ids)) < len(ids):
            raise ConfigurationError(f"encryption.keys: expected an id of its own for each key, got {ids}")

    @staticmethod
    def of(value: Encryption | Mapping[str, Any] | None) -> Encryption | None:
        """Also from the data of a configuration: ``{"keys": [{"id": …, "key": {"env": …}}]}``."""
        if value is None or isinstance(value, Encryption):
            return value
        try:
            return Encryption([Key(id=one["id"], **one["key"]) for one in value["keys"]])
        except (KeyError, TypeError) as error:
            raise ConfigurationError(f"encryption: expected keys with id and key: {error}") from error
