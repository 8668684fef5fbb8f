"""The agents of this example: three steps of an order, in Python. `python agents.py` serves them."""

import asyncio
import os
from typing import Literal

from pydantic import BaseModel, Field

import baton


class Order(BaseModel):
    id: str
    lines: list[str] = Field(min_length=1)


class Reservation(BaseModel):
    code: str
    lines: int


@baton.agent(type="reserve")
async def reserve(order: Order, ctx: baton.AgentContext) -> Reservation:
    """Reserves what an order has, line by line."""
    done: list[str] = ctx.last_progress or []
    for line in order.lines[len(done) :]:
        # A worker that is killed here has noted how far it was; the next one continues there.
        await asyncio.sleep(float(os.environ.get("WORK_SECONDS", "0.2")))
        done.append(line)
        ctx.progress(done)
    print(f"reserved {len(done)} lines in attempt {ctx.attempt}", flush=True)
    # The same for every attempt: a warehouse recognizes a reservation that it has made already.
    return Reservation(code=ctx.idempotency_key, lines=len(done))


class Payment(BaseModel):
    order: str
    cents: int = Field(gt=0)


@baton.agent(type="charge")
def charge(payment: Payment, ctx: baton.AgentContext) -> dict[Literal["receipt"], str]:
    """Charges a card. Amounts above 10,000 are declined."""
    if ctx.attempt == 1:
        raise baton.Overloaded("the bank is busy", retry_after=0.1)
    if payment.cents > 10_000:
        raise baton.AgentRefused("the card was declined", details={"limit": 10_000})
    ctx.usage(usd=0.01)
    return {"receipt": f"{payment.order}-{payment.cents}"}


@baton.agent(type="release")
def release(reservation: Reservation) -> None:
    """Gives back what was reserved."""
    print(f"released {reservation.code}", flush=True)


if __name__ == "__main__":
    baton.serve([reserve, charge, release], task_queue="python", drain="2s")
