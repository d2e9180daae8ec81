"""What encoding and decoding share: named types compiled once, generated checks, and checks of whole lists at the speed of C.

Functions for records are generated, so that one call handles all fields with the cheap checks in line; the slow functions behind them
convert what is convertible and otherwise say what was expected. Generated text is made of indices and bounds, never of names.
"""

from __future__ import annotations

import struct
from typing import Any, Callable, Mapping

from . import annotations as hint
from .fault import Convert, Fault, within
from .schema import Node, resolve

NAN_BYTES = bytes.fromhex("7ff8000000000000")
NAN: float = struct.unpack(">d", NAN_BYTES)[0]


def bounds(node: Node) -> tuple[int, int]:
    return int(node["min"]), int(node["max"])


def needs_slow(node: Node, var: str) -> str | None:
    """An expression that is true when a value needs its slow function; None for kinds that always do. It holds no text of the schema."""
    kind = node["kind"]
    if kind == "float":
        return f"type({var}) is not float or {var} != {var}"
    if kind == "int":
        low, high = bounds(node)
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
        inner = needs_slow(node["of"], var)
        return None if inner is None else f"{var} is not None and ({inner})"
    return None


def generate(parameters: str, lines: list[str], scope: dict[str, Any]) -> Convert:
    source = f"def convert({parameters}):\n" + "\n".join(f"    {line}" for line in lines)
    exec(source, scope)  # noqa: S102 - made of indices and bounds only
    return scope["convert"]


class Compiler:
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
                within(self.of(field["schema"], hint.field_annotation(annotation, field["name"])), f".{field['name']}"),
            )
            for field in node["fields"]
        ]

    def _checks(self, fields: list[tuple[Node, Convert]], scope: dict[str, Any]) -> list[str]:
        lines = []
        for i, (schema, convert) in enumerate(fields):
            scope[f"f{i}"] = convert
            test = needs_slow(schema, f"a{i}")
            lines.append(f"a{i} = f{i}(a{i})" if test is None else f"if {test}: a{i} = f{i}(a{i})")
        return lines


def convert_all(convert: Convert, values: Any) -> list[Any]:
    """Converts a sequence; on failure finds the place."""
    try:
        return [convert(value) for value in values]
    except Fault:
        for i, value in enumerate(values):
            within(convert, f"[{i}]")(value)
        raise


def plain_items(item: Node) -> Callable[[list[Any]], bool]:
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
        low, high = bounds(item)
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
