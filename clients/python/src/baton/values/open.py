"""Makes the data converter of a client or a worker from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    ExternalStorage,
    PayloadCodec,
)

from ..json_text import json_bytes
from .claim import claims_in
from .directory import DirectoryStore
from .driver import BatonDriver, ValueStore
from .encryption import Cipher
from .failure_converter import ClearFailures, EncryptedFailures
from .references import is_with_references, reply_with_reference, with_values
from .s3 import S3Store
from .settings import DEFAULT_THRESHOLD, Encryption, Storage
from .unreadable import UnreadableConverter, ValueUnreadable, mark_of

#: The most bytes of JSON of one value that is not stored: what fits into a payload, less its envelope.
MAX_VALUE_BYTES = 2 * 1024 * 1024 - 64 * 1024
#: The same where values are stored: for an output, and for a plan with its input.
MAX_STORED_OUTPUT_BYTES = 64 * 1024 * 1024
MAX_STORED_VALUE_BYTES = 256 * 1024 * 1024


class BatonPayloadConverter(CompositePayloadConverter):
    def __init__(self) -> None:
        super().__init__(*DefaultPayloadConverter.default_encoding_payload_converters, UnreadableConverter())


class BatonCodec(PayloadCodec):
    """Encrypts; decrypts, and fetches what a payload refers to."""

    def __init__(self, cipher: Cipher, driver: BatonDriver) -> None:
        self._cipher = cipher
        self._driver = driver

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._cipher.encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [await self._open(payload) for payload in payloads]

    async def _open(self, payload: Payload) -> Payload:
        try:
            plain = self._cipher.decrypt(payload)
            if not is_with_references(plain):
                return plain
            values: dict[str, bytes] = {}
            for claim in claims_in(plain):
                stored = await self._driver.read(claim)
                values[claim["hash"]] = self._cipher.decrypt(stored).data
            return with_values(plain, values)
        except ValueUnreadable as error:
            return mark_of(error)


class Values:
    """The values of one client or worker."""

    def __init__(self, storage: Storage | None, encryption: Encryption | None) -> None:
        self._cipher = Cipher(encryption)
        self._driver = BatonDriver(_store_of(storage))
        self._codec = BatonCodec(self._cipher, self._driver)
        self._threshold = DEFAULT_THRESHOLD if storage is None else storage.threshold_bytes
        self.converter = DataConverter(
            payload_converter_class=BatonPayloadConverter,
            payload_codec=self._codec,
            failure_converter_class=EncryptedFailures if self._cipher.is_on else ClearFailures,
            external_storage=ExternalStorage(
                drivers=[self._driver],
                driver_selector=self._driver.select,
                payload_size_threshold=self._threshold,
            ),
        )

    @property
    def stores(self) -> bool:
        return self._driver.stores

    @property
    def output_limit(self) -> int:
        """The most bytes of JSON of one output."""
        return MAX_STORED_OUTPUT_BYTES if self.stores else MAX_VALUE_BYTES

    def use_namespace(self, name: str, id: str) -> None:
        self._driver.use_namespace(name, id)

    async def reply_payload(self, before: bytes, output: bytes, after: bytes, *, by_reference: bool) -> Payload:
        """The payload of a reply whose JSON has three parts. A large output is stored. Raises ValueNotStored."""
        whole = Payload(metadata={"encoding": b"json/plain"}, data=before + output + after)
        if not self.stores or len(whole.data) < self._threshold:
            return whole
        if by_reference and len(output) >= self._threshold:
            plain = Payload(metadata={"encoding": b"json/plain"}, data=output)
            claim = await self._driver.put(self._cipher.encrypt(plain))
            return reply_with_reference(before, {**claim.data(), "jsonBytes": str(len(output))}, after)
        # The SDK encodes the reply again when the activity has ended, and finds that these bytes are stored.
        await self._driver.put(self._cipher.encrypt(whole))
        return whole

    @staticmethod
    def json_payload(value: object) -> Payload:
        return Payload(metadata={"encoding": b"json/plain"}, data=json_bytes(value))


def open_values(storage: Storage | None, encryption: Encryption | None) -> Values:
    """Raises ConfigurationError."""
    return Values(storage, encryption)


def _store_of(storage: Storage | None) -> ValueStore | None:
    if storage is None:
        return None
    if storage.s3 is not None:
        return S3Store(storage.s3)
    assert storage.dir is not None
    return DirectoryStore(Path(storage.dir).resolve(), create=True)
