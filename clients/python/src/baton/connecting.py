"""Finds the server, and connects to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from .errors import BatonError
from .values import Encryption, Storage, Values, open_values

_DEFAULT_ADDRESS = "localhost:7233"


class ServerUnreachableError(BatonError):
    """The message names the address that was tried."""


@dataclass(frozen=True)
class Connection:
    client: Client
    values: Values


async def open_connection(
    *,
    address: str | None = None,
    namespace: str | None = None,
    storage: Storage | Mapping[str, Any] | None = None,
    encryption: Encryption | Mapping[str, Any] | None = None,
    directory: Path | None = None,
) -> Connection:
    """``directory``: where to look for a server that Baton has started; default the working directory.

    Raises ServerUnreachableError, ConfigurationError.
    """
    options: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    if address is not None:
        options["target_host"] = address
    if namespace is not None:
        options["namespace"] = namespace
    found = None
    if "target_host" not in options:
        found = embedded_server((directory or Path()).resolve())
        options["target_host"] = _DEFAULT_ADDRESS if found is None else found.address
    own = Storage.of(storage) or (None if found is None else Storage(dir=found.values))
    values = open_values(own, Encryption.of(encryption))
    try:
        client = await Client.connect(**{"namespace": "default", **options}, data_converter=values.converter)
    except RuntimeError as error:
        raise ServerUnreachableError(f"no Temporal server answers at {options['target_host']}: {error}") from error
    values.use_namespace(client.namespace, await _namespace_id(client))
    return Connection(client, values)


@dataclass(frozen=True)
class EmbeddedServer:
    address: str
    #: Where its clients and workers store large values, unless they are configured otherwise.
    values: Path


def embedded_server(directory: Path) -> EmbeddedServer | None:
    """The server that `baton dev` has started in this directory or above, if there is a record of one."""
    for place in (directory, *directory.parents):
        try:
            record = json.loads((place / ".baton" / "server.json").read_text("utf-8"))
            return EmbeddedServer(f"127.0.0.1:{int(record['port'])}", place / ".baton" / "values")
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


async def _namespace_id(client: Client) -> str:
    try:
        request = DescribeNamespaceRequest(namespace=client.namespace)
        answer = await client.workflow_service.describe_namespace(request)
        return answer.namespace_info.id
    except RPCError as error:
        if error.status in (RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.PERMISSION_DENIED):
            return ""
        raise
