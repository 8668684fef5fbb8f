"""A handle on one run: reads its state, sends it messages, waits for its result."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHistoryEventFilterType,
)
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.service import RPCError, RPCStatusCode

from .errors import InvalidInputError, NoWorkerError, RefusedError, RunLostError, RunNotFoundError
from .messages import has_workers, query, send_update
from .result import RunResult
from .run_queue import await_turn, first_run_id, withdraw_start
from .values.unreadable import ValueUnreadable

_RESULT_MEMO = "batonResult"


class Run:
    """The newest run of an id; if there is no such run, its methods raise RunNotFoundError."""

    def __init__(self, client: Client, id: str, *, first: str | None = None, ticket: str | None = None) -> None:
        self._client = client
        self.id = id
        self._first = first
        #: Of a start that waits until another run of the id has ended.
        self._ticket = ticket

    async def started(self) -> None:
        """Waits until a run that was queued has started. Raises RefusedError if it never will."""
        if self._ticket is not None and self._first is None:
            self._first = await await_turn(self._client, self.id, self._ticket)

    async def result(self, *, timeout: float | None = None) -> RunResult:
        """Waits until the run has ended, in whichever way. Raises TimeoutError after ``timeout`` seconds."""
        try:
            return await asyncio.wait_for(self._end(), timeout)
        except asyncio.TimeoutError:
            raise TimeoutError(f"run {self.id} has not ended within {timeout} s; it is still in progress") from None

    async def output(self, *, timeout: float | None = None) -> Any:
        """The output of the run, once it has completed. Raises RunFailedError if it has failed or was cancelled."""
        return (await self.result(timeout=timeout)).completed().output

    async def _end(self) -> RunResult:
        await self.started()
        handle = self._client.get_workflow_handle(
            self.id, run_id=self._first, first_execution_run_id=self._first, result_type=dict
        )
        try:
            return RunResult.of(await handle.result())
        except RPCError as error:
            raise self._or_not_found(error) from error
        except WorkflowFailureError as error:
            return await self._result_of(error)

    async def _result_of(self, error: WorkflowFailureError) -> RunResult:
        """A run that failed or was cancelled has a result, too: in the failure, or in the memo."""
        cause = error.cause
        if isinstance(cause, ApplicationError) and cause.type == "RunFailed" and cause.details:
            detail = cause.details[0]
            if isinstance(detail, ValueUnreadable):
                raise detail
            return RunResult.of(detail)
        if isinstance(cause, CancelledError):
            memo = await (await self._describe_own()).memo()
            if _RESULT_MEMO in memo:
                return RunResult.of(memo[_RESULT_MEMO])
        raise RunLostError(f"run {self.id} ended: {cause}: it has no result") from error

    async def status(self, *, outputs: bool = True) -> RunResult:
        """The state of the run now; its result if it has ended. Raises NoWorkerError, WorkerBusyError."""
        description = await self.describe()
        if description.status != WorkflowExecutionStatus.RUNNING:
            return await self._end()
        handle = self._client.get_workflow_handle(self.id)
        found = await query(self._client, handle, description.task_queue, "snapshot", {"outputs": outputs})
        return RunResult.of(found)

    async def event(self, name: str, data: Any = None, *, id: str | None = None) -> dict[str, Any]:
        """Delivers an event to the task that waits, or will wait, for it. Raises RefusedError if no task takes it.

        An event that is sent again under the same ``id`` is received once.
        """
        if not isinstance(name, str) or not name:
            raise InvalidInputError([f"event: expected a name, got {name!r}"])
        event = {"name": name, "data": data, **({} if id is None else {"id": id})}
        receipt: dict[str, Any] = await self._update("sendEvent", event, id)
        if receipt.get("event") != name:
            raise RefusedError(f"id {id!r}: run {self.id} has received another event under it: {receipt.get('event')}")
        return receipt

    async def approve(
        self,
        task: str,
        *,
        reject: bool = False,
        comment: str | None = None,
        by: str | None = None,
        plan: Any = None,
    ) -> None:
        """Answers the question of a task. ``plan``: instead of the one that a planner has proposed."""
        more = {"comment": comment, "by": by, "plan": plan}
        answer = {name: value for name, value in more.items() if value is not None}
        await self._update("approve", {"task": task, "decision": "reject" if reject else "approve", **answer})

    async def pause(self) -> None:
        await self._update("pause", None)

    async def resume(self) -> None:
        await self._update("resume", None)

    async def skip_task(self, task: str) -> None:
        """Skips a task that has not started."""
        await self._update("skipTask", {"task": task})

    async def cancel(self, *, reason: str | None = None) -> None:
        """Requests the run to stop, and to undo its work. A run that is queued is withdrawn."""
        if (
            self._ticket is not None
            and self._first is None
            and await withdraw_start(self._client, self.id, self._ticket)
        ):
            return
        await self._describe_open()
        handle = self._client.get_workflow_handle(self.id, first_execution_run_id=self._first)
        await handle.cancel(reason=reason or "")

    async def describe(self) -> WorkflowExecutionDescription:
        """The server's description of the newest run of this id. Raises RunNotFoundError."""
        try:
            return await self._client.get_workflow_handle(self.id).describe()
        except RPCError as error:
            raise self._or_not_found(error) from error

    async def _describe_own(self) -> WorkflowExecutionDescription:
        """Another run may have followed under the same id, so the newest is not always the run of this handle."""
        newest = await self.describe()
        if self._first is None or first_run_id(newest) == self._first:
            return newest
        run_id: str | None = self._first
        while True:
            handle = self._client.get_workflow_handle(self.id, run_id=run_id)
            description = await handle.describe()
            if description.status != WorkflowExecutionStatus.CONTINUED_AS_NEW:
                return description
            events = handle.fetch_history_events(event_filter_type=WorkflowHistoryEventFilterType.CLOSE_EVENT)
            async for event in events:
                run_id = event.workflow_execution_continued_as_new_event_attributes.new_execution_run_id

    async def _describe_open(self) -> WorkflowExecutionDescription:
        description = await self.describe()
        if description.status == WorkflowExecutionStatus.RUNNING:
            return description
        state = "" if description.status is None else description.status.name.lower()
        raise RefusedError(f"run {self.id} has ended ({state})")

    async def _update(self, name: str, message: Any, id: str | None = None) -> Any:
        # The server still knows the answer to an update that an ended run has received under the same id.
        description = await (self._describe_open() if id is None else self.describe())
        is_open = description.status == WorkflowExecutionStatus.RUNNING
        # Without a worker the update would time out here, and yet be delivered if a worker comes soon after.
        if is_open and not await has_workers(self._client, description.task_queue):
            raise NoWorkerError(description.task_queue)
        handle = self._client.get_workflow_handle(self.id)
        return await send_update(self._client, handle, description.task_queue, name, message, id)

    def _or_not_found(self, error: RPCError) -> Exception:
        return RunNotFoundError(self.id) if error.status == RPCStatusCode.NOT_FOUND else error
