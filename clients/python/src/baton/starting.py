"""Starts the Workflow of a run, as Baton's own client does: with the same memo, search attributes and options."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import (
    Priority,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from .errors import InvalidInputError
from .json_text import well_formed

ORCHESTRATE = "orchestrate"
TICKET_MEMO = "batonTicket"
MAX_RUN_ID_BYTES = 1000
_MAX_SUMMARY = 200
_MAX_CORRELATION_ID = 255


def new_run_id(plan_name: str) -> str:
    """``review-3f9a2c71``: the plan's name and eight random digits."""
    name = re.sub(r"[^a-z0-9]+", "-", plan_name.lower()).removeprefix("-").removesuffix("-")[:60]
    return f"{name or 'run'}-{secrets.token_hex(4)}"


def check_run_id(id: str) -> None:
    """Raises InvalidInputError."""
    if not isinstance(id, str) or well_formed(id) != id:
        raise InvalidInputError([f"expected the id of a run without unpaired surrogates, got {id!r}"])
    size = len(id.encode())
    if not 1 <= size <= MAX_RUN_ID_BYTES:
        raise InvalidInputError([f"expected the id of a run, of 1 to {MAX_RUN_ID_BYTES} bytes, got {size} bytes"])


def check_correlation_id(value: str) -> None:
    """Raises InvalidInputError."""
    if not isinstance(value, str) or not 1 <= len(value) <= _MAX_CORRELATION_ID or not value.isprintable():
        raise InvalidInputError(
            [f"correlationId: expected 1 to {_MAX_CORRELATION_ID} characters on one line, got {value!r}"]
        )


def is_traced(environment: Mapping[str, str] = os.environ) -> bool:
    """True if this process is configured for traces, by the standard variables of OpenTelemetry."""
    value = {name: text.strip() for name, text in environment.items() if name.startswith("OTEL_")}
    has_endpoint = value.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or value.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if not has_endpoint or value.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporters = [name.strip().lower() for name in (value.get("OTEL_TRACES_EXPORTER") or "otlp").split(",")]
    return "otlp" in exporters and value.get("OTEL_TRACES_SAMPLER", "").lower() != "always_off"


async def start_run(
    client: Client, id: str, task_queue: str, request: dict[str, Any], ticket: str | None, reason: str | None
) -> str | None:
    """The id of the first execution; None if a run of this id exists already."""
    plan, tenant = request["plan"], request.get("tenant")
    memo = {
        "batonTenant": None if tenant is None else tenant["name"],
        "batonReason": reason,
        TICKET_MEMO: ticket,
        "batonCorrelationId": request.get("correlationId"),
    }
    options: dict[str, Any] = {
        "id": id,
        "task_queue": task_queue,
        "id_reuse_policy": WorkflowIDReusePolicy.REJECT_DUPLICATE,
        "id_conflict_policy": WorkflowIDConflictPolicy.FAIL,
        "static_summary": f"{plan['name']} · {len(plan['tasks'])} tasks"[:_MAX_SUMMARY],
        "static_details": plan.get("description"),
        "memo": {name: value for name, value in memo.items() if value is not None} or None,
    }
    if "valueLimit" in request:
        options["task_timeout"] = timedelta(seconds=30)
    if tenant is not None:
        options["priority"] = Priority(fairness_key=tenant["name"], fairness_weight=tenant.get("weight"))
    try:
        for pairs in _attributes(plan["name"], tenant, request.get("correlationId")):
            try:
                handle = await client.start_workflow(
                    ORCHESTRATE,
                    {**request, "searchable": True},
                    search_attributes=TypedSearchAttributes(pairs),
                    **options,
                )
                return handle.first_execution_run_id
            except RPCError as error:
                # A server rejects attributes that it does not have; the run is then started with fewer.
                if not _is_unknown_attribute(error):
                    raise
        return (await client.start_workflow(ORCHESTRATE, request, **options)).first_execution_run_id
    except WorkflowAlreadyStartedError:
        return None


def _attributes(plan: str, tenant: Any, correlation_id: str | None) -> list[list[SearchAttributePair[Any]]]:
    def pair(name: str, value: str) -> SearchAttributePair[Any]:
        return SearchAttributePair(SearchAttributeKey.for_keyword(name), value)

    first = [pair("BatonPlan", plan), pair("BatonStatus", "started")]
    more = [] if tenant is None else [pair("BatonTenant", tenant["name"])]
    whole = [*first, *more, pair("BatonState", "started")]
    all = [] if correlation_id is None else [[*whole, pair("BatonCorrelationId", correlation_id)]]
    return [*all, whole, first] if not more else [*all, whole, [*first, *more], first]


def _is_unknown_attribute(error: RPCError) -> bool:
    text = error.message.lower()
    return error.status == RPCStatusCode.INVALID_ARGUMENT and (
        "search attribute" in text or "searchattribute" in text or "batonplan" in text or "batonstatus" in text
    )
