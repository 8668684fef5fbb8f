"""What agents raise, and what the client raises."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .failures import FAILURES

if TYPE_CHECKING:
    from .result import RunResult


class AgentError(Exception):
    """Raised by an agent to report how it failed. Every other exception counts as ``AgentFailed``, which is retried.

    ``type`` is a type of the failure table, which decides whether there is another attempt. ``retry_after`` is the
    time to wait before it, in seconds or as a ``timedelta``; at most an hour. ``details`` is JSON for programs.
    """

    type = "AgentFailed"
    #: The attempt does not count against those that the retry policy allows.
    uses_no_attempt = False

    def __init__(
        self,
        message: str,
        *,
        type: str | None = None,
        retry_after: float | timedelta | None = None,
        details: Any = None,
    ) -> None:
        super().__init__(message)
        if type is not None:
            if type not in FAILURES:
                raise ValueError(f"type: expected a type of failure, such as AgentFailed, got {type!r}")
            self.type = type
        seconds = retry_after.total_seconds() if isinstance(retry_after, timedelta) else retry_after
        self.retry_after = seconds
        self.details = details


class AgentFailed(AgentError):
    """The agent failed, and a retry may succeed."""


class AgentRefused(AgentError):
    """The agent refuses the request: a retry would not help."""

    type = "AgentRefused"


class Overloaded(AgentError):
    """The agent is overloaded, and requests a later call."""

    type = "Overloaded"


class Unreachable(AgentError):
    """A service could not be reached: it was not called."""

    type = "Unreachable"


class NoAnswer(AgentError):
    """A service was called and gave no answer: it may have done its work."""

    type = "NoAnswer"


class ConfigurationError(ValueError):
    """A setting cannot be used. The message names it."""


class BatonError(Exception):
    """The base of what the client raises."""


class ProblemsError(BatonError):
    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class InvalidPlanError(ProblemsError):
    """The plan cannot run. One line for each problem."""


class InvalidInputError(ProblemsError):
    """The input, the id or another value of the caller does not fit. One line for each problem."""


class RefusedError(BatonError):
    """The request cannot be carried out in the present state of the run."""


class NoWorkerError(BatonError):
    def __init__(self, task_queue: str) -> None:
        super().__init__(f'no worker polls the Task Queue "{task_queue}"; start one with "baton worker"')
        self.task_queue = task_queue


class WorkerBusyError(BatonError):
    """Workers poll the Task Queue, but none has answered in time. The request may still be carried out."""


class RunNotFoundError(BatonError):
    def __init__(self, run_id: str) -> None:
        super().__init__(f'there is no run "{run_id}" on this server')
        self.run_id = run_id


class RunLostError(BatonError):
    """The Workflow ended without a result: it was terminated, or timed out."""


class RunFailedError(BatonError):
    """A run has failed or was cancelled; ``result`` is all that is known about it."""

    def __init__(self, result: RunResult) -> None:
        failure = result.failure or {"type": "RunFailed", "message": f"the run {result.status}"}
        super().__init__(f"run {result.run_id} {result.status}: {failure['type']}: {failure['message']}")
        self.result = result
