"""Codecs: a schema node compiled to Python functions around the msgpack C library.

The bytes are those of the Molt MessagePack profile: shortest ints, floats always doubles, one NaN. msgpack writes that form; input in any
other form is found by packing again what was unpacked.
"""

from __future__ import annotations

import threading
from typing import Any, Callable, Mapping, Sequence

import msgpack

from . import straight
from .decode import Decoders
from .encode import Encoders
from .errors import InvalidInput, ProtocolError
from .fault import Convert, Fault
from .schema import MAX_DEPTH, Node, children, resolve


class _Packers(threading.local):
    """A packer per thread: making one costs more than packing a small value."""

    def __init__(self) -> None:
        self.pack = msgpack.Packer(use_bin_type=True).pack


_packers = _Packers()


#: For generated code: it packs plain values only, which runs no Python between its beginning and its end.
_pack = msgpack.Packer(use_bin_type=True).pack


class Codec:
    """Encodes and decodes the values of one schema: by generated code, and where that gives up by general functions."""

    def __init__(
        self,
        to_wire: Convert,
        from_wire: Convert,
        recursive: bool,
        root: str,
        fast_encode: Callable[[Any], bytes] | None = None,
        fast_decode: Callable[[bytes], Any] | None = None,
    ) -> None:
        self._to_wire = to_wire
        self._from_wire = from_wire
        self._recursive = recursive
        self._root = root
        #: The bytes of a value; InvalidInput if it does not fit the schema.
        self.encode = self.encode_slowly if fast_encode is None else _either(fast_encode, self.encode_slowly)
        #: The value of the bytes; ProtocolError if they are not its one form.
        self.decode = self.decode_slowly if fast_decode is None else _either(fast_decode, self.decode_slowly)

    def encode_slowly(self, value: Any) -> bytes:
        try:
            wire = self._to_wire(value)
            if self._recursive:
                _check_depth(wire)
            return _packers.pack(wire)
        except Fault as fault:
            raise InvalidInput(fault.text(self._root)) from None
        except UnicodeEncodeError as error:
            raise InvalidInput(f"{self._root}: a text is not valid Unicode: {error.reason}") from None
        except RecursionError:
            raise InvalidInput(f"{self._root}: nested deeper than {MAX_DEPTH} levels") from None

    def decode_slowly(self, data: bytes) -> Any:
        try:
            wire = msgpack.unpackb(data, raw=False, strict_map_key=False)
            if _packers.pack(wire) != data:
                raise ProtocolError(f"{self._root}: the bytes are not in canonical form")
            if self._recursive:
                _check_depth(wire)
            return self._from_wire(wire)
        except Fault as fault:
            raise ProtocolError(fault.text(self._root), hint="was the worker built from other sources?") from None
        except ProtocolError:
            raise
        except (ValueError, TypeError, RecursionError, OverflowError, msgpack.UnpackException) as error:
            raise ProtocolError(f"{self._root}: not MessagePack of this schema: {type(error).__name__} {error}") from None


def _either(fast: Callable[[Any], Any], slow: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        try:
            return fast(value)
        except Exception:
            # Whatever it was: the general function knows, or says it better.
            return slow(value)

    return run


def _check_depth(wire: Any) -> None:
    level = [wire]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for item in level:
            if type(item) is list:
                below.extend(item)
            elif type(item) is dict:
                below.extend(item.values())
        if not below:
            return
        level = below
    raise Fault(f"at most {MAX_DEPTH} levels of nesting", "more")


def compile_codec(node: Node, types: Mapping[str, Node], annotation: Any = None, root: str = "$") -> Codec:
    """The codec of a schema; ``annotation`` guides how decoded values are built."""
    encoders, decoders = Encoders(types), Decoders(types)
    parts = encoders.of(node, annotation), decoders.of(node, annotation)
    if _is_recursive(node, types):
        return Codec(*parts, True, root)
    return Codec(
        *parts,
        False,
        root,
        straight.encoder(encoders, node, annotation, _pack),
        straight.decoder(decoders, node, annotation, msgpack.unpackb, _pack),
    )


def compile_arguments(params: Sequence[Node], types: Mapping[str, Node], annotations: Mapping[str, Any], root: str) -> Codec:
    """The codec of an export's input: encodes a tuple of the arguments in order."""
    node = {"kind": "record", "name": f"{root}.input", "fields": params}
    encoders = Encoders(types)
    parts = encoders.arguments(params, annotations), Decoders(types).of(node)
    if _is_recursive(node, types):
        return Codec(*parts, True, root)
    return Codec(*parts, False, root, straight.arguments_encoder(encoders, params, annotations, _pack))


def _is_recursive(node: Node, types: Mapping[str, Node]) -> bool:
    def visit(part: Node, open_: frozenset[str]) -> bool:
        part = resolve(part, types)
        if "name" in part:
            if part["name"] in open_:
                return True
            if part["name"] in done:
                return False
            open_ |= {part["name"]}
        found = any(visit(child, open_) for _, child in children(part))
        if "name" in part:
            done.add(part["name"])
        return found

    done: set[str] = set()
    return visit(node, frozenset())
