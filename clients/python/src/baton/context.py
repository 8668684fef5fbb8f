"""What an agent is given together with its input."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class AgentContext:
    """``progress`` and ``active`` may be called from any thread."""

    run: str
    plan: str
    task: str
    #: The index of the item, in a ``forEach``.
    item: int | None
    #: The number of this attempt; the first is 1.
    attempt: int
    #: The same for every attempt of a call: pass it to services, so that they do the work only once.
    idempotency_key: str
    #: The last progress of the attempt before this one; None in the first.
    last_progress: Any
    #: The most bytes of JSON that the output may have.
    max_output_bytes: int
    #: The correlation id of the run, if it has one.
    correlation_id: str | None
    #: The place of this attempt in the trace of the run, for the header ``traceparent``, if there is one.
    traceparent: str | None
    log: logging.LoggerAdapter[logging.Logger]
    #: Set when the call is cancelled, times out, or its worker shuts down. An ``async`` agent is cancelled, too.
    cancelled: threading.Event = field(repr=False)
    _progress: Callable[[Any], None] = field(repr=False)
    _active: Callable[[], None] = field(repr=False)
    _usage: Callable[[float, float], None] = field(repr=False)
    _secret: Callable[[str], str] = field(repr=False)
    _redact: Callable[[str], str] = field(repr=False)

    def progress(self, value: Any) -> None:
        """Notes how far the work is, as JSON; the next attempt gets it as ``last_progress``."""
        self._progress(value)

    def active(self) -> None:
        """A sign that the agent is working, where ``idle`` is set. ``progress`` is such a sign, too."""
        self._active()

    def usage(self, *, tokens: float = 0, usd: float = 0) -> None:
        """Adds to what this call has used."""
        self._usage(tokens, usd)

    def secret(self, name: str) -> str:
        """Reads a secret that the worker allows. From then on its value is replaced in what the call reports."""
        return self._secret(name)

    def redact(self, text: str) -> str:
        """Replaces the secrets of this call: needed only before text is cut."""
        return self._redact(text)
