"""The table of failure types, from the published contract."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class FailureRow:
    retryable: bool
    #: The attempt does not count against those that the retry policy allows.
    uncounted: bool
    #: The agent may have done its work although no answer came.
    unanswered: bool


def _read() -> dict[str, FailureRow]:
    contract = json.loads(files("baton").joinpath("call-agent.json").read_text("utf-8"))
    return {
        row["const"]: FailureRow(row["x-retryable"], row["x-uncounted"], row["x-unanswered"])
        for row in contract["$defs"]["FailureType"]["oneOf"]
    }


FAILURES: dict[str, FailureRow] = _read()
