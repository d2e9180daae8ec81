"""schemas.json: the exports of an artifact and the types of their parameters and results.

Nodes stay the plain dictionaries of the file; :mod:`molt_accel.codec` compiles them. Ids are taken from the file, where the compiler put
them; the worker compares them on every call.
"""

from __future__ import annotations

import difflib
import json
from typing import Any, Iterator, Mapping, NamedTuple

from .errors import MissingExport, MoltError, SchemaMismatch

Node = Mapping[str, Any]

KINDS = frozenset(
    ("none", "bool", "int", "float", "str", "bytes", "optional", "list", "map", "tuple", "record", "enum", "union", "ref")
    + ("float32", "decimal", "date", "time", "timestamp", "duration", "uuid", "array", "result", "stream", "table", "capability")
)
MAX_DEPTH = 64


class Export(NamedTuple):
    name: str
    id: int
    params: tuple[Node, ...]
    result: Node
    input_id: str
    output_id: str
    idempotent: bool


class SchemaSet:
    """The types and exports of one schemas.json."""

    def __init__(self, text: str | bytes, digest: str = "") -> None:
        try:
            data = json.loads(text)
            if data["format"] != "molt-schemas" or data["version"] != 1:
                raise SchemaMismatch(f"schemas have format {data['format']!r} version {data['version']!r}, this client reads molt-schemas 1")
            self.types: dict[str, Node] = dict(data["types"])
            self.exports: dict[str, Export] = {}
            for id_, item in enumerate(data["exports"]):
                export = Export(
                    str(item["name"]), id_, tuple(item["params"]), item["result"], str(item["inputId"]), str(item["outputId"]), bool(item["idempotent"])
                )
                bytes.fromhex(export.input_id), bytes.fromhex(export.output_id)
                self.exports[export.name] = export
            for node in self._nodes():
                _check(node, self.types)
        except MoltError:
            raise
        except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
            raise SchemaMismatch(f"the schemas are damaged: {type(error).__name__}: {error}", hint="build the artifact again: molt build") from None
        self.digest = digest

    def _nodes(self) -> Iterator[Node]:
        yield from self.types.values()
        for export in self.exports.values():
            yield export.result
            for param in export.params:
                yield param["schema"]

    def export(self, name: str) -> Export:
        """The export of that name, or MissingExport with the names that may have been meant."""
        found = self.exports.get(name)
        if found is None:
            raise missing_export(name, list(self.exports))
        return found


def missing_export(name: str, known: list[str]) -> MissingExport:
    near = difflib.get_close_matches(name, known, 3, 0.6)
    guess = f"; did you mean {' or '.join(near)}?" if near else ""
    shown = ", ".join(known[:10]) + (", ..." if len(known) > 10 else "")
    return MissingExport(
        f"the worker has no export named {name}{guess}",
        hint=f"it exports {shown}; if the function is new, build again and restart the worker" if known else "the worker exports nothing",
        details={"export": name, "near": near},
    )


def resolve(node: Node, types: Mapping[str, Node]) -> Node:
    """The node that a reference names, or the node itself."""
    return types[node["name"]] if node["kind"] == "ref" else node


def children(node: Node) -> list[tuple[str, Node]]:
    """The parts of a node that are schemas, with how a path names them."""
    kind = node["kind"]
    if kind == "optional":
        return [("", node["of"])]
    if kind in ("list", "array", "stream"):
        return [("[]", node["of"])]
    if kind == "result":
        return [(".ok", node["ok"]), (".error", node["error"])]
    if kind == "map":
        return [("[key]", node["key"]), ("[value]", node["value"])]
    if kind == "tuple":
        return [(f"[{i}]", item) for i, item in enumerate(node["items"])]
    if kind in ("record", "table"):
        return [(f".{field['name']}", field["schema"]) for field in node["fields"]]
    if kind == "union":
        return [(f"<{variant['tag']}>", variant["schema"]) for variant in node["variants"]]
    return []


def _check(node: Node, types: Mapping[str, Node], depth: int = 0) -> None:
    kind = node["kind"]
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; update molt-accel")
    if depth > MAX_DEPTH:
        raise ValueError("schemas nested too deep")
    if kind == "ref" and node["name"] not in types:
        raise ValueError(f"there is no type named {node['name']!r}")
    for _, child in children(node):
        _check(child, types, depth + 1)


def first_difference(mine: Node, theirs: Node, my_types: Mapping[str, Node], their_types: Mapping[str, Node]) -> tuple[str, str] | None:
    """The path and the words of the first place where two schemas differ."""
    seen: set[tuple[str, str]] = set()

    def compare(path: str, a: Node, b: Node) -> tuple[str, str] | None:
        a, b = resolve(a, my_types), resolve(b, their_types)
        if a["kind"] != b["kind"]:
            return path, f"{a['kind']} here, {b['kind']} in the worker"
        if "name" in a:
            if (a["name"], b["name"]) in seen:
                return None
            seen.add((a["name"], b["name"]))
        for key in ("min", "max", "maxBytes", "maxItems", "literals", "precision", "scale", "unit", "zone", "length", "maxRows", "grant"):
            if a.get(key) != b.get(key):
                return path, f"{key} is {a.get(key)} here, {b.get(key)} in the worker"
        left, right = children(a), children(b)
        for (step, child), (other_step, other) in zip(left, right):
            if step != other_step:
                return path, f"{step.strip('.<>')} here, {other_step.strip('.<>')} in the worker, at the same place"
            found = compare(path + step, child, other)
            if found is not None:
                return found
        if len(left) != len(right):
            extra, where = (left[len(right)], "in the worker") if len(left) > len(right) else (right[len(left)], "here")
            return path + extra[0], f"missing {where}"
        if a["kind"] == "record":
            for field, other in zip(a["fields"], b["fields"]):
                if field.get("default") != other.get("default"):
                    return f"{path}.{field['name']}", "the defaults differ"
        return None

    return compare("$", mine, theirs)


def input_record(export: Export) -> Node:
    """The record of an export's parameters."""
    return {"kind": "record", "name": f"{export.name}.input", "fields": export.params}


def mismatch(name: str, mine: SchemaSet, theirs: SchemaSet) -> SchemaMismatch | None:
    """How a worker's export differs from the one this program was built with; None if it does not."""
    own, other = mine.export(name), theirs.export(name)
    for side, a, b, left, right in (
        ("input", own.input_id, other.input_id, input_record(own), input_record(other)),
        ("output", own.output_id, other.output_id, own.result, other.result),
    ):
        if a == b:
            continue
        found = first_difference(left, right, mine.types, theirs.types)
        where = f" at {found[0]}: {found[1]}" if found else f": this program has schema {a[:16]}, the worker {b[:16]}"
        return SchemaMismatch(
            f"the {side} of {name} differs{where}",
            hint="build both sides from the same source: molt build, then restart the worker",
            details={"export": name, "side": side, "caller": a, "worker": b, **({"path": found[0]} if found else {})},
        )
    return None
