"""Prefect: a flow on a real server, whose task is a run of a real project."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Project

pytest.importorskip("prefect")

import prefect
from prefect.testing.utilities import prefect_test_harness

from baton.prefect import run_plan

GREET = {
    "name": "greet",
    "tasks": {"a": {"agent": "greet", "input": "{% $input %}"}},
    "output": "{% $tasks.a.output %}",
}


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


def test_a_flow_runs_a_plan_and_gets_its_output(project: Project) -> None:
    @prefect.flow
    async def greets(name: str) -> Any:
        return await run_plan(GREET, input={"name": name}, connect=project.connect)

    assert asyncio.run(greets("Ada")) == "hello Ada"


def test_a_retry_after_a_run_that_failed_starts_another_run(project: Project) -> None:
    plan = {"name": "no", "tasks": {"a": {"agent": "refuse"}}}

    @prefect.flow
    async def fails() -> Any:
        task = run_plan.with_options(retries=1)
        state = await task(plan, id="prefect-no", connect=project.connect, return_state=True)
        return state.is_failed()

    assert asyncio.run(fails()) is True
    for id in ("prefect-no", "prefect-no-2"):
        result = project.use(lambda client, id=id: client.run(id).result())  # type: ignore[misc]
        assert result.status == "failed"
