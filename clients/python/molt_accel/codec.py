"""Codecs: a schema node compiled to Python functions around the msgpack C library.

Encoding turns a value into nested lists (records by ordinal, enums by index), checking it on the way, and lets msgpack pack them. Decoding
unpacks, checks and builds values by the annotations. Functions for records are generated, so that one call handles all fields with the
cheap checks in line; the slow functions behind them convert what is convertible and otherwise say what was expected and where.

The bytes are those of the Molt MessagePack profile: shortest ints, floats always doubles, one NaN. msgpack writes that form; input in any
other form is found by packing again what was unpacked.
"""

from __future__ import annotations

import enum
import struct
import threading
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Callable, Mapping, NamedTuple

import msgpack

from . import annotations as hint
from .errors import InvalidInput, ProtocolError
from .schema import MAX_DEPTH, Node, children, resolve

Convert = Callable[[Any], Any]

_NAN_BYTES = bytes.fromhex("7ff8000000000000")
_NAN: float = struct.unpack(">d", _NAN_BYTES)[0]
_MISSING = object()


class _Packers(threading.local):
    """A packer per thread: making one costs more than packing a small value."""

    def __init__(self) -> None:
        self.pack = msgpack.Packer(use_bin_type=True).pack


_packers = _Packers()


class Tagged(NamedTuple):
    """A value of a union whose variants cannot be told apart by their Python types."""

    tag: str
    value: Any


class _Fault(Exception):
    """What is wrong with a value; containers on the way out add where."""

    def __init__(self, expected: str, actual: Any) -> None:
        self.expected = expected
        self.actual = actual
        self.path: list[str] = []

    def text(self, root: str) -> str:
        return f"{root}{''.join(reversed(self.path))}: expected {self.expected}, got {self.actual}"


def _said(value: Any) -> str:
    if value is None:
        return "None"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def _within(convert: Convert, segment: str) -> Convert:
    def located(value: Any) -> Any:
        try:
            return convert(value)
        except _Fault as fault:
            fault.path.append(segment)
            raise

    return located


class Codec:
    """Encodes and decodes the values of one schema."""

    def __init__(self, to_wire: Convert, from_wire: Convert, recursive: bool, root: str) -> None:
        self._to_wire = to_wire
        self._from_wire = from_wire
        self._recursive = recursive
        self._root = root

    def encode(self, value: Any) -> bytes:
        """The bytes of a value; InvalidInput if it does not fit the schema."""
        try:
            wire = self._to_wire(value)
            if self._recursive:
                _check_depth(wire)
            return _packers.pack(wire)
        except _Fault as fault:
            raise InvalidInput(fault.text(self._root)) from None
        except UnicodeEncodeError as error:
            raise InvalidInput(f"{self._root}: a text is not valid Unicode: {error.reason}") from None
        except RecursionError:
            raise InvalidInput(f"{self._root}: nested deeper than {MAX_DEPTH} levels") from None

    def decode(self, data: bytes) -> Any:
        """The value of the bytes; ProtocolError if they are not its one form."""
        try:
            wire = msgpack.unpackb(data, raw=False, strict_map_key=False)
            if _packers.pack(wire) != data:
                raise ProtocolError(f"{self._root}: the bytes are not in canonical form")
            if self._recursive:
                _check_depth(wire)
            return self._from_wire(wire)
        except _Fault as fault:
            raise ProtocolError(fault.text(self._root), hint="was the worker built from other sources?") from None
        except ProtocolError:
            raise
        except (ValueError, TypeError, RecursionError, OverflowError, msgpack.UnpackException) as error:
            raise ProtocolError(f"{self._root}: not MessagePack of this schema: {type(error).__name__} {error}") from None


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
    raise _Fault(f"at most {MAX_DEPTH} levels of nesting", "more")


def compile_codec(node: Node, types: Mapping[str, Node], annotation: Any = None, root: str = "$") -> Codec:
    """The codec of a schema; ``annotation`` guides how decoded values are built."""
    return Codec(
        Encoders(types).of(node, annotation),
        Decoders(types).of(node, annotation),
        _is_recursive(node, types),
        root,
    )


