"""What the history has in place of a stored value."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from temporalio.api.common.v1 import Payload

_KEY = re.compile(r"[^/.][^/]*/[0-9a-f]{2}/[0-9a-f]{64}")
_DATA_TAG = 0x12


@dataclass(frozen=True)
class Claim:
    #: SHA-256 of the stored bytes, in hexadecimal.
    hash: str
    bytes: int
    key: str
    #: The id of the storage, and its place in words.
    storage: str
    place: str
    #: The path on the machine that stored the value, if the storage is a directory.
    directory: str | None = None
    #: If the value refers to other stored values: the ids of their storages, as a list in JSON.
    references: str | None = None

    def data(self) -> dict[str, str]:
        fields = {**self.__dict__, "bytes": str(self.bytes)}
        return {name: value for name, value in fields.items() if value is not None}

    def __str__(self) -> str:
        return f"the stored value {self.hash} ({self.bytes} bytes) in {self.place}"


def read_claim(data: Mapping[str, str]) -> Claim | None:
    """None if this is not a claim of Baton."""
    try:
        claim = Claim(
            hash=data["hash"],
            bytes=int(data["bytes"]),
            key=data["key"],
            storage=data["storage"],
            place=data["place"],
            directory=data.get("directory"),
            references=data.get("references"),
        )
    except (KeyError, ValueError):
        return None
    is_key = _KEY.fullmatch(claim.key) is not None and claim.key.endswith(f"/{claim.hash}")
    return claim if is_key else None


def key_of(scope: str, hash: str) -> str:
    return f"{scope}/{hash[:2]}/{hash}"


def claims_in(payload: Payload) -> list[dict[str, str]]:
    """The claims of the values that a payload refers to, which are in its metadata."""
    text = payload.metadata.get("references")
    return [] if text is None else json.loads(text)


def payload_bytes(payload: Payload) -> bytes:
    """A payload as bytes, always the same for the same payload: metadata in the order of their names, then the data."""
    head = Payload(metadata=payload.metadata).SerializeToString(deterministic=True)
    return head + bytes([_DATA_TAG, *_varint(len(payload.data))]) + payload.data


def _varint(length: int) -> list[int]:
    return [length] if length < 0x80 else [(length % 0x80) + 0x80, *_varint(length // 0x80)]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
