"""Heartbeats: they carry progress and notes to the next attempt, and their answers report a cancel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from temporalio import activity

from ..json_text import NotJsonError, json_bytes, plain_json
from ..values.driver import IN_HEARTBEAT

_TICKS_PER_TIMEOUT = 3
#: Often enough that a cancel reaches an agent within seconds…
_TICK_SECONDS = 2.0
#: …and not more heartbeats for one worker than this many seconds per call in flight.
_SECONDS_PER_CALL = 0.02
_MAX_PROGRESS_BYTES = 256 * 1024


class Heartbeat:
    def __init__(
        self,
        notes: Mapping[str, Any],
        read_notes: Callable[[], dict[str, Any]],
        log: logging.LoggerAdapter[logging.Logger],
        calls: int,
    ) -> None:
        #: The last progress of the attempt before this one.
        self.last_progress = notes.get("progress")
        # Sent until this attempt has progress of its own, so that a third attempt still finds it.
        self._progress = self.last_progress
        self._read_notes = read_notes
        self._log = log
        self._is_over = False
        timeout = activity.info().heartbeat_timeout
        self._ticking = None
        if timeout is not None:
            tick = max(1.0, calls * _SECONDS_PER_CALL / _TICK_SECONDS) * _TICK_SECONDS
            self._ticking = asyncio.create_task(self._tick(min(timeout.total_seconds() / _TICKS_PER_TIMEOUT, tick)))

    async def _tick(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            self._beat()

    def _beat(self) -> None:
        token = IN_HEARTBEAT.set(True)
        try:
            progress = {} if self._progress is None else {"progress": self._progress}
            activity.heartbeat({**progress, **self._read_notes()})
        finally:
            IN_HEARTBEAT.reset(token)

    def progress(self, value: Any) -> None:
        if self._is_over:
            return
        # Progress only helps the next attempt: a bad value must not fail the call.
        try:
            plain = plain_json(value, "progress")
        except NotJsonError as problem:
            return self._log.warning("ignored: %s", problem)
        size = len(json_bytes(plain))
        if size > _MAX_PROGRESS_BYTES:
            return self._log.warning(
                "ignored: progress: expected at most %d bytes of JSON, got %d", _MAX_PROGRESS_BYTES, size
            )
        self._progress = plain
        self._beat()

    def hand_on(self) -> None:
        """Sends a heartbeat now, if there are notes that the next attempt must know."""
        if self._read_notes():
            self._beat()

    def end(self) -> None:
        self._is_over = True
        if self._ticking is not None:
            self._ticking.cancel()
