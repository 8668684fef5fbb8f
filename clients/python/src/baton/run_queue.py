"""Starts that wait until the run of their id has ended. A Workflow keeps them, `baton-queue/ID`."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from .errors import NoWorkerError, RefusedError, WorkerBusyError
from .messages import ask_worker
from .starting import ORCHESTRATE, TICKET_MEMO

_MAX_PLAIN_BYTES = 900
_ACCEPT_SECONDS = 20.0
_LOOK_SECONDS = (0.2, 2.0)


def queue_id(run: str) -> str:
    data = run.encode()
    return f"baton-queue/{run if len(data) <= _MAX_PLAIN_BYTES else hashlib.sha256(data).hexdigest()}"


async def enqueue_start(
    client: Client, id: str, task_queue: str, policy: str, ticket: str, request: dict[str, Any]
) -> dict[str, Any]:
    """What has become of the start. Raises RefusedError, NoWorkerError, WorkerBusyError."""
    occurrence = hashlib.sha256(ticket.encode()).hexdigest()[:8]
    message = {
        "ticket": ticket,
        "policy": policy,
        "taskQueue": task_queue,
        "request": {**request, "occurrence": occurrence},
    }

    async def send() -> dict[str, Any]:
        state: dict[str, Any] = await client.execute_update_with_start_workflow(
            "enqueue",
            message,
            id=ticket,
            result_type=dict,
            start_workflow_operation=WithStartWorkflowOperation(
                "runQueue",
                {"run": id},
                id=queue_id(id),
                task_queue=task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary=f"starts that wait for run {id}",
                priority=Priority(priority_key=1),
            ),
        )
        return state

    try:
        return await ask_worker(client, task_queue, send, _ACCEPT_SECONDS)
    except WorkflowUpdateFailedError as error:
        text = error.cause.message if isinstance(error.cause, ApplicationError) else str(error)
        raise RefusedError(f"run {id}: {text}") from error


async def ticket_state(client: Client, id: str, ticket: str) -> dict[str, Any]:
    """What has become of a start. Raises NoWorkerError, WorkerBusyError."""
    started = await _newest_started(client, id, ticket)
    if started is not None:
        return {"is": "started", "runId": started}
    handle = client.get_workflow_handle(queue_id(id))
    try:
        description = await handle.describe()

        async def look() -> dict[str, Any]:
            found: dict[str, Any] = await handle.query("view", ticket, result_type=dict)
            return found

        state = await ask_worker(client, description.task_queue, look)
    except WorkflowQueryFailedError:
        state = {"is": "unknown"}
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        state = {"is": "unknown"}
    return state if state["is"] != "unknown" else await _search_started(client, id, ticket)


async def await_turn(client: Client, id: str, ticket: str) -> str:
    """Waits until the run has started, and returns its first execution. Raises RefusedError if it never will."""
    pause, longest = _LOOK_SECONDS
    while True:
        try:
            state = await ticket_state(client, id, ticket)
        except (NoWorkerError, WorkerBusyError):
            # Without a worker the start waits, and so does its caller.
            state = {"is": "queued"}
        if state["is"] == "started":
            return str(state["runId"])
        if state["is"] not in ("queued", "starting"):
            raise RefusedError(_lost_text(id, state))
        await asyncio.sleep(pause)
        pause = min(2 * pause, longest)


async def withdraw_start(client: Client, id: str, ticket: str) -> bool:
    """Withdraws a start that waits; False if it does not wait any more."""
    if (await ticket_state(client, id, ticket))["is"] not in ("queued", "starting"):
        return False
    handle = client.get_workflow_handle(queue_id(id))
    description = await handle.describe()

    async def send() -> dict[str, Any]:
        found: dict[str, Any] = await handle.execute_update("withdraw", ticket, result_type=dict)
        return found

    state = await ask_worker(client, description.task_queue, send, _ACCEPT_SECONDS)
    return bool(state["is"] == "withdrawn")


def _lost_text(id: str, state: dict[str, Any]) -> str:
    reasons = {
        "withdrawn": "was withdrawn before it started",
        "superseded": "was not started: a later start with the policy replace has taken its place",
        "failed": f"was not started: {state.get('message')}",
    }
    unknown = "was queued, and the server no longer knows what has become of it"
    return f"run {id} {reasons.get(state['is'], unknown)}"


async def _newest_started(client: Client, id: str, ticket: str) -> str | None:
    try:
        newest = await client.get_workflow_handle(id).describe()
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return None
        raise
    is_own = (await newest.memo()).get(TICKET_MEMO) == ticket
    return first_run_id(newest) if is_own else None


async def _search_started(client: Client, id: str, ticket: str) -> dict[str, Any]:
    quoted = "'" + id.replace("\\", "\\\\").replace("'", "\\'") + "'"
    async for found in client.list_workflows(f"WorkflowType = '{ORCHESTRATE}' AND WorkflowId = {quoted}"):
        if (await found.memo()).get(TICKET_MEMO) == ticket:
            return {"is": "started", "runId": first_run_id(found)}
    return {"is": "unknown"}


def first_run_id(found: Any) -> str:
    """The first execution of the chain that an execution belongs to."""
    return str(found.raw_info.first_run_id or found.run_id)
