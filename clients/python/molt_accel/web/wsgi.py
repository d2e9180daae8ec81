"""WSGI middleware: the time of a request reaches the calls that it makes.

>>> application = MoltMiddleware(get_wsgi_application(), default=2.0)

WSGI tells nobody that a client has gone, so its calls run until they end or their time is over: keep that time short, or use ASGI.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable

from ..scope import request_scope
from .timeout import HEADER, request_seconds

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class MoltMiddleware:
    """Wraps an application; see ``request_seconds`` for what ``header``, ``default`` and ``maximum`` mean."""

    def __init__(self, app: App, *, header: str = HEADER, default: float | None = None, maximum: float | None = None) -> None:
        self.app = app
        self._header = header
        self._key = "HTTP_" + header.upper().replace("-", "_")
        self._default = default
        self._maximum = maximum

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with request_scope(request_seconds(environ.get(self._key), self._default, self._maximum, self._header)):
            return self.app(environ, start_response)
