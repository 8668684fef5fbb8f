"""Agents: functions with a type, and with schemas for what they take and return."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from .errors import AgentError, ConfigurationError
from .json_text import child_path, json_bytes, shown
from .values.settings import parse_bytes

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9._/-]{0,99}")

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Agent:
    type: str
    run: Callable[..., Any]
    input: TypeAdapter[Any] | None = None
    output: TypeAdapter[Any] | None = None
    description: str | None = None
    version: str | None = None
    max_output: int | None = None
    takes_context: bool = True

    @property
    def is_async(self) -> bool:
        return asyncio.iscoroutinefunction(self.run) or asyncio.iscoroutinefunction(
            getattr(self.run, "__call__", None)  # noqa: B004
        )

    def check_input(self, value: Any, *, has_secrets: bool) -> Any:
        """The input as the agent declares it. Raises AgentError of the type InvalidInput."""
        if self.input is None:
            return value
        try:
            return self.input.validate_json(json_bytes(value))
        except ValidationError as error:
            if has_secrets:
                # The problems may show parts of the values.
                message = "input: does not fit the agent's schema with the values of its secrets, which are not shown"
                raise AgentError(f"{self.name}: {message}", type="InvalidInput") from None
            problems = _problem_lines(error, "input")
        raise AgentError(f"{self.name}: {'; '.join(problems)}", type="InvalidInput", details={"problems": problems})

    def check_output(self, value: Any) -> Any:
        """The output as JSON, by the schema of the agent. Raises AgentError of the type InvalidOutput."""
        if self.output is None:
            return value
        try:
            checked = self.output.validate_python(value)
            return self.output.dump_python(checked, mode="json", by_alias=True)
        except ValidationError as error:
            problems = _problem_lines(error, "output")
        raise AgentError(f"{self.name}: {'; '.join(problems)}", type="InvalidOutput", details={"problems": problems})

    @property
    def name(self) -> str:
        return f'agent "{self.type}"'

    def entry(self, task_queue: str) -> dict[str, Any]:
        """The entry of the configuration that makes this agent a remote agent of a project."""
        entry: dict[str, Any] = {"type": self.type, "kind": "remote", "taskQueue": task_queue}
        if self.description is not None:
            entry["description"] = self.description
        if self.version is not None:
            entry["version"] = self.version
        if self.max_output is not None:
            entry["maxOutput"] = f"{self.max_output}B"
        if self.input is not None:
            entry["input"] = self.input.json_schema(mode="validation")
        if self.output is not None:
            entry["output"] = self.output.json_schema(mode="serialization")
        return entry


class AgentFunction(typing.Protocol):
    """What ``@agent`` makes of a function: it can still be called, and ``baton_agent`` describes it."""

    baton_agent: Agent

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...


def agent(
    *,
    type: str,
    input: Any = None,
    output: Any = None,
    description: str | None = None,
    version: str | None = None,
    max_output: str | int | None = None,
) -> Callable[[F], F]:
    """Makes an agent of a function: ``async def``, or ``def``, which then runs on a thread.

    The function takes the input, and optionally an ``AgentContext``. ``input`` and ``output`` are pydantic models, or
    any types that pydantic knows; by default those of the annotations. ``description`` is by default the first line
    of the docstring. ``max_output`` is the most that one output may have as JSON, such as ``"4MB"``.
    """
    if not isinstance(type, str) or _TYPE.fullmatch(type) is None:
        raise ConfigurationError(
            f"agent {type!r}: type: expected a letter, then letters, digits, '.', '_', '/' or '-', at most 100"
        )

    def decorate(function: F) -> F:
        annotated = _annotations(function)
        parameters = [
            one
            for one in inspect.signature(function).parameters.values()
            if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD, one.VAR_POSITIONAL)
        ]
        if not parameters:
            raise ConfigurationError(f'agent "{type}": expected a function of an input, and optionally a context')
        line = (inspect.getdoc(function) or "").split("\n", 1)[0]
        made = Agent(
            type=type,
            run=function,
            input=_adapter(input, annotated.get(parameters[0].name), f'agent "{type}": input'),
            output=_adapter(output, annotated.get("return"), f'agent "{type}": output'),
            description=description or line or None,
            version=version,
            max_output=None if max_output is None else parse_bytes(max_output, f'agent "{type}": max_output'),
            takes_context=len(parameters) > 1 or parameters[0].kind is inspect.Parameter.VAR_POSITIONAL,
        )
        function.baton_agent = made  # type: ignore[attr-defined]
        return function

    return decorate


def agent_of(value: Any) -> Agent:
    """Raises ConfigurationError."""
    found = value if isinstance(value, Agent) else getattr(value, "baton_agent", None)
    if isinstance(found, Agent):
        return found
    raise ConfigurationError(f"expected a function with the decorator @agent, got {value!r}")


def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    target = function.func if isinstance(function, functools.partial) else function
    try:
        return typing.get_type_hints(target)
    except Exception:
        # A name that exists only for type checkers.
        return {}


def _adapter(given: Any, annotated: Any, name: str) -> TypeAdapter[Any] | None:
    schema = given if given is not None else annotated
    if schema is None or schema is Any or schema is object or schema is inspect.Parameter.empty:
        return None
    try:
        return TypeAdapter(schema)
    except Exception as error:
        if given is None:
            return None
        raise ConfigurationError(f"{name}: expected a pydantic model or a type that pydantic knows: {error}") from error


def _problem_lines(error: ValidationError, name: str) -> list[str]:
    return [_problem_line(problem, name) for problem in error.errors(include_url=False, include_context=False)]


def _problem_line(problem: Any, name: str) -> str:
    path = name
    for key in problem["loc"]:
        path = child_path(path, key)
    if problem["type"] == "missing":
        return f"{path}: expected a value, got nothing"
    if problem["type"] == "json_invalid":
        return f"{path}: expected JSON"
    message = problem["msg"]
    return f"{path}: {message[:1].lower()}{message[1:]}, got {shown(problem['input'])}"


def describe(agents: typing.Iterable[Any], task_queue: str) -> str:
    """The entries of the configuration for these agents, as JSON."""
    return json.dumps([agent_of(one).entry(task_queue) for one in agents], indent=2, ensure_ascii=False)
