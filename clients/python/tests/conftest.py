"""A Baton project for the tests: `baton dev` from the built command line, and a worker with agents in Python."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from project_agents import AGENTS

import baton

ROOT = Path(__file__).resolve().parents[3]
CLI = ROOT / "dist" / "cli" / "main.js"

T = TypeVar("T")


@dataclass(frozen=True)
class Project:
    directory: Path
    address: str

    @property
    def connect(self) -> dict[str, Any]:
        """Options of Baton.connect."""
        return {"directory": str(self.directory)}

    def use(self, work: Callable[[baton.Baton], Awaitable[T]]) -> T:
        async def main() -> T:
            async with await baton.Baton.connect(**self.connect) as client:
                return await work(client)

        return asyncio.run(main())


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    if not CLI.exists() or shutil.which("node") is None:
        pytest.skip("the command line is not built: npm ci && npm run build")
    directory = tmp_path_factory.mktemp("project")
    config = {"agents": json.loads(baton.describe(AGENTS, "python"))}
    # YAML has all of JSON.
    (directory / "baton.config.yaml").write_text(json.dumps(config), "utf-8")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    command = ["node", str(CLI), "dev", "--port", str(port), "--ui-port", str(free_port())]
    with subprocess.Popen(
        command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as dev:
        lines: list[str] = []
        assert dev.stdout is not None
        for line in dev.stdout:
            lines.append(line)
            if "worker ready" in line:
                break
        else:
            raise RuntimeError("".join(lines))
        threading.Thread(target=dev.stdout.read, daemon=True).start()
        try:
            with Serving(directory):
                yield Project(directory, f"127.0.0.1:{port}")
        finally:
            dev.terminate()


class Serving:
    """Serves the agents in this process, on a thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._worker: baton.AgentWorker | None = None
        self._error: BaseException | None = None

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        client = await baton.Baton.connect(directory=self._directory)
        self._worker = await baton.AgentWorker.create(
            AGENTS, task_queue="python", connection=client.connection, drain="1s"
        )
        self._ready.set()
        await self._worker.run()

    def __enter__(self) -> Serving:
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            raise self._error
        return self

    def __exit__(self, *_: object) -> None:
        assert self._worker is not None
        # Its loop ends with the worker, so the result of this call may never come.
        asyncio.run_coroutine_threadsafe(self._worker.shutdown(), self._loop)
        self._thread.join()
