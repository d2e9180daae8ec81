"""A small worker for tests: speaks MIP from the specification, without the package under test, and misbehaves on request."""

from __future__ import annotations

import json
import os
import socket
import struct
import tempfile
import threading
from pathlib import Path
from typing import Any, Callable

import msgpack

GOLDEN = json.loads((Path(__file__).resolve().parents[3] / "packages/ipc/golden/frames.json").read_text())
#: The schemas of the golden frames: total(items, tax=0.2), echo(text), find(sku), add(a, b).
SCHEMAS = next(m for m in GOLDEN["messages"] if m["kind"] == "EXPORTS")["meaning"]["schemas"]
IDS = [(e["inputId"], e["outputId"]) for e in json.loads(SCHEMAS)["exports"]]
NAMES = [e["name"] for e in json.loads(SCHEMAS)["exports"]]


def frame(kind: int, call_id: int, payload: bytes, flags: int = 2) -> bytes:
    return struct.pack("<IBBHQ", len(payload), kind, flags, 0, call_id) + payload


def result(call_id: int, value: Any) -> bytes:
    return frame(0x11, call_id, struct.pack("<IIII", 1, 2, 3, 4) + msgpack.packb(value))


def error(call_id: int, code: int, name: str, text: str, hint: str = "", executed: int = 0, retry: int = 0, after: int = 0, **details: Any) -> bytes:
    return frame(0x12, call_id, struct.pack("<HBBI", code, executed, retry, after) + msgpack.packb([name, text, hint, details]))


class Connection:
    """One client as the fake worker sees it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._buffer = b""

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self, count: int) -> bytes:
        while len(self._buffer) < count:
            chunk = self.sock.recv(65536)
            if not chunk:
                raise EOFError
            self._buffer += chunk
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def frame(self) -> tuple[int, int, int, bytes]:
        length, kind, flags, _, call_id = struct.unpack("<IBBHQ", self.read(16))
        return kind, flags, call_id, self.read(length)


class Call:
    def __init__(self, call_id: int, payload: bytes) -> None:
        self.id = call_id
        self.export, _, self.deadline_ms, self.cpu_ms, self.memory_kib, self.criticality, flags, input_id, output_id = struct.unpack(
            "<HHIIIBB2x16s16s", payload[:52]
        )
        at = 52
        self.trace = self.key = None
        if flags & 1:
            self.trace, at = payload[at : at + 25].hex(), at + 25
        if flags & 2:
            self.key, at = payload[at + 1 : at + 1 + payload[at]], at + 1 + payload[at]
        assert (input_id.hex(), output_id.hex()) == tuple(id_[:32] for id_ in IDS[self.export])
        self.name = NAMES[self.export]
        self.args = msgpack.unpackb(payload[at:], strict_map_key=False)


def answer(connection: Connection, call: Call) -> None:
    """The ordinary behaviour."""
    if call.name == "total":
        items, tax = call.args
        value: Any = sum(item[1] for item in items) * (1 + tax)
        connection.send(result(call.id, float(value)))
    elif call.name == "echo":
        connection.send(result(call.id, call.args[0]))
    elif call.name == "find":
        connection.send(result(call.id, None if call.args[0] == "none" else [call.args[0], 9.5, 1]))
    else:
        connection.send(result(call.id, call.args[0] + call.args[1]))


def never(connection: Connection, call: Call) -> None:
    """Leaves a call without an answer."""


def answer_cancelled(connection: Connection, call_id: int, reason: str) -> None:
    """Ends a call as a worker does that is told to."""
    connection.send(error(call_id, 404, "CANCELLED", f"the call was cancelled ({reason})", executed=1, reason=reason))


class FakeWorker:
    """Listens until closed; ``calls`` and ``cancels`` keep what came."""

    def __init__(
        self,
        on_call: Callable[[Connection, Call], None] = answer,
        on_connect: Callable[[Connection], None] | None = None,
        credit: int = 8,
        schemas: str = SCHEMAS,
        max_frame: int = 262144,
        path: str | None = None,
        on_cancel: Callable[[Connection, int, str], None] | None = None,
    ) -> None:
        self.directory = tempfile.mkdtemp(prefix="molt-fake-")
        self.path = path or os.path.join(self.directory, "worker.sock")
        self.calls: list[Call] = []
        self.cancels: list[tuple[int, str]] = []
        self.connections: list[Connection] = []
        self.hellos: list[dict[str, Any]] = []
        self._on_call = on_call
        self._on_connect = on_connect
        self._on_cancel = on_cancel
        self._credit = credit
        self._schemas = schemas
        self._max_frame = max_frame
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> FakeWorker:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        for sock in [self._listener, *(c.sock for c in self.connections)]:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()
        if os.path.exists(self.path):
            os.unlink(self.path)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            connection = Connection(sock)
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        try:
            if self._on_connect is not None:
                self._on_connect(connection)
                return
            assert connection.read(8) == b"MIP1\x01\x00\x00\x00"
            kind, _, _, payload = connection.frame()
            assert kind == 0x01
            self.hellos.append(msgpack.unpackb(payload))
            self.greet(connection)
            parts: dict[int, bytes] = {}
            while True:
                kind, flags, call_id, payload = connection.frame()
                if kind == 0x10:
                    parts[call_id] = parts.get(call_id, b"") + payload
                    if flags & 2:
                        call = Call(call_id, parts.pop(call_id))
                        self.calls.append(call)
                        self._on_call(connection, call)
                elif kind == 0x13:
                    reason = msgpack.unpackb(payload)["reason"]
                    self.cancels.append((call_id, reason))
                    if self._on_cancel is not None:
                        self._on_cancel(connection, call_id, reason)
        except (EOFError, OSError):
            pass
        finally:
            connection.sock.close()

    def greet(self, connection: Connection) -> None:
        hello = {
            "minor": 0, "runtime": "fake", "artifact": "aa", "pid": 1, "codecs": ["msgpack"], "features": [], "max_frame": self._max_frame,
            "max_message": 16 << 20, "credit": self._credit, "slots": 1, "exports_digest": "",
        }  # fmt: skip
        exports = msgpack.packb({"digest": "", "exports": [], "schemas": self._schemas})
        data = b"MIP1\x01\x00\x00\x00" + frame(0x02, 0, msgpack.packb(hello))
        parts = [exports[i : i + self._max_frame] for i in range(0, len(exports), self._max_frame)]
        for i, part in enumerate(parts):
            data += frame(0x04, 0, part, 2 if i == len(parts) - 1 else 1)
        connection.send(data)