def compile_arguments(params: Sequence[Node], types: Mapping[str, Node], annotations: Mapping[str, Any], root: str) -> Codec:
    """The codec of an export's input: encodes a tuple of the arguments in order."""
    node = {"kind": "record", "name": f"{root}.input", "fields": params}
    return Codec(Encoders(types).arguments(params, annotations), Decoders(types).of(node), _is_recursive(node, types), root)


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


def _bounds(node: Node) -> tuple[int, int]:
    return int(node["min"]), int(node["max"])


def _needs_slow(node: Node, var: str) -> str | None:
    """An expression that is true when a value needs its slow function; None for kinds that always do. It holds no text of the schema."""
    kind = node["kind"]
    if kind == "float":
        return f"type({var}) is not float or {var} != {var}"
    if kind == "int":
        low, high = _bounds(node)
        return f"type({var}) is not int or not {low} <= {var} <= {high}"
    if kind == "bool":
        return f"{var} is not True and {var} is not False"
    if kind == "str":
        return f"type({var}) is not str or len({var}) > {int(node['maxBytes']) // 4}"
    if kind == "bytes":
        return f"type({var}) is not bytes or len({var}) > {int(node['maxBytes'])}"
    if kind == "none":
        return f"{var} is not None"
    if kind == "optional":
        inner = _needs_slow(node["of"], var)
        return None if inner is None else f"{var} is not None and ({inner})"
    return None


def _generate(parameters: str, lines: list[str], scope: dict[str, Any]) -> Convert:
    source = f"def convert({parameters}):\n" + "\n".join(f"    {line}" for line in lines)
    exec(source, scope)  # noqa: S102 - made of indices and bounds only
    return scope["convert"]


class _Compiler:
    """What both directions share: named types are compiled once per annotation, and reach themselves through their slot."""

    def __init__(self, types: Mapping[str, Node]) -> None:
        self.types = types
        self._slots: dict[tuple[str, Any], Convert] = {}

    def of(self, node: Node, annotation: Any = None) -> Convert:
        node = resolve(node, self.types)
        if "name" not in node:
            return self.make(node, annotation)
        try:
            key = (node["name"], annotation)
            found = self._slots.get(key)
        except TypeError:  # an annotation that is not hashable
            key, found = (node["name"], id(annotation)), None
        if found is None:
            self._slots[key] = lambda value: self._slots[key](value)
            found = self._slots[key] = self.make(node, annotation)
        return found

    def make(self, node: Node, annotation: Any) -> Convert:
        return getattr(self, "_" + node["kind"])(node, annotation)

    def _fields(self, node: Node, annotation: Any) -> list[tuple[Node, Convert]]:
        return [
            (
                resolve(field["schema"], self.types),
                _within(self.of(field["schema"], hint.field_annotation(annotation, field["name"])), f".{field['name']}"),
            )
            for field in node["fields"]
        ]

    def _checks(self, fields: list[tuple[Node, Convert]], scope: dict[str, Any]) -> list[str]:
        lines = []
        for i, (schema, convert) in enumerate(fields):
            scope[f"f{i}"] = convert
            test = _needs_slow(schema, f"a{i}")
            lines.append(f"a{i} = f{i}(a{i})" if test is None else f"if {test}: a{i} = f{i}(a{i})")
        return lines


def _all(convert: Convert, values: Any) -> list[Any]:
    """Converts a sequence; on failure finds the place."""
    try:
        return [convert(value) for value in values]
    except _Fault:
        for i, value in enumerate(values):
            _within(convert, f"[{i}]")(value)
        raise


def _plain_items(item: Node) -> Callable[[list[Any]], bool]:
    """Whether all items are fine as they are, found out at the speed of C."""
    kind = item["kind"]
    if kind == "float":
        floats = {float}

        def plain(values: list[Any]) -> bool:
            if not floats.issuperset(map(type, values)):
                return False
            total = sum(values)
            return total == total

    elif kind == "int":
        low, high = _bounds(item)
        ints = {int}

        def plain(values: list[Any]) -> bool:
            return ints.issuperset(map(type, values)) and (not values or (low <= min(values) and max(values) <= high))

    elif kind == "str":
        quarter = item["maxBytes"] // 4
        strs = {str}

        def plain(values: list[Any]) -> bool:
            return strs.issuperset(map(type, values)) and (not values or max(map(len, values)) <= quarter)

    elif kind == "bool":
        bools = {bool}

        def plain(values: list[Any]) -> bool:
            return bools.issuperset(map(type, values))

    else:

        def plain(values: list[Any]) -> bool:
            return False

    return plain


