"""Serves agents: a worker of a Task Queue that makes the calls of runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio.worker import Worker

from .agents import Agent, agent_of
from .calls.activity import CallAgent
from .connecting import Connection, open_connection
from .durations import duration_seconds
from .errors import ConfigurationError
from .secrets import Secrets
from .values import Encryption, Storage

logger = logging.getLogger("baton")

#: How long an agent may take to end once it has been stopped; then its call is given up. Runs wait longer by this.
_GRACE_SECONDS = 10.0
#: A cancel reaches an agent with the answer to a heartbeat, so heartbeats must not be delayed for long.
_HEARTBEAT_THROTTLE = timedelta(seconds=1)


class AgentWorker:
    """A worker of one Task Queue. ``await AgentWorker.create(…)``, then ``await worker.run()``."""

    def __init__(self, worker: Worker, executor: ThreadPoolExecutor, task_queue: str) -> None:
        self._worker = worker
        self._executor = executor
        self.task_queue = task_queue

    @staticmethod
    async def create(
        agents: Iterable[Any],
        *,
        task_queue: str,
        connection: Connection | None = None,
        address: str | None = None,
        namespace: str | None = None,
        storage: Storage | Mapping[str, Any] | None = None,
        encryption: Encryption | Mapping[str, Any] | None = None,
        secrets: Secrets | None = None,
        max_calls: int = 100,
        max_calls_per_second: float | None = None,
        drain: str = "10s",
        grace: str | None = None,
    ) -> AgentWorker:
        """As ``serve``. ``connection``: one that is open, with an address, a storage and an encryption of its own."""
        by_type = _by_type(agents)
        if max_calls < 1:
            raise ConfigurationError(f"max_calls: expected at least 1, got {max_calls}")
        drain_seconds = duration_seconds(drain, "drain")
        grace_seconds = _GRACE_SECONDS if grace is None else duration_seconds(grace, "grace")
        if connection is None:
            connection = await open_connection(
                address=address, namespace=namespace, storage=storage, encryption=encryption
            )
        executor = ThreadPoolExecutor(max_workers=max_calls, thread_name_prefix="baton-agent")
        calls = CallAgent(by_type, connection.values, secrets or Secrets(), executor, grace_seconds)
        worker = Worker(
            connection.client,
            task_queue=task_queue,
            activities=[calls.call_agent],
            max_concurrent_activities=max_calls,
            max_task_queue_activities_per_second=max_calls_per_second,
            max_heartbeat_throttle_interval=_HEARTBEAT_THROTTLE,
            default_heartbeat_throttle_interval=_HEARTBEAT_THROTTLE,
            graceful_shutdown_timeout=timedelta(seconds=drain_seconds),
        )
        return AgentWorker(worker, executor, task_queue)

    async def run(self) -> None:
        """Runs until ``shutdown``. Raises if the worker fails."""
        try:
            await self._worker.run()
        finally:
            self._executor.shutdown(wait=False, cancel_futures=True)

    async def shutdown(self) -> None:
        """Takes no more work. Calls in flight get the time of ``drain``; then another worker gets them."""
        await self._worker.shutdown()


def _by_type(agents: Iterable[Any]) -> dict[str, Agent]:
    found: dict[str, Agent] = {}
    for one in map(agent_of, agents):
        if one.type in found:
            raise ConfigurationError(f'agent "{one.type}": expected one agent of a type, got two')
        found[one.type] = one
    if not found:
        raise ConfigurationError("expected at least one agent, got none")
    return found


def serve(
    agents: Iterable[Any],
    *,
    task_queue: str,
    address: str | None = None,
    namespace: str | None = None,
    storage: Storage | Mapping[str, Any] | None = None,
    encryption: Encryption | Mapping[str, Any] | None = None,
    secrets: Secrets | None = None,
    max_calls: int = 100,
    max_calls_per_second: float | None = None,
    drain: str = "10s",
) -> None:
    """Serves agents until SIGINT or SIGTERM.

    Without ``address``, that of ``TEMPORAL_ADDRESS``, else that of the server that ``baton dev`` has started in this
    directory or above, else ``localhost:7233``. ``storage`` and ``encryption`` are those of the project. ``max_calls``:
    calls at the same time in this worker. ``max_calls_per_second``: by all workers of the Task Queue together.
    ``drain``: how long calls in flight may take to end after the signal; then another worker gets them.
    """

    async def main() -> None:
        worker = await AgentWorker.create(
            agents,
            task_queue=task_queue,
            address=address,
            namespace=namespace,
            storage=storage,
            encryption=encryption,
            secrets=secrets,
            max_calls=max_calls,
            max_calls_per_second=max_calls_per_second,
            drain=drain,
        )
        stopping: list[asyncio.Task[None]] = []
        loop = asyncio.get_running_loop()

        def stop() -> None:
            logger.info("draining: calls in flight get %s to end", drain)
            stopping.append(loop.create_task(worker.shutdown()))

        for one in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(one, stop)
        logger.info("serving Task Queue %s", task_queue)
        print(f'baton: serving Task Queue "{task_queue}"', flush=True)
        await worker.run()
        await asyncio.gather(*stopping)

    asyncio.run(main())
    _end_threads()


def _end_threads() -> None:
    """A function on a thread cannot be stopped. Its call has another worker by now, so it is not waited for."""
    import threading

    if any(one.name.startswith("baton-agent") and one.is_alive() for one in threading.enumerate()):
        logging.shutdown()
        os._exit(0)
