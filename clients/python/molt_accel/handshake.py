"""What a worker says about itself, and the cache of the schemas it sends.

A pool opens many connections to one worker; the text of its schemas is parsed once.
"""

from __future__ import annotations

import os
import threading
from typing import NamedTuple

from . import wire
from .errors import MoltError, ProtocolError
from .schema import SchemaSet

CLIENT = "molt-accel/0.1.0"


class Worker(NamedTuple):
    hello: wire.HelloOk
    schemas: SchemaSet


_lock = threading.Lock()
_parsed: dict[str, SchemaSet] = {}
_MOST = 64


def parse_schemas(text: str, digest: str = "") -> SchemaSet:
    """The schemas of a text; the same object for the same text."""
    found = _parsed.get(text)
    if found is None:
        found = SchemaSet(text, digest)
        with _lock:
            if len(_parsed) >= _MOST:
                _parsed.clear()
            found = _parsed.setdefault(text, found)
    return found


def greeting() -> bytes:
    """What a client sends first."""
    return wire.PREFACE + wire.encode_hello(CLIENT, os.getpid())


class Handshake:
    """Takes the first messages of a worker; ``worker`` is set when calls may be sent."""

    def __init__(self) -> None:
        self.worker: Worker | None = None
        self._hello: wire.HelloOk | None = None

    def take(self, message: wire.Message, decoder: wire.Decoder) -> None:
        if message.kind in (wire.HELLO_ERR, wire.ERROR):
            raise wire.decode_error(message.payload)
        if message.kind == wire.HELLO_OK and self._hello is None:
            self._hello = wire.decode_hello_ok(message.payload)
            decoder.max_frame = self._hello.max_frame
            decoder.max_message = self._hello.max_message
        elif message.kind == wire.EXPORTS and self._hello is not None:
            map_ = wire.unpack_map(message.payload, "EXPORTS")
            text = map_.get("schemas")
            if not isinstance(text, str):
                raise ProtocolError("EXPORTS has no schemas")
            self.worker = Worker(self._hello, parse_schemas(text, str(map_.get("digest", ""))))
        else:
            raise ProtocolError(f"frame of kind {message.kind} during the handshake")


def connection_fault(message: wire.Message) -> MoltError:
    """The error of an ERROR frame that belongs to no call: the connection is over."""
    return wire.decode_error(message.payload)
