"""Celery: a task that starts a run and waits for it, and a base class for tasks that are done once.

Import this module in the application (``imports = ["baton.celery"]``) to have the task ``baton.run_plan``.
"""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from typing import Any

from celery import Task, shared_task
from celery.exceptions import ImproperlyConfigured

from .attached import run_id_of, start_attached
from .client import Baton

_LEASE_SECONDS = 30
#: A lease is renewed twice before it ends.
_RENEWALS_PER_LEASE = 3
_KEEP_SECONDS = 7 * 24 * 3600

#: Sets the key only if it is still this worker's.
_OWN = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call({}) else return 0 end"
_RENEW = _OWN.format("'pexpire', KEYS[1], ARGV[2]")
_DONE = _OWN.format("'set', KEYS[1], ARGV[2], 'EX', ARGV[3]")
_FREE = _OWN.format("'del', KEYS[1]")


@shared_task(bind=True, name="baton.run_plan", acks_late=True, reject_on_worker_lost=True)
def run_plan(
    self: Any,
    plan: dict[str, Any],
    input: Any = None,
    id: str | None = None,
    connect: dict[str, Any] | None = None,
    **options: Any,
) -> Any:
    """Starts a run, waits for it, and returns its output. A message that is delivered twice has one run.

    ``id``: by default made of the id of the Celery task. ``connect``: options of ``Baton.connect``. The other options
    are those of ``Baton.start``. Raises RunFailedError.
    """
    run_id = id or run_id_of("celery", self.request.id)

    async def main() -> Any:
        async with await Baton.connect(**(connect or {})) as baton:
            attempts = (self.request.retries or 0) + 1
            run = await start_attached(baton, plan, id=run_id, attempts=attempts, options={"input": input, **options})
            return await run.output()

    return asyncio.run(main())


class OnceTask(Task):
    """Base class of tasks that are done once for each task id, however often their message is published or delivered.

    ``@app.task(base=OnceTask)``. A worker that begins the task takes a lease in Redis and renews it. A message with the
    same id that comes meanwhile is looked at again later; one that comes after the task has succeeded gets the result
    that was kept. A worker that dies loses its lease, and the task begins again: agents that must not do half of their
    work twice use ``self.request.id`` as their idempotency key. A failure is not kept.

    Redis is at ``once_url``: of the class, or ``once_url`` in the settings of the application; by default the result
    backend or the broker, if that is Redis. Results are JSON.
    """

    abstract = True
    acks_late = True
    reject_on_worker_lost = True
    once_url: str | None = None
    #: Seconds after which a worker that does not renew its lease has lost it.
    once_lease = _LEASE_SECONDS
    #: Seconds for which a result is kept.
    once_keep = _KEEP_SECONDS

    def once_key(self) -> str:
        """What identifies the work. Default: the task id, which Baton makes of its idempotency key."""
        return str(self.request.id)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.request.id is None or self.request.called_directly:
            return self.run(*args, **kwargs)
        client = self._redis()
        key = f"baton:once:{self.name}:{self.once_key()}"
        owner = json.dumps({"owner": str(uuid.uuid4())})
        if not client.set(key, owner, nx=True, px=self.once_lease * 1000):
            found = client.get(key)
            state = {} if found is None else json.loads(found)
            if "result" in state:
                return state["result"]
            # Another worker is at work, or was until it died. This is not a failure of the task.
            raise self.retry(countdown=self.once_lease, max_retries=None)
        renewal = _Renewal(client, key, owner, self.once_lease)
        try:
            result = self.run(*args, **kwargs)
            kept = json.dumps({"result": result})
        except BaseException:
            renewal.stop()
            client.eval(_FREE, 1, key, owner)
            raise
        renewal.stop()
        client.eval(_DONE, 1, key, owner, kept, self.once_keep)
        return result

    def _redis(self) -> Any:
        import redis

        settings = self.app.conf
        urls = [self.once_url, settings.get("once_url"), settings.result_backend, settings.broker_url]
        url = next((one for one in urls if isinstance(one, str) and one.startswith(("redis://", "rediss://"))), None)
        if url is None:
            raise ImproperlyConfigured(
                f"task {self.name}: OnceTask needs Redis: set once_url in the settings of the application"
            )
        return redis.Redis.from_url(url)


class _Renewal:
    """Renews a lease on a thread until the task ends."""

    def __init__(self, client: Any, key: str, owner: str, lease: int) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, args=(client, key, owner, lease), daemon=True)
        self._thread.start()

    def _renew(self, client: Any, key: str, owner: str, lease: int) -> None:
        while not self._over.wait(lease / _RENEWALS_PER_LEASE):
            try:
                client.eval(_RENEW, 1, key, owner, lease * 1000)
            except Exception:
                # Redis may be back before the lease ends.
                continue

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


__all__ = ["OnceTask", "run_plan"]
