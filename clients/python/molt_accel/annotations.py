"""Which Python type a schema node becomes, read from the annotations of the original function.

An annotation guides how results are built (a dataclass, a NamedTuple, an Enum member); the schema alone decides what is valid. Where an
annotation says nothing useful the value comes out as plain data: dict, list, tuple, literal.
"""

from __future__ import annotations

import dataclasses
import enum
import types as _types
import typing
from typing import Any, Mapping

_hints: dict[type, dict[str, Any]] = {}

NOTHING: Any = None


def hints_of(cls: type) -> dict[str, Any]:
    """The resolved annotations of a class; empty if they cannot be resolved here."""
    found = _hints.get(cls)
    if found is None:
        try:
            found = typing.get_type_hints(cls)
        except Exception:  # a name that exists for type checkers only
            found = {}
        _hints[cls] = found
    return found


def signature_hints(function: Any) -> dict[str, Any]:
    """The resolved annotations of a function; those that cannot be resolved are left out."""
    try:
        return typing.get_type_hints(function)
    except Exception:
        return {}


def strip(annotation: Any) -> Any:
    """An annotation without Annotated, NewType and type aliases."""
    while True:
        if typing.get_origin(annotation) is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        else:
            return annotation


def _union_args(annotation: Any) -> tuple[Any, ...]:
    annotation = strip(annotation)
    if typing.get_origin(annotation) in (typing.Union, _types.UnionType):
        return typing.get_args(annotation)
    return (annotation,) if annotation is not None else ()


def of_optional(annotation: Any) -> Any:
    """What remains of ``T | None`` without None."""
    rest = tuple(arg for arg in _union_args(annotation) if arg is not type(None))
    if len(rest) == 1:
        return rest[0]
    return typing.Union[rest] if rest else NOTHING


def of_items(annotation: Any, index: int = 0) -> Any:
    """The argument of ``list[T]``, ``tuple[A, B]``, ``dict[K, V]``; of the given position."""
    args = typing.get_args(strip(annotation))
    if len(args) == 2 and args[1] is Ellipsis:
        return args[0]
    return args[index] if index < len(args) else NOTHING


def of_variant(annotation: Any, tag: str, name: str | None) -> Any:
    """The member of a union annotation that a variant stands for: by the name of its type."""
    for arg in _union_args(annotation):
        arg = strip(arg)
        base = typing.get_origin(arg) or arg
        if getattr(base, "__name__", None) in (tag, (name or tag).rpartition(".")[2]):
            return arg
    return NOTHING


def of_result(annotation: Any, side: type) -> Any:
    """What ``Ok[T] | Err[E]`` says of one side."""
    for arg in _union_args(annotation):
        if typing.get_origin(strip(arg)) is side:
            return typing.get_args(strip(arg))[0]
    return NOTHING


def record_class(annotation: Any) -> type | None:
    """The class to build records with: a dataclass, a NamedTuple or a plain class; None for dict and TypedDict."""
    cls = strip(annotation)
    if not isinstance(cls, type) or cls is dict or typing.is_typeddict(cls):
        return None
    if dataclasses.is_dataclass(cls) or (issubclass(cls, tuple) and hasattr(cls, "_fields")):
        return cls
    return None


def constructor_order(cls: type, names: list[str]) -> bool:
    """Whether the fields may be passed to the class by position."""
    if dataclasses.is_dataclass(cls):
        fields = dataclasses.fields(cls)
        return [f.name for f in fields if f.init and not f.kw_only] == names and all(f.init for f in fields)
    return list(cls._fields) == names  # type: ignore[attr-defined]


def enum_class(annotation: Any) -> type[enum.Enum] | None:
    cls = strip(annotation)
    return cls if isinstance(cls, type) and issubclass(cls, enum.Enum) else None


def field_annotation(annotation: Any, field: str) -> Any:
    cls = strip(annotation)
    hints: Mapping[str, Any] = hints_of(cls) if isinstance(cls, type) else {}
    return hints.get(field)
