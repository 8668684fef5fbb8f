"""Airflow: an operator that starts a run, a sensor that waits for one, and the trigger behind both.

Both are deferrable: while a run is in progress, it occupies no slot of a worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from airflow.configuration import conf
from airflow.exceptions import AirflowException
from airflow.sdk import BaseOperator
from airflow.sdk.bases.sensor import BaseSensorOperator
from airflow.triggers.base import BaseTrigger, TriggerEvent

from .attached import run_id_of, start_attached
from .client import Baton
from .errors import BatonError, RefusedError, RunNotFoundError
from .result import RunResult

_DEFERS = conf.getboolean("operators", "default_deferrable", fallback=False)


class BatonRunTrigger(BaseTrigger):
    """Fires when a run has ended, with its result."""

    def __init__(self, run_id: str, connect: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.run_id = run_id
        self.connect = dict(connect or {})

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "baton.airflow.BatonRunTrigger", {"run_id": self.run_id, "connect": self.connect}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        try:
            async with await Baton.connect(**self.connect) as baton:
                result = await baton.run(self.run_id).result()
            yield TriggerEvent({"result": result.data})
        except BatonError as error:
            yield TriggerEvent({"error": f"{type(error).__name__}: {error}"})


class BatonRunOperator(BaseOperator):
    """Starts a run of a plan, waits for it, and returns its output as XCom.

    ``run_id``: by default made of DAG, DAG run and task, so that a task that is tried again after a crash follows the
    run that it has started before. After a run that failed, a retry starts another one. A task that is cleared or
    killed cancels its run. ``connect``: options of ``Baton.connect``. ``options``: those of ``Baton.start``.
    """

    # Not the plan: its expressions look like those of Airflow's templates.
    template_fields: Sequence[str] = ("input", "run_id", "connect")
    template_fields_renderers = {"input": "json", "connect": "json"}  # noqa: RUF012

    def __init__(
        self,
        *,
        plan: Mapping[str, Any],
        input: Any = None,
        run_id: str | None = None,
        connect: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        deferrable: bool = _DEFERS,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.input = input
        self.run_id = run_id
        self.connect = dict(connect or {})
        self.options = dict(options or {})
        self.deferrable = deferrable
        self.started: str | None = None

    def execute(self, context: Any) -> Any:
        task = context["ti"]
        index = [] if task.map_index < 0 else [task.map_index]
        id = self.run_id or run_id_of("airflow", task.dag_id, task.run_id, task.task_id, *index)

        async def start() -> str:
            async with await Baton.connect(**self.connect) as baton:
                options = {"input": _plain(self.input), **self.options}
                run = await start_attached(baton, self.plan, id=id, attempts=task.try_number, options=options)
                return run.id

        self.started = asyncio.run(start())
        self.log.info("run %s has started", self.started)
        if self.deferrable:
            self.defer(trigger=BatonRunTrigger(self.started, self.connect), method_name="execute_complete")
        return _output_of(asyncio.run(_result(self.started, self.connect)))

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        return _output_of(_result_in(event))

    def on_kill(self) -> None:
        """The task was cleared or marked as failed, or its worker got a signal: its run is cancelled."""
        started = self.started
        if started is None:
            return

        async def cancel() -> None:
            async with await Baton.connect(**self.connect) as baton:
                try:
                    await baton.run(started).cancel(reason="the Airflow task was ended")
                except (RefusedError, RunNotFoundError) as error:
                    self.log.info("run %s: %s", started, error)

        asyncio.run(cancel())


class BatonRunSensor(BaseSensorOperator):
    """Waits until a run has ended, and returns its output as XCom. Fails if the run has failed or was cancelled."""

    template_fields: Sequence[str] = ("run_id", "connect")
    template_fields_renderers = {"connect": "json"}  # noqa: RUF012

    def __init__(
        self,
        *,
        run_id: str,
        connect: Mapping[str, Any] | None = None,
        deferrable: bool = _DEFERS,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.run_id = run_id
        self.connect = dict(connect or {})
        self.deferrable = deferrable

    def execute(self, context: Any) -> Any:
        if self.deferrable:
            self.defer(trigger=BatonRunTrigger(self.run_id, self.connect), method_name="execute_complete")
        super().execute(context)
        return _output_of(asyncio.run(_result(self.run_id, self.connect)))

    def poke(self, context: Any) -> bool:
        async def has_ended() -> bool:
            async with await Baton.connect(**self.connect) as baton:
                return (await baton.run(self.run_id).status(outputs=False)).has_ended

        return asyncio.run(has_ended())

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        return _output_of(_result_in(event))


def _plain(value: Any) -> Any:
    """The XComs of a mapped task are a sequence of a kind of its own, not a list."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    return value


async def _result(id: str, connect: Mapping[str, Any]) -> RunResult:
    async with await Baton.connect(**connect) as baton:
        return await baton.run(id).result()


def _result_in(event: dict[str, Any]) -> RunResult:
    if "error" in event:
        raise AirflowException(event["error"])
    return RunResult.of(event["result"])


def _output_of(result: RunResult) -> Any:
    try:
        return result.completed().output
    except BatonError as error:
        raise AirflowException(str(error)) from error


__all__ = ["BatonRunOperator", "BatonRunSensor", "BatonRunTrigger"]
