"""Runs an agent within its time, and ends it when the call is cancelled or its worker shuts down.

After that no answer of the agent counts. An agent that does not end within the grace period is given up.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity

from ..agents import Agent
from ..durations import write_duration
from ..errors import AgentError
from .classify import CallCancelled, HandedOver


@dataclass
class Running:
    """An agent that is being called."""

    agent: Agent
    timeout: float
    idle: float | None
    grace: float
    executor: Executor
    log: logging.LoggerAdapter[logging.Logger]
    cancelled: threading.Event = field(default_factory=threading.Event)
    last_sign: float = 0.0

    def active(self) -> None:
        self.last_sign = asyncio.get_running_loop().time()

    async def result(self, call: Callable[[], Any]) -> Any:
        """The answer of the agent. Raises what the agent raises, and AgentError if it was stopped."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.timeout
        self.last_sign = loop.time()
        work = asyncio.ensure_future(self._start(call))
        try:
            while True:
                ends = [deadline, *([] if self.idle is None else [self.last_sign + self.idle])]
                await asyncio.wait({work}, timeout=max(0.0, min(ends) - loop.time()))
                if work.done():
                    return self._answer(work)
                if loop.time() >= deadline:
                    limit = write_duration(self.timeout)
                    raise AgentError(f"{self.agent.name} did not answer within {limit}", type="Timeout")
                if self.idle is not None and loop.time() >= self.last_sign + self.idle:
                    idle = write_duration(self.idle)
                    raise AgentError(f"{self.agent.name} has given no sign of working for {idle}", type="Idle")
        except asyncio.CancelledError:
            reason = cancel_reason(self.agent.name)
            await self._stop(work)
            raise reason from None
        except AgentError:
            if not work.done():
                await self._stop(work)
            raise

    async def _start(self, call: Callable[[], Any]) -> Any:
        if self.agent.is_async:
            return await call()
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self.executor, lambda: context.run(call))

    def _answer(self, work: asyncio.Future[Any]) -> Any:
        if work.cancelled():
            raise AgentError(f"{self.agent.name} cancelled itself")
        return work.result()

    async def _stop(self, work: asyncio.Future[Any]) -> None:
        self.cancelled.set()
        if self.agent.is_async:
            work.cancel()
        loop = asyncio.get_running_loop()
        until = loop.time() + self.grace
        while not work.done() and loop.time() < until:
            try:
                await asyncio.wait({work}, timeout=until - loop.time())
            except asyncio.CancelledError:
                # The call is being stopped already.
                continue
        if not work.done():
            limit = write_duration(self.grace)
            self.log.warning(
                "%s is still running %s after it was stopped; its call is given up", self.agent.name, limit
            )
            work.add_done_callback(_ignore)
        else:
            _ignore(work)


def _ignore(work: asyncio.Future[Any]) -> None:
    if not work.cancelled():
        work.exception()


def cancel_reason(name: str) -> AgentError:
    """Cancelled only if a cancel was requested; after a shutdown of the worker or a reset, another attempt follows."""
    details = activity.cancellation_details()
    if details is not None and details.cancel_requested:
        return CallCancelled(f"the call of {name} was cancelled")
    if details is None or details.worker_shutdown:
        return HandedOver(f"the worker shut down while {name} was working")
    why = next((word for word in ("reset", "paused", "timed_out", "not_found") if getattr(details, word)), "unknown")
    return AgentError(f"the call of {name} was interrupted: {why}", type="Interrupted")
