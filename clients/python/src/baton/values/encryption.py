"""Encrypts payloads with AES-256-GCM. The format is that of Baton: see docs/encryption.md.

A payload is encrypted as a whole, with its metadata. Large payloads have a nonce that is made from their content, so
that the same value is stored once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from temporalio.api.common.v1 import Payload

from .settings import Encryption
from .unreadable import ValueUnreadable

_ENCODING = b"binary/encrypted"
_VERSION = b"1"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_DETERMINISTIC_BYTES = 8 * 1024


class _Key:
    def __init__(self, id: str, secret: bytes) -> None:
        self.id = id
        self.cipher = AESGCM(_derive(secret, "encryption"))
        self.nonce = _derive(secret, "nonce")
        self.authenticated = f"baton/1/{id}".encode()


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"", info=f"baton/1/{purpose}".encode()).derive(secret)


class Cipher:
    """Without settings nothing is encrypted, and an encrypted payload is an error that says so."""

    def __init__(self, settings: Encryption | None) -> None:
        keys = [] if settings is None else settings.keys
        self._keys: Sequence[_Key] = [
            _Key(key.id, key.read(f'encryption.keys[{index}] ("{key.id}")')) for index, key in enumerate(keys)
        ]

    @property
    def is_on(self) -> bool:
        return len(self._keys) > 0

    def encrypt(self, payload: Payload) -> Payload:
        if not self._keys:
            return payload
        key = self._keys[0]
        plain = payload.SerializeToString(deterministic=True)
        is_small = len(plain) < _DETERMINISTIC_BYTES
        nonce = os.urandom(_NONCE_BYTES) if is_small else hmac.digest(key.nonce, plain, hashlib.sha256)[:_NONCE_BYTES]
        metadata = {
            "encoding": _ENCODING,
            "encryption-key-id": key.id.encode(),
            "encryption-version": _VERSION,
        }
        if "references" in payload.metadata:
            metadata["references"] = payload.metadata["references"]
        return Payload(metadata=metadata, data=nonce + key.cipher.encrypt(nonce, plain, key.authenticated))

    def decrypt(self, payload: Payload) -> Payload:
        """Raises ValueUnreadable."""
        if payload.metadata.get("encoding") != _ENCODING:
            return payload
        id = payload.metadata.get("encryption-key-id", b"").decode("utf-8", "replace")
        if not id or payload.metadata.get("encryption-version") != _VERSION:
            raise _failure("a value has an encryption that Baton did not make")
        key = next((one for one in self._keys if one.id == id), None)
        if key is None:
            known = ", ".join(json.dumps(one.id) for one in self._keys)
            here = f"the keys configured here are {known}" if known else "no key is configured here"
            raise _failure(f'a value is encrypted with the key "{id}", and {here}; add "{id}" to the keys')
        if len(payload.data) >= _NONCE_BYTES + _TAG_BYTES:
            nonce, rest = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
            try:
                return Payload.FromString(key.cipher.decrypt(nonce, rest, key.authenticated))
            except InvalidTag:
                pass
        raise _failure(f'a value cannot be decrypted with the key "{id}": it was changed, or that key is another one')


def _failure(message: str) -> ValueUnreadable:
    return ValueUnreadable(message, "DecryptionError")
