"""Whether two runs are the same, and what the first differences are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .json_text import child_path, shown

_MOST = 3
_PARTS = (
    ("plan", "another plan"),
    ("plans", "another plan below a task"),
    ("input", "another input"),
)


def difference_of(before: dict[str, Any], after: dict[str, Any]) -> str | None:
    """`another input: input.to: "first" there, "second" here`; None if both are the same."""
    for part, name in _PARTS:
        default: Any = {} if part == "plans" else None
        found = list(_differences(before.get(part, default), after.get(part, default), part))[:_MOST]
        if found:
            return f"{name}: {'; '.join(found)}"
    return None


def _differences(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            if key in before and key in after:
                yield from _differences(before[key], after[key], child_path(path, key))
            else:
                there = shown(before[key]) if key in before else "nothing"
                here = shown(after[key]) if key in after else "nothing"
                yield f"{child_path(path, key)}: {there} there, {here} here"
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differences(one, other, child_path(path, index))
    elif type(before) is bool or type(after) is bool:
        if before is not after:
            yield f"{path}: {shown(before)} there, {shown(after)} here"
    elif before != after:
        yield f"{path}: {shown(before)} there, {shown(after)} here"
