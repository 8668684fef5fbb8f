"""JSON of values. What JSON would change, or JavaScript could not hold, is an error that names its path."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

#: The largest whole number below which JavaScript holds all of them.
MAX_SAFE = 2**53

_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]{0,99}")


class NotJsonError(ValueError):
    """A value that JSON does not have. The message begins with its path."""


def child_path(path: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{json.dumps(key)}]"


def plain_json(value: Any, name: str) -> Any:
    """The value as dicts, lists, text, numbers, booleans and None. Raises NotJsonError."""
    return _plain(value, name, ())


def _plain(value: Any, path: str, open_values: tuple[int, ...]) -> Any:
    if value is None or isinstance(value, (str, bool)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return _whole(int(value), path)
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        raise NotJsonError(f"{path}: expected JSON, got {value}")
    if id(value) in open_values:
        raise NotJsonError(f"{path}: expected JSON, got a value that contains itself")
    inner = (*open_values, id(value))
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(mode="json", by_alias=True), path, inner)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return _plain(fields, path, inner)
    if isinstance(value, Mapping):
        return {_key(key, path): _plain(part, child_path(path, str(key)), inner) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, child_path(path, index), inner) for index, part in enumerate(value)]
    return _converted(value, path, inner)


def _whole(value: int, path: str) -> int:
    # JavaScript reads numbers as floats.
    if abs(value) <= MAX_SAFE or (abs(value) < 2**1023 and int(float(value)) == value):
        return value
    raise NotJsonError(f"{path}: expected a number that JavaScript can hold, got {value}; use text instead: str(n)")


def _key(key: Any, path: str) -> str:
    if isinstance(key, str):
        return str(key)
    raise NotJsonError(f"{path}: expected keys that are text, got {key!r}")


def _converted(value: Any, path: str, inner: tuple[int, ...]) -> Any:
    """Dates, UUIDs, enums, paths, decimals: as pydantic writes them."""
    kind = type(value).__name__
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise NotJsonError(f"{path}: expected JSON, got {kind}; use text in base64 instead")
    if isinstance(value, (set, frozenset)):
        raise NotJsonError(f"{path}: expected JSON, got a {kind}; use a list instead: sorted(values)")
    try:
        return _plain(to_jsonable_python(value), path, inner)
    except (ValueError, TypeError) as error:
        if isinstance(error, NotJsonError):
            raise
        raise NotJsonError(f"{path}: expected JSON, got {kind}") from error


def json_bytes(value: Any) -> bytes:
    """The JSON of a value that ``plain_json`` has returned, or that came as JSON, in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # Half of a surrogate pair, which JSON can escape.
        return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def shown(value: Any, most: int = 80) -> str:
    """A value in messages, cut to a readable length."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"


def well_formed(text: str) -> str:
    """Text without unpaired surrogates, which no field of Temporal's protocol can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
