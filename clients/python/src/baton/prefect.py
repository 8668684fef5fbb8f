"""Prefect: a task that starts a run and waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect import task
from prefect.runtime import task_run

from .attached import run_id_of, start_attached
from .client import Baton


@task(name="baton run")
async def run_plan(
    plan: Mapping[str, Any],
    *,
    input: Any = None,
    id: str | None = None,
    connect: Mapping[str, Any] | None = None,
    **options: Any,
) -> Any:
    """Starts a run, waits for it, and returns its output. Raises RunFailedError.

    ``id``: by default made of the id of the task run. A task that is tried again after a crash follows the run that it
    has started before; after a run that failed, a retry starts another one. ``connect``: options of ``Baton.connect``.
    The other options are those of ``Baton.start``. If the task is cancelled, so is the run.
    """
    run_id = id or run_id_of("prefect", task_run.id)
    async with await Baton.connect(**(connect or {})) as baton:
        attempts = max(1, task_run.run_count or 1)
        run = await start_attached(baton, plan, id=run_id, attempts=attempts, options={"input": input, **options})
        try:
            return await run.output()
        except BaseException as error:
            if _is_cancel(error):
                await run.cancel(reason="the Prefect task was cancelled")
            raise


def _is_cancel(error: BaseException) -> bool:
    """An asyncio cancel, or Prefect's own ``TerminationSignal``."""
    return type(error).__name__ in ("CancelledError", "TerminationSignal")


__all__ = ["run_plan"]
