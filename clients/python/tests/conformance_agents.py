"""The agents of Baton's conformance script (test/conformance/agents.json). Run as a program, it serves them.

Usage: python conformance_agents.py TASK_QUEUE ADDRESS [STORAGE_DIRECTORY KEY_VARIABLE]
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

from pydantic import BaseModel, ConfigDict

import baton


class Text(BaseModel):
    model_config = ConfigDict(extra="allow")

    text: str


@baton.agent(type="conformance/echo")
async def echo(given: Text) -> Text:
    return given


@baton.agent(type="conformance/context")
async def context(_: Any, ctx: baton.AgentContext) -> dict[str, Any]:
    return {
        "idempotencyKey": ctx.idempotency_key,
        "attempt": ctx.attempt,
        "run": ctx.run,
        "plan": ctx.plan,
        "task": ctx.task,
        "item": ctx.item,
        "correlationId": ctx.correlation_id,
    }


class Fail(BaseModel):
    type: str
    times: int
    message: str = "failed"
    retryAfterMs: float | None = None
    details: Any = None
    then: str | None = None


@baton.agent(type="conformance/fail", input=Fail)
async def fail(given: Fail, ctx: baton.AgentContext) -> dict[str, int]:
    ctx.usage(tokens=10, usd=0.5)
    if ctx.attempt > given.times and given.then is not None:
        raise baton.AgentError("then", type=given.then)
    if ctx.attempt > given.times:
        return {"attempt": ctx.attempt}
    after = None if given.retryAfterMs is None else given.retryAfterMs / 1000
    raise baton.AgentError(given.message, type=given.type, retry_after=after, details=given.details)


@baton.agent(type="conformance/resume")
def resume(_: Any, ctx: baton.AgentContext) -> dict[str, Any]:
    if ctx.attempt == 1:
        ctx.progress({"done": 1})
    if ctx.attempt < 3:
        raise RuntimeError("not yet")
    return {"attempt": ctx.attempt, "lastProgress": ctx.last_progress}


class Wait(BaseModel):
    ms: float
    everyMs: float | None = None


@baton.agent(type="conformance/wait")
async def wait(given: Wait, ctx: baton.AgentContext) -> dict[str, int]:
    step = (given.everyMs or given.ms) / 1000
    until = time.monotonic() + given.ms / 1000
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(step, left))
        ctx.progress({"left": left})
    return {"attempt": ctx.attempt}


class Repeat(BaseModel):
    text: str
    times: int


@baton.agent(type="conformance/repeat")
def repeat(given: Repeat) -> dict[str, str]:
    return {"text": given.text * given.times}


@baton.agent(type="conformance/length")
def length(given: Text) -> dict[str, int]:
    return {"length": len(given.text)}


class Number(BaseModel):
    n: int


@baton.agent(type="conformance/wrong", output=Number)
def wrong(_: Any) -> dict[str, str]:
    return {"n": "x"}


@baton.agent(type="conformance/secret")
def secret(_: Any) -> dict[str, Any]:
    return {"a": {"$secret": "BATON_CONFORMANCE_SECRET"}}


AGENTS = [echo, context, fail, resume, wait, repeat, length, wrong, secret]

if __name__ == "__main__":
    task_queue, address, *rest = sys.argv[1:]
    values: dict[str, Any] = {}
    if rest:
        values["storage"] = {"dir": rest[0]}
        values["encryption"] = {"keys": [{"id": "a", "key": {"env": rest[1]}}]}
    baton.serve(
        AGENTS,
        task_queue=task_queue,
        address=address,
        secrets=baton.Secrets(allow=["BATON_CONFORMANCE_SECRET"]),
        drain="2s",
        **values,
    )
