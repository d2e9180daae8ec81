"""The asyncio transport: one connection per event loop and socket, any number of calls on it at once.

A cancelled task sends CANCEL and is free at once; the worker's answer, which still comes, only returns the credit. Calls beyond the
worker's credit wait in a bounded list for at most a quarter of their deadline.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from collections import deque

from . import wire
from .errors import Cancelled, Draining, MoltError, ProtocolError
from .handshake import Handshake, Worker, connection_fault, greeting
from .request import GRACE, Request, lost, not_running


class _Connection(asyncio.Protocol):
    """States: greeting -> open -> draining -> closed; any state may go to closed, which settles all calls."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._decoder = wire.Decoder()
        self._handshake = Handshake()
        self._transport: asyncio.Transport | None = None
        self._next = 1
        self._credit = 0
        self._calls: dict[int, tuple[Request, asyncio.Future[bytes]]] = {}
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._error: MoltError | None = None
        self.draining = False
        self.ready: asyncio.Future[Worker] = loop.create_future()
        # Who asked for the connection may be gone before it fails.
        self.ready.add_done_callback(lambda done: done.cancelled() or done.exception())

    @property
    def usable(self) -> bool:
        return self._error is None and not self.draining

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._transport.write(greeting())  # type: ignore[union-attr]

    def data_received(self, data: bytes) -> None:
        if self._error is not None:
            return
        try:
            for message in self._decoder.feed(data):
                if self._handshake.worker is None:
                    self._handshake.take(message, self._decoder)
                    if self._handshake.worker is not None:
                        self._credit = self._handshake.worker.hello.credit
                        if not self.ready.done():
                            self.ready.set_result(self._handshake.worker)
                else:
                    self._take(message)
        except MoltError as error:
            self._shut(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._shut(None, f": {exc}" if exc else "")

    # calls

    async def call(self, request: Request) -> bytes:
        worker = await self._ready(request)
        plan = request.plan_for(worker.schemas)
        await self._acquire(request, worker)
        try:
            if self._error is not None:
                raise request.lost("no")
            if self.draining:
                raise Draining("the worker is shutting down", executed="no")
            call_id = self._next
            data = request.frames(plan, worker, call_id)
        except BaseException:
            self._release()
            raise
        self._next += 2
        answer: asyncio.Future[bytes] = self._loop.create_future()
        self._calls[call_id] = (request, answer)
        assert self._transport is not None
        self._transport.write(data)
        timer = self._loop.call_later(request.left() + GRACE, self._expire, call_id)
        try:
            return await answer
        except asyncio.CancelledError:
            self._cancel(call_id, request.reason)
            raise
        finally:
            timer.cancel()

    async def _ready(self, request: Request) -> Worker:
        if self.ready.done():
            return self.ready.result()
        try:
            return await asyncio.wait_for(asyncio.shield(self.ready), max(0.0, request.left()))
        except asyncio.TimeoutError:
            raise request.late("no") from None

    async def _acquire(self, request: Request, worker: Worker) -> None:
        """Takes a credit, waiting for one if need be."""
        if self._credit > 0 and not self._waiters:
            self._credit -= 1
            return
        most = 2 * max(1, worker.hello.credit)
        if len(self._waiters) >= most:
            raise request.busy(f"{len(self._calls)} calls are in flight and {most} wait")
        turn: asyncio.Future[None] = self._loop.create_future()
        self._waiters.append(turn)
        late = request.busy(f"{len(self._calls)} calls are in flight, and a quarter of the deadline has passed")
        timer = self._loop.call_later(request.deadline / 4, lambda: turn.done() or turn.set_exception(late))
        try:
            await turn
        except asyncio.CancelledError:
            # The credit may have come in the same turn of the loop as the cancellation.
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._release()
            raise
        finally:
            timer.cancel()

    def _release(self) -> None:
        """Returns a credit, to whoever has waited longest."""
        self._credit += 1
        while self._waiters and self._credit > 0:
            turn = self._waiters.popleft()
            if not turn.done():
                self._credit -= 1
                turn.set_result(None)

    def _take(self, message: wire.Message) -> None:
        kind = message.kind
        if kind in (wire.RESULT, wire.ERROR) and message.call_id:
            request, answer = self._calls.get(message.call_id, (None, None))
            if request is None or answer is None:
                raise ProtocolError(f"an answer to call {message.call_id}, which is not in flight")
            # Read first: a payload that is no answer leaves its call in flight, and so ends it with the connection.
            if kind == wire.ERROR:
                error = wire.decode_error(message.payload, request.namespace)
            elif len(message.payload) < wire.RESULT_HEAD.size:
                raise ProtocolError("RESULT is too short")
            del self._calls[message.call_id]
            if answer.done():
                pass  # the caller has left; only the credit was still owed
            elif kind == wire.ERROR:
                answer.set_exception(error)
            else:
                answer.set_result(message.payload[wire.RESULT_HEAD.size :])
            self._release()
            if self.draining and not self._calls:
                self._shut(None)
        elif kind == wire.ERROR:
            raise connection_fault(message)
        elif kind == wire.CREDIT:
            calls = wire.unpack_map(message.payload, "CREDIT").get("calls")
            if type(calls) is not int or not 0 <= calls <= 1 << 16:
                raise ProtocolError("CREDIT without calls")
            for _ in range(calls):
                self._release()
        elif kind == wire.PING:
            assert self._transport is not None
            self._transport.write(wire.encode_message(wire.PONG, message.call_id, wire.pack_control({})))
        elif kind == wire.GOAWAY:
            last = wire.unpack_map(message.payload, "GOAWAY").get("last")
            if type(last) is not int:
                raise ProtocolError("GOAWAY without the last call id")
            self.draining = True
            for call_id in [id_ for id_ in self._calls if id_ > last]:
                _, answer = self._calls.pop(call_id)
                if not answer.done():
                    answer.set_exception(Draining("the worker is shutting down", executed="no"))
            self._release_waiters()
        elif kind != wire.PONG:
            raise ProtocolError(f"frame of kind {kind} at the wrong time")

    def _expire(self, call_id: int) -> None:
        request, answer = self._calls.get(call_id, (None, None))
        if request is not None and answer is not None and not answer.done():
            answer.set_exception(request.late("maybe"))
            self._cancel(call_id, "deadline")

    def _cancel(self, call_id: int, reason: str) -> None:
        if call_id in self._calls and self._error is None and self._transport is not None:
            self._transport.write(wire.encode_message(wire.CANCEL, call_id, wire.pack_control({"reason": reason})))

    def _release_waiters(self) -> None:
        waiters, self._waiters = self._waiters, deque()
        for turn in waiters:
            if not turn.done():
                turn.set_result(None)

    def close(self) -> None:
        self._shut(Cancelled("the client closed the connection", details={"reason": "user"}))

    def _shut(self, error: MoltError | None, why: str = "") -> None:
        """The one way into ``closed``; without an error the worker is lost."""
        if self._error is not None:
            return
        self._error = error or lost("the call", "no", why)
        if self._transport is not None:
            self._transport.close()
        if not self.ready.done():
            self.ready.set_exception(self._error)
        calls, self._calls = self._calls, {}
        for request, answer in calls.values():
            if not answer.done():
                middle = " in the middle of a frame" if self._decoder.unfinished else ""
                answer.set_exception(error if isinstance(error, (ProtocolError, Cancelled)) else request.lost("maybe", middle + why))
        self._release_waiters()


class _Loop:
    """The connections of one event loop."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.connections: dict[str, _Connection] = {}
        self.opening: dict[str, asyncio.Lock] = {}


_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Loop] = weakref.WeakKeyDictionary()


def outstanding(path: str) -> int:
    """Calls in flight on the connection of the running loop."""
    state = _loops.get(asyncio.get_running_loop())
    connection = state.connections.get(path) if state else None
    return len(connection._calls) if connection else 0


async def call(path: str, request: Request) -> bytes:
    """Sends a request over the connection of the running loop, opening it if need be, and returns the body of the answer."""
    loop = asyncio.get_running_loop()
    state = _loops.get(loop)
    if state is None or state.pid != os.getpid():
        state = _loops[loop] = _Loop()
    connection = state.connections.get(path)
    if connection is None or not connection.usable:
        async with state.opening.setdefault(path, asyncio.Lock()):
            connection = state.connections.get(path)
            if connection is None or not connection.usable:
                connection = state.connections[path] = await _open(loop, path, request)
    return await connection.call(request)


async def _open(loop: asyncio.AbstractEventLoop, path: str, request: Request) -> _Connection:
    try:
        _, connection = await asyncio.wait_for(loop.create_unix_connection(lambda: _Connection(loop), path), max(0.0, request.left()))
    except asyncio.TimeoutError:
        raise request.late("no") from None
    except OSError as error:
        raise not_running(path, error) from None
    return connection


async def close_connections() -> None:
    """Closes the connections of the running loop."""
    state = _loops.pop(asyncio.get_running_loop(), None)
    for connection in state.connections.values() if state else ():
        connection.close()
