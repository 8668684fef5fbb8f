"""Secrets: ``{"$secret": NAME}`` in the input of a call is replaced immediately before the call, and the values are
replaced by ``[secret NAME]`` in what the call answers, raises, logs and notes as progress."""

from __future__ import annotations

import json
import os
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import AgentError

_KEY = "$secret"
_MAX_BYTES = 64 * 1024
#: A shorter value cannot be told from other text.
_MIN_LENGTH = 5


@dataclass(frozen=True)
class Secrets:
    """``allow``: the names that calls may use. ``source``: ``env``, or a directory with one file for each."""

    allow: Sequence[str] = ()
    source: str | os.PathLike[str] = "env"


class CallSecrets:
    """The secrets of one call."""

    def __init__(self, settings: Secrets) -> None:
        self._settings = settings
        self._values: dict[str, str] = {}

    def read(self, name: str, what: str) -> str:
        """Raises AgentError, whose message begins with ``what`` and never has the value."""
        allow = self._settings.allow
        if name not in allow:
            list = (
                f"it is not one of the {len(allow)} secrets that this worker allows"
                if allow
                else "this worker allows no secrets"
            )
            raise AgentError(f'{what}: secret "{name}": {list}', type="SecretRefused")
        value = self._from_environment(name, what) if self._settings.source == "env" else self._from_file(name, what)
        if len(value) < _MIN_LENGTH:
            raise AgentError(
                f'{what}: secret "{name}": expected at least {_MIN_LENGTH} characters', type="SecretRefused"
            )
        self._values[name] = value
        return value

    def _from_environment(self, name: str, what: str) -> str:
        value = os.environ.get(name)
        if value:
            return value
        state = "not set" if value is None else "empty"
        raise AgentError(
            f'{what}: secret "{name}": the environment variable of the worker is {state}',
            type="SecretRefused",
        )

    def _from_file(self, name: str, what: str) -> str:
        try:
            value = (Path(self._settings.source) / name).read_bytes()[: _MAX_BYTES + 1].decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise AgentError(
                f'{what}: secret "{name}": its file cannot be read: {error}', type="SecretMissing"
            ) from None
        return value.removesuffix("\n").removesuffix("\r")

    def resolve(self, value: Any, path: str, agent: str) -> Any:
        """The value with secrets in place of the references to them."""
        name = referenced(value)
        if name is not None:
            return self.read(name, f'agent "{agent}": {path}')
        if isinstance(value, Mapping):
            return {key: self.resolve(part, f"{path}.{key}", agent) for key, part in value.items()}
        if isinstance(value, list):
            return [self.resolve(part, f"{path}[{index}]", agent) for index, part in enumerate(value)]
        return value

    @property
    def are_used(self) -> bool:
        return bool(self._values)

    def redact(self, text: str) -> str:
        # The longest first: one secret may be a part of another.
        for name, value in sorted(self._values.items(), key=lambda pair: -len(pair[1])):
            for form in {value, json.dumps(value)[1:-1], urllib.parse.quote(value, safe="")}:
                text = text.replace(form, f"[secret {name}]")
        return text

    def redact_value(self, value: Any) -> Any:
        """Of a value of plain JSON."""
        if not self._values:
            return value
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {self.redact(key): self.redact_value(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.redact_value(part) for part in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            text = str(value)
            redacted = self.redact(text)
            return value if redacted == text else redacted
        return value


def referenced(value: Any) -> str | None:
    """The name in ``{"$secret": NAME}``; None for any other value."""
    if isinstance(value, dict) and len(value) == 1:
        name = value.get(_KEY)
        return name if isinstance(name, str) else None
    return None


def reference_in(value: Any, path: str) -> str | None:
    """The path of the first reference to a secret within a value."""
    if referenced(value) is not None:
        return path
    if isinstance(value, dict):
        parts = [(f"{path}.{key}", part) for key, part in value.items()]
    elif isinstance(value, list):
        parts = [(f"{path}[{index}]", part) for index, part in enumerate(value)]
    else:
        return None
    return next((found for at, part in parts if (found := reference_in(part, at)) is not None), None)
