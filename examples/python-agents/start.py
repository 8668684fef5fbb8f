"""Starts two runs from Python, and prints what becomes of them as JSON: an order that is paid, and one that is declined."""

import asyncio
import json
import sys

import yaml

import baton

LINES = ["apples", "pears", "plums", "figs"]


async def main(plan_path: str) -> None:
    with open(plan_path, encoding="utf-8") as file:  # noqa: ASYNC230
        plan = yaml.safe_load(file)
    async with await baton.Baton.connect(task_queue="python-example") as client:
        try:
            await client.start(plan, input={"id": "none", "lines": "apples"})
        except baton.InvalidInputError as error:
            print(json.dumps({"refused": error.problems}), flush=True)
        for id, cents in [("paid", 500), ("declined", 20_000)]:
            run = await client.start(plan, input={"id": id, "lines": LINES, "cents": cents}, id=f"order-{id}")
            result = await run.result()
            line = {
                "run": run.id,
                "status": result.status,
                "output": result.output,
                "attempts": {task: state["attempts"] for task, state in result.tasks.items()},
                "undone": result.data["compensated"],
                "failure": None if result.failure is None else result.failure["message"],
            }
            print(json.dumps(line), flush=True)


asyncio.run(main(sys.argv[1]))
