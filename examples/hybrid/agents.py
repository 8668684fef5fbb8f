"""The agent of this example in Python. `python agents.py` serves it."""

from pydantic import BaseModel

import baton


class Settlement(BaseModel):
    month: str
    total: int


class Report(BaseModel):
    text: str


@baton.agent(type="check")
def check(settlement: Settlement) -> Report:
    """Checks a settlement, and writes its sentence."""
    if settlement.total < 0:
        raise baton.AgentRefused("a total is never negative")
    return Report(text=f"{settlement.month}: {settlement.total}")


if __name__ == "__main__":
    baton.serve([check], task_queue="hybrid-python", drain="2s")
