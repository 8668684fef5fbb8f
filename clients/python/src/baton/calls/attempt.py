"""One attempt of a call: what it knows of the attempts before it, and what the next one must know.

An attempt that fails records its number as ``ended``, and in ``unanswered`` the first attempt that got no answer. An
attempt that recorded no end was lost with its worker: it counts as unanswered, because it may have called the agent.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from temporalio.activity import Info

from ..failures import FAILURES
from .request import CallRequest

_MAX_REASON = 300
#: The type of failure of an attempt whose worker was lost.
_LOST = "Interrupted"


@dataclass
class Attempt:
    #: Its number among the attempts that count; the first is 1.
    number: int
    #: The server's number of it, which also counts attempts that did not reach the agent.
    server_number: int
    scheduled_ms: float
    refused: int
    ended_before: int | None
    unanswered: str | None
    missing: dict[str, Any] | None
    tokens: float
    usd: float
    #: Of a traced call: the attempts before this one.
    timings: list[dict[str, Any]]
    began: bool = False
    ended: bool = False
    calls: int = 0
    is_traced: bool = False
    opened_ms: int = field(default_factory=lambda: now_ms())
    own_timing: dict[str, Any] | None = None

    @property
    def usage(self) -> dict[str, float]:
        return {"calls": self.calls, "tokens": self.tokens, "usd": self.usd}

    def begin(self) -> bool:
        """Notes that the agent is being called. True if the attempts after this one must know that."""
        self.began = True
        # The attempts before this one reached the agent too.
        self.calls = self.number
        self.own_timing = {"from": now_ms()}
        return self.server_number > 1 or self.ended_before is not None

    def end_timing(self, error: str | None = None) -> None:
        start = self.opened_ms if self.own_timing is None else self.own_timing["from"]
        self.own_timing = {"from": start, "to": now_ms(), **({} if error is None else {"error": error})}

    def noted_timings(self) -> list[dict[str, Any]] | None:
        all = [*self.timings, *([] if self.own_timing is None else [self.own_timing])]
        return all if self.is_traced and all else None

    def end(self, type: str, message: str, *, uses_none: bool, is_after_last: bool) -> None:
        self.ended = True
        if uses_none:
            self.refused += 1
        # One that was handed over has worked, although it does not count.
        if (self.began and not FAILURES[type].uncounted) if uses_none else not is_after_last:
            self.end_timing(type)
        if self.began and FAILURES[type].unanswered and self.unanswered is None:
            self.unanswered = no_answer_text(self.number, message[:_MAX_REASON])

    def is_last(self, request: CallRequest) -> bool:
        return request.counts_attempts and self.number >= request.retry.attempts

    def is_after_last(self, request: CallRequest) -> bool:
        """True if all attempts that the call may have were made before this one, and the last of them was lost."""
        return request.counts_attempts and self.number > request.retry.attempts

    def notes(self) -> dict[str, Any]:
        ended = self.server_number if self.ended else self.ended_before
        spends = self.tokens != 0 or self.usd != 0
        notes = {
            "spent": {"tokens": self.tokens, "usd": self.usd} if spends else None,
            "refused": self.refused or None,
            "ended": ended,
            "open": True if self.began and not self.ended else None,
            "unanswered": self.unanswered,
            "missing": self.missing,
            "timings": self.noted_timings(),
        }
        return {name: value for name, value in notes.items() if value is not None}


def now_ms() -> int:
    return int(time.time() * 1000)


def open_attempt(info: Info, notes: Mapping[str, Any]) -> Attempt:
    server_number = info.attempt
    ended = _whole(notes.get("ended"))
    # When a person retries the call, the server counts from 1 again.
    is_reset = ended is not None and ended >= server_number
    refused = 0 if is_reset else (_whole(notes.get("refused")) or 0)
    number = max(1, server_number - refused)
    spent = notes.get("spent") or {}
    missing = notes.get("missing")
    scheduled_ms = info.current_attempt_scheduled_time.timestamp() * 1000
    return Attempt(
        number=number,
        server_number=server_number,
        scheduled_ms=scheduled_ms,
        refused=refused,
        ended_before=ended,
        unanswered=_unanswered_before(notes, server_number, ended, refused),
        missing=missing if isinstance(missing, dict) else None,
        tokens=spent.get("tokens", 0),
        usd=spent.get("usd", 0),
        timings=_earlier(notes, number - 1, info.scheduled_time.timestamp() * 1000, scheduled_ms),
    )


def _earlier(notes: Mapping[str, Any], before: int, first_ms: float, lost_ms: float) -> list[dict[str, Any]]:
    """The attempts before this one. One that left no note was lost: it ran at some time between those of the server."""
    noted = notes.get("timings") or []
    lost = int(lost_ms)
    ended = [one if "to" in one else {**one, "to": lost, "error": _LOST} for one in noted]
    start = ended[-1]["to"] if ended else int(first_ms)
    return ended + [{"from": start, "to": lost, "error": _LOST}] * max(0, before - len(ended))


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 1 else None


def no_answer_text(attempt: int, why: str) -> str:
    return f"attempt {max(1, attempt)} got no answer: {why}"


def _unanswered_before(notes: Mapping[str, Any], next: int, ended: int | None, refused: int) -> str | None:
    noted = notes.get("unanswered")
    if isinstance(noted, str):
        return noted
    is_lost = notes.get("open") is True or (next > 1 and ended != next - 1)
    return no_answer_text(next - 1 - refused, "its worker was lost") if is_lost else None
