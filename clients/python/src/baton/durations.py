"""Durations as people write them: ``250ms``, ``30s``, ``1h30m``."""

from __future__ import annotations

import re

_UNIT_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def duration_seconds(text: str, name: str = "duration") -> float:
    """Seconds of a duration. Raises ValueError, which begins with ``name``."""
    if not isinstance(text, str) or _WHOLE.fullmatch(text) is None:
        raise ValueError(f'{name}: expected a duration such as "30s", got {text!r}')
    return sum(float(amount) * _UNIT_MS[unit] for amount, unit in _PART.findall(text)) / 1000


def write_duration(seconds: float) -> str:
    """In the largest unit that divides it: ``250ms``, ``90s``, ``2h``."""
    ms = max(1, round(seconds * 1000))
    unit, size = next((unit, size) for unit, size in _UNIT_MS.items() if ms % size == 0)
    return f"{ms // size}{unit}"
