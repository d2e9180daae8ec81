"""Values to what msgpack packs: nested lists, records by ordinal, enums by index."""

from __future__ import annotations

import enum
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Mapping, NamedTuple

import msgpack

from . import annotations as hint
from . import scalars
from .convert import NAN, Compiler, bounds, convert_all, generate, plain_items
from .fault import Convert, Fault, said, within
from .scalars import fits_single
from .schema import Node, resolve
from .unions import NOT_RECORDS, Tagged, literals_of, variants_of
from .values import Err, Ok

_MISSING = object()


class Encoders(Compiler):
    """Values to what msgpack packs."""

    def _none(self, node: Node, annotation: Any) -> Convert:
        def encode(value: Any) -> None:
            if value is not None:
                raise Fault("None", said(value))

        return encode

    def _bool(self, node: Node, annotation: Any) -> Convert:
        def encode(value: Any) -> bool:
            if value is not True and value is not False:
                raise Fault("bool", said(value))
            return value

        return encode

    def _int(self, node: Node, annotation: Any) -> Convert:
        low, high = bounds(node)

        def encode(value: Any) -> int:
            if type(value) is not int:
                if not isinstance(value, int) or isinstance(value, bool):
                    raise Fault("int", said(value))
                value = int(value)
            if not low <= value <= high:
                raise Fault(f"int from {low} to {high}", value)
            return value

        return encode

    def _float(self, node: Node, annotation: Any) -> Convert:
        def encode(value: Any) -> float:
            if type(value) is not float:
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    raise Fault("float", said(value))
                try:
                    exact = float(value)
                except OverflowError:
                    raise Fault("float", "an int too large for one") from None
                if exact != value and value == value:
                    raise Fault("float", f"int {value}, which no float holds exactly")
                value = exact
            return value if value == value else NAN

        return encode

    def _float32(self, node: Node, annotation: Any) -> Convert:
        wide = self._float(node, annotation)

        def encode(value: Any) -> float:
            value = wide(value)
            if not fits_single(value):
                raise Fault("a float that 32 bits hold", said(value))
            return value

        return encode

    def _decimal(self, node: Node, annotation: Any) -> Convert:
        return scalars.decimal_to_wire(node)

    def _date(self, node: Node, annotation: Any) -> Convert:
        return scalars.date_to_wire(node)

    def _time(self, node: Node, annotation: Any) -> Convert:
        return scalars.time_to_wire(node)

    def _timestamp(self, node: Node, annotation: Any) -> Convert:
        return scalars.timestamp_to_wire(node)

    def _duration(self, node: Node, annotation: Any) -> Convert:
        return scalars.duration_to_wire(node)

    def _uuid(self, node: Node, annotation: Any) -> Convert:
        return scalars.uuid_to_wire(node)

    def _capability(self, node: Node, annotation: Any) -> Convert:
        return scalars.capability_to_wire(node)

    def _stream(self, node: Node, annotation: Any) -> Convert:
        """In the message a stream is only a place; its items travel beside it."""

        def encode(value: Any) -> None:
            if value is not None and not hasattr(value, "__iter__") and not hasattr(value, "__aiter__"):
                raise Fault("an iterable or None for a stream", said(value))

        return encode

    def _str(self, node: Node, annotation: Any) -> Convert:
        most = node["maxBytes"]

        def encode(value: Any) -> str:
            if not isinstance(value, str):
                raise Fault("str", said(value))
            value = str.__str__(value)
            try:
                size = len(value.encode())
            except UnicodeEncodeError:
                raise Fault("valid Unicode text", "a lone surrogate") from None
            if size > most:
                raise Fault(f"at most {most} bytes of UTF-8", size)
            return value

        return encode

    def _bytes(self, node: Node, annotation: Any) -> Convert:
        most = node["maxBytes"]

        def encode(value: Any) -> bytes:
            if not isinstance(value, (bytes, bytearray, memoryview)):
                raise Fault("bytes", said(value))
            value = bytes(value)
            if len(value) > most:
                raise Fault(f"at most {most} bytes", len(value))
            return value

        return encode

    def _optional(self, node: Node, annotation: Any) -> Convert:
        inner = self.of(node["of"], hint.of_optional(annotation))
        return lambda value: None if value is None else inner(value)

    def _list(self, node: Node, annotation: Any) -> Convert:
        most = node["maxItems"]
        item = resolve(node["of"], self.types)
        convert = self.of(item, hint.of_items(annotation))
        plain = plain_items(item)

        def encode(values: Any) -> list[Any]:
            if type(values) is not list:
                if not isinstance(values, Sequence) or isinstance(values, (str, bytes, bytearray, memoryview)):
                    raise Fault("list", said(values))
                values = list(values)
            if len(values) > most:
                raise Fault(f"at most {most} items", len(values))
            return values if plain(values) else convert_all(convert, values)

        return encode

    def _array(self, node: Node, annotation: Any) -> Convert:
        length = int(node["length"])
        items = self._list({"kind": "list", "of": node["of"], "maxItems": length}, annotation)

        def encode(values: Any) -> list[Any]:
            made = items(values)
            if len(made) != length:
                raise Fault(f"exactly {length} items", len(made))
            return made

        return encode

    def _result(self, node: Node, annotation: Any) -> Convert:
        sides = {
            cls: (index, within(self.of(node[key], hint.of_result(annotation, cls)), f".{key}"))
            for index, (cls, key) in enumerate(((Ok, "ok"), (Err, "error")))
        }

        def encode(value: Any) -> list[Any]:
            side = sides.get(type(value))
            if side is None:
                raise Fault("Ok or Err", said(value))
            return [side[0], side[1](value.value)]

        return encode

    def _table(self, node: Node, annotation: Any) -> Convert:
        columns = {
            field["name"]: within(self._list({"kind": "list", "of": field["schema"], "maxItems": node["maxRows"]}, None), f".{field['name']}")
            for field in node["fields"]
        }

        def encode(value: Any) -> list[list[Any]]:
            if not isinstance(value, AbstractMapping):
                raise Fault("dict of columns", said(value))
            if value.keys() != columns.keys():
                raise Fault(f"columns {', '.join(columns)}", ", ".join(map(str, value)))
            made = [column(value[name]) for name, column in columns.items()]
            if any(len(column) != len(made[0]) for column in made):
                raise Fault("columns of one length", ", ".join(str(len(column)) for column in made))
            return made

        return encode

    def _map(self, node: Node, annotation: Any) -> Convert:
        most = node["maxItems"]
        key = self.of(node["key"], hint.of_items(annotation, 0))
        value = self.of(node["value"], hint.of_items(annotation, 1))

        def encode(values: Any) -> dict[Any, Any]:
            if not isinstance(values, AbstractMapping):
                raise Fault("dict", said(values))
            if len(values) > most:
                raise Fault(f"at most {most} entries", len(values))
            made = {}
            for k, v in values.items():
                try:
                    made[key(k)] = value(v)
                except Fault as fault:
                    fault.path.append(f"[{k!r}]")
                    raise
            if len(made) != len(values):
                raise Fault("distinct keys", "one twice")
            return made

        return encode

    def _tuple(self, node: Node, annotation: Any) -> Convert:
        parts = [within(self.of(item, hint.of_items(annotation, i)), f"[{i}]") for i, item in enumerate(node["items"])]
        count = len(parts)

        def encode(values: Any) -> list[Any]:
            if not isinstance(values, (tuple, list)) or len(values) != count:
                raise Fault(f"tuple of {count}", said(values))
            return [part(value) for part, value in zip(parts, values)]

        return encode

    def _enum(self, node: Node, annotation: Any) -> Convert:
        index = {(type(value), value): i for i, value in enumerate(literals_of(node))}
        expected = f"{node['name']} ({', '.join(repr(value) for _, value in list(index)[:5])}{', ...' if len(index) > 5 else ''})"

        def encode(value: Any) -> int:
            if isinstance(value, enum.Enum):
                value = value.value
            try:
                return index[(type(value), value)]
            except (KeyError, TypeError):
                raise Fault(expected, said(value)) from None

        return encode

    def arguments(self, params: Sequence[Node], annotations: Mapping[str, Any]) -> Convert:
        """For the parameters of an export: takes their values as a tuple in order."""
        fields = [(resolve(p["schema"], self.types), within(self.of(p["schema"], annotations.get(p["name"])), f".{p['name']}")) for p in params]
        scope: dict[str, Any] = {}
        return generate("value", self._body(fields, scope, "value"), scope)

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
        return generate("value", lines, scope)

    def _union(self, node: Node, annotation: Any) -> Convert:
        plans = variants_of(node, self.types, annotation)
        by_tag = {plan.tag: (i, within(self.of(plan.schema, plan.annotation), f"<{plan.tag}>")) for i, plan in enumerate(plans)}
        expected = f"{node['name']} ({' or '.join(by_tag)})"

        def encode(value: Any) -> list[Any]:
            if type(value) is Tagged:
                found = by_tag.get(value.tag)
                if found is None:
                    raise Fault(expected, f"tag {value.tag!r}")
                return [found[0], found[1](value.value)]
            for i, plan in enumerate(plans):
                if plan.accepts(value):
                    return [i, by_tag[plan.tag][1](value)]
            raise Fault(expected, said(value))

        return encode


class _Encoded(NamedTuple):
    """A value that is in wire form already."""

    wire: Any


def _pass_encoded(convert: Convert) -> Convert:
    return lambda value: value.wire if type(value) is _Encoded else convert(value)



def _getter(cls: type, name: str, names: list[str], defaults: Mapping[str, Any]) -> Convert:
    """How to take the fields out of instances of a class."""
    if issubclass(cls, AbstractMapping):
        known = frozenset(names)

        def from_mapping(value: Any) -> list[Any]:
            strangers = value.keys() - known
            if strangers:
                raise Fault(f"{name} with fields {', '.join(names)}", f"an unknown field {sorted(map(str, strangers))[0]!r}")
            return [_field(value.get(key, _MISSING), key, name, defaults) for key in names]

        return from_mapping
    if issubclass(cls, NOT_RECORDS) or (issubclass(cls, tuple) and not hasattr(cls, "_fields")):

        def refuse(value: Any) -> Any:
            raise Fault(name, said(value))

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
        raise Fault(f"{name} with field {key}", "none of that name")
    return defaults[key]
