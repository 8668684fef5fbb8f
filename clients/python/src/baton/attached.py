"""A run for a task of another system, which may be tried again: after a crash of its worker, or after a failure.

A new attempt finds the run that an earlier one has started, and follows it. Only if that run has failed or was
cancelled, the attempt starts another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .client import Baton
from .run import Run


def run_id_of(*parts: object) -> str:
    """A run id from the names of another system."""
    return "-".join(re.sub(r"[^A-Za-z0-9._:+-]+", "-", str(part)) for part in parts)


async def start_attached(
    baton: Baton, plan: Mapping[str, Any], *, id: str, attempts: int, options: Mapping[str, Any]
) -> Run:
    """``attempts``: the number of this attempt, the first is 1; there are at most this many runs: ID, ID-2, ID-3, …"""
    number = 1
    while True:
        run = await baton.start(plan, id=id if number == 1 else f"{id}-{number}", **options)
        if number >= attempts:
            return run
        state = await run.status(outputs=False)
        if not state.has_ended or state.status == "completed":
            return run
        number += 1