class Encoders(_Compiler):
    """Values to what msgpack packs."""

    def _none(self, node: Node, annotation: Any) -> Convert:
        def encode(value: Any) -> None:
            if value is not None:
                raise _Fault("None", _said(value))

        return encode

    def _bool(self, node: Node, annotation: Any) -> Convert:
        def encode(value: Any) -> bool:
            if value is not True and value is not False:
                raise _Fault("bool", _said(value))
            return value

        return encode

    def _int(self, node: Node, annotation: Any) -> Convert:
        low, high = _bounds(node)

        def encode(value: Any) -> int:
            if type(value) is not int:
                if not isinstance(value, int) or isinstance(value, bool):
                    raise _Fault("int", _said(value))
                value = int(value)
            if not low <= value <= high:
                raise _Fault(f"int from {low} to {high}", value)
            return value

        return encode

    def _float(self, node: Node, annotation: Any) -> Convert:
        def encode(value: Any) -> float:
            if type(value) is not float:
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    raise _Fault("float", _said(value))
                try:
                    exact = float(value)
                except OverflowError:
                    raise _Fault("float", "an int too large for one") from None
                if exact != value and value == value:
                    raise _Fault("float", f"int {value}, which no float holds exactly")
                value = exact
            return value if value == value else _NAN

        return encode

    def _str(self, node: Node, annotation: Any) -> Convert:
        most = node["maxBytes"]

        def encode(value: Any) -> str:
            if not isinstance(value, str):
                raise _Fault("str", _said(value))
            value = str.__str__(value)
            try:
                size = len(value.encode())
            except UnicodeEncodeError:
                raise _Fault("valid Unicode text", "a lone surrogate") from None
            if size > most:
                raise _Fault(f"at most {most} bytes of UTF-8", size)
            return value

        return encode

    def _bytes(self, node: Node, annotation: Any) -> Convert:
        most = node["maxBytes"]

        def encode(value: Any) -> bytes:
            if not isinstance(value, (bytes, bytearray, memoryview)):
                raise _Fault("bytes", _said(value))
            value = bytes(value)
            if len(value) > most:
                raise _Fault(f"at most {most} bytes", len(value))
            return value

        return encode

    def _optional(self, node: Node, annotation: Any) -> Convert:
        inner = self.of(node["of"], hint.of_optional(annotation))
        return lambda value: None if value is None else inner(value)

    def _list(self, node: Node, annotation: Any) -> Convert:
        most = node["maxItems"]
        item = resolve(node["of"], self.types)
        convert = self.of(item, hint.of_items(annotation))
        plain = _plain_items(item)

        def encode(values: Any) -> list[Any]:
            if type(values) is not list:
                if not isinstance(values, Sequence) or isinstance(values, (str, bytes, bytearray, memoryview)):
                    raise _Fault("list", _said(values))
                values = list(values)
            if len(values) > most:
                raise _Fault(f"at most {most} items", len(values))
            return values if plain(values) else _all(convert, values)

        return encode

    def _map(self, node: Node, annotation: Any) -> Convert:
        most = node["maxItems"]
        key = self.of(node["key"], hint.of_items(annotation, 0))
        value = self.of(node["value"], hint.of_items(annotation, 1))

        def encode(values: Any) -> dict[Any, Any]:
            if not isinstance(values, AbstractMapping):
                raise _Fault("dict", _said(values))
            if len(values) > most:
                raise _Fault(f"at most {most} entries", len(values))
            made = {}
            for k, v in values.items():
                try:
                    made[key(k)] = value(v)
                except _Fault as fault:
                    fault.path.append(f"[{k!r}]")
                    raise
            if len(made) != len(values):
                raise _Fault("distinct keys", "one twice")
            return made

        return encode

    def _tuple(self, node: Node, annotation: Any) -> Convert:
        parts = [_within(self.of(item, hint.of_items(annotation, i)), f"[{i}]") for i, item in enumerate(node["items"])]
        count = len(parts)

        def encode(values: Any) -> list[Any]:
            if not isinstance(values, (tuple, list)) or len(values) != count:
                raise _Fault(f"tuple of {count}", _said(values))
            return [part(value) for part, value in zip(parts, values)]

        return encode

    def _enum(self, node: Node, annotation: Any) -> Convert:
        index = {(type(value), value): i for i, value in enumerate(_literals(node))}
        expected = f"{node['name']} ({', '.join(repr(value) for _, value in list(index)[:5])}{', ...' if len(index) > 5 else ''})"

        def encode(value: Any) -> int:
            if isinstance(value, enum.Enum):
                value = value.value
            try:
                return index[(type(value), value)]
            except (KeyError, TypeError):
                raise _Fault(expected, _said(value)) from None

        return encode

    def arguments(self, params: Sequence[Node], annotations: Mapping[str, Any]) -> Convert:
        """For the parameters of an export: takes their values as a tuple in order."""
        fields = [(resolve(p["schema"], self.types), _within(self.of(p["schema"], annotations.get(p["name"])), f".{p['name']}")) for p in params]
        scope: dict[str, Any] = {}
        return _generate("value", self._body(fields, scope, "value"), scope)

    def _body(self, fields: list[tuple[Node, Convert]], scope: dict[str, Any], source: str) -> list[str]:
        variables = [f"a{i}" for i in range(len(fields))]
        lines = [f"{', '.join(variables)}{',' if len(variables) == 1 else ''} = {source}"] if variables else [source]
        return [*lines, *self._checks(fields, scope), f"return [{', '.join(variables)}]"]

    def _record(self, node: Node, annotation: Any) -> Convert:
        fields = self._fields(node, annotation)
        names = [field["name"] for field in node["fields"]]
        # A default is in wire form already; its slow function lets it pass.
        defaults = {
            field["name"]: _Encoded(msgpack.unpackb(bytes.fromhex(field["default"]), raw=False, strict_map_key=False))
            for field in node["fields"]
            if field.get("default") is not None
        }
        fields = [(schema, _pass_encoded(convert) if name in defaults else convert) for name, (schema, convert) in zip(names, fields)]
        getters: dict[type, Convert] = {}

        def getter(cls: type) -> Convert:
            made = getters[cls] = _getter(cls, node["name"], names, defaults)
            return made

        scope: dict[str, Any] = {"getters": getters, "getter": getter}
        lines = ["get = getters.get(type(value)) or getter(type(value))", *self._body(fields, scope, "get(value)")]
        return _generate("value", lines, scope)

    def _union(self, node: Node, annotation: Any) -> Convert:
        plans = _variants(node, self.types, annotation)
        by_tag = {plan.tag: (i, _within(self.of(plan.schema, plan.annotation), f"<{plan.tag}>")) for i, plan in enumerate(plans)}
        expected = f"{node['name']} ({' or '.join(by_tag)})"

        def encode(value: Any) -> list[Any]:
            if type(value) is Tagged:
                found = by_tag.get(value.tag)
                if found is None:
                    raise _Fault(expected, f"tag {value.tag!r}")
                return [found[0], found[1](value.value)]
            for i, plan in enumerate(plans):
                if plan.accepts(value):
                    return [i, by_tag[plan.tag][1](value)]
            raise _Fault(expected, _said(value))

        return encode


