"""Baton in Python: agents that runs call, and a client that starts runs. See docs/python.md."""

from .agents import Agent, agent, describe
from .client import Baton, run_plan
from .connecting import ServerUnreachableError
from .context import AgentContext
from .errors import (
    AgentError,
    AgentFailed,
    AgentRefused,
    BatonError,
    ConfigurationError,
    InvalidInputError,
    InvalidPlanError,
    NoAnswer,
    NoWorkerError,
    Overloaded,
    RefusedError,
    RunFailedError,
    RunLostError,
    RunNotFoundError,
    Unreachable,
    WorkerBusyError,
)
from .result import RunResult
from .run import Run
from .secrets import Secrets
from .serving import AgentWorker, serve
from .values import Encryption, Key, S3Storage, Storage

__all__ = [
    "Agent",
    "AgentContext",
    "AgentError",
    "AgentFailed",
    "AgentRefused",
    "AgentWorker",
    "Baton",
    "BatonError",
    "ConfigurationError",
    "Encryption",
    "InvalidInputError",
    "InvalidPlanError",
    "Key",
    "NoAnswer",
    "NoWorkerError",
    "Overloaded",
    "RefusedError",
    "Run",
    "RunFailedError",
    "RunLostError",
    "RunNotFoundError",
    "RunResult",
    "S3Storage",
    "Secrets",
    "ServerUnreachableError",
    "Storage",
    "Unreachable",
    "WorkerBusyError",
    "agent",
    "describe",
    "run_plan",
    "serve",
]
