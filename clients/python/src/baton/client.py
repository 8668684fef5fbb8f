"""The client: starts runs, and gives handles on runs.

It has no configuration of a project. So before a run starts, a worker of the project checks plan and input, fills in
defaults, and adds the settings of its agents: the same that Baton's own client does itself.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from .connecting import Connection, open_connection
from .differences import difference_of
from .errors import InvalidInputError, InvalidPlanError, NoWorkerError, RefusedError
from .json_text import NotJsonError, json_bytes, plain_json
from .messages import ask_worker, has_workers
from .result import RunResult
from .run import Run
from .run_queue import enqueue_start, first_run_id
from .starting import (
    ORCHESTRATE,
    check_correlation_id,
    check_run_id,
    is_traced,
    new_run_id,
    start_run,
)
from .values import Encryption, Storage
from .values.open import MAX_STORED_VALUE_BYTES, MAX_VALUE_BYTES
from .values.unreadable import ValueUnreadable

DEFAULT_TASK_QUEUE = "baton"
_ON_CONFLICT = ("attach", "reject", "queue", "replace")
_PREPARE_SECONDS = 60.0


class Baton:
    """``async with await Baton.connect() as baton: …``"""

    def __init__(self, connection: Connection, task_queue: str = DEFAULT_TASK_QUEUE) -> None:
        #: For `AgentWorker.create`, so that a program serves and starts over one connection.
        self.connection = connection
        self._values = connection.values
        #: Temporal's own client, for everything else.
        self.client: Client = connection.client
        self.task_queue = task_queue

    @staticmethod
    async def connect(
        address: str | None = None,
        *,
        namespace: str | None = None,
        task_queue: str = DEFAULT_TASK_QUEUE,
        storage: Storage | Mapping[str, Any] | None = None,
        encryption: Encryption | Mapping[str, Any] | None = None,
        directory: str | Path | None = None,
    ) -> Baton:
        """Raises ServerUnreachableError, ConfigurationError.

        Without ``address``, that of ``TEMPORAL_ADDRESS``, else that of the server that ``baton dev`` has started in
        ``directory`` or above, else ``localhost:7233``. ``storage`` and ``encryption`` are those of the project.
        """
        connection = await open_connection(
            address=address,
            namespace=namespace,
            storage=storage,
            encryption=encryption,
            directory=None if directory is None else Path(directory),
        )
        return Baton(connection, task_queue)

    async def __aenter__(self) -> Baton:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def run(self, id: str) -> Run:
        """A handle on the newest run of this id. Raises InvalidInputError."""
        check_run_id(id)
        return Run(self.client, id)

    async def start(
        self,
        plan: Mapping[str, Any],
        *,
        input: Any = None,
        id: str | None = None,
        on_conflict: str = "attach",
        task_queue: str | None = None,
        plans: Mapping[str, Any] | None = None,
        budget: Mapping[str, Any] | None = None,
        tenant: str | Mapping[str, Any] | None = None,
        correlation_id: str | None = None,
        traceparent: str | None = None,
        reason: str | None = None,
        agents: Mapping[str, Any] | None = None,
    ) -> Run:
        """Starts a run of a plan. The same plan and input under the id of an existing run finds that run.

        ``on_conflict`` says what happens if a run of the id exists: ``attach``, ``reject``, ``queue`` or ``replace``.
        ``plans``: those that tasks refer to by name. With ``agents``, settings of agents by type, no worker prepares
        the run: plan and input are checked when the run begins, and the run fails if they are not valid.

        Raises InvalidPlanError, InvalidInputError, RefusedError, NoWorkerError: nothing has started then.
        """
        if on_conflict not in _ON_CONFLICT:
            raise InvalidInputError([f"onConflict: expected {', '.join(_ON_CONFLICT)}, got {on_conflict!r}"])
        if id is not None:
            check_run_id(id)
        queue = task_queue or self.task_queue
        given = self._given(plan, input, plans, budget, tenant)
        if agents is None:
            request = await self._prepare(given, queue)
        else:
            request = {**given, "agents": plain_json(agents, "agents")}
            if isinstance(request.get("tenant"), str):
                request["tenant"] = {"name": request["tenant"]}
        if correlation_id is not None:
            check_correlation_id(correlation_id)
            request["correlationId"] = correlation_id
        if traceparent is not None:
            request["traceparent"] = traceparent
        if is_traced():
            request["trace"] = {}
        name = id if id is not None else new_run_id(str(request["plan"]["name"]))
        return await self._start(name, queue, request, on_conflict, reason)

    async def run_plan(self, plan: Mapping[str, Any], *, timeout: float | None = None, **options: Any) -> RunResult:
        """Starts a run as ``start`` does, and waits for its result."""
        return await (await self.start(plan, **options)).result(timeout=timeout)

    def _given(self, plan: Any, input: Any, plans: Any, budget: Any, tenant: Any) -> dict[str, Any]:
        try:
            parts = {"plan": plan, "input": input, "plans": plans, "budget": budget, "tenant": tenant}
            given = {name: plain_json(part, name) for name, part in parts.items() if part is not None}
        except NotJsonError as error:
            raise InvalidInputError([str(error)]) from None
        if not isinstance(given.get("plan"), dict) or not isinstance(given["plan"].get("tasks"), dict):
            raise InvalidPlanError(["plan: expected a plan, a dict with name and tasks"])
        if self._values.stores:
            given["valueLimit"] = MAX_STORED_VALUE_BYTES
        limit = given.get("valueLimit", MAX_VALUE_BYTES)
        size = len(json_bytes(given))
        if size > limit:
            raise InvalidInputError(
                [f"plan and input are {size} bytes of JSON together, at most {limit} fit into one payload"]
            )
        return given

    async def _prepare(self, given: dict[str, Any], task_queue: str) -> dict[str, Any]:
        if not await has_workers(self.client, task_queue):
            raise NoWorkerError(task_queue)

        async def ask() -> dict[str, Any]:
            found: dict[str, Any] = await self.client.execute_workflow(
                "prepareRun",
                given,
                id=f"baton-prepare/{uuid.uuid4()}",
                task_queue=task_queue,
                execution_timeout=timedelta(seconds=_PREPARE_SECONDS),
                static_summary=f"prepares a run of {given['plan'].get('name')}"[:200],
                result_type=dict,
            )
            return found

        try:
            reply = await ask_worker(self.client, task_queue, ask, _PREPARE_SECONDS)
        except WorkflowFailureError as error:
            cause = error.cause.__cause__ or error.cause
            text = cause.message if isinstance(cause, ApplicationError) else str(cause)
            raise RefusedError(f"the run could not be prepared: {text}") from error
        problems = reply.get("problems")
        if problems is not None:
            kind = InvalidPlanError if problems["of"] == "plan" else InvalidInputError
            raise kind(list(problems["lines"]))
        request: dict[str, Any] = reply["request"]
        return request

    async def _start(
        self, id: str, task_queue: str, request: dict[str, Any], on_conflict: str, reason: str | None
    ) -> Run:
        ticket = str(uuid.uuid4()) if on_conflict in ("queue", "replace") else None
        first = await start_run(self.client, id, task_queue, request, ticket, reason)
        if first is not None:
            return Run(self.client, id, first=first)
        if on_conflict == "attach":
            await self._require_same(id, request)
            return Run(self.client, id)
        if on_conflict == "reject":
            description = await Run(self.client, id).describe()
            status = "" if description.status is None else description.status.name.lower()
            state = "is in progress" if status == "running" else f"has ended ({status})"
            raise RefusedError(f"run {id} exists already, and {state}; use another id, or another policy than reject")
        assert ticket is not None
        queued = await enqueue_start(self.client, id, task_queue, on_conflict, ticket, request)
        started = str(queued["runId"]) if queued["is"] == "started" else None
        return Run(self.client, id, first=started, ticket=ticket)

    async def _require_same(self, id: str, request: dict[str, Any]) -> None:
        """Raises RefusedError, which names the differences."""
        before = await self._first_input(id)
        difference = difference_of(before, request)
        if difference is not None:
            raise RefusedError(f"run {id} exists already, and has {difference}; use another id for this run")

    async def _first_input(self, id: str) -> dict[str, Any]:
        newest = await self.client.get_workflow_handle(id).describe()
        if newest.workflow_type != ORCHESTRATE:
            raise RefusedError(f"{id} is not a run of Baton")
        handle = self.client.get_workflow_handle(id, run_id=first_run_id(newest))
        try:
            async for event in handle.fetch_history_events(page_size=1):
                started = event.workflow_execution_started_event_attributes
                [value] = await self.client.data_converter.decode(started.input.payloads[:1])
                if isinstance(value, ValueUnreadable):
                    raise value
                return dict(value)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
        raise RefusedError(f"the server no longer has the history of {id}")


def run_plan(plan: Mapping[str, Any], *, connect: Mapping[str, Any] | None = None, **options: Any) -> RunResult:
    """Starts a run and waits for its result, without ``asyncio``. ``connect``: options of ``Baton.connect``."""

    async def main() -> RunResult:
        async with await Baton.connect(**(connect or {})) as baton:
            return await baton.run_plan(plan, **options)

    return asyncio.run(main())