class _Encoded(NamedTuple):
    """A value that is in wire form already."""

    wire: Any


def _pass_encoded(convert: Convert) -> Convert:
    return lambda value: value.wire if type(value) is _Encoded else convert(value)


_NOT_RECORDS = (str, int, float, bytes, bytearray, list, set, frozenset, type(None))


def _getter(cls: type, name: str, names: list[str], defaults: Mapping[str, Any]) -> Convert:
    """How to take the fields out of instances of a class."""
    if issubclass(cls, AbstractMapping):
        known = frozenset(names)

        def from_mapping(value: Any) -> list[Any]:
            strangers = value.keys() - known
            if strangers:
                raise _Fault(f"{name} with fields {', '.join(names)}", f"an unknown field {sorted(map(str, strangers))[0]!r}")
            return [_field(value.get(key, _MISSING), key, name, defaults) for key in names]

        return from_mapping
    if issubclass(cls, _NOT_RECORDS) or (issubclass(cls, tuple) and not hasattr(cls, "_fields")):

        def refuse(value: Any) -> Any:
            raise _Fault(name, _said(value))

        return refuse
    if not names:
        return lambda value: ()

    def slow(value: Any) -> list[Any]:
        return [_field(getattr(value, key, _MISSING), key, name, defaults) for key in names]

    fetch = attrgetter(*names) if len(names) > 1 else (lambda value, get=attrgetter(names[0]): (get(value),))

    def from_attributes(value: Any) -> Any:
        try:
            return fetch(value)
        except AttributeError:
            return slow(value)

    return from_attributes


