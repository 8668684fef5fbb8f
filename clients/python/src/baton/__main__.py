"""``python -m baton describe MODULE --task-queue QUEUE``: entries of a configuration, for the agents of a module."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from .agents import describe
from .errors import ConfigurationError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m baton")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("describe", help="prints the entries of the configuration for the agents of a module")
    command.add_argument("module", help="a module that can be imported, or the path of a file")
    command.add_argument("--task-queue", required=True, help="the Task Queue on which the agents are served")
    options = parser.parse_args()
    try:
        found = _agents_of(options.module)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    print(describe(found, options.task_queue))
    return 0


def _agents_of(name: str) -> list[object]:
    path = Path(name)
    if path.suffix == ".py":
        sys.path.insert(0, str(path.resolve().parent))
        name = path.stem
    else:
        sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"module: expected a module that can be imported, got {name}: {error}") from error
    found = list({id(one): one for one in vars(module).values() if hasattr(one, "baton_agent")}.values())
    if not found:
        raise ConfigurationError(f"module {name}: expected functions with the decorator @agent, got none")
    return found


if __name__ == "__main__":
    sys.exit(main())
