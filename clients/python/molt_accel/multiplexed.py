"""The asyncio transport: one connection per event loop and socket, any number of calls on it at once.

What a call costs is kept small: frames that are made in one turn of the loop leave in one write, all answers that come at once are read in
one go, and one timer looks after the deadlines of all calls. A cancelled task sends CANCEL and is free at once; the worker's answer, which
still comes, only returns the credit. Calls beyond the worker's credit wait in a bounded list for at most a quarter of their deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import weakref
from collections import deque
from time import monotonic
from typing import Any

from . import wire
from .async_streams import AsyncItemStream, Feeder
from .errors import Cancelled, Draining, MoltError, ProtocolError
from .handshake import Handshake, Worker, connection_fault, greeting
from .request import GRACE, HEAD_BYTES, Plan, Request, Target, lost, not_running
from .streams import Streams
from .wire import CALL, END, RESULT

_BUFFER = 1 << 17
#: Calls that may wait for a credit, at least.
WAITING = 64
_header = wire.HEADER.pack
_read_header = wire.HEADER.unpack_from
_ANSWER_AT = wire.HEADER.size + wire.RESULT_HEAD.size
_NEVER = float("inf")


class _Call:
    """A call that waits for its credit or its answer."""

    __slots__ = ("target", "plan", "body", "size", "deadline", "expires", "request", "answer", "given", "feeder", "output", "ended")

    def __init__(
        self, target: Target, plan: Plan, body: bytes, size: int, deadline: float, expires: float, request: Request | None, answer: asyncio.Future[Any]
    ) -> None:
        self.target = target
        self.plan = plan
        self.body = body
        #: Bytes of the CALL's payload.
        self.size = size
        self.deadline = deadline
        self.expires = expires
        self.request = request
        self.answer = answer
        #: Of a call with streams: the items of its input and what sends them, where its output goes, and whether that has ended.
        self.given: Any = None
        self.feeder: Feeder | None = None
        self.output: weakref.ref[AsyncItemStream] | None = None
        self.ended = True

    def wait_until(self) -> float:
        """How long it may wait for a credit."""
        return self.expires - self.deadline * 0.75

    def end(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class _Connection(asyncio.BufferedProtocol):
    """States: greeting -> open -> draining -> closed; any state may go to closed, which settles all calls."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self._decoder = wire.Decoder()
        self._pending = self._decoder.pending
        self._handshake = Handshake()
        self._worker: Worker | None = None
        self._transport: asyncio.Transport | None = None
        self._next = 1
        self._credit = 0
        self._max_frame = 0
        #: Bytes of CALL payload that may be in flight, and that are.
        self._window = 0
        self._held = 0
        self._calls: dict[int, _Call] = {}
        self._waiting: deque[_Call] = deque()
        #: Frames that leave at the end of this turn of the loop, once something has left in it.
        self._out: list[bytes] = []
        self._corked = False
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = _NEVER
        self._error: MoltError | None = None
        self.usable = True
        self.ready: asyncio.Future[Worker] = loop.create_future()
        # Who asked for the connection may be gone before it fails.
        self.ready.add_done_callback(lambda done: done.cancelled() or done.exception())

    # asyncio.BufferedProtocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def buffer_updated(self, count: int) -> None:
        if self._error is not None:
            return
        if not self._corked:
            # What the callers of these answers send next leaves together.
            self._corked = True
            self._loop.call_soon(self._flush)
        try:
            at = 0 if self._pending or self._worker is None else self._take_answers(count)
            if at < count:
                for message in self._decoder.feed(self._view[at:count]):
                    if self._worker is None:
                        self._greet(message)
                    else:
                        self._take(message)
            if self._waiting:
                self._send_waiting()
            if not self.usable and not self._calls:
                self._shut(None)
        except MoltError as error:
            self._shut(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._shut(None, f": {exc}" if exc else "")

    # calls

    @property
    def outstanding(self) -> int:
        """Calls in flight or waiting."""
        return len(self._calls) + len(self._waiting)

    def submit(self, target: Target, args: tuple[Any, ...], deadline: float, expires: float, request: Request | None) -> asyncio.Future[Any]:
        """Sends a call, or has it wait for a credit; the future gets its result."""
        assert self._worker is not None
        plan = target.plans.get(self._worker.schemas) or target.plan_for(self._worker.schemas)
        body = plan.encode(args)
        size = len(body) + (HEAD_BYTES if request is None else HEAD_BYTES + len(request.head_parts()[1]))
        if size > self._worker.hello.max_message:
            raise target.too_large(len(body), self._worker.hello.max_message - HEAD_BYTES)
        call = _Call(target, plan, body, size, deadline, expires, request, self._loop.create_future())
        if plan.streams is not None:
            call.given = () if plan.streams.input is None else args[plan.streams.input]
            call.ended = plan.streams.decode is None
        if self._credit > 0 and not self._waiting and (self._held + size <= self._window or not self._calls):
            self._send(call, expires - monotonic())
        else:
            most = max(WAITING, 2 * self._worker.hello.credit)
            if len(self._waiting) >= most:
                raise target.busy(f"{len(self._calls)} calls are in flight and {most} wait")
            self._waiting.append(call)
            if call.wait_until() < self._looks_at:
                self._look_at(call.wait_until())
        if call.expires < self._looks_at:
            self._look_at(call.expires + GRACE)
        return call.answer

    def _send(self, call: _Call, left: float) -> None:
        """Sends a call that has its credit."""
        call_id = self._next
        self._next = call_id + 2
        self._credit -= 1
        self._held += call.size
        self._calls[call_id] = call
        if call.request is None and call.size <= self._max_frame:
            data = _header(call.size, CALL, END, 0, call_id) + call.plan.head(int(left * 1000)) + call.body
        else:
            data = wire.encode_message(CALL, call_id, call.plan.payload(call.body, left, call.request), self._max_frame)
        self._write(data)
        if call.plan.streams is not None:
            self._open_streams(call_id, call, call.plan.streams)

    def _open_streams(self, call_id: int, call: _Call, streams: Streams) -> None:
        """Begins what a call with streams needs once it is sent."""
        if streams.encode is not None:

            def send(chunk: bytes, more: bool) -> None:
                self._write(_header(len(chunk), wire.CHUNK, wire.MORE if more else END, 0, call_id) + chunk)

            call.feeder = Feeder(call.target.name, streams, call.given, self._max_frame, send)
            work = self._loop.create_task(call.feeder.run())
            # An answer ends the stream, whatever is left of it; a stream that fails ends the call.
            call.answer.add_done_callback(lambda done: work.cancel())
            work.add_done_callback(lambda done: done.cancelled() or self._feed_ended(call, done.exception()))

    def _feed_ended(self, call: _Call, error: BaseException | None) -> None:
        if error is not None and not call.answer.done():
            self.cancel(call.answer, "user")
            call.end(error)

    def items_of(self, answer: asyncio.Future[Any]) -> AsyncItemStream:
        """The output stream of a call that was just submitted."""
        call_id, call = next(((id_, call) for id_, call in self._calls.items() if call.answer is answer), (0, None))
        if call is None:
            call = next(call for call in self._waiting if call.answer is answer)

        def grant(size: int) -> None:
            number = next((id_ for id_, found in self._calls.items() if found is call), 0)
            if number and self._error is None:
                self._write(wire.encode_message(wire.CREDIT, number, wire.pack_control({"bytes": size})))

        def stop() -> None:
            self.cancel(answer, "user")
            answer.cancel()

        stream = AsyncItemStream(answer, grant, stop)
        call.output = weakref.ref(stream)
        return stream

    def _chunk(self, message: wire.Message) -> None:
        call = self._calls.get(message.call_id)
        if call is None:
            self._expect_ended(message)
            return
        if call.ended or call.plan.streams is None or call.plan.streams.decode is None:
            raise ProtocolError(f"CHUNK for call {message.call_id}, which has no output stream that is open")
        call.ended = not message.more
        stream = None if call.output is None else call.output()
        if not call.answer.done() and stream is not None:
            stream.put(call.plan.streams.decode(message.payload), len(message.payload) if message.more else 0)

    def _stream_credit(self, message: wire.Message) -> None:
        call = self._calls.get(message.call_id)
        if call is None:
            self._expect_ended(message)
        elif call.feeder is None:
            raise ProtocolError(f"CREDIT for call {message.call_id}, which has no input stream")
        else:
            call.feeder.grant(wire.decode_stream_credit(message.payload))

    def _expect_ended(self, message: wire.Message) -> None:
        """What crosses the answer of its call is dropped; what was never asked for is a fault."""
        if message.call_id % 2 == 0 or message.call_id >= self._next:
            raise ProtocolError(f"frame of kind {message.kind} for call {message.call_id}, which was never sent")

    def _send_waiting(self) -> None:
        """Sends calls that have waited longest, as far as credit and window go."""
        waiting = self._waiting
        while waiting and self._credit > 0:
            call = waiting[0]
            if not call.answer.done():
                if self._held + call.size > self._window and self._calls:
                    return
                left = call.expires - monotonic()
                if left > 0:
                    self._send(call, left)
                else:
                    call.end(call.target.late("no", call.deadline))
            waiting.popleft()

    def _write(self, data: bytes) -> None:
        if self._corked:
            self._out.append(data)
            return
        # Alone so far in this turn: it need not wait for others.
        self._corked = True
        self._loop.call_soon(self._flush)
        self._transport.write(data)  # type: ignore[union-attr]

    def _flush(self) -> None:
        self._corked = False
        if self._out:
            data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
            self._out.clear()
            if self._error is None:
                self._transport.write(data)  # type: ignore[union-attr]

    def cancel(self, answer: asyncio.Future[Any], reason: str) -> None:
        """Tells the worker that nobody waits for an answer any more."""
        for call_id, call in self._calls.items():
            if call.answer is answer:
                self._cancel(call_id, reason)
                return

    def _cancel(self, call_id: int, reason: str) -> None:
        if self._error is None:
            self._write(wire.encode_message(wire.CANCEL, call_id, wire.pack_control({"reason": reason})))

    # what comes

    def _greet(self, message: wire.Message) -> None:
        self._handshake.take(message, self._decoder)
        worker = self._handshake.worker
        if worker is not None:
            self._worker = worker
            self._credit, self._window, self._max_frame = worker.hello.credit, worker.hello.window, worker.hello.max_frame
            if not self.ready.done():
                self.ready.set_result(worker)

    def _take_answers(self, count: int) -> int:
        """Settles the calls of the plain answers at the beginning of the buffer; returns where something else begins."""
        buffer, calls = self._buffer, self._calls
        at = 0
        while count - at >= _ANSWER_AT:
            length, kind, flags, reserved, call_id = _read_header(buffer, at)
            end = at + 16 + length
            if kind != RESULT or flags != END or reserved or end > count or length < 16 or call_id not in calls or not calls[call_id].ended:
                break
            self._settle(calls.pop(call_id), buffer[at + _ANSWER_AT : end])
            at = end
        return at

    def _settle(self, call: _Call, body: bytes) -> None:
        """Ends a call by its result, and takes its credit back."""
        self._credit += 1
        self._held -= call.size
        answer = call.answer
        if answer.done():
            return  # the caller has left; only the credit was still owed
        try:
            answer.set_result(call.plan.decode(body))
        except StopIteration as error:
            answer.set_exception(RuntimeError(f"StopIteration while the result was built: {error}"))
        except Exception as error:
            answer.set_exception(error)

    def _take(self, message: wire.Message) -> None:
        kind, call_id = message.kind, message.call_id
        if kind in (RESULT, wire.ERROR) and call_id:
            self._answer(message)
        elif kind == wire.ERROR:
            raise connection_fault(message)
        elif kind == wire.PROGRESS:
            self._progress(message)
        elif kind == wire.CREDIT:
            if call_id:
                self._stream_credit(message)
            else:
                calls, window = wire.decode_credit(message.payload)
                self._credit += calls
                self._window += window
        elif kind == wire.CHUNK:
            self._chunk(message)
        elif kind == wire.PING:
            self._write(wire.encode_message(wire.PONG, call_id, wire.pack_control({})))
        elif kind == wire.GOAWAY:
            self._drain(wire.decode_goaway(message.payload))
        elif kind != wire.PONG:
            raise ProtocolError(f"frame of kind {kind} at the wrong time")

    def _answer(self, message: wire.Message) -> None:
        call = self._calls.get(message.call_id)
        if call is None:
            raise ProtocolError(f"an answer to call {message.call_id}, which is not in flight")
        # Read first: a payload that is no answer leaves its call in flight, and so ends it with the connection.
        if message.kind == wire.ERROR:
            error = wire.decode_error(message.payload, call.target.namespace)
            del self._calls[message.call_id]
            self._credit += 1
            self._held -= call.size
            call.end(error)
        elif len(message.payload) < wire.RESULT_HEAD.size:
            raise ProtocolError("RESULT is too short")
        elif not call.ended:
            raise ProtocolError(f"RESULT of call {message.call_id} before the end of its stream")
        else:
            del self._calls[message.call_id]
            self._settle(call, message.payload[wire.RESULT_HEAD.size :])

    def _progress(self, message: wire.Message) -> None:
        progress = wire.decode_progress(message.payload)
        call = self._calls.get(message.call_id)
        if call is None:
            self._expect_ended(message)
            return
        if call.request is not None and call.request.on_progress is not None and not call.answer.done():
            try:
                call.request.on_progress(progress)
            except Exception as error:
                self._loop.call_exception_handler({"message": f"on_progress of {call.target.name} failed", "exception": error})

    def _drain(self, last: int) -> None:
        """The worker shuts down: what it has not begun may go elsewhere."""
        self.usable = False
        for call_id in [id_ for id_ in self._calls if id_ > last]:
            self._calls.pop(call_id).end(_draining())
        self._refuse_waiting(_draining)

    # time

    def _look_at(self, when: float) -> None:
        """Has the deadlines looked at no later than then."""
        if when < self._looks_at:
            if self._timer is not None:
                self._timer.cancel()
            self._looks_at = when
            self._timer = self._loop.call_later(max(0.0, when - monotonic()), self._look)

    def _look(self) -> None:
        """Ends calls whose time is over, and comes back when the next one's may be."""
        self._timer, self._looks_at = None, _NEVER
        now, next_ = monotonic(), _NEVER
        for call_id, call in self._calls.items():
            if call.answer.done():
                continue
            if call.expires + GRACE <= now:
                call.end(call.target.late("maybe", call.deadline))
                self._cancel(call_id, "deadline")
            else:
                next_ = min(next_, call.expires + GRACE)
        waiting = [call for call in self._waiting if not call.answer.done()]
        self._waiting.clear()
        for call in waiting:
            if call.wait_until() <= now:
                call.end(call.target.busy(f"{len(self._calls)} calls are in flight, and a quarter of the deadline has passed"))
            else:
                self._waiting.append(call)
                next_ = min(next_, call.wait_until())
        if next_ < _NEVER:
            self._look_at(next_)

    # the end

    def close(self) -> None:
        self._shut(Cancelled("the client closed the connection", details={"reason": "user"}))

    def _refuse_waiting(self, error: Any) -> None:
        waiting, self._waiting = self._waiting, deque()
        for call in waiting:
            call.end(error())

    def _shut(self, error: MoltError | None, why: str = "") -> None:
        """The one way into ``closed``; without an error the worker is lost."""
        if self._error is not None:
            return
        self._error = error or lost("the call", "no", why)
        self.usable = False
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.close()
        if not self.ready.done():
            self.ready.set_exception(self._error)
        calls, self._calls = self._calls, {}
        middle = " in the middle of a frame" if self._decoder.unfinished else ""
        for call in calls.values():
            call.end(error if isinstance(error, (ProtocolError, Cancelled)) else call.target.lost("maybe", middle + why))
        waiting, self._waiting = self._waiting, deque()
        for call in waiting:
            call.end(error if isinstance(error, Cancelled) else call.target.lost("no", why))


def _draining() -> Draining:
    return Draining("the worker is shutting down", executed="no")


class _Loop:
    """The connections of one event loop."""

    def __init__(self) -> None:
        self.connections: dict[str, _Connection] = {}
        self.opening: dict[str, asyncio.Lock] = {}


_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Loop] = weakref.WeakKeyDictionary()
#: The connection that was used last, with its loop and path: most calls go there again.
_last: tuple[asyncio.AbstractEventLoop | None, str, _Connection | None] = (None, "", None)


