"""The result of a run, and its state while it is in progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import RunFailedError


@dataclass(frozen=True)
class RunResult:
    run_id: str
    plan: str
    #: running, paused, completed, failed or cancelled
    status: str
    output: Any
    #: ``type``, ``message`` and, if a task caused it, ``task``.
    failure: dict[str, Any] | None
    #: By task id: ``status``, ``agent``, ``attempts``, ``output``, ``failure`` and more.
    tasks: dict[str, dict[str, Any]]
    #: What could not be undone.
    debt: list[str]
    #: ``calls``, ``tokens`` and ``usd``
    usage: dict[str, float]
    #: Everything that ``baton result --json`` prints.
    data: dict[str, Any]

    @staticmethod
    def of(data: dict[str, Any]) -> RunResult:
        return RunResult(
            run_id=data["runId"],
            plan=data["plan"],
            status=data["status"],
            output=data.get("output"),
            failure=data.get("failure"),
            tasks=data["tasks"],
            debt=data.get("debt", []),
            usage=data.get("usage", {}),
            data=data,
        )

    @property
    def has_ended(self) -> bool:
        return self.status in ("completed", "failed", "cancelled")

    def completed(self) -> RunResult:
        """Itself, if the run has completed. Raises RunFailedError."""
        if self.status != "completed":
            raise RunFailedError(self)
        return self
