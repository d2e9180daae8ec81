"""What the calls of one request share: the time that is left, and who may stop them.

A web request opens a scope; every offloaded call within it, in tasks and threads that inherit its context, gets the smaller of its own
deadline and what the scope has left. Cancelling the scope stops its calls where they are: in the worker, in a task, in a thread.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from typing import Callable, Iterator

from .errors import Cancelled, DeadlineExceeded

#: What stops one call; it is given the reason.
Stop = Callable[[str], None]


class Scope:
    """States: open -> cancelled, once; ``reason`` says why. The time that is left only shrinks."""

    __slots__ = ("expires", "reason", "on_first_call", "_lock", "_stops", "_outer")

    def __init__(self, expires: float | None, outer: Scope | None = None) -> None:
        if outer is not None and outer.expires is not None:
            expires = outer.expires if expires is None else min(expires, outer.expires)
        #: When the time is over, by time.monotonic(); None for no limit.
        self.expires = expires
        #: Why the scope was cancelled; empty while it is open.
        self.reason = ""
        #: Called before the first call of the scope: the one who opened it may want to watch for its end then.
        self.on_first_call: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._stops: dict[object, Stop] = {}
        self._outer = outer

    def left(self) -> float | None:
        """Seconds that are left, not below 0; None for no limit."""
        return None if self.expires is None else max(0.0, self.expires - time.monotonic())

    def cancel(self, reason: str = "user") -> None:
        """Stops the calls of the scope, and refuses further ones. The first reason stays."""
        with self._lock:
            if self.reason:
                return
            self.reason = reason
            # Under the lock: a call that leaves waits until it is not going to be stopped any more.
            for stop in self._stops.values():
                stop(reason)

    def check(self, name: str, deadline: float) -> float:
        """The deadline of a call that begins now; Cancelled or DeadlineExceeded if it must not begin."""
        scope: Scope | None = self
        while scope is not None:
            if scope.reason:
                raise Cancelled(f"{name} was not sent: its request was cancelled", executed="no", details={"reason": scope.reason})
            scope = scope._outer
        left = self.left()
        if left is None:
            return deadline
        if left <= 0:
            raise DeadlineExceeded(f"{name} was not sent: the time of its request is over", executed="no", hint="give requests more time, or do less in one")
        return min(deadline, left)

    def enter(self, key: object, stop: Stop) -> None:
        """Begins a call: ``stop`` ends it when the scope or one around it is cancelled. At once, if that has happened already."""
        scope: Scope | None = self
        while scope is not None:
            first, scope.on_first_call = scope.on_first_call, None
            if first is not None:
                first()
            with scope._lock:
                scope._stops[key] = stop
                if scope.reason:
                    stop(scope.reason)
            scope = scope._outer

    def leave(self, key: object) -> None:
        """Ends a call: it is not stopped any more."""
        scope: Scope | None = self
        while scope is not None:
            with scope._lock:
                scope._stops.pop(key, None)
            scope = scope._outer


_current: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("molt_accel_scope", default=None)

#: The scope of the running request, or None.
current = _current.get


@contextlib.contextmanager
def request_scope(seconds: float | None = None) -> Iterator[Scope]:
    """A scope for what runs within the block, in this thread or task and those that inherit its context."""
    scope = Scope(None if seconds is None else time.monotonic() + seconds, _current.get())
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)


def remaining() -> float | None:
    """Seconds that the running request has left; None without a limit."""
    scope = _current.get()
    return None if scope is None else scope.left()
