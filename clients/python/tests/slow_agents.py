"""Agents for tests that end workers in the middle of a call. Usage: slow_agents.py TASK_QUEUE ADDRESS DIRECTORY DRAIN

Each writes a line for each attempt to DIRECTORY/calls, and works until there is a file DIRECTORY/go.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import baton

task_queue, address, directory, drain = sys.argv[1:]
GO = Path(directory) / "go"


def note(kind: str, ctx: baton.AgentContext) -> None:
    with (Path(directory) / "calls").open("a") as file:
        file.write(json.dumps([kind, ctx.idempotency_key, ctx.attempt, ctx.last_progress]) + "\n")


@baton.agent(type="slow/async")
async def slow_async(_: Any, ctx: baton.AgentContext) -> dict[str, Any]:
    ctx.progress({"by": "async"})
    note("async", ctx)
    while not await asyncio.to_thread(GO.exists):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return {"attempt": ctx.attempt, "lastProgress": ctx.last_progress}


@baton.agent(type="slow/thread")
def slow_thread(_: Any, ctx: baton.AgentContext) -> dict[str, Any]:
    ctx.progress({"by": "thread"})
    note("thread", ctx)
    while not GO.exists():
        # A function that never looks whether its call was stopped.
        time.sleep(0.05)
    return {"attempt": ctx.attempt, "lastProgress": ctx.last_progress}


if __name__ == "__main__":
    baton.serve([slow_async, slow_thread], task_queue=task_queue, address=address, drain=drain)
