"""Queries and updates, which are answered by a worker. If no worker polls the Task Queue, an answer never comes."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from .errors import NoWorkerError, RefusedError, RunNotFoundError, WorkerBusyError

#: A worker answers in milliseconds, a busy one within seconds.
ANSWER_SECONDS = 8.0
#: A poll lasts a minute and is recorded when it begins; the server keeps a poller for five minutes.
_POLLS_SECONDS = 70
_AGAIN_SECONDS = 0.05
#: How long a message that comes too early is sent again.
_TOO_EARLY_SECONDS = 5.0

T = TypeVar("T")


async def has_workers(client: Client, task_queue: str) -> bool:
    """True if workers poll the Task Queue for Workflow Tasks, or if the server does not tell."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        answer = await client.workflow_service.describe_task_queue(request)
    except RPCError as error:
        return error.status == RPCStatusCode.UNIMPLEMENTED
    since = time.time() - _POLLS_SECONDS
    return any(poller.last_access_time.ToNanoseconds() / 1e9 > since for poller in answer.pollers)


async def ask_worker(
    client: Client,
    task_queue: str,
    request: Callable[[], Awaitable[T]],
    seconds: float = ANSWER_SECONDS,
) -> T:
    """Raises NoWorkerError or WorkerBusyError if no answer comes in time; else what the request raises."""
    try:
        return await asyncio.wait_for(request(), seconds)
    except (asyncio.TimeoutError, RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        is_late = not isinstance(error, RPCError) or error.status == RPCStatusCode.DEADLINE_EXCEEDED
        if is_late and not await has_workers(client, task_queue):
            raise NoWorkerError(task_queue) from None
        if is_late:
            raise WorkerBusyError(
                f'the workers of the Task Queue "{task_queue}" have not answered within {seconds:g} s: they are '
                "busy or suspended; the request may still be carried out"
            ) from None
        raise


async def send_update(
    client: Client, handle: WorkflowHandle[Any, Any], task_queue: str, name: str, message: Any, id: str | None
) -> Any:
    """Sends an update, again if it comes a moment too early or if the server has dropped it. Raises RefusedError."""
    until = time.monotonic() + _TOO_EARLY_SECONDS
    update_id = id or str(uuid.uuid4())
    arguments = [] if message is None else [message]

    async def send() -> Any:
        return await handle.execute_update(name, args=arguments, id=update_id)

    while True:
        try:
            return await ask_worker(client, task_queue, send)
        except WorkflowUpdateFailedError as error:
            cause = error.cause
            is_early = _is_too_early(cause) or getattr(cause, "type", None) == "UnprocessedUpdate"
            if not is_early or time.monotonic() > until:
                raise RefusedError(_text_of(cause, error)) from error
            if id is None:
                update_id = str(uuid.uuid4())
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise RefusedError(f"run {handle.id} has ended") from error
            is_dropped = error.status == RPCStatusCode.FAILED_PRECONDITION and "workflow task failure" in error.message
            if not is_dropped or time.monotonic() > until:
                raise
        await asyncio.sleep(_AGAIN_SECONDS)


def _is_too_early(cause: BaseException | None) -> bool:
    details = cause.details if isinstance(cause, ApplicationError) else ()
    return bool(details) and isinstance(details[0], dict) and details[0].get("tooEarly") is True


def _text_of(cause: BaseException | None, error: BaseException) -> str:
    return cause.message if isinstance(cause, ApplicationError) else str(cause or error)


async def query(
    client: Client, handle: WorkflowHandle[Any, Any], task_queue: str, name: str, argument: Any
) -> dict[str, Any]:
    async def send() -> dict[str, Any]:
        found: dict[str, Any] = await handle.query(
            name, argument, result_type=dict, rpc_timeout=timedelta(seconds=ANSWER_SECONDS)
        )
        return found

    try:
        return await ask_worker(client, task_queue, send, ANSWER_SECONDS + 1)
    except WorkflowQueryFailedError as error:
        raise RefusedError(f"{handle.id}: a worker could not answer: {error}") from error
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise RunNotFoundError(handle.id) from error
        raise
