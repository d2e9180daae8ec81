"""ASGI middleware: the time of a request and its client's disconnect reach the calls that it makes.

>>> application = MoltMiddleware(get_asgi_application(), default=2.0)

A client that goes away shows as an ``http.disconnect`` message, which somebody must receive. Nobody does while a handler computes, so this does,
from the first offloaded call on; what it receives on the way is kept for the application.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Awaitable, Callable, MutableMapping

from ..scope import Scope, request_scope
from .timeout import HEADER, request_seconds

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class MoltMiddleware:
    """Wraps an application; see ``request_seconds`` for what ``header``, ``default`` and ``maximum`` mean."""

    def __init__(self, app: App, *, header: str = HEADER, default: float | None = None, maximum: float | None = None) -> None:
        self.app = app
        self._header = header
        self._name = header.lower().encode("latin-1")
        self._default = default
        self._maximum = maximum

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        text = next((value.decode("latin-1") for name, value in scope["headers"] if name == self._name), None)
        with request_scope(request_seconds(text, self._default, self._maximum, self._header)) as request:
            messages = _Messages(receive, request)
            try:
                await self.app(scope, messages.receive, send)
            finally:
                messages.end()


class _Messages:
    """The messages of one request, read by the application, by a task that watches for the end, or by both in turn."""

    def __init__(self, receive: Receive, request: Scope) -> None:
        self._receive = receive
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._watching = False
        self._reading = False
        self._task: asyncio.Task[None] | None = None
        self._kept: deque[Message] = deque()
        self._news = asyncio.Event()
        self._fault: BaseException | None = None
        request.on_first_call = self._watch_from_anywhere

    async def receive(self) -> Message:
        """The application's: what was kept, else the next."""
        while True:
            if self._kept:
                message = self._kept[0]
                if message["type"] != "http.disconnect":  # that one is the answer from now on
                    self._kept.popleft()
                    self._go_on()
                return message
            if self._fault is not None:
                raise self._fault
            if self._task is not None:
                self._news.clear()
                await self._news.wait()
                continue
            self._reading = True
            try:
                message = await self._receive()
            finally:
                self._reading = False
            if message["type"] == "http.disconnect":
                self._kept.append(message)
                self._request.cancel("disconnect")
            else:
                self._go_on()
            return message

    def end(self) -> None:
        """The application is done."""
        self._watching = False
        self._request.on_first_call = None
        if self._task is not None:
            self._task.cancel()

    def _watch_from_anywhere(self) -> None:
        # A sync view runs in a thread of its own.
        self._loop.call_soon_threadsafe(self._watch)

    def _watch(self) -> None:
        self._watching = not self._kept or self._kept[0]["type"] != "http.disconnect"
        self._go_on()

    def _go_on(self) -> None:
        """Reads the next message in the background if nobody does; one at a time, so that a large body is not taken into memory."""
        if self._watching and not self._reading and self._task is None and not self._kept and self._fault is None:
            self._task = self._loop.create_task(self._read())

    async def _read(self) -> None:
        try:
            while self._watching:
                message = await self._receive()
                self._kept.append(message)
                self._news.set()
                if message["type"] == "http.disconnect":
                    self._watching = False
                    self._request.cancel("disconnect")
                elif message.get("more_body") or len(self._kept) > 1:
                    break
        except Exception as error:
            self._fault = error
        finally:
            self._task = None
            self._news.set()
