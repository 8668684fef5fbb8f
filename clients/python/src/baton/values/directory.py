"""Storage in a directory, which several machines may share. The format is that of Baton's other workers.

A file appears under its name when it is complete and on the disk. A file ``storage.json`` marks the directory and has
its id; without it the directory counts as away, because it may be the empty place where a disk is mounted.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import uuid
from pathlib import Path

_MARKER = "storage.json"
_SWEPT = ".swept"


class DirectoryStore:
    def __init__(self, directory: Path, *, create: bool) -> None:
        self.directory: str | None = str(directory)
        self.place = f"{socket.gethostname()}:{directory}"
        self._root = directory
        self._marker = directory / _MARKER
        self._create = create
        self._id: str | None = None

    def id(self) -> str:
        """Identifies the storage, whatever its path. Raises OSError."""
        if self._id is None:
            self._id = self._read_id() or self._make_id()
        return self._id

    def _read_id(self) -> str | None:
        try:
            return str(json.loads(self._marker.read_text("utf-8"))["id"])
        except FileNotFoundError:
            return None

    def _make_id(self) -> str:
        if not self._create:
            raise self._not_marked()
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._root / f"{_MARKER}.{secrets.token_hex(6)}.part"
        part.write_text(json.dumps({"id": str(uuid.uuid4())}) + "\n", "utf-8")
        part.chmod(0o600)
        try:
            # Of several processes that begin at the same time the first wins.
            os.link(part, self._marker)
        except FileExistsError:
            pass
        finally:
            part.unlink()
        found = self._read_id()
        assert found is not None
        return found

    def _check_marker(self) -> None:
        found = self._read_id()
        if found is None:
            raise self._not_marked()
        if found != self.id():
            raise OSError(f"{self._marker} has another id than before")

    def _not_marked(self) -> OSError:
        return OSError(f"{self._root} does not have the file {_MARKER}: it is not mounted, or not a storage")

    def put(self, key: str, data: bytes) -> None:
        """Stores bytes durably; if the key exists, only refreshes its time."""
        self.id()
        path = self._root / key
        try:
            os.utime(path)
            if path.stat().st_size == len(data):
                return
        except FileNotFoundError:
            pass
        if not path.parent.is_dir():
            self._check_marker()
            for parent in (path.parent.parent, path.parent):
                if parent != self._root:
                    parent.mkdir(mode=0o700, exist_ok=True)
                    _synchronise(parent.parent)
        self._write(path, data)

    def _write(self, path: Path, data: bytes) -> None:
        part = path.with_name(f"{path.name}.{secrets.token_hex(6)}.part")
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _synchronise(path.parent)

    def get(self, key: str) -> bytes | None:
        """None if the storage can be reached and does not have the key."""
        path = self._root / key
        for name in (path, path.with_name(path.name + _SWEPT), path):
            try:
                return name.read_bytes()
            except FileNotFoundError:
                continue
        self._check_marker()
        return None


def _synchronise(directory: Path) -> None:
    """Makes the names in a directory durable. Some network file systems cannot; their server does it itself."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
