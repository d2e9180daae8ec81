"""The blocking transport: a pool of sockets, each with one call at a time.

The calling thread sends and then reads its own answer; there is no reader thread, so a call costs two system calls and one wake-up: time
limits are those of the kernel's sockets, and are only told to it when they change. A socket whose call did not end properly is closed, never
reused: nobody knows what it would read next. A worker that has gone is noticed when sending fails; the call then takes another connection.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import weakref
from time import monotonic
from typing import Any, Generator

from . import wire
from .errors import Draining, MoltError, ProtocolError
from .handshake import Handshake, Worker, connection_fault, greeting
from .request import GRACE, HEAD_BYTES, Plan, Request, Target, not_running
from .streams import NO_ITEMS, Chunks, ItemStream
from .wire import CALL, END, RESULT

_BUFFER = 1 << 16
_header = wire.HEADER.pack
_read_header = wire.HEADER.unpack_from
_ANSWER_AT = wire.HEADER.size + wire.RESULT_HEAD.size
_time_value = struct.Struct("@ll").pack


def _limits_of_the_kernel() -> bool:
    """Whether sockets are the interpreter's own; those of gevent and its like wait in their own loop, and need settimeout."""
    return socket.socket.__module__ == "socket" and hasattr(socket, "SO_RCVTIMEO") and os.name == "posix"


class _Unsent(Exception):
    """The worker has not taken a call and will not: it may be sent over another connection."""


