"""Celery with Redis: a real worker, and a real project."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Project, free_port

pytest.importorskip("celery")

HERE = Path(__file__).parent
GREET = {
    "name": "greet",
    "tasks": {"a": {"agent": "greet", "input": "{% $input %}"}},
    "output": "{% $tasks.a.output %}",
}


@dataclass(frozen=True)
class CeleryPlace:
    app: Any
    notes: Path

    def lines(self, name: str) -> list[str]:
        text = self.notes.read_text() if self.notes.exists() else ""
        return [line for line in text.splitlines() if line.split(" ")[0] == name]


def until(look: Callable[[], bool]) -> None:
    for _ in range(600):
        if look():
            return
        time.sleep(0.05)
    raise AssertionError("what was expected has not happened within 30 seconds")


@pytest.fixture(scope="module")
def celery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CeleryPlace]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    place = tmp_path_factory.mktemp("celery")
    notes = place / "notes"
    environment = {"REDIS_URL": f"redis://127.0.0.1:{port}/0", "NOTES": str(notes)}
    os.environ.update(environment)
    redis = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(place)]
    worker = [sys.executable, "-m", "celery", "-A", "celery_app", "worker", "--concurrency", "3", "--loglevel", "ERROR"]
    with subprocess.Popen(redis, stdout=subprocess.DEVNULL) as server:
        with subprocess.Popen(worker, cwd=HERE, env={**os.environ, **environment}) as process:
            app = importlib.import_module("celery_app").app
            until(lambda: bool(app.control.ping(timeout=0.5)))
            yield CeleryPlace(app, notes)
            process.send_signal(signal.SIGTERM)
            process.wait()
        server.terminate()


def test_a_celery_task_runs_a_plan_and_a_message_that_comes_twice_has_one_run(
    celery: CeleryPlace, project: Project
) -> None:
    id = str(uuid.uuid4())
    arguments = {"args": [GREET], "kwargs": {"input": {"name": "Ada"}, "connect": project.connect}, "task_id": id}
    for _ in range(2):
        assert celery.app.send_task("baton.run_plan", **arguments).get(timeout=60) == "hello Ada"
    result = project.use(lambda client: client.run(f"celery-{id}").result())
    assert result.usage["calls"] == 1


def test_a_run_that_fails_is_a_failed_celery_task(celery: CeleryPlace, project: Project) -> None:
    plan = {"name": "no", "tasks": {"a": {"agent": "refuse"}}}
    task = celery.app.send_task("baton.run_plan", args=[plan], kwargs={"connect": project.connect})
    with pytest.raises(Exception, match="not today"):
        task.get(timeout=60)


def test_a_once_task_that_is_published_twice_is_done_once_and_both_get_the_result(celery: CeleryPlace) -> None:
    id = str(uuid.uuid4())
    tasks = [celery.app.send_task("once", args=["twice", 1], task_id=id) for _ in range(2)]
    assert [task.get(timeout=60) for task in tasks] == ["done twice", "done twice"]
    # Published again when it has ended.
    assert celery.app.send_task("once", args=["twice", 1], task_id=id).get(timeout=60) == "done twice"
    until(lambda: not _active(celery))
    assert len(celery.lines("twice")) == 1


def _active(celery: CeleryPlace) -> list[Any]:
    found = celery.app.control.inspect(timeout=1).active() or {}
    return [task for tasks in found.values() for task in tasks]


def test_a_once_task_whose_process_is_killed_begins_again_and_its_result_arrives(celery: CeleryPlace) -> None:
    task = celery.app.send_task("once", args=["killed", 3])
    until(lambda: len(celery.lines("killed")) == 1)
    os.kill(int(celery.lines("killed")[0].split(" ")[1]), signal.SIGKILL)
    assert task.get(timeout=60) == "done killed"
    assert len(celery.lines("killed")) == 2


def test_a_failure_of_a_once_task_is_not_kept(celery: CeleryPlace) -> None:
    id = str(uuid.uuid4())
    with pytest.raises(Exception, match="the first time"):
        celery.app.send_task("fails_once", args=["again"], task_id=id).get(timeout=60)
    celery.app.backend.forget(id)
    assert celery.app.send_task("fails_once", args=["again"], task_id=id).get(timeout=60) == "done"
