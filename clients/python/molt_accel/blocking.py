"""The blocking transport: a pool of sockets, each with one call at a time.

The calling thread sends and then reads its own answer; there is no reader thread, so a call costs two system calls and one wake-up. A
socket whose call did not end properly is closed, never reused: nobody knows what it would read next.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from typing import Any

from . import wire
from .errors import MoltError, ProtocolError
from .handshake import Handshake, Worker, connection_fault, greeting
from .request import GRACE, Request, not_running

_RECEIVE = 1 << 17


class _Connection:
    """One socket after its handshake."""

    def __init__(self, path: str, request: Request) -> None:
        self._next = 1
        self.draining = False
        self._decoder = wire.Decoder()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._sent = False
        try:
            try:
                self._socket.settimeout(self._patience(request))
                self._socket.connect(path)
            except TimeoutError:
                raise request.late("no") from None
            except OSError as error:
                raise not_running(path, error) from None
            self._socket.sendall(greeting())
            handshake = Handshake()
            while handshake.worker is None:
                for message in self._read(request):
                    handshake.take(message, self._decoder)
            self.worker: Worker = handshake.worker
        except OSError as error:
            self.close()
            if isinstance(error, MoltError):
                raise
            raise request.lost("no", f": {error}") from None
        except BaseException:
            self.close()
            raise

    def call(self, request: Request) -> bytes:
        """The body of the RESULT. When anything but the worker's own answer is raised, the connection must be closed."""
        call_id = self._next
        self._next += 2
        self._sent = False
        plan = request.plan_for(self.worker.schemas)
        data = request.frames(plan, self.worker, call_id)
        self._sent = True
        try:
            self._socket.settimeout(self._patience(request))
            self._socket.sendall(data)
        except TimeoutError:
            raise request.late("maybe") from None
        except OSError as error:
            raise request.lost("maybe", f": {error}") from None
        if request.on_sent is not None:
            request.on_sent(lambda reason: self._cancel(call_id, reason))
        while True:
            for message in self._read(request):
                if message.call_id == call_id:
                    if message.kind == wire.RESULT:
                        if len(message.payload) < wire.RESULT_HEAD.size:
                            raise ProtocolError("RESULT is too short")
                        return message.payload[wire.RESULT_HEAD.size :]
                    if message.kind == wire.ERROR:
                        raise _Answer(wire.decode_error(message.payload, request.namespace))
                try:
                    self._aside(message)
                except OSError as error:
                    raise error if isinstance(error, MoltError) else request.lost("maybe", f": {error}") from None

    def _cancel(self, call_id: int, reason: str) -> None:
        """Asks the worker to stop a call; from another thread, while this one waits for the answer, which still comes."""
        with contextlib.suppress(OSError):
            self._socket.sendall(wire.encode_message(wire.CANCEL, call_id, wire.pack_control({"reason": reason})))

    def _aside(self, message: wire.Message) -> None:
        """Handles what is not the answer."""
        if message.kind == wire.ERROR and message.call_id == 0:
            raise connection_fault(message)
        if message.kind == wire.GOAWAY:
            self.draining = True
        elif message.kind == wire.PING:
            self._socket.sendall(wire.encode_message(wire.PONG, message.call_id, wire.pack_control({})))
        elif message.kind not in (wire.CREDIT, wire.PONG):
            raise ProtocolError(f"frame of kind {message.kind} for call {message.call_id}, which is not in flight")

    def _read(self, request: Request) -> list[wire.Message]:
        """Messages of the next bytes that come, at the latest a little after the deadline."""
        executed = "maybe" if self._sent else "no"
        try:
            self._socket.settimeout(self._patience(request))
            chunk = self._socket.recv(_RECEIVE)
        except TimeoutError:
            raise request.late(executed) from None
        except OSError as error:
            raise request.lost(executed, f": {error}") from None
        if not chunk:
            raise request.lost(executed, " in the middle of a frame" if self._decoder.unfinished else "")
        return list(self._decoder.feed(chunk))

    def _patience(self, request: Request) -> float:
        patience = request.left() + GRACE
        if patience <= 0:
            raise request.late("maybe" if self._sent else "no")
        return patience

    def stale(self) -> bool:
        """Whether the worker has said something between calls: it left, or it is about to."""
        readable, _, _ = select.select([self._socket], [], [], 0) if self._socket.fileno() < 1024 else _poll(self._socket)
        return bool(readable)

    def close(self) -> None:
        self._socket.close()


def _poll(sock: socket.socket) -> tuple[Any, Any, Any]:
    """select() for file descriptors that select() cannot take."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return poll.poll(0), [], []


class _Answer(Exception):
    """Carries the worker's own error past the code that closes broken connections."""

    def __init__(self, error: MoltError) -> None:
        self.error = error


class Pool:
    """Connections to one socket, shared by all threads of a process. Forked children start with an empty pool."""

    def __init__(self, path: str, size: int = 16) -> None:
        self.path = path
        self.size = size
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._changed = threading.Condition(threading.Lock())
        self._idle: list[_Connection] = []
        self._open = 0
        self._waiting = 0

    @property
    def outstanding(self) -> int:
        """Calls in flight or waiting."""
        return self._open - len(self._idle) + self._waiting

    def call(self, request: Request) -> bytes:
        """Sends a request over a connection of its own and returns the body of the answer."""
        connection = self._take(request)
        keep = False
        try:
            body = connection.call(request)
            keep = True
            return body
        except _Answer as answer:
            keep = True
            raise answer.error from None
        except MoltError:
            # What failed before anything was sent leaves the stream as it was.
            keep = not connection._sent
            raise
        finally:
            self._give_back(connection, keep and not connection.draining)

    def close(self) -> None:
        """Closes idle connections; those in use close when their call ends."""
        with self._changed:
            idle, self._idle = self._idle, []
            self._open -= len(idle)
            self._changed.notify_all()
        for connection in idle:
            connection.close()

    def _take(self, request: Request) -> _Connection:
        if self._pid != os.getpid():
            # The parent's sockets and lock are not ours: closing our copies does not disturb it.
            inherited = self._idle
            self._start()
            for connection in inherited:
                connection.close()
        until = time.monotonic() + request.deadline / 4
        with self._changed:
            while True:
                while self._idle:
                    connection = self._idle.pop()
                    if not connection.stale():
                        return connection
                    self._open -= 1
                    connection.close()
                if self._open < self.size:
                    self._open += 1
                    break
                if self._waiting >= 2 * self.size:
                    raise request.busy(f"{self.size} calls are in flight and {self._waiting} wait")
                self._waiting += 1
                try:
                    left = until - time.monotonic()
                    if left <= 0 or not self._changed.wait(left):
                        if not self._idle and self._open >= self.size:
                            raise request.busy(f"{self.size} calls are in flight, and a quarter of the deadline has passed")
                finally:
                    self._waiting -= 1
        try:
            return _Connection(self.path, request)
        except BaseException:
            self._give_back(None, False)
            raise

    def _give_back(self, connection: _Connection | None, keep: bool) -> None:
        if self._pid != os.getpid():
            return
        with self._changed:
            if keep and connection is not None:
                self._idle.append(connection)
            else:
                self._open -= 1
            self._changed.notify()
        if connection is not None and not keep:
            connection.close()


_pools: dict[tuple[str, int], Pool] = {}
_lock = threading.Lock()


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
