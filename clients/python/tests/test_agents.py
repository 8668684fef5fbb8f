"""What is known of agents without a server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from project_agents import AGENTS, Greeting, greet
from pydantic import BaseModel

import baton
from baton.agents import agent_of
from baton.durations import duration_seconds, write_duration
from baton.failures import FAILURES
from baton.json_text import NotJsonError, json_bytes, plain_json
from baton.secrets import CallSecrets, Secrets
from baton.values.references import reply_with_reference, with_values


def test_an_agent_takes_its_schemas_and_its_description_from_the_function() -> None:
    entry = json.loads(baton.describe([greet], "python"))[0]
    assert entry["type"] == "greet"
    assert (entry["kind"], entry["taskQueue"], entry["version"]) == ("remote", "python", "2")
    assert entry["description"] == "Greets a person."
    assert entry["input"]["required"] == ["name"]
    assert entry["output"] == {"type": "string"}
    assert greet(Greeting(name="Ada")) == "hello Ada"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "input.name: expected a value, got nothing"),
        ({"name": 5}, "input.name: input should be a valid string, got 5"),
        ({"name": "a", "times": "x"}, "input.times: input should be a valid integer"),
    ],
)
def test_an_input_that_does_not_fit_is_refused_with_path_and_value(given: Any, problem: str) -> None:
    with pytest.raises(baton.AgentError) as error:
        agent_of(greet).check_input(given, has_secrets=False)
    assert error.value.type == "InvalidInput"
    assert str(error.value).startswith(f'agent "greet": {problem}')


def test_wrong_definitions_are_refused() -> None:
    with pytest.raises(baton.ConfigurationError, match=r"agent '1x': type: expected a letter"):
        baton.agent(type="1x")
    with pytest.raises(baton.ConfigurationError, match="expected a function of an input"):
        baton.agent(type="none")(lambda: 1)
    with pytest.raises(baton.ConfigurationError, match="expected a function with the decorator @agent"):
        baton.describe([len], "python")
    with pytest.raises(ValueError, match="type: expected a type of failure"):
        baton.AgentError("x", type="Nonsense")
    with pytest.raises(baton.ConfigurationError, match="storage: expected one of dir and s3"):
        baton.Storage()
    with pytest.raises(baton.ConfigurationError, match=r"storage\.threshold: expected a size from 16KiB"):
        baton.Storage(dir="x", threshold="1MiB")
    assert len(AGENTS) == 4


class Paid(BaseModel):
    at: date
    amount: Decimal


@dataclass
class Point:
    x: int


def test_models_dates_and_dataclasses_become_json() -> None:
    value = {"paid": Paid(at=date(2026, 1, 2), amount=Decimal("1.50")), "points": (Point(1),)}
    expected = {"paid": {"at": "2026-01-02", "amount": "1.50"}, "points": [{"x": 1}]}
    assert plain_json(value, "output") == expected


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"a": [1, {2}]}, "output.a[1]: expected JSON, got a set; use a list instead: sorted(values)"),
        ({"a": float("nan")}, "output.a: expected JSON, got nan"),
        (b"x", "output: expected JSON, got bytes; use text in base64 instead"),
        ({"n": 2**60 + 1}, "output.n: expected a number that JavaScript can hold"),
        ({1: "a"}, "output: expected keys that are text, got 1"),
        (object(), "output: expected JSON, got object"),
    ],
)
def test_what_json_would_change_is_refused_with_its_path(value: Any, problem: str) -> None:
    with pytest.raises(NotJsonError) as error:
        plain_json(value, "output")
    assert str(error.value).startswith(problem)


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotJsonError, match="a value that contains itself"):
        plain_json(value, "output")


def test_half_of_a_surrogate_pair_is_escaped() -> None:
    assert json_bytes({"a": "\ud800", "b": "ü"}) == b'{"a":"\\ud800","b":"\\u00fc"}'


def test_durations() -> None:
    assert duration_seconds("1h30m") == 5400
    assert write_duration(0.25) == "250ms"
    with pytest.raises(ValueError, match='drain: expected a duration such as "30s"'):
        duration_seconds("soon", "drain")


def test_secrets_are_replaced_in_text_keys_and_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", 'se"cret/1')
    secrets = CallSecrets(Secrets(allow=["KEY"]))
    assert secrets.resolve({"a": [{"$secret": "KEY"}]}, "input", "x") == {"a": ['se"cret/1']}
    assert secrets.redact('got se"cret/1 and se\\"cret/1 and se%22cret%2F1') == "got " + " and ".join(
        ["[secret KEY]"] * 3
    )
    assert secrets.redact_value({'se"cret/1': ['xse"cret/1', 5]}) == {"[secret KEY]": ["x[secret KEY]", 5]}
    with pytest.raises(baton.AgentError, match='secret "OTHER": it is not one of the 1 secrets'):
        secrets.read("OTHER", "input")


def test_a_reference_is_replaced_by_its_value_and_no_other_text_is() -> None:
    claim = {"hash": "a" * 64}
    payload = reply_with_reference(b'{"output":', claim, b',"text":"baton:value:0:x"}')
    assert payload.metadata["reference-mark"] == b"1"
    plain = with_values(payload, {"a" * 64: b"[1]"})
    assert json.loads(plain.data) == {"output": [1], "text": "baton:value:0:x"}


def test_the_table_of_failures_is_that_of_the_contract() -> None:
    assert FAILURES["NoAnswer"].unanswered and FAILURES["NoAnswer"].retryable
    assert FAILURES["AgentNotHere"].uncounted
    assert not FAILURES["AgentRefused"].retryable
