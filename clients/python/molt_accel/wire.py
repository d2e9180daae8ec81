"""MIP/1 frames: the layouts of the specification, without any I/O.

Numbers are little-endian. Whatever a peer sends ends in a value or a :class:`ProtocolError`; lengths are compared with the limits before
anything is kept.
"""

from __future__ import annotations

import struct
from typing import Any, Iterator, NamedTuple

import msgpack

from .errors import EXECUTED, RETRY, MessageTooLarge, MoltError, ProtocolError, VersionUnsupported, error_of

PREFACE = b"MIP1\x01\x00\x00\x00"
HEADER = struct.Struct("<IBBHQ")
CALL_HEAD = struct.Struct("<HHIIIBB2x16s16s")
RESULT_HEAD = struct.Struct("<IIII")
ERROR_HEAD = struct.Struct("<HBBI")

HELLO, HELLO_OK, HELLO_ERR, EXPORTS = 0x01, 0x02, 0x03, 0x04
CALL, RESULT, ERROR, CANCEL, CHUNK, PROGRESS = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15
CREDIT, PING, PONG, GOAWAY = 0x20, 0x21, 0x22, 0x23
MORE, END, IGNORABLE, SHM, URGENT = 0x01, 0x02, 0x04, 0x08, 0x10
#: Head flags of a CALL.
TRACE, KEY = 0x01, 0x02

#: Kinds that a server may send, and whether their payload may span frames.
FROM_SERVER = {
    HELLO_OK: False, HELLO_ERR: False, EXPORTS: True, RESULT: True, ERROR: False, CHUNK: False, PROGRESS: False, CREDIT: False, PING: False,
    PONG: False, GOAWAY: False,
}  # fmt: skip

MAX_FRAME = 256 * 1024
MAX_MESSAGE = 16 * 1024 * 1024


class Message(NamedTuple):
    kind: int
    call_id: int
    payload: bytes
    #: Of a CHUNK: whether another follows.
    more: bool = False


class HelloOk(NamedTuple):
    minor: int
    credit: int
    window: int
    max_frame: int
    max_message: int
    pid: int
    slots: int
    artifact: str
    runtime: str
    exports_digest: str


def encode_message(kind: int, call_id: int, payload: bytes, max_frame: int = MAX_FRAME) -> bytes:
    """The frames of one message."""
    if len(payload) <= max_frame:
        return HEADER.pack(len(payload), kind, END, 0, call_id) + payload
    out = []
    for at in range(0, len(payload), max_frame):
        part = payload[at : at + max_frame]
        out.append(HEADER.pack(len(part), kind, END if at + max_frame >= len(payload) else MORE, 0, call_id))
        out.append(part)
    return b"".join(out)


def pack_control(value: Any) -> bytes:
    return msgpack.packb(value, use_bin_type=True)


def unpack_map(payload: bytes, what: str) -> dict[str, Any]:
    """A control payload that must be a map with text keys."""
    try:
        value = msgpack.unpackb(payload, raw=False)
    except Exception as error:  # msgpack raises several unrelated types
        raise ProtocolError(f"{what} is not MessagePack: {error}") from None
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ProtocolError(f"{what} is not a map")
    return value


def encode_hello(client: str, pid: int, max_frame: int = MAX_FRAME, max_message: int = MAX_MESSAGE) -> bytes:
    hello = {
        "min": 0, "max": 0, "client": client, "pid": pid, "codecs": ["msgpack"], "features": [], "max_frame": max_frame, "max_message": max_message,
    }  # fmt: skip
    return encode_message(HELLO, 0, pack_control(hello))


def decode_hello_ok(payload: bytes) -> HelloOk:
    map_ = unpack_map(payload, "HELLO_OK")

    def whole(key: str, least: int, most: int, missing: int | None = None) -> int:
        value = map_.get(key, missing)
        if type(value) is not int or not least <= value <= most:
            raise ProtocolError(f"HELLO_OK: {key} is {value!r}, expected {least} to {most}")
        return value

    max_frame = whole("max_frame", 4096, 16 << 20)
    return HelloOk(
        minor=whole("minor", 0, 0),
        credit=whole("credit", 0, 1 << 20),
        window=whole("window", 0, 1 << 40, 4 << 20),
        max_frame=min(max_frame, MAX_FRAME),
        max_message=min(whole("max_message", max_frame, 256 << 20), MAX_MESSAGE),
        pid=whole("pid", 0, 1 << 53, 0),
        slots=whole("slots", 0, 1 << 20, 1),
        artifact=str(map_.get("artifact", "")),
        runtime=str(map_.get("runtime", "")),
        exports_digest=str(map_.get("exports_digest", "")),
    )


def _number(map_: dict[str, Any], key: str, most: int, what: str) -> int:
    """A count of a control map; 0 if it is absent."""
    value = map_.get(key, 0)
    if type(value) is not int or not 0 <= value <= most:
        raise ProtocolError(f"{what} with {key} {value!r}")
    return value


def decode_credit(payload: bytes) -> tuple[int, int]:
    """Calls and bytes that a CREDIT grants."""
    map_ = unpack_map(payload, "CREDIT")
    if "calls" not in map_ and "bytes" not in map_:
        raise ProtocolError("CREDIT without calls or bytes")
    return _number(map_, "calls", 1 << 20, "CREDIT"), _number(map_, "bytes", 1 << 31, "CREDIT")


def decode_stream_credit(payload: bytes) -> int:
    """Bytes that a CREDIT returns to the sender of a stream."""
    calls, bytes_ = decode_credit(payload)
    if calls:
        raise ProtocolError("CREDIT of a stream with calls")
    return bytes_


