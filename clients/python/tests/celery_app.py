"""A Celery application for the tests. REDIS_URL is its broker and its result backend; tasks take notes in NOTES."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from celery import Celery

from baton.celery import OnceTask

app = Celery("tests", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.update(imports=["baton.celery"], worker_prefetch_multiplier=1, broker_connection_retry_on_startup=True)


def note(line: str) -> None:
    with Path(os.environ["NOTES"]).open("a") as file:
        file.write(f"{line}\n")


class Once(OnceTask):
    abstract = True
    once_lease = 2


@app.task(base=Once, bind=True, name="once")
def once(self: Any, name: str, seconds: float) -> str:
    note(f"{name} {os.getpid()}")
    time.sleep(seconds)
    return f"done {name}"


@app.task(base=Once, bind=True, name="fails_once")
def fails_once(self: Any, name: str) -> str:
    note(name)
    if len(Path(os.environ["NOTES"]).read_text().split(f"{name}\n")) == 2:
        raise ValueError("the first time")
    return "done"
