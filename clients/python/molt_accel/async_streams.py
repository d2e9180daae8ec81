"""The streams of a call on an asyncio connection: feeding the input as the worker takes it, and giving the output at the pace of its reader."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from typing import Any, AsyncIterator, Callable

from .streams import NO_ITEMS, Chunks, Streams


class Feeder:
    """Sends the items of an input stream. ``send`` writes one chunk and whether more follow."""

    def __init__(self, name: str, streams: Streams, items: Any, max_frame: int, send: Callable[[bytes, bool], None]) -> None:
        self._chunks = Chunks(name, streams, max_frame)
        self._items = items
        self._credit = max_frame
        self._send = send
        self._room: asyncio.Future[None] | None = None

    def grant(self, size: int) -> None:
        """The worker took some bytes."""
        self._credit += size
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    async def run(self) -> None:
        gathered: list[Any] = []
        if hasattr(self._items, "__aiter__"):
            async for item in self._items:
                gathered.append(item)
                if len(gathered) == self._chunks.gather:
                    await self._put(gathered)
                    gathered = []
        else:
            for chunk in self._chunks.of(self._items or ()):
                await self._write(chunk, True)
        if gathered:
            await self._put(gathered)
        await self._write(NO_ITEMS, False)

    async def _put(self, items: list[Any]) -> None:
        for chunk in self._chunks.encode(items):
            await self._write(chunk, True)

    async def _write(self, chunk: bytes, more: bool) -> None:
        while len(chunk) > self._credit:
            self._room = asyncio.get_running_loop().create_future()
            await self._room
        self._credit -= len(chunk)
        self._send(chunk, more)


def _heard(done: asyncio.Future[Any]) -> None:
    """An error that nobody reads any more is not worth a warning."""
    if not done.cancelled():
        done.exception()


class AsyncItemStream(AsyncIterator[Any]):
    """The items of a result, as they come. Closing it, or dropping it, stops the call if it still runs."""

    def __init__(self, answer: asyncio.Future[Any], grant: Callable[[int], None], stop: Callable[[], None]) -> None:
        self._answer = answer
        self._grant = grant
        self._stop = stop
        self._items: deque[Any] = deque()
        self._chunks: deque[tuple[list[Any], int]] = deque()
        self._wake: asyncio.Future[None] | None = None
        answer.add_done_callback(_heard)
        mine = weakref.ref(self)
        answer.add_done_callback(lambda done: (stream := mine()) is not None and stream._awake())

    def put(self, items: list[Any], size: int) -> None:
        """Takes a chunk and the bytes that are owed for it."""
        self._chunks.append((items, size))
        self._awake()

    def _awake(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def __aiter__(self) -> AsyncItemStream:
        return self

    async def __anext__(self) -> Any:
        while not self._items:
            if self._chunks:
                items, size = self._chunks.popleft()
                self._items.extend(items)
                if size and not self._answer.done():
                    self._grant(size)
            elif self._answer.done():
                if not self._answer.cancelled():
                    self._answer.result()
                raise StopAsyncIteration
            else:
                self._wake = asyncio.get_running_loop().create_future()
                await self._wake
        return self._items.popleft()

    async def aclose(self) -> None:
        self._items.clear()
        self._chunks.clear()
        self._stop()

    async def __aenter__(self) -> AsyncItemStream:
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.aclose()

    def __del__(self) -> None:
        if not self._answer.done() and not self._answer.get_loop().is_closed():
            self._answer.get_loop().call_soon_threadsafe(self._stop)
