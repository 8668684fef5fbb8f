"""The driver of Temporal's external storage: large payloads are stored by the hash of their content, and verified."""

from __future__ import annotations

import asyncio
import contextvars
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    StorageDriver,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverSelectContext,
    StorageDriverStoreContext,
)

from .claim import Claim, claims_in, key_of, payload_bytes, read_claim, sha256
from .directory import DirectoryStore
from .unreadable import ValueNotStored, ValueUnreadable, mark_of

#: How long the driver itself tries. What takes longer is tried again by the server.
_PAUSES = (0.1, 0.3, 0.8, 1.8)
_CACHE_BYTES = 64 * 1024 * 1024
#: For this long a value that was stored is not stored again. A sweep spares values for much longer.
_STORED_SECONDS = 60.0

#: Set while a heartbeat is sent: its details are never stored, because one that cannot be stored would end the call.
IN_HEARTBEAT: contextvars.ContextVar[bool] = contextvars.ContextVar("baton_in_heartbeat", default=False)

T = TypeVar("T")


class ValueStore(Protocol):
    place: str
    directory: str | None

    def id(self) -> str: ...
    def put(self, key: str, data: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...


class BatonDriver(StorageDriver):
    """Without a store, values are only read."""

    def __init__(self, store: ValueStore | None) -> None:
        self._store = store
        self._scope = "default"
        self._others: dict[str, DirectoryStore] = {}
        self._bytes: OrderedDict[str, bytes] = OrderedDict()
        self._stored: dict[str, float] = {}

    def name(self) -> str:
        return "baton"

    def type(self) -> str:
        return "baton.values"

    def use_namespace(self, name: str, id: str) -> None:
        """The first part of keys, `default.8f1c…`: servers that share a storage do not sweep each other's values."""
        scope = quote(name, safe="!'()*~")
        self._scope = ("%2E" + scope[1:] if scope.startswith(".") else scope) + (f".{id}" if id else "")

    @property
    def stores(self) -> bool:
        return self._store is not None

    def select(self, context: StorageDriverSelectContext, payload: Payload) -> StorageDriver | None:
        return self if self.stores and not IN_HEARTBEAT.get() else None

    async def store(self, context: StorageDriverStoreContext, payloads: Sequence[Payload]) -> list[StorageDriverClaim]:
        return [StorageDriverClaim((await self.put(payload)).data()) for payload in payloads]

    async def retrieve(
        self, context: StorageDriverRetrieveContext, claims: Sequence[StorageDriverClaim]
    ) -> list[Payload]:
        payloads = []
        for claim in claims:
            try:
                payloads.append(await self.read(dict(claim.claim_data)))
            except ValueUnreadable as error:
                payloads.append(mark_of(error))
        return payloads

    async def put(self, payload: Payload) -> Claim:
        """Stores a payload, whatever its size. Raises ValueNotStored."""
        store = self._store
        if store is None:
            raise ValueNotStored("this process has no storage")
        data = payload_bytes(payload)
        hash = await asyncio.to_thread(sha256, data)
        key = key_of(self._scope, hash)
        references = sorted({claim["storage"] for claim in claims_in(payload)})

        def write() -> Claim:
            if time.monotonic() - self._stored.get(key, -_STORED_SECONDS) >= _STORED_SECONDS:
                store.put(key, data)
            self._stored[key] = time.monotonic()
            return Claim(
                hash,
                len(data),
                key,
                store.id(),
                store.place,
                store.directory,
                json.dumps(references) if references else None,
            )

        try:
            claim = await _try(write)
        except Exception as error:
            raise ValueNotStored(
                f"a value of {len(data)} bytes could not be stored in {store.place}: {error}"
            ) from error
        self._remember(hash, data)
        return claim

    async def read(self, data: dict[str, str]) -> Payload:
        """Reads what a claim names, and verifies it. Raises ValueUnreadable."""
        claim = read_claim(data)
        if claim is None:
            raise ValueUnreadable(
                f"a reference to a stored value: expected hash, bytes, key, storage and place, got {json.dumps(data)}",
                "StorageUnavailable",
            )
        found = self._bytes.get(claim.hash)
        if found is None:
            try:
                found = await _try(lambda: self._store_of(claim).get(claim.key))
            except ValueUnreadable:
                raise
            except Exception as error:
                raise ValueUnreadable(f"{claim} cannot be read: {error}", "StorageUnavailable") from error
            if found is None:
                raise ValueUnreadable(f"{claim} does not exist: it was deleted, or swept too early", "ValueLost")
            hash = await asyncio.to_thread(sha256, found)
            if hash != claim.hash:
                raise ValueUnreadable(f"{claim} has been changed: expected that hash, got {hash}", "ValueLost")
            self._remember(hash, found)
        return Payload.FromString(found)

    def _store_of(self, claim: Claim) -> ValueStore:
        if self._store is not None and self._store.id() == claim.storage:
            return self._store
        if claim.directory is not None:
            other = self._others.setdefault(claim.directory, DirectoryStore(Path(claim.directory), create=False))
            if other.id() == claim.storage:
                return other
        has = "it has no storage" if self._store is None else f"its storage is {self._store.place}"
        raise ValueUnreadable(
            f"{claim} cannot be read by this process: {has}; give all workers and clients the same storage",
            "StorageUnavailable",
        )

    def _remember(self, hash: str, data: bytes) -> None:
        self._bytes[hash] = data
        self._bytes.move_to_end(hash)
        while sum(map(len, self._bytes.values())) > _CACHE_BYTES:
            self._bytes.popitem(last=False)


async def _try(use: Callable[[], T]) -> T:
    for pause in _PAUSES:
        try:
            return await asyncio.to_thread(use)
        except ValueUnreadable:
            raise
        except Exception:
            await asyncio.sleep(pause)
    return await asyncio.to_thread(use)
