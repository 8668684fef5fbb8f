"""Every error of a call becomes a failure with a type of the failure table, and texts are cut to size."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from temporalio.exceptions import ApplicationError

from ..errors import AgentError
from ..failures import FAILURES
from ..json_text import NotJsonError, json_bytes, plain_json, well_formed
from .attempt import Attempt
from .request import CallRequest, RetryPolicy

#: The server reads a delay of zero as: there is no next attempt.
_MIN_DELAY_MS = 1
#: An agent that asks for a longer pause counts as down.
_MAX_RETRY_AFTER_MS = 3_600_000
_MAX_TEXT = 5000
_MAX_DETAILS_BYTES = 64 * 1024


class HandedOver(AgentError):
    """The call goes to another worker because its own shuts down. That uses up no attempt."""

    uses_no_attempt = True

    def __init__(self, message: str) -> None:
        # The other worker may begin immediately.
        super().__init__(message, type="Interrupted", retry_after=0.001)


class CallCancelled(AgentError):
    type = "Cancelled"


def failure_type(error: BaseException) -> str:
    if isinstance(error, AgentError):
        return error.type
    if isinstance(error, ApplicationError):
        if error.type in FAILURES:
            return str(error.type)
        # A value that cannot be decrypted is not read, like one whose storage is away.
        if error.type == "DecryptionError":
            return "StorageUnavailable"
        return "AgentRefused" if error.non_retryable else "AgentFailed"
    return "AgentFailed"


def uses_no_attempt(error: BaseException) -> bool:
    return getattr(error, "uses_no_attempt", False) is True or FAILURES[failure_type(error)].uncounted


def message_of(error: BaseException) -> str:
    if isinstance(error, ApplicationError):
        text = error.message
    else:
        text = str(error)
        if not isinstance(error, AgentError):
            kind = type(error).__name__
            text = f"{kind}: {text}" if text else kind
    return _cut(well_formed(text))


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}… ({len(text)} characters)"


def detail_of(error: BaseException, attempt: Attempt, request: CallRequest | None) -> dict[str, Any]:
    is_after_last = request is not None and attempt.is_after_last(request)
    counted = attempt.number - 1 if uses_no_attempt(error) or is_after_last else attempt.number
    cause = error.__cause__
    detail = {
        "attempts": counted,
        "began": attempt.began,
        "usage": attempt.usage,
        "cause": None if cause is None else message_of(cause),
        "details": _details(error),
        "unanswered": attempt.unanswered,
        "timings": attempt.noted_timings(),
        "lost": True if is_after_last else None,
    }
    return {name: value for name, value in detail.items() if value is not None}


def _details(error: BaseException) -> Any:
    if isinstance(error, AgentError):
        details = error.details
    else:
        details = error.details[0] if isinstance(error, ApplicationError) and error.details else None
    if details is None:
        return None
    try:
        plain = plain_json(details, "details")
    except NotJsonError as problem:
        return {"left": str(problem)}
    size = len(json_bytes(plain))
    if size <= _MAX_DETAILS_BYTES:
        return plain
    return {"left": f"details: expected at most {_MAX_DETAILS_BYTES} bytes of JSON, got {size}"}


def application_error(
    error: BaseException, attempt: Attempt, request: CallRequest | None, *, is_over: bool = False
) -> ApplicationError:
    """The failure that the server gets. ``is_over``: the time limit of a wait that uses no attempt is over."""
    type = failure_type(error)
    if uses_no_attempt(error):
        is_end = is_over
    else:
        is_end = not FAILURES[type].retryable or (request is not None and attempt.is_last(request))
    retry = RetryPolicy() if request is None else request.retry
    delay_ms = _usable(retry_after_ms(error))
    if delay_ms is None:
        delay_ms = _full_jitter_ms(retry, attempt.refused if uses_no_attempt(error) else attempt.number)
    failure = ApplicationError(
        message_of(error),
        detail_of(error, attempt, request),
        type=type,
        non_retryable=is_end,
        next_retry_delay=None if is_end else timedelta(milliseconds=max(_MIN_DELAY_MS, delay_ms)),
    )
    failure.__traceback__ = error.__traceback__
    return failure


def retry_after_ms(error: BaseException) -> float | None:
    if isinstance(error, AgentError):
        return None if error.retry_after is None else error.retry_after * 1000
    delay = error.next_retry_delay if isinstance(error, ApplicationError) else None
    return None if delay is None else delay.total_seconds() * 1000


def _usable(ms: float | None) -> float | None:
    """Zero, negative numbers and NaN count as absent, so that no agent can use up all attempts within seconds."""
    return min(ms, _MAX_RETRY_AFTER_MS) if ms is not None and ms > 0 else None


def _full_jitter_ms(retry: RetryPolicy, attempt: int) -> float:
    # A large power overflows, and is more than the most anyway.
    exponent = min(attempt - 1, 1000)
    try:
        ceiling = min(retry.max_ms, retry.initial_ms * retry.factor**exponent)
    except OverflowError:
        ceiling = retry.max_ms
    return random.random() * ceiling
