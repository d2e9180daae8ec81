"""What msgpack unpacked to values, built by the annotations."""

from __future__ import annotations

import struct
from typing import Any

from . import annotations as hint
from . import scalars
from .convert import NAN_BYTES, Compiler, convert_all, generate, needs_slow, plain_items
from .fault import Convert, Fault, said, within
from .scalars import fits_single
from .schema import Node, resolve
from .unions import Tagged, literals_of, variants_of
from .values import Err, Ok


class Decoders(Compiler):
    """What msgpack unpacked to values. msgpack gives exact builtin types, so the cheap checks decide everything but the message."""

    def _scalar(self, node: Node, expected: str) -> Convert:
        test = needs_slow(node, "value")

        def wrong(value: Any) -> Any:
            raise Fault(expected, said(value))

        return generate("value", [f"if {test}: wrong(value)", "return value"], {"wrong": wrong})

    def _none(self, node: Node, annotation: Any) -> Convert:
        return self._scalar(node, "None")

    def _bool(self, node: Node, annotation: Any) -> Convert:
        return self._scalar(node, "bool")

    def _int(self, node: Node, annotation: Any) -> Convert:
        return self._scalar(node, f"int from {node['min']} to {node['max']}")

    def _float(self, node: Node, annotation: Any) -> Convert:
        def decode(value: Any) -> float:
            if type(value) is not float:
                raise Fault("float", said(value))
            if value != value and struct.pack(">d", value) != NAN_BYTES:
                raise Fault("the canonical NaN", "another")
            return value

        return decode

    def _float32(self, node: Node, annotation: Any) -> Convert:
        wide = self._float(node, annotation)

        def decode(value: Any) -> float:
            if not fits_single(wide(value)):
                raise Fault("a float that 32 bits hold", said(value))
            return value

        return decode

    def _decimal(self, node: Node, annotation: Any) -> Convert:
        return scalars.decimal_from_wire(node)

    def _date(self, node: Node, annotation: Any) -> Convert:
        return scalars.date_from_wire(node)

    def _time(self, node: Node, annotation: Any) -> Convert:
        return scalars.time_from_wire(node)

    def _timestamp(self, node: Node, annotation: Any) -> Convert:
        return scalars.timestamp_from_wire(node)

    def _duration(self, node: Node, annotation: Any) -> Convert:
        return scalars.duration_from_wire(node)

    def _uuid(self, node: Node, annotation: Any) -> Convert:
        return scalars.uuid_from_wire(node)

    def _capability(self, node: Node, annotation: Any) -> Convert:
        return scalars.capability_from_wire(node)

    def _stream(self, node: Node, annotation: Any) -> Convert:
        return self._none({"kind": "none"}, annotation)

    def _str(self, node: Node, annotation: Any) -> Convert:
        most = node["maxBytes"]

        def decode(value: Any) -> str:
            if type(value) is not str or (4 * len(value) > most and len(value.encode()) > most):
                raise Fault(f"str of at most {most} bytes", said(value))
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
        plain = plain_items(item)

        def decode(values: Any) -> list[Any]:
            if type(values) is not list or len(values) > most:
                raise Fault(f"list of at most {most} items", said(values))
            return values if plain(values) else convert_all(convert, values)

        return decode

    def _array(self, node: Node, annotation: Any) -> Convert:
        length = int(node["length"])
        items = self._list({"kind": "list", "of": node["of"], "maxItems": length}, annotation)

        def decode(values: Any) -> list[Any]:
            if type(values) is not list or len(values) != length:
                raise Fault(f"array of {length}", said(values))
            return items(values)

        return decode

    def _result(self, node: Node, annotation: Any) -> Convert:
        sides = [
            (cls, within(self.of(node[key], hint.of_result(annotation, cls)), f".{key}")) for cls, key in ((Ok, "ok"), (Err, "error"))
        ]

        def decode(pair: Any) -> Any:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not int or not 0 <= pair[0] <= 1:
                raise Fault("a result as a pair of 0 or 1 and its value", said(pair))
            cls, convert = sides[pair[0]]
            return cls(convert(pair[1]))

        return decode

    def _table(self, node: Node, annotation: Any) -> Convert:
        columns = [
            (field["name"], within(self._list({"kind": "list", "of": field["schema"], "maxItems": node["maxRows"]}, None), f".{field['name']}"))
            for field in node["fields"]
        ]

        def decode(values: Any) -> dict[str, list[Any]]:
            if type(values) is not list or len(values) != len(columns):
                raise Fault(f"table of {len(columns)} columns", said(values))
            made = {name: convert(column) for (name, convert), column in zip(columns, values)}
            if len({len(column) for column in made.values()}) > 1:
                raise Fault("columns of one length", ", ".join(str(len(column)) for column in made.values()))
            return made

        return decode

    def _map(self, node: Node, annotation: Any) -> Convert:
        most = node["maxItems"]
        key = self.of(node["key"], hint.of_items(annotation, 0))
        value = self.of(node["value"], hint.of_items(annotation, 1))

        def decode(values: Any) -> dict[Any, Any]:
            if type(values) is not dict or len(values) > most:
                raise Fault(f"map of at most {most} entries", said(values))
            made = {}
            for k, v in values.items():
                try:
                    made[key(k)] = value(v)
                except Fault as fault:
                    fault.path.append(f"[{k!r}]")
                    raise
            return made

        return decode

    def _tuple(self, node: Node, annotation: Any) -> Convert:
        parts = [within(self.of(item, hint.of_items(annotation, i)), f"[{i}]") for i, item in enumerate(node["items"])]
        count = len(parts)

        def decode(values: Any) -> tuple[Any, ...]:
            if type(values) is not list or len(values) != count:
                raise Fault(f"array of {count}", said(values))
            return tuple([part(value) for part, value in zip(parts, values)])

        return decode

    def _enum(self, node: Node, annotation: Any) -> Convert:
        values = literals_of(node)
        cls = hint.enum_class(annotation)
        if cls is not None:
            members = {(type(member.value), member.value): member for member in cls}
            values = [members.get((type(value), value), value) for value in values]
        count = len(values)

        def decode(index: Any) -> Any:
            if type(index) is not int or not 0 <= index < count:
                raise Fault(f"an index below {count}", said(index))
            return values[index]

        return decode

    def _record(self, node: Node, annotation: Any) -> Convert:
        fields = self._fields(node, annotation)
        names = [field["name"] for field in node["fields"]]
        count = len(names)
        cls = hint.record_class(annotation)

        def wrong(value: Any) -> Any:
            raise Fault(f"{node['name']} of {count} fields", said(value))

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
        return generate("value", lines, scope)

    def _union(self, node: Node, annotation: Any) -> Convert:
        plans = variants_of(node, self.types, annotation)
        shapes = [plan.shape for plan in plans]
        bare = len(set(shapes)) == len(shapes) and "any" not in shapes
        parts = [within(self.of(plan.schema, plan.annotation), f"<{plan.tag}>") for plan in plans]

        def decode(pair: Any) -> Any:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not int or not 0 <= pair[0] < len(parts):
                raise Fault(f"{node['name']} as a pair of index and value", said(pair))
            value = parts[pair[0]](pair[1])
            return value if bare else Tagged(plans[pair[0]].tag, value)

        return decode