class _Connection:
    """One socket after its handshake."""

    __slots__ = ("worker", "schemas", "draining", "_next", "_decoder", "_pending", "_socket", "_patience", "_kernel", "_buffer", "_view", "_max_frame", "_last")

    def __init__(self, path: str, target: Target, deadline: float, expires: float) -> None:
        self._next = 1
        self.draining = False
        #: The last call that a GOAWAY lets end.
        self._last: int | None = None
        self._decoder = wire.Decoder()
        #: What the decoder has read of a frame that has not ended.
        self._pending = self._decoder.pending
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self._patience = 0.0
        self._kernel = _limits_of_the_kernel()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            try:
                self._wait_at_most(_patience(target, deadline, expires, "no"))
                self._socket.connect(path)
            except (TimeoutError, BlockingIOError):
                raise target.late("no", deadline) from None
            except OSError as error:
                raise not_running(path, error) from None
            self._socket.sendall(greeting())
            handshake = Handshake()
            while handshake.worker is None:
                for message in self._read(target, deadline, expires, "no"):
                    handshake.take(message, self._decoder)
            self.worker: Worker = handshake.worker
            self.schemas = handshake.worker.schemas
            self._max_frame = handshake.worker.hello.max_frame
        except OSError as error:
            self.close()
            if isinstance(error, MoltError):
                raise
            raise target.lost("no", f": {error}") from None
        except BaseException:
            self.close()
            raise

    def exchange(
        self, target: Target, plan: Plan, body: bytes, deadline: float, expires: float, left: float, request: Request | None
    ) -> bytes | MoltError:
        """The body of the RESULT, or the error that the worker answered. After anything that is raised the connection must be closed."""
        call_id = self._next
        size = len(body) + HEAD_BYTES
        if request is None and size <= self._max_frame:
            data = _header(size, CALL, END, 0, call_id) + plan.head(int(left * 1000)) + body
        else:
            data = self._frames(target, plan, body, left, request, call_id)
        self._next = call_id + 2
        if self._patience != deadline and not 0.9 < self._patience / deadline < 1.1:
            self._wait_at_most(deadline)
        try:
            sent = self._socket.send(data)
            if sent != len(data):
                self._socket.sendall(memoryview(data)[sent:])
        except (TimeoutError, BlockingIOError):
            # A message that is not complete is never run.
            raise target.late("no", deadline) from None
        except OSError as error:
            raise _Unsent(str(error)) from None
        if request is not None and request.on_sent is not None:
            request.on_sent(lambda reason: self._cancel(call_id, reason))
        try:
            count = self._socket.recv_into(self._buffer)
        except (TimeoutError, BlockingIOError):
            count = -1
        except OSError as error:
            raise self._gone(target, call_id, f": {error}") from None
        if count >= _ANSWER_AT and not self._pending:
            length, kind, flags, reserved, answered = _read_header(self._buffer)
            if kind == RESULT and flags == END and answered == call_id and length == count - 16 and not reserved:
                return self._buffer[_ANSWER_AT:count]
        return self._await_answer(target, deadline, expires, call_id, request, count)

    def begin(self, target: Target, plan: Plan, body: bytes, deadline: float, left: float, request: Request | None) -> int:
        """Sends a CALL whose answer is read later; returns its id."""
        call_id = self._next
        data = self._frames(target, plan, body, left, request, call_id)
        self._next = call_id + 2
        self._wait_at_most(deadline)
        try:
            self._socket.sendall(data)
        except (TimeoutError, BlockingIOError):
            raise target.late("no", deadline) from None
        except OSError as error:
            raise _Unsent(str(error)) from None
        if request is not None and request.on_sent is not None:
            request.on_sent(lambda reason: self._cancel(call_id, reason))
        return call_id

    def converse(
        self, target: Target, plan: Plan, given: Any, deadline: float, expires: float, call_id: int, request: Request | None
    ) -> Generator[list[Any], None, bytes | MoltError]:
        """The chunks of a call with streams: sends those of the input as the worker takes them, gives those of the output as they come.

        The error that a worker answers is raised when the result is a stream, else it is the value.
        """
        streams = plan.streams
        assert streams is not None
        chunks = Chunks(target.name, streams, self._max_frame).of(given) if streams.encode is not None else iter(())
        chunk = None
        fed, ended = streams.encode is None, streams.decode is None
        credit = self._max_frame
        while True:
            while not fed:
                chunk = next(chunks, None) if chunk is None else chunk
                data = NO_ITEMS if chunk is None else chunk
                if len(data) > credit:
                    break
                credit -= len(data)
                fed, chunk = chunk is None, None
                self._say(target, deadline, call_id, _header(len(data), wire.CHUNK, END if fed else wire.MORE, 0, call_id) + data)
            for message in self._read(target, deadline, expires, "maybe"):
                if message.call_id != call_id or message.kind == wire.PROGRESS:
                    self._aside(message, call_id, request)
                elif message.kind == wire.CHUNK and streams.decode is not None and not ended:
                    items = streams.decode(message.payload)
                    ended = not message.more
                    yield items
                    if message.more:
                        self._say(target, deadline, call_id, wire.encode_message(wire.CREDIT, call_id, wire.pack_control({"bytes": len(message.payload)})))
                elif message.kind == wire.CREDIT and streams.encode is not None:
                    credit += wire.decode_stream_credit(message.payload)
                elif message.kind == wire.ERROR:
                    error = wire.decode_error(message.payload, target.namespace)
                    if streams.decode is not None:
                        raise error
                    return error
                elif message.kind == RESULT and ended and len(message.payload) >= wire.RESULT_HEAD.size:
                    return message.payload[wire.RESULT_HEAD.size :]
                else:
                    raise ProtocolError(f"frame of kind {message.kind} at the wrong time in a call with streams")

    def _say(self, target: Target, deadline: float, call_id: int, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except (TimeoutError, BlockingIOError):
            raise target.late("maybe", deadline) from None
        except OSError as error:
            raise target.lost("maybe", f": {error}") from None

    def _frames(self, target: Target, plan: Plan, body: bytes, left: float, request: Request | None, call_id: int) -> bytes:
        payload = plan.payload(body, left, request)
        most = self.worker.hello.max_message
        if len(payload) > most:
            raise target.too_large(len(body), most - HEAD_BYTES)
        return wire.encode_message(CALL, call_id, payload, self._max_frame)

    def _await_answer(self, target: Target, deadline: float, expires: float, call_id: int, request: Request | None, count: int) -> bytes | MoltError:
        """The slow way: more frames than one, or not all of it yet."""
        if count == 0:
            raise self._gone(target, call_id, " in the middle of a frame" if self._decoder.unfinished else "")
        messages = self._decoder.feed(self._view[:count]) if count > 0 else ()
        while True:
            for message in messages:
                if message.call_id == call_id:
                    if message.kind == RESULT:
                        if len(message.payload) < wire.RESULT_HEAD.size:
                            raise ProtocolError("RESULT is too short")
                        return message.payload[wire.RESULT_HEAD.size :]
                    if message.kind == wire.ERROR:
                        return wire.decode_error(message.payload, target.namespace)
                try:
                    self._aside(message, call_id, request)
                except OSError as error:
                    raise error if isinstance(error, MoltError) else self._gone(target, call_id, f": {error}") from None
            messages = self._read(target, deadline, expires, "maybe", call_id)

    def _aside(self, message: wire.Message, call_id: int, request: Request | None) -> None:
        """Handles what is not the answer."""
        if message.kind == wire.ERROR and message.call_id == 0:
            raise connection_fault(message)
        if message.kind == wire.GOAWAY:
            self.draining = True
            self._last = wire.decode_goaway(message.payload)
        elif message.kind == wire.PING:
            self._socket.sendall(wire.encode_message(wire.PONG, message.call_id, wire.pack_control({})))
        elif message.kind == wire.PROGRESS and message.call_id == call_id:
            progress = wire.decode_progress(message.payload)
            if request is not None and request.on_progress is not None:
                request.on_progress(progress)
        elif message.kind not in (wire.CREDIT, wire.PONG):
            raise ProtocolError(f"frame of kind {message.kind} for call {message.call_id}, which is not in flight")

    def _gone(self, target: Target, call_id: int, why: str) -> Exception:
        """What the end of the stream means for a call that was sent."""
        if self._last is not None and call_id > self._last:
            return _Unsent(why)
        return target.lost("maybe", why)

    def _cancel(self, call_id: int, reason: str) -> None:
        """Asks the worker to stop a call; from another thread, while this one waits for the answer, which still comes."""
        with contextlib.suppress(OSError):
            self._socket.sendall(wire.encode_message(wire.CANCEL, call_id, wire.pack_control({"reason": reason})))

    def _read(self, target: Target, deadline: float, expires: float, executed: str, call_id: int = 0) -> list[wire.Message]:
        """Messages of the next bytes that come, at the latest a little after the deadline."""
        patience = _patience(target, deadline, expires, executed)
        try:
            self._wait_at_most(patience)
            count = self._socket.recv_into(self._buffer)
        except (TimeoutError, BlockingIOError):
            # The kernel counts in ticks: it may be early.
            return []
        except OSError as error:
            raise target.lost("no", f": {error}") if executed == "no" else self._gone(target, call_id, f": {error}") from None
        if not count:
            why = " in the middle of a frame" if self._decoder.unfinished else ""
            raise target.lost("no", why) if executed == "no" else self._gone(target, call_id, why)
        return list(self._decoder.feed(self._view[:count]))

    def _wait_at_most(self, seconds: float) -> None:
        """Bounds every wait on the socket from now on."""
        if self._kernel:
            whole = int(seconds)
            value = _time_value(whole, max(1, int((seconds - whole) * 1e6)))
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)
        else:
            self._socket.settimeout(seconds)
        self._patience = seconds

    def close(self) -> None:
        self._socket.close()


