"""A call that was taken by a worker without its agent. It waits for another worker, and uses up no attempt."""

from __future__ import annotations

import random
from collections.abc import Iterable

from ..durations import write_duration
from ..errors import AgentError
from .attempt import Attempt

#: The time that Kubernetes gives a deployment to make progress.
_LONGEST_SECONDS = 600
_FIRST_TRY_SECONDS = 1.0
_LAST_TRY_SECONDS = 15.0


def missing_agent(type: str, task_queue: str, here: Iterable[str], attempt: Attempt) -> tuple[AgentError, bool]:
    """The failure, and whether the call has waited for as long as it may."""
    # Both times are the server's, which all workers share.
    noted = attempt.missing or {"since": attempt.scheduled_ms, "times": 0}
    since, times = noted["since"], noted["times"]
    attempt.missing = {"agent": type, "since": since, "times": times + 1}
    is_over = attempt.scheduled_ms - since >= _LONGEST_SECONDS * 1000
    known = ", ".join(f'"{one}"' for one in here) or "none"
    message = f'no agent "{type}" in this worker of task queue "{task_queue}"; its agents: {known}'
    if is_over:
        message += f"; no worker that took the call had it for {write_duration(_LONGEST_SECONDS)}"
    ceiling = min(_LAST_TRY_SECONDS, _FIRST_TRY_SECONDS * 2 ** min(times, 10))
    error = AgentError(message, type="AgentNotHere", retry_after=ceiling * (0.5 + random.random() / 2))
    return error, is_over
