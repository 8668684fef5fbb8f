"""Large outputs that a run only refers to: JSON with a text ``baton:value:N:HASH`` for each, and their claims."""

from __future__ import annotations

import json

from temporalio.api.common.v1 import Payload

_ENCODING = b"json/baton-references"
_HASH_LENGTH = 64


def is_with_references(payload: Payload) -> bool:
    return payload.metadata.get("encoding") == _ENCODING


def with_values(payload: Payload, values: dict[str, bytes]) -> Payload:
    """Plain JSON, with the JSON of each value in place of the text for it. ``values``: by hash."""
    number = payload.metadata["reference-mark"]
    mark = b'"baton:value:' + number + b":"
    parts: list[bytes] = []
    rest = payload.data
    while (at := rest.find(mark)) >= 0:
        start = at + len(mark)
        parts += [rest[:at], values[rest[start : start + _HASH_LENGTH].decode()]]
        rest = rest[start + _HASH_LENGTH + 1 :]
    return Payload(metadata={"encoding": b"json/plain"}, data=b"".join([*parts, rest]))


def reply_with_reference(before: bytes, claim: dict[str, str], after: bytes) -> Payload:
    """JSON in two parts, with a reference between them. No other text of it may begin like the reference."""
    whole = before + after
    number = next(n for n in range(len(whole) + 1) if f"baton:value:{n}:".encode() not in whole)
    text = f'"baton:value:{number}:{claim["hash"]}"'.encode()
    return Payload(
        metadata={
            "encoding": _ENCODING,
            "reference-mark": str(number).encode(),
            "references": json.dumps([claim], separators=(",", ":")).encode(),
        },
        data=before + text + after,
    )
