"""Clients that misbehave: bytes on a socket, made from the protocol's specification and not with the client under test."""

from __future__ import annotations

import json
import os
import socket
import struct
from pathlib import Path
from typing import Any

import msgpack

PREFACE = b"MIP1\x01\x00\x00\x00"
HELLO, EXPORTS, CALL, RESULT, ERROR, CANCEL, PING = 0x01, 0x04, 0x10, 0x11, 0x12, 0x13, 0x21
MORE, END = 1, 2


def frame(kind: int, call_id: int, payload: bytes, flags: int = END) -> bytes:
    return struct.pack("<IBBHQ", len(payload), kind, flags, 0, call_id) + payload


def hello() -> bytes:
    map_ = {"min": 0, "max": 0, "client": "test", "pid": os.getpid(), "codecs": ["msgpack"], "features": [], "max_frame": 262144, "max_message": 16 << 20}
    return PREFACE + frame(HELLO, 0, msgpack.packb(map_))


class Calls:
    """Encoded calls of an artifact's exports."""

    def __init__(self, artifact: Path) -> None:
        exports = json.loads((artifact / "schemas.json").read_text())["exports"]
        self._exports = {one["name"]: (i, bytes.fromhex(one["inputId"])[:16], bytes.fromhex(one["outputId"])[:16]) for i, one in enumerate(exports)}

    def payload(self, name: str, *args: Any, deadline_ms: int = 20_000) -> bytes:
        index, input_id, output_id = self._exports[name]
        return struct.pack("<HHIIIB3x16s16s", index, 0, deadline_ms, 0, 0, 1, input_id, output_id) + msgpack.packb(list(args))

    def frame(self, call_id: int, name: str, *args: Any, deadline_ms: int = 20_000) -> bytes:
        return frame(CALL, call_id, self.payload(name, *args, deadline_ms=deadline_ms))


class Peer:
    """A connection of a client that does as the test says."""

    def __init__(self, path: str, greet: bool = True) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self._buffer = b""
        if greet:
            self.socket.sendall(hello())
            assert self._read(8) == PREFACE
            while self.next_frame()[0] != EXPORTS:
                pass

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send_what_fits(self, data: bytes) -> int:
        """Sends without waiting; how many bytes the socket took. A connection that the worker has cut takes none."""
        self.socket.setblocking(False)
        sent = 0
        try:
            while sent < len(data):
                sent += self.socket.send(data[sent : sent + 65536])
        except (BlockingIOError, ConnectionError):
            pass
        self.socket.settimeout(10)
        return sent

    def next_frame(self) -> tuple[int, int, int, bytes]:
        length, kind, flags, _, call_id = struct.unpack("<IBBHQ", self._read(16))
        return kind, flags, call_id, self._read(length)

    def answers(self, count: int) -> list[tuple[int, int]]:
        """Kind and call id of the next answers."""
        found = []
        while len(found) < count:
            kind, flags, call_id, _ = self.next_frame()
            if kind in (RESULT, ERROR) and flags & END:
                found.append((kind, call_id))
        return found

    def is_cut(self, patience: float = 10) -> bool:
        """Whether the worker ends the connection within that time, whatever it says before."""
        self.socket.settimeout(patience)
        try:
            while self.socket.recv(1 << 16):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def close(self) -> None:
        self.socket.close()

    def _read(self, count: int) -> bytes:
        while len(self._buffer) < count:
            chunk = self.socket.recv(1 << 16)
            if not chunk:
                raise EOFError("the worker closed the connection")
            self._buffer += chunk
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data
