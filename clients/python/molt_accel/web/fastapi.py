"""FastAPI and Starlette: the time of a request, disconnects, and errors of offloaded calls as HTTP answers.

>>> app = FastAPI()
>>> install(app, default=2.0)
"""

from __future__ import annotations

import inspect
import logging
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..errors import AppError, MoltError
from .asgi import MoltMiddleware
from .problem import problem_of
from .timeout import HEADER

log = logging.getLogger("molt_accel.web")


def install(app: Starlette, *, header: str = HEADER, default: float | None = None, maximum: float | None = None) -> None:
    """Adds the middleware and the handler of errors; see ``request_seconds`` for what the options mean."""
    app.add_middleware(MoltMiddleware, header=header, default=default, maximum=maximum)  # type: ignore[arg-type]
    app.add_exception_handler(MoltError, answer)


async def answer(request: Request, error: Exception) -> Any:
    """The answer for what a call raised. What the function itself raised goes to the handler of its own type."""
    if isinstance(error, AppError) or not isinstance(error, MoltError):
        return await _by_own_type(request, error)
    problem = problem_of(error, show=bool(getattr(request.app, "debug", False)))
    if problem.status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, error)
    return Response(problem.body, problem.status, problem.headers)


async def _by_own_type(request: Request, error: Exception) -> Any:
    handlers = request.app.exception_handlers
    for cls in type(error).__mro__:
        if cls in handlers and not issubclass(cls, MoltError) and cls is not Exception:
            handler = handlers[cls]
            if inspect.iscoroutinefunction(handler):
                return await handler(request, error)
            return await run_in_threadpool(handler, request, error)
    raise error
