"""MoltError to HTTP: a status, problem details (RFC 9457) and Retry-After (RFC 9110).

The text of an error reaches a client only where the client can mend it (4xx); the rest belongs in the server's log. An exception of the
function itself, an AppError, has no mapping: it is also of its Python type, and what handles that type goes on handling it.
"""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from typing import Any, NamedTuple

from ..errors import MoltError

CONTENT_TYPE = "application/problem+json"

#: Nobody reads it: the client has gone. The number is that of nginx.
CLIENT_CLOSED_REQUEST = 499

#: Status by the name of the error; docs/failure-modes.md says the same in words.
STATUS = {
    "PROTOCOL_ERROR": 502,
    "VERSION_UNSUPPORTED": 502,
    "FRAME_TOO_LARGE": 413,
    "UNAUTHORIZED": 502,
    "UNKNOWN_EXPORT": 502,
    "SCHEMA_MISMATCH": 502,
    "INVALID_INPUT": 422,
    "CAPABILITY_DENIED": 500,
    "RESULT_TOO_LARGE": 500,
    "BUSY": 503,
    "SHED": 503,
    "DEADLINE_UNMEETABLE": 503,
    "DRAINING": 503,
    "DEADLINE_EXCEEDED": 504,
    "CPU_EXCEEDED": 504,
    "MEMORY_EXCEEDED": 500,
    "CANCELLED": 503,
    "APP_ERROR": 500,
    "TRAP": 500,
    "WORKER_LOST": 502,
    "STORE_UNAVAILABLE": 503,
    "INTERNAL": 500,
    "WORKER_NOT_RUNNING": 503,
}


class Problem(NamedTuple):
    """An HTTP answer for an error."""

    status: int
    headers: dict[str, str]
    body: bytes


def problem_of(error: MoltError, *, show: bool = False, instance: str = "") -> Problem:
    """The answer for an error; ``show`` puts its text into answers of 5xx too, for development."""
    status = STATUS.get(error.name, 500)
    if error.name == "CANCELLED" and error.details.get("reason") in ("disconnect", "user"):
        status = CLIENT_CLOSED_REQUEST
    elif error.name == "WORKER_LOST" and error.executed == "no":
        status = 503
    fields: dict[str, Any] = {"type": "about:blank", "title": _title(status), "status": status}
    if show or status < 500:
        fields["detail"] = f"{error.message}\n{error.hint}" if show and error.hint else error.message
    if instance:
        fields["instance"] = instance
    # Members of our own, which RFC 9457 allows: what a client may act on.
    fields |= {"code": error.name, "executed": error.executed, "retry": error.retry}
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    if status == 503:
        # Whole seconds, and at least one: the header knows no less.
        headers["Retry-After"] = str(max(1, math.ceil(error.after)))
    return Problem(status, headers, json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"))


def _title(status: int) -> str:
    return "Client Closed Request" if status == CLIENT_CLOSED_REQUEST else HTTPStatus(status).phrase
