"""One call of one agent, as an activity: read the request, check the input, call the agent, check its reply."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import CancelledError as ActivityCancelled

from ..agents import Agent
from ..context import AgentContext
from ..errors import AgentError
from ..json_text import NotJsonError, json_bytes, plain_json
from ..secrets import CallSecrets, Secrets, reference_in
from ..values import Values
from ..values.failure_converter import CANCELLED
from ..values.unreadable import ValueNotStored, error_in
from .attempt import Attempt, open_attempt
from .classify import (
    CallCancelled,
    HandedOver,
    application_error,
    detail_of,
    failure_type,
    message_of,
    uses_no_attempt,
)
from .heartbeat import Heartbeat
from .missing import missing_agent
from .request import CallRequest, parse_request, read_notes
from .run_in_time import Running, cancel_reason

logger = logging.getLogger("baton")

_STORE_PAUSES = (0.5, 10.0)


class CallLog(logging.LoggerAdapter[logging.Logger]):
    """Lines of one call: they have its run, task and agent, and no secrets."""

    def __init__(self, secrets: CallSecrets) -> None:
        super().__init__(logger, {})
        self._secrets = secrets
        self.fields: dict[str, Any] = {}

    def log(self, level: int, msg: object, *args: Any, **kwargs: Any) -> None:
        if self.isEnabledFor(level):
            text = self._secrets.redact(str(msg) % args if args else str(msg))
            kwargs["extra"] = {"baton": self.fields}
            self.logger.log(level, "%s", text, **kwargs)


class CallAgent:
    """The activity of one worker."""

    def __init__(
        self, agents: Mapping[str, Agent], values: Values, secrets: Secrets, executor: Executor, grace: float
    ) -> None:
        self._agents = agents
        self._values = values
        self._secrets = secrets
        self._executor = executor
        self._grace = grace
        self._calls = 0

    @activity.defn(name="callAgent")
    async def call_agent(self, raw: RawValue) -> RawValue:
        info = activity.info()
        notes = read_notes(info.heartbeat_details)
        attempt = open_attempt(info, notes)
        secrets = CallSecrets(self._secrets)
        request: CallRequest | None = None
        log = CallLog(secrets)
        self._calls += 1
        heartbeat = Heartbeat(notes, attempt.notes, log, self._calls)
        try:
            request = _read_request(raw)
            attempt.is_traced = request.trace is not None
            log.fields = {"run": request.run, "task": request.task, "agent": request.agent}
            return RawValue(await self._answer(request, attempt, heartbeat, secrets, log))
        except (Exception, asyncio.CancelledError) as error:
            failed = cancel_reason("the agent") if isinstance(error, asyncio.CancelledError) else error
            raise self._fail(failed, attempt, request, heartbeat, secrets) from None
        finally:
            self._calls -= 1
            heartbeat.end()

    async def _answer(
        self,
        request: CallRequest,
        attempt: Attempt,
        heartbeat: Heartbeat,
        secrets: CallSecrets,
        log: CallLog,
    ) -> Any:
        if attempt.is_after_last(request):
            message = f'the workers that called "{request.agent}" have stopped sending heartbeats: they may have died'
            raise AgentError(message, type="Interrupted")
        if request.only_recall:
            raise AgentError("this worker does not know old runs", type="NotRemembered")
        found = self._agents.get(request.agent)
        if found is None:
            error, is_over = missing_agent(request.agent, activity.info().task_queue, self._agents, attempt)
            raise _Missing(error, is_over)
        attempt.missing = None
        resolved = secrets.resolve(request.input, "input", found.type)
        given = found.check_input(resolved, has_secrets=secrets.are_used)
        limits = [self._values.output_limit, request.max_output_bytes, found.max_output]
        limit = min(one for one in limits if one is not None)
        output = await self._run(found, given, request, attempt, heartbeat, secrets, log, limit)
        data = _output_json(found, output, secrets, limit)
        attempt.end_timing()
        return await self._reply(found, data, request, attempt, log)

    async def _run(
        self,
        found: Agent,
        given: Any,
        request: CallRequest,
        attempt: Attempt,
        heartbeat: Heartbeat,
        secrets: CallSecrets,
        log: CallLog,
        limit: int,
    ) -> Any:
        idle = None if request.idle_ms is None else request.idle_ms / 1000
        running = Running(found, request.timeout_ms / 1000, idle, self._grace, self._executor, log)
        loop = asyncio.get_running_loop()

        def on_loop(work: Any) -> None:
            """Progress and signs may come from the thread of an agent."""
            with contextlib.suppress(RuntimeError):
                if asyncio.get_running_loop() is loop:
                    work()
                    return
            loop.call_soon_threadsafe(work)

        def progress(value: Any) -> None:
            def note() -> None:
                running.active()
                heartbeat.progress(secrets.redact_value(_plain_or_same(value)))

            on_loop(note)

        def usage(tokens: float, usd: float) -> None:
            attempt.tokens += tokens
            attempt.usd += usd

        context = AgentContext(
            run=request.run,
            plan=request.plan,
            task=request.task,
            item=request.item,
            attempt=attempt.number,
            idempotency_key=request.idempotency_key,
            last_progress=heartbeat.last_progress,
            max_output_bytes=limit,
            correlation_id=request.correlation_id,
            traceparent=_traceparent(request, attempt),
            log=log,
            cancelled=running.cancelled,
            _progress=progress,
            _active=lambda: on_loop(running.active),
            _usage=usage,
            _secret=lambda name: secrets.read(name, found.name),
            _redact=secrets.redact,
        )
        arguments = (given, context) if found.takes_context else (given,)
        if attempt.begin():
            heartbeat.hand_on()
        return await running.result(lambda: found.run(*arguments))

    async def _reply(self, found: Agent, data: bytes, request: CallRequest, attempt: Attempt, log: CallLog) -> Any:
        rest = {
            "attempts": attempt.number,
            "usage": attempt.usage,
            "version": found.version,
            "timings": attempt.noted_timings(),
        }
        after = json_bytes({name: value for name, value in rest.items() if value is not None})
        parts = (b'{"output":', data, b"," + after[1:])
        # Storing is tried until it succeeds: the agent must not be called again only because a storage is away.
        pause, longest = _STORE_PAUSES
        is_reported = False
        while True:
            try:
                return await self._values.reply_payload(*parts, by_reference=request.by_reference)
            except ValueNotStored as error:
                if not is_reported:
                    log.warning("the answer waits until it can be stored: %s", error.message)
                is_reported = True
                await asyncio.sleep(pause)
                pause = min(2 * pause, longest)

    def _fail(
        self,
        error: BaseException,
        attempt: Attempt,
        request: CallRequest | None,
        heartbeat: Heartbeat,
        secrets: CallSecrets,
    ) -> Exception:
        is_over = False
        if isinstance(error, _Missing):
            is_over = error.is_over
            error = error.error
        error = _redacted(error, secrets)
        attempt.end(
            failure_type(error),
            message_of(error),
            uses_none=uses_no_attempt(error),
            is_after_last=request is not None and attempt.is_after_last(request),
        )
        if isinstance(error, CallCancelled):
            CANCELLED.set((message_of(error), detail_of(error, attempt, request)))
            return ActivityCancelled(message_of(error))
        failure = application_error(error, attempt, request, is_over=is_over)
        if not failure.non_retryable:
            heartbeat.hand_on()
        return failure


class _Missing(Exception):
    def __init__(self, error: AgentError, is_over: bool) -> None:
        self.error = error
        self.is_over = is_over


def _read_request(raw: RawValue) -> CallRequest:
    unread = error_in(raw.payload)
    if unread is not None:
        raise unread
    try:
        value = json.loads(raw.payload.data)
    except ValueError as error:
        raise AgentError(f"callAgent: expected a request as JSON: {error}", type="InternalError") from error
    return parse_request(value)


def _output_json(found: Agent, output: Any, secrets: CallSecrets, limit: int) -> bytes:
    try:
        plain = plain_json(found.check_output(output), "output")
    except NotJsonError as problem:
        raise AgentError(f"{found.name}: {problem}", type="InvalidOutput") from None
    plain = secrets.redact_value(plain)
    data = json_bytes(plain)
    # Checked here, because Temporal would retry an output that is too large for a payload for ever.
    if len(data) > limit:
        message = f"output: expected at most {limit} bytes of JSON, got {len(data)}"
        advice = "let the agent answer with a reference to the data"
        details = {"bytes": len(data), "limit": limit}
        raise AgentError(f"{found.name}: {message}; {advice}", type="OutputTooLarge", details=details)
    # Only people name secrets, in plans and in the inputs of runs.
    place = reference_in(plain, "output") if b'"$secret"' in data else None
    if place is not None:
        message = (
            f"{place}: expected data, got a reference to a secret; only plans and inputs of runs may refer to secrets"
        )
        raise AgentError(f"{found.name}: {message}", type="InvalidOutput")
    return data


def _plain_or_same(value: Any) -> Any:
    """A value that is not JSON is reported where progress is checked."""
    try:
        return plain_json(value, "progress")
    except NotJsonError:
        return value


def _redacted(error: BaseException, secrets: CallSecrets) -> BaseException:
    if not secrets.are_used:
        return error
    cause = None if error.__cause__ is None else _redacted(error.__cause__, secrets)
    if isinstance(error, HandedOver):
        return error
    details = error.details if isinstance(error, AgentError) else None
    text = secrets.redact(message_of(error))
    plain: Any = None if details is None else secrets.redact_value(_plain_or_same(details))
    kind = CallCancelled if isinstance(error, CallCancelled) else AgentError
    retry_after = error.retry_after if isinstance(error, AgentError) else None
    made = kind(text, type=failure_type(error), retry_after=retry_after, details=plain)
    made.__cause__ = cause
    return made


def _traceparent(request: CallRequest, attempt: Attempt) -> str | None:
    """Names the span of this attempt, if the run is traced; otherwise that of the caller of the run, unchanged."""
    if request.trace is None:
        return request.traceparent
    trace, span = request.trace
    id = hashlib.sha256(f"{trace} attempt {span} {attempt.number}".encode()).hexdigest()[:16]
    flags = "01" if request.traceparent is None else request.traceparent[-2:]
    return f"00-{trace}-{id}-{flags}"