def _field(value: Any, key: str, name: str, defaults: Mapping[str, Any]) -> Any:
    if value is not _MISSING:
        return value
    if key not in defaults:
        raise _Fault(f"{name} with field {key}", "none of that name")
    return defaults[key]


def _literals(node: Node) -> list[Any]:
    return [int(value["int"]) if isinstance(value, dict) else value for value in node["literals"]]


class _Variant(NamedTuple):
    tag: str
    schema: Node
    annotation: Any
    accepts: Callable[[Any], bool]
    #: Variants of one shape cannot be told apart by the value.
    shape: str


def _variants(node: Node, types: Mapping[str, Node], annotation: Any) -> list[_Variant]:
    exact = {"none": type(None), "bool": bool, "int": int, "float": float, "str": str, "bytes": bytes, "list": list, "tuple": tuple, "map": dict}
    plans = []
    for variant in node["variants"]:
        schema = resolve(variant["schema"], types)
        kind = schema["kind"]
        member = hint.of_variant(annotation, variant["tag"], schema.get("name"))
        cls = hint.record_class(member) if kind == "record" else hint.enum_class(member) if kind == "enum" else exact.get(kind)
        if cls is not None:
            # A bare None would be lost in an optional around the union.
            shape = "any" if kind == "none" else cls.__name__
            plans.append(_Variant(variant["tag"], schema, member, lambda value, cls=cls: type(value) is cls, shape))
        elif kind == "record":
            plans.append(_Variant(variant["tag"], schema, member, lambda value: not isinstance(value, (*_NOT_RECORDS, tuple)), "dict"))
        else:  # an optional, an enum without a class or another union: only a tag tells
            plans.append(_Variant(variant["tag"], schema, member, lambda value: False, "any"))
    return plans


