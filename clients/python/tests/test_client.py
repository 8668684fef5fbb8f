"""The client, against a real project: `baton dev`, and agents that this process serves."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conftest import Project, free_port

import baton

GREET = {
    "name": "greet",
    "input": {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "times": {"type": "integer", "default": 2}},
    },
    "tasks": {"hello": {"agent": "greet", "input": {"name": "{% $input.name %}", "times": "{% $input.times %}"}}},
    "output": "{% $tasks.hello.output %}",
}
ASK: dict[str, Any] = {
    "name": "ask",
    "tasks": {"ok": {"approve": {"title": "Go on?"}}, "paid": {"event": "paid", "needs": ["ok"]}},
    "output": "{% $tasks.paid.output %}",
}
HOLD = {"name": "hold", "tasks": {"held": {"agent": "hold"}}}


async def until_running(run: baton.Run, task: str) -> None:
    while (await run.status()).tasks[task]["status"] != "running":  # noqa: ASYNC110
        await asyncio.sleep(0.1)


def test_a_plan_runs_and_the_defaults_of_its_input_are_filled_in(project: Project) -> None:
    result = baton.run_plan(GREET, input={"name": "Ada"}, id="greet-1", connect=project.connect)
    assert (result.status, result.output) == ("completed", "hello Ada, hello Ada")
    assert result.tasks["hello"]["attempts"] == 1


def test_the_same_plan_and_input_under_an_id_find_the_run_and_another_input_is_refused(project: Project) -> None:
    async def work(client: baton.Baton) -> None:
        for _ in range(2):
            assert await (await client.start(GREET, input={"name": "Bob"}, id="greet-2")).output() is not None
        with pytest.raises(baton.RefusedError, match=r'another input: input.name: "Bob" there, "Cleo" here'):
            await client.start(GREET, input={"name": "Cleo"}, id="greet-2")
        with pytest.raises(baton.RefusedError, match="exists already, and has ended"):
            await client.start(GREET, input={"name": "Bob"}, id="greet-2", on_conflict="reject")

    project.use(work)


def test_queue_starts_when_the_run_of_the_id_has_ended_and_replace_cancels_it(project: Project) -> None:
    async def work(client: baton.Baton) -> None:
        first = await client.start(HOLD, id="same")
        await until_running(first, "held")
        second = await client.start(GREET, input={"name": "Dan"}, id="same", on_conflict="queue")
        withdrawn = await client.start(GREET, input={"name": "Eve"}, id="same", on_conflict="queue")
        await withdrawn.cancel()
        with pytest.raises(baton.RefusedError, match="was withdrawn before it started"):
            await withdrawn.result()
        await first.cancel(reason="test")
        assert (await first.result()).status == "cancelled"
        assert await second.output() == "hello Dan, hello Dan"
        third = await client.start(HOLD, id="other")
        fourth = await client.start(GREET, input={"name": "Fay"}, id="other", on_conflict="replace")
        assert await fourth.output() == "hello Fay, hello Fay"
        assert (await third.result()).status == "cancelled"

    project.use(work)


def test_an_invalid_plan_and_an_invalid_input_are_refused_before_the_run_starts(project: Project) -> None:
    async def work(client: baton.Baton) -> None:
        with pytest.raises(baton.InvalidPlanError) as plan:
            await client.start({"name": "x", "tasks": {"a": {"agent": "gret"}, "b": {"needs": ["c"]}}}, id="bad")
        assert 'tasks.a.agent: expected the type of an agent that is registered, got "gret"' in str(plan.value)
        assert len(plan.value.problems) > 1
        with pytest.raises(baton.InvalidInputError, match=r"input.name: expected a value, got nothing"):
            await client.start(GREET, input={}, id="bad")
        with pytest.raises(baton.InvalidInputError, match=r"input.at: expected JSON, got a set"):
            await client.start(GREET, input={"at": {1, 2}}, id="bad")
        with pytest.raises(baton.InvalidInputError, match="onConflict: expected attach, reject, queue, replace"):
            await client.start(GREET, id="bad", on_conflict="wait")
        with pytest.raises(baton.RunNotFoundError):
            await client.run("bad").result()

    project.use(work)


def test_approvals_and_events_reach_a_run(project: Project) -> None:
    async def work(client: baton.Baton) -> None:
        run = await client.start(ASK, id="ask-1")
        await run.approve("ok", by="Grace", comment="fine")
        receipt = await run.event("paid", {"cents": 5}, id="e1")
        assert receipt["event"] == "paid"
        assert (await run.output())["cents"] == 5
        assert (await run.event("paid", {"cents": 5}, id="e1"))["event"] == "paid"
        with pytest.raises(baton.RefusedError, match="run ask-1 has ended"):
            await run.approve("ok")
        other = await client.start(ASK, id="ask-2")
        with pytest.raises(baton.RefusedError, match="nonsense"):
            await other.event("nonsense")
        await other.approve("ok", reject=True, comment="no")
        result = await other.result()
        assert result.failure is not None and result.failure["type"] == "TaskFailed"

    project.use(work)


def test_a_run_that_fails_has_a_result_and_its_output_raises(project: Project) -> None:
    async def work(client: baton.Baton) -> None:
        run = await client.start({"name": "no", "tasks": {"a": {"agent": "refuse", "input": {"n": 1}}}}, id="no-1")
        result = await run.result()
        assert result.tasks["a"]["failure"]["details"] == {"given": {"n": 1}}
        with pytest.raises(baton.RunFailedError, match=r"run no-1 failed: TaskFailed: .*not today"):
            await run.output()

    project.use(work)


def test_large_values_go_through_the_storage_of_the_project(project: Project) -> None:
    async def work(client: baton.Baton) -> None:
        plan = {
            "name": "large",
            "tasks": {"a": {"agent": "fill", "input": {"length": 400_000, "more": "{% $input %}"}}},
            "output": "{% $tasks.a.output %}",
        }
        run = await client.start(plan, input={"text": "y" * 3_000_000}, id="large-1")
        assert await run.output() == {"text": "x" * 400_000}

    project.use(work)
    assert any((project.directory / ".baton" / "values").rglob("*"))


def test_with_agents_no_worker_prepares_the_run(project: Project) -> None:
    async def work(client: baton.Baton) -> None:
        agents = {"greet": {"taskQueue": "python", "isRemote": True}}
        run = await client.start(GREET, input={"name": "Hal", "times": 1}, id="direct-1", agents=agents)
        assert await run.output() == "hello Hal"

    project.use(work)


def test_without_a_worker_the_error_names_the_task_queue(project: Project) -> None:
    async def work(client: baton.Baton) -> None:
        with pytest.raises(baton.NoWorkerError, match='no worker polls the Task Queue "nowhere"'):
            await client.start(GREET, input={"name": "Ida"}, task_queue="nowhere")

    project.use(work)


def test_without_a_server_the_error_names_the_address() -> None:
    address = f"127.0.0.1:{free_port()}"

    async def main() -> None:
        await baton.Baton.connect(address)

    with pytest.raises(baton.ServerUnreachableError, match=f"no Temporal server answers at {address}"):
        asyncio.run(main())
