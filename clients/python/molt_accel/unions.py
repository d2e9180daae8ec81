"""Unions and enums: which Python values belong to which variant or literal."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Callable, Mapping, NamedTuple
from uuid import UUID

from . import annotations as hint
from .scalars import EXACT
from .schema import Node, resolve
from .values import Capability, Err, Ok

NOT_RECORDS = (str, int, float, bytes, bytearray, list, set, frozenset, type(None), date, time, timedelta, Decimal, UUID, Ok, Err, Capability)


class Tagged(NamedTuple):
    """A value of a union whose variants cannot be told apart by their Python types."""

    tag: str
    value: Any


def literals_of(node: Node) -> list[Any]:
    return [int(value["int"]) if isinstance(value, dict) else value for value in node["literals"]]


class Variant(NamedTuple):
    tag: str
    schema: Node
    annotation: Any
    accepts: Callable[[Any], bool]
    #: Variants of one shape cannot be told apart by the value.
    shape: str


def variants_of(node: Node, types: Mapping[str, Node], annotation: Any) -> list[Variant]:
    exact = {"none": type(None), "bool": bool, "int": int, "float": float, "str": str, "bytes": bytes, "list": list, "tuple": tuple, "map": dict, "array": list, "table": dict, **EXACT}
    plans = []
    for variant in node["variants"]:
        schema = resolve(variant["schema"], types)
        kind = schema["kind"]
        member = hint.of_variant(annotation, variant["tag"], schema.get("name"))
        cls = hint.record_class(member) if kind == "record" else hint.enum_class(member) if kind == "enum" else exact.get(kind)
        if cls is not None:
            # A bare None would be lost in an optional around the union.
            shape = "any" if kind == "none" else cls.__name__
            plans.append(Variant(variant["tag"], schema, member, lambda value, cls=cls: type(value) is cls, shape))
        elif kind == "record":
            plans.append(Variant(variant["tag"], schema, member, lambda value: not isinstance(value, (*NOT_RECORDS, tuple)), "dict"))
        else:  # an optional, an enum without a class or another union: only a tag tells
            plans.append(Variant(variant["tag"], schema, member, lambda value: False, "any"))
    return plans
