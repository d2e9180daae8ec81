"""Schemas from the annotations of Python functions, for tests that run without a build.

The compiler's own schemas are the contract; these have the same kinds and default bounds, so that a test meets the same refusals, but their
ids are local. Give a test the artifact instead when overrides in ``Annotated`` matter.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime
import decimal
import enum
import hashlib
import json
import types
import typing
import uuid
from typing import Any, Callable, Mapping

from .annotations import hints_of, signature_hints, strip
from .python_original import call_signature

I64 = {"min": str(-(2**63)), "max": str(2**63 - 1)}

SCALARS: dict[Any, dict[str, Any]] = {
    None: {"kind": "none"},
    type(None): {"kind": "none"},
    bool: {"kind": "bool"},
    int: {"kind": "int", **I64},
    float: {"kind": "float"},
    str: {"kind": "str", "maxBytes": 1 << 20},
    bytes: {"kind": "bytes", "maxBytes": 8 << 20},
    datetime.date: {"kind": "date"},
    datetime.time: {"kind": "time", "unit": "us"},
    datetime.datetime: {"kind": "timestamp", "unit": "us", "zone": "utc"},
    datetime.timedelta: {"kind": "duration", "unit": "us", **I64},
    decimal.Decimal: {"kind": "decimal", "precision": 28, "scale": 6},
    uuid.UUID: {"kind": "uuid"},
}
LISTS = (list, collections.abc.Sequence)
MAPS = (dict, collections.abc.Mapping)


def schemas_of(functions: Mapping[str, Callable[..., Any]]) -> str:
    """The text of a schemas.json for some functions by the names of their exports; TypeError for what cannot cross."""
    named: dict[str, dict[str, Any]] = {}
    exports = []
    for name, function in functions.items():
        hints = signature_hints(function)
        params = []
        for parameter in call_signature(function).parameters:
            if parameter not in hints:
                raise TypeError(f"{name}: the parameter {parameter} has no annotation that can be read here")
            params.append({"name": parameter, "schema": _node(hints[parameter], named, f"{name}.{parameter}")})
        if "return" not in hints:
            raise TypeError(f"{name}: the result has no annotation that can be read here")
        result = _node(hints["return"], named, f"{name} result")
        ids = [hashlib.sha256(json.dumps([name, side]).encode()).hexdigest() for side in (params, result)]
        exports.append({"name": name, "params": params, "result": result, "errors": [], "idempotent": False, "inputId": ids[0], "outputId": ids[1]})
    return json.dumps({"format": "molt-schemas", "version": 1, "types": named, "exports": exports})


def _node(annotation: Any, named: dict[str, dict[str, Any]], where: str) -> dict[str, Any]:
    annotation = strip(annotation)
    if annotation is None or (isinstance(annotation, type) and annotation in SCALARS):
        return SCALARS[annotation]
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        rest = [arg for arg in args if arg is not type(None)]
        inner = _node(rest[0], named, where) if len(rest) == 1 else _union(rest, named, where)
        return {"kind": "optional", "of": inner} if len(rest) < len(args) else inner
    if origin in LISTS and len(args) == 1:
        return {"kind": "list", "of": _node(args[0], named, f"{where}[]"), "maxItems": 1 << 20}
    if origin in MAPS and len(args) == 2:
        key, value = _node(args[0], named, f"{where} keys"), _node(args[1], named, f"{where} values")
        return {"kind": "map", "key": key, "value": value, "maxItems": 1 << 18}
    if origin is tuple and args and args[-1] is not Ellipsis:
        return {"kind": "tuple", "items": [_node(arg, named, f"{where}[{i}]") for i, arg in enumerate(args)]}
    if origin is typing.Literal:
        return {"kind": "enum", "name": "Literal" + "".join(str(arg).title() for arg in args if str(arg).isidentifier()), "literals": list(args)}
    if isinstance(annotation, type):
        made = _named(annotation, named, where)
        if made is not None:
            return made
    raise TypeError(f"{where}: no schema can be made of {annotation!r} here; pass the folder of a build: artifact=...")


def _union(members: list[Any], named: dict[str, dict[str, Any]], where: str) -> dict[str, Any]:
    variants = []
    for member in members:
        base = typing.get_origin(strip(member)) or strip(member)
        variants.append({"tag": getattr(base, "__name__", str(base)), "schema": _node(member, named, where)})
    return {"kind": "union", "name": "Or".join(variant["tag"].title() for variant in variants), "variants": variants}


def _named(cls: type, named: dict[str, dict[str, Any]], where: str) -> dict[str, Any] | None:
    """A reference to a record or enum, which is added to the named types."""
    if issubclass(cls, enum.Enum):
        named.setdefault(cls.__name__, {"kind": "enum", "name": cls.__name__, "literals": [member.value for member in cls]})
    elif dataclasses.is_dataclass(cls) or hasattr(cls, "_fields") or typing.is_typeddict(cls):
        if cls.__name__ not in named:
            record: dict[str, Any] = {"kind": "record", "name": cls.__name__, "fields": []}
            named[cls.__name__] = record  # before its fields: one of them may be of this type
            names = [field.name for field in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else list(hints_of(cls))
            record["fields"] = [{"name": name, "schema": _node(hints_of(cls)[name], named, f"{where}.{name}")} for name in names]
    else:
        return None
    return {"kind": "ref", "name": cls.__name__}
