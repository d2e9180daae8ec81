"""How long a request may take: what its header says, within what the server allows."""

from __future__ import annotations

import math
import re

#: The header that is read unless another is named.
HEADER = "X-Request-Timeout"

_FORM = re.compile(r"\s*(\d{1,8}(?:\.\d{1,9})?)\s*(ms|s|)\s*\Z")
_GRPC_FORM = re.compile(r"\s*(\d{1,8})([HMSmun])\s*\Z")
_GRPC_UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}


def parse_timeout(text: str | None, header: str = HEADER) -> float | None:
    """Seconds of ``1.5``, ``1.5s``, ``250ms``, or for ``grpc-timeout`` of ``250m``; None if the text says nothing valid."""
    if text is None:
        return None
    if header.lower() == "grpc-timeout":
        match = _GRPC_FORM.match(text)
        return float(match[1]) * _GRPC_UNITS[match[2]] if match else None
    match = _FORM.match(text)
    return float(match[1]) / (1000 if match[2] == "ms" else 1) if match else None


def request_seconds(text: str | None, default: float | None, maximum: float | None = None, header: str = HEADER) -> float | None:
    """The time of a request: its header's if that is valid, else the default; at most the maximum. None for no limit.

    A client may only ask for less than the server gives: without a maximum, the default is it.
    """
    asked = parse_timeout(text, header)
    seconds = default if asked is None else asked
    most = default if maximum is None else maximum
    if seconds is None:
        return most
    return min(seconds, math.inf if most is None else most)