def _patience(target: Target, deadline: float, expires: float, executed: str) -> float:
    patience = expires - monotonic() + GRACE
    if patience <= 0:
        raise target.late(executed, deadline)
    return patience


class Pool:
    """Connections to one socket, shared by all threads of a process. Forked children start with an empty pool.

    The list of idle connections needs no lock: taking from it and adding to it are single operations of the interpreter.
    """

    def __init__(self, path: str, size: int = 16) -> None:
        self.path = path
        self.size = size
        self._start()
        _all.add(self)

    def _start(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._idle: list[_Connection] = []
        self._all: set[_Connection] = set()
        self._open = 0
        self._waiting = 0

    def forked(self) -> None:
        """In a forked child: the parent's sockets and lock are not ours; closing our copies does not disturb it."""
        inherited = self._all
        self._start()
        for connection in inherited:
            connection.close()

    @property
    def outstanding(self) -> int:
        """Calls in flight or waiting."""
        return self._open - len(self._idle) + self._waiting

    def call(self, target: Target, args: tuple[Any, ...], deadline: float, request: Request | None = None) -> Any:
        """Sends a call over a connection of its own and returns its result."""
        plan, body = self.call_for_body(target, args, deadline, request)
        return body if target.gives_items else plan.decode(body)

    def call_for_body(self, target: Target, args: tuple[Any, ...], deadline: float, request: Request | None) -> tuple[Plan, Any]:
        """The same with the result as it came: bytes, or the stream that it is."""
        expires = monotonic() + deadline
        left = deadline
        while True:
            try:
                connection = self._idle.pop()
                fresh = False
            except IndexError:
                connection, fresh = self._take(target, deadline, expires)
                left = expires - monotonic()
            try:
                plan = target.plans.get(connection.schemas) or target.plan_for(connection.schemas)
                body = plan.encode(args)
                if left <= 0:
                    raise target.late("no", deadline)
            except BaseException:
                self._give_back(connection)
                raise
            try:
                if plan.streams is None:
                    answer = connection.exchange(target, plan, body, deadline, expires, left, request)
                else:
                    answer = self._converse(connection, target, plan, args, body, deadline, expires, left, request)
                    if isinstance(answer, ItemStream):
                        return plan, answer
            except _Unsent as error:
                self._drop(connection)
                if fresh:
                    raise target.lost("no", str(error)) from None
                left = expires - monotonic()
                continue
            except MoltError as error:
                # A call that is too large for the connection leaves it as it was.
                self._give_back(connection) if error.code == 103 and error.executed == "no" else self._drop(connection)
                raise
            except BaseException:
                self._drop(connection)
                raise
            if connection.draining:
                self._drop(connection)
                if isinstance(answer, Draining) and answer.executed == "no" and not fresh:
                    left = expires - monotonic()
                    continue
            else:
                self._idle.append(connection)
                if self._waiting:
                    self._wake()
            if isinstance(answer, MoltError):
                raise answer
            return plan, answer

    def _converse(
        self, connection: _Connection, target: Target, plan: Plan, args: tuple[Any, ...], body: bytes, deadline: float, expires: float, left: float,
        request: Request | None,
    ) -> bytes | MoltError | ItemStream:  # fmt: skip
        """A call with streams; a result that is one keeps the connection until it ends."""
        assert plan.streams is not None
        call_id = connection.begin(target, plan, body, deadline, left, request)
        given = None if plan.streams.input is None else args[plan.streams.input] or ()
        talk = connection.converse(target, plan, given, deadline, expires, call_id, request)
        if plan.streams.decode is not None:
            return ItemStream(talk, lambda whole: self._give_back(connection) if whole and not connection.draining else self._drop(connection))
        try:
            while True:
                next(talk)
        except StopIteration as end:
            return end.value

    def close(self) -> None:
        """Closes idle connections; those in use close when their call ends."""
        with self._changed:
            idle, self._idle = self._idle, []
            self._open -= len(idle)
            self._changed.notify_all()
        for connection in idle:
            self._all.discard(connection)
            connection.close()

    def _take(self, target: Target, deadline: float, expires: float) -> tuple[_Connection, bool]:
        """An idle connection after a wait, or a new one; and whether it is new."""
        until = expires - deadline * 0.75
        with self._changed:
            # Whoever gives a connection back without the lock either sees this thread wait, or did so before it looks.
            self._waiting += 1
            try:
                while self._open >= self.size:
                    try:
                        return self._idle.pop(), False
                    except IndexError:
                        pass
                    if self._waiting > max(64, 2 * self.size):
                        raise target.busy(f"{self.size} calls are in flight and {self._waiting - 1} wait")
                    left = until - monotonic()
                    if left <= 0:
                        raise target.busy(f"{self.size} calls are in flight, and a quarter of the deadline has passed")
                    self._changed.wait(left)
                self._open += 1
            finally:
                self._waiting -= 1
        try:
            connection = _Connection(self.path, target, deadline, expires)
        except BaseException:
            self._forget()
            raise
        self._all.add(connection)
        return connection, True

    def _give_back(self, connection: _Connection) -> None:
        self._idle.append(connection)
        if self._waiting:
            self._wake()

    def _drop(self, connection: _Connection) -> None:
        self._all.discard(connection)
        self._forget()
        connection.close()

    def _forget(self) -> None:
        with self._changed:
            self._open -= 1
            self._changed.notify()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify()


_all: weakref.WeakSet[Pool] = weakref.WeakSet()
_pools: dict[tuple[str, int], Pool] = {}
_lock = threading.Lock()


def _in_child() -> None:
    global _lock
    _lock = threading.Lock()
    for pool in list(_all):
        pool.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def pool_for(path: str, size: int) -> Pool:
    """The pool of a socket, shared by all functions of this process."""
    found = _pools.get((path, size))
    if found is None:
        with _lock:
            found = _pools.setdefault((path, size), Pool(path, size))
    return found


def close_pools() -> None:
    """Closes all idle connections of this process."""
    for pool in list(_pools.values()):
        pool.close()