def decode_goaway(payload: bytes) -> int:
    """The last call that may still end."""
    map_ = unpack_map(payload, "GOAWAY")
    if "last" not in map_:
        raise ProtocolError("GOAWAY without the last call id")
    return _number(map_, "last", (1 << 64) - 1, "GOAWAY")


class Progress(NamedTuple):
    """How far a call has come, as its function said it."""

    #: From 0 to 1.
    done: float
    message: str


def decode_progress(payload: bytes) -> Progress:
    map_ = unpack_map(payload, "PROGRESS")
    if "ppm" not in map_:
        raise ProtocolError("PROGRESS without ppm")
    return Progress(_number(map_, "ppm", 1_000_000, "PROGRESS") / 1_000_000, str(map_.get("message", "")))


def decode_error(payload: bytes, namespace: Any = None) -> MoltError:
    """The exception of an ERROR payload."""
    if len(payload) < ERROR_HEAD.size:
        raise ProtocolError(f"ERROR of {len(payload)} bytes")
    code, executed, retry, after_ms = ERROR_HEAD.unpack_from(payload)
    try:
        texts = msgpack.unpackb(payload[ERROR_HEAD.size :], raw=False)
    except Exception as error:
        raise ProtocolError(f"ERROR is not MessagePack: {error}") from None
    if (
        executed >= len(EXECUTED)
        or retry >= len(RETRY)
        or not isinstance(texts, list)
        or [type(text) for text in texts] != [str, str, str, dict]
    ):
        raise ProtocolError("ERROR is not [name, message, hint, details]")
    name, message, hint, details = texts
    return error_of(code, EXECUTED[executed], RETRY[retry], after_ms, name, message, hint, details, namespace)


class Decoder:
    """Bytes of a server, fed in chunks of any size, to messages. Raises ProtocolError (or a kin of it) once, after which it must not be fed."""

    def __init__(self, max_frame: int = MAX_FRAME, max_message: int = MAX_MESSAGE) -> None:
        self.max_frame = max_frame
        self.max_message = max_message
        #: What has come of a frame that has not ended.
        self.pending = bytearray()
        self._greeted = False
        self._open: dict[int, tuple[int, list[bytes]]] = {}
        self._held = 0

    @property
    def unfinished(self) -> bool:
        """Whether a frame or message has begun and not ended."""
        return bool(self.pending or self._open)

    def feed(self, chunk: bytes | memoryview) -> Iterator[Message]:
        """Messages that are complete with this chunk."""
        buffer = self.pending
        buffer += chunk
        at = 0
        try:
            if not self._greeted:
                if not PREFACE.startswith(bytes(buffer[:4])):
                    raise ProtocolError(
                        "the peer does not speak MIP: the stream does not begin with MIP1", hint="is this the socket of a Molt worker?"
                    )
                if len(buffer) < 8:
                    return
                if buffer[4] != 1:
                    raise VersionUnsupported(f"the worker speaks MIP version {buffer[4]}.{buffer[5]}, this client 1.0", hint="update molt-accel")
                if buffer[6] or buffer[7]:
                    raise ProtocolError("reserved bytes of the preface are not zero")
                self._greeted = True
                at = 8
            while len(buffer) - at >= 16:
                length, kind, flags, reserved, call_id = HEADER.unpack_from(buffer, at)
                self._check(length, kind, flags, reserved)
                if len(buffer) - at < 16 + length:
                    return
                payload = bytes(buffer[at + 16 : at + 16 + length])
                at += 16 + length
                if kind == CHUNK:
                    yield Message(kind, call_id, payload, bool(flags & MORE))
                elif kind in FROM_SERVER:
                    message = self._join(kind, flags, call_id, payload)
                    if message is not None:
                        yield message
        finally:
            del buffer[:at]

    def _check(self, length: int, kind: int, flags: int, reserved: int) -> None:
        if reserved:
            raise ProtocolError("reserved bytes of a frame header are not zero")
        if length > self.max_frame:
            raise MessageTooLarge(f"a frame of {length} bytes exceeds the limit of {self.max_frame}", executed="maybe")
        spans = FROM_SERVER.get(kind)
        if spans is None:
            if not flags & IGNORABLE:
                raise ProtocolError(f"a server may not send frames of kind {kind}")
        elif flags & SHM:
            raise ProtocolError("shared memory is not part of this version")
        elif flags & 3 != END and not ((spans or kind == CHUNK) and flags & 3 == MORE):
            raise ProtocolError(f"frame of kind {kind} with flags {flags}")

    def _join(self, kind: int, flags: int, call_id: int, payload: bytes) -> Message | None:
        begun = self._open.get(call_id)
        more = flags & MORE
        if begun is None and not more:
            return Message(kind, call_id, payload)
        if begun is not None and begun[0] != kind:
            if not more and not FROM_SERVER[kind]:
                return Message(kind, call_id, payload)
            raise ProtocolError(f"frame of kind {kind} while kind {begun[0]} of call {call_id} was not complete")
        if more and not payload:
            raise ProtocolError("an empty frame that goes on")
        self._held += len(payload)
        if self._held > self.max_message:
            raise MessageTooLarge(f"unfinished messages exceed the limit of {self.max_message} bytes", executed="maybe")
        parts = begun[1] if begun else []
        parts.append(payload)
        if more:
            self._open[call_id] = (kind, parts)
            return None
        del self._open[call_id]
        whole = b"".join(parts)
        self._held -= len(whole)
        return Message(kind, call_id, whole)
