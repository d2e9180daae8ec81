"""Django middleware: the time of a request, and errors of offloaded calls as HTTP answers.

    MIDDLEWARE = [..., "molt_accel.web.django.MoltMiddleware"]

    MOLT_REQUEST_SECONDS = 2.0        # what a request gets; None (the default) for no limit
    MOLT_REQUEST_SECONDS_MAX = 10.0   # the most that its header may ask for; default: the above
    MOLT_TIMEOUT_HEADER = "X-Request-Timeout"

Works under WSGI and ASGI. Under ASGI, Django itself cancels async views of clients that go away, and their calls with them; for sync views wrap the
application in ``molt_accel.web.asgi.MoltMiddleware`` as well. Under WSGI nobody learns that a client has gone.
"""

from __future__ import annotations

import logging
from typing import Any, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ..errors import AppError, MoltError
from ..scope import request_scope
from .problem import problem_of
from .timeout import HEADER, request_seconds

log = logging.getLogger("molt_accel.web")


class MoltMiddleware:
    """Put it last: it answers for views, and what stands before it sees an ordinary answer."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._async = iscoroutinefunction(get_response)
        if self._async:
            markcoroutinefunction(self)
        self._header = getattr(settings, "MOLT_TIMEOUT_HEADER", HEADER)
        self._default = getattr(settings, "MOLT_REQUEST_SECONDS", None)
        self._maximum = getattr(settings, "MOLT_REQUEST_SECONDS_MAX", None)

    def __call__(self, request: HttpRequest) -> Any:
        if self._async:
            return self._call_async(request)
        with request_scope(self._seconds(request)):
            return self.get_response(request)

    async def _call_async(self, request: HttpRequest) -> Any:
        with request_scope(self._seconds(request)):
            return await self.get_response(request)

    def _seconds(self, request: HttpRequest) -> float | None:
        return request_seconds(request.headers.get(self._header), self._default, self._maximum, self._header)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """An answer for what a call raised; None for what the function itself raised, which is Django's to handle."""
        if not isinstance(exception, MoltError) or isinstance(exception, AppError):
            return None
        problem = problem_of(exception, show=settings.DEBUG)
        if problem.status >= 500:
            log.error("%s %s: %s", request.method, request.path, exception)
        return HttpResponse(problem.body, status=problem.status, headers=problem.headers)