class Decoders(_Compiler):
    """What msgpack unpacked to values. msgpack gives exact builtin types, so the cheap checks decide everything but the message."""

    def _scalar(self, node: Node, expected: str) -> Convert:
        test = _needs_slow(node, "value")

        def wrong(value: Any) -> Any:
            raise _Fault(expected, _said(value))

        return _generate("value", [f"if {test}: wrong(value)", "return value"], {"wrong": wrong})

    def _none(self, node: Node, annotation: Any) -> Convert:
        return self._scalar(node, "None")

    def _bool(self, node: Node, annotation: Any) -> Convert:
        return self._scalar(node, "bool")

    def _int(self, node: Node, annotation: Any) -> Convert:
        return self._scalar(node, f"int from {node['min']} to {node['max']}")

    def _float(self, node: Node, annotation: Any) -> Convert:
        def decode(value: Any) -> float:
            if type(value) is not float:
                raise _Fault("float", _said(value))
            if value != value and struct.pack(">d", value) != _NAN_BYTES:
                raise _Fault("the canonical NaN", "another")
            return value

        return decode

    def _str(self, node: Node, annotation: Any) -> Convert:
        most = node["maxBytes"]

        def decode(value: Any) -> str:
            if type(value) is not str or (4 * len(value) > most and len(value.encode()) > most):
                raise _Fault(f"str of at most {most} bytes", _said(value))
            return value

        return decode

    def _bytes(self, node: Node, annotation: Any) -> Convert:
        return self._scalar(node, f"at most {node['maxBytes']} bytes")

    def _optional(self, node: Node, annotation: Any) -> Convert:
        inner = self.of(node["of"], hint.of_optional(annotation))
        return lambda value: None if value is None else inner(value)

    def _list(self, node: Node, annotation: Any) -> Convert:
        most = node["maxItems"]
        item = resolve(node["of"], self.types)
        convert = self.of(item, hint.of_items(annotation))
        plain = _plain_items(item)

        def decode(values: Any) -> list[Any]:
            if type(values) is not list or len(values) > most:
                raise _Fault(f"list of at most {most} items", _said(values))
            return values if plain(values) else _all(convert, values)

        return decode

    def _map(self, node: Node, annotation: Any) -> Convert:
        most = node["maxItems"]
        key = self.of(node["key"], hint.of_items(annotation, 0))
        value = self.of(node["value"], hint.of_items(annotation, 1))

        def decode(values: Any) -> dict[Any, Any]:
            if type(values) is not dict or len(values) > most:
                raise _Fault(f"map of at most {most} entries", _said(values))
            made = {}
            for k, v in values.items():
                try:
                    made[key(k)] = value(v)
                except _Fault as fault:
                    fault.path.append(f"[{k!r}]")
                    raise
            return made

        return decode

    def _tuple(self, node: Node, annotation: Any) -> Convert:
        parts = [_within(self.of(item, hint.of_items(annotation, i)), f"[{i}]") for i, item in enumerate(node["items"])]
        count = len(parts)

        def decode(values: Any) -> tuple[Any, ...]:
            if type(values) is not list or len(values) != count:
                raise _Fault(f"array of {count}", _said(values))
            return tuple([part(value) for part, value in zip(parts, values)])

        return decode

    def _enum(self, node: Node, annotation: Any) -> Convert:
        values = _literals(node)
        cls = hint.enum_class(annotation)
        if cls is not None:
            members = {(type(member.value), member.value): member for member in cls}
            values = [members.get((type(value), value), value) for value in values]
        count = len(values)

        def decode(index: Any) -> Any:
            if type(index) is not int or not 0 <= index < count:
                raise _Fault(f"an index below {count}", _said(index))
            return values[index]

        return decode

    def _record(self, node: Node, annotation: Any) -> Convert:
        fields = self._fields(node, annotation)
        names = [field["name"] for field in node["fields"]]
        count = len(names)
        cls = hint.record_class(annotation)

        def wrong(value: Any) -> Any:
            raise _Fault(f"{node['name']} of {count} fields", _said(value))

        scope: dict[str, Any] = {"wrong": wrong, "cls": cls}
        variables = [f"a{i}" for i in range(count)]
        lines = [f"if type(value) is not list or len(value) != {count}: wrong(value)"]
        if variables:
            lines.append(f"{', '.join(variables)}{',' if count == 1 else ''} = value")
        lines += self._checks(fields, scope)
        if cls is not None and hint.constructor_order(cls, names):
            lines.append(f"return cls({', '.join(variables)})")
        else:
            scope["names"] = names
            made = f"dict(zip(names, ({', '.join(variables)}{',' if count == 1 else ''})))"
            lines.append(f"return {made}" if cls is None else f"return cls(**{made})")
        return _generate("value", lines, scope)

    def _union(self, node: Node, annotation: Any) -> Convert:
        plans = _variants(node, self.types, annotation)
        shapes = [plan.shape for plan in plans]
        bare = len(set(shapes)) == len(shapes) and "any" not in shapes
        parts = [_within(self.of(plan.schema, plan.annotation), f"<{plan.tag}>") for plan in plans]

        def decode(pair: Any) -> Any:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not int or not 0 <= pair[0] < len(parts):
                raise _Fault(f"{node['name']} as a pair of index and value", _said(pair))
            value = parts[pair[0]](pair[1])
            return value if bare else Tagged(plans[pair[0]].tag, value)

        return decode