def _in_child() -> None:
    """A forked child has no part in its parent's connections."""
    global _loops, _last
    _loops = weakref.WeakKeyDictionary()
    _last = (None, "", None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def outstanding(path: str) -> int:
    """Calls in flight on the connection of the running loop."""
    state = _loops.get(asyncio.get_running_loop())
    connection = state.connections.get(path) if state else None
    return connection.outstanding if connection else 0


async def call(path: str, target: Target, args: tuple[Any, ...], deadline: float, request: Request | None = None) -> Any:
    """Sends a call over the connection of the running loop, opening it if need be, and returns its result."""
    loop, last_path, connection = _last
    fresh = False
    expires = monotonic() + deadline
    if connection is None or not connection.usable or last_path != path or loop is not asyncio.get_running_loop():
        connection, fresh = await _connection(path, target, deadline, expires)
    answer = connection.submit(target, args, deadline, expires, request)
    if target.gives_items:
        return connection.items_of(answer)
    try:
        return await answer
    except asyncio.CancelledError:
        connection.cancel(answer, "disconnect" if request is None else request.reason)
        raise
    except Draining as error:
        if fresh or error.executed != "no" or connection.usable:
            raise
    # It was not begun by a worker that shuts down: another may listen by now.
    connection, _ = await _connection(path, target, deadline, expires)
    answer = connection.submit(target, args, deadline, expires, request)
    try:
        return await answer
    except asyncio.CancelledError:
        connection.cancel(answer, "disconnect" if request is None else request.reason)
        raise


async def _connection(path: str, target: Target, deadline: float, expires: float) -> tuple[_Connection, bool]:
    """The open connection of the running loop, and whether it is new."""
    global _last
    loop = asyncio.get_running_loop()
    fresh = False
    state = _loops.get(loop)
    if state is None:
        state = _loops[loop] = _Loop()
    connection = state.connections.get(path)
    if connection is None or not connection.usable:
        async with state.opening.setdefault(path, asyncio.Lock()):
            connection = state.connections.get(path)
            if connection is None or not connection.usable:
                fresh = True
                connection = state.connections[path] = await _open(loop, path, target, deadline, expires)
    if connection.ready.done():
        connection.ready.result()
    else:
        try:
            await asyncio.wait_for(asyncio.shield(connection.ready), max(0.0, expires - monotonic()))
        except asyncio.TimeoutError:
            raise target.late("no", deadline) from None
    if not connection.usable:
        raise target.lost("no")
    _last = (loop, path, connection)
    return connection, fresh


async def _open(loop: asyncio.AbstractEventLoop, path: str, target: Target, deadline: float, expires: float) -> _Connection:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        await asyncio.wait_for(loop.sock_connect(sock, path), max(0.0, expires - monotonic()))
        # A peer that has hung up may have said why: that is read before the end of the stream.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            sock.send(greeting())
        _, connection = await loop.create_unix_connection(lambda: _Connection(loop), sock=sock)
    except asyncio.TimeoutError:
        sock.close()
        raise target.late("no", deadline) from None
    except OSError as error:
        sock.close()
        raise not_running(path, error) from None
    except BaseException:
        sock.close()
        raise
    return connection


async def close_connections() -> None:
    """Closes the connections of the running loop."""
    global _last
    loop = asyncio.get_running_loop()
    if _last[0] is loop:
        _last = (None, "", None)
    state = _loops.pop(loop, None)
    for connection in state.connections.values() if state else ():
        connection.close()
