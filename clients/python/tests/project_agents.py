"""The agents of the project that the tests use."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

import baton


class Greeting(BaseModel):
    name: str
    times: int = 1


@baton.agent(type="greet", version="2")
def greet(given: Greeting) -> str:
    """Greets a person."""
    return ", ".join([f"hello {given.name}"] * given.times)


@baton.agent(type="refuse")
async def refuse(given: dict[str, Any]) -> None:
    raise baton.AgentRefused("not today", details={"given": given})


@baton.agent(type="hold")
async def hold(_: Any, ctx: baton.AgentContext) -> None:
    import asyncio

    await asyncio.sleep(600)


@baton.agent(type="fill")
async def fill(given: dict[str, Any]) -> dict[str, str]:
    return {"text": "x" * given["length"]}


AGENTS = [greet, refuse, hold, fill]
