"""Failures with encrypted messages, and what a cancelled call reports.

The SDK reports that an activity was cancelled without a message and without details. A run needs them: they say
whether the agent had been called. So a call that is cancelled leaves them in ``CANCELLED``.
"""

from __future__ import annotations

import contextvars
from typing import Any

from temporalio.api.failure.v1 import Failure
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import CancelledError

#: Message and detail of the call in this task that was cancelled.
CANCELLED: contextvars.ContextVar[tuple[str, dict[str, Any]] | None] = contextvars.ContextVar(
    "baton_cancelled", default=None
)


class ClearFailures(DefaultFailureConverter):
    def __init__(self, *, encode_common_attributes: bool = False) -> None:
        super().__init__(encode_common_attributes=encode_common_attributes)

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        report = CANCELLED.get()
        if isinstance(exception, CancelledError) and report is not None and not exception.details:
            message, detail = report
            exception = CancelledError(message, detail)
        super().to_failure(exception, payload_converter, failure)


class EncryptedFailures(ClearFailures):
    """Messages and stack traces are a payload, which is encrypted like every other."""

    def __init__(self) -> None:
        super().__init__(encode_common_attributes=True)
