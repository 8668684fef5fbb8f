"""Values that cannot be read: not decrypted, or not fetched from their storage.

The SDK reads the input of an activity before any code of the activity runs, and a failure there would count as an
attempt. So codec and storage put a mark in place of the value, and whoever uses the value finds the reason in it.
"""

from __future__ import annotations

import json
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.converter import EncodingPayloadConverter
from temporalio.exceptions import ApplicationError

_ENCODING = "baton/unreadable"


class ValueUnreadable(ApplicationError):
    """``type``: StorageUnavailable, ValueLost or DecryptionError."""

    def __init__(self, message: str, type: str) -> None:
        super().__init__(message, type=type, non_retryable=type == "ValueLost")


class ValueNotStored(ApplicationError):
    """A large value could not be stored."""

    def __init__(self, message: str) -> None:
        super().__init__(message, type="ValueNotStored")


def mark_of(error: ValueUnreadable) -> Payload:
    data = json.dumps({"message": error.message, "type": error.type}).encode()
    return Payload(metadata={"encoding": _ENCODING.encode()}, data=data)


def error_in(payload: Payload) -> ValueUnreadable | None:
    if payload.metadata.get("encoding") != _ENCODING.encode():
        return None
    return ValueUnreadable(**json.loads(payload.data))


class UnreadableConverter(EncodingPayloadConverter):
    """Raises the reason where a value of a certain type is expected; elsewhere the reason is the value."""

    @property
    def encoding(self) -> str:
        return _ENCODING

    def to_payload(self, value: Any) -> Payload | None:
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        error = error_in(payload)
        if type_hint is None or error is None:
            return error
        raise error
