"""What a call carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import AgentError


@dataclass(frozen=True)
class RetryPolicy:
    attempts: int = 4
    initial_ms: float = 1000
    factor: float = 2
    max_ms: float = 60_000


@dataclass(frozen=True)
class CallRequest:
    run: str
    plan: str
    task: str
    agent: str
    input: Any
    idempotency_key: str
    timeout_ms: float
    retry: RetryPolicy
    item: int | None = None
    idle_ms: float | None = None
    #: The worker counts the attempts, not the server.
    counts_attempts: bool = False
    max_output_bytes: int | None = None
    #: The run passes the output on unopened: a large one may be a reference in the reply.
    by_reference: bool = False
    only_recall: bool = False
    correlation_id: str | None = None
    traceparent: str | None = None
    #: The id of the trace, and the name after which the spans of the call are named.
    trace: tuple[str, str] | None = None


def parse_request(value: Any) -> CallRequest:
    """Fields that are not known are ignored: newer workers of runs may send more. Raises AgentError."""
    try:
        retry = value["retry"]
        trace = value.get("trace")
        return CallRequest(
            run=_text(value["run"]),
            plan=_text(value["plan"]),
            task=_text(value["task"]),
            agent=_text(value["agent"]),
            input=value["input"],
            idempotency_key=_text(value["idempotencyKey"]),
            timeout_ms=float(value["timeoutMs"]),
            retry=RetryPolicy(
                int(retry["attempts"]),
                float(retry["initialMs"]),
                float(retry["factor"]),
                float(retry["maxMs"]),
            ),
            item=value.get("item"),
            idle_ms=value.get("idleMs"),
            counts_attempts=value.get("countsAttempts") is True,
            max_output_bytes=value.get("maxOutputBytes"),
            by_reference=value.get("byReference") is True,
            only_recall=value.get("onlyRecall") is True,
            correlation_id=value.get("correlationId"),
            traceparent=value.get("traceparent"),
            trace=None if trace is None else (_text(trace["id"]), _text(trace["span"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        where = error.args[0] if isinstance(error, KeyError) else str(error)
        raise AgentError(f"callAgent: expected a request of Baton: {where}", type="InternalError") from error


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(f"expected text, got {value!r}")


def read_notes(details: Any) -> Mapping[str, Any]:
    """The notes in heartbeat details; empty if there are none, or if they cannot be read."""
    first = details[0] if details else None
    return first if isinstance(first, dict) else {}
