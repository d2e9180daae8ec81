"""Straight-line Python for one schema: the functions that handle the values of ordinary calls.

A generated function checks every value in line, without a call per field, and gives up by ``Slow`` at the first thing that is not plain: a value
of another type, beyond a bound, a NaN. Then the functions of :mod:`molt_accel.encode` and :mod:`molt_accel.decode` decide; they know every kind, convert
what is convertible, and say where a value is wrong. Generated text holds indices, bounds and quoted or plain identifiers, never other text of
a schema; what it needs else is in its scope.
"""

from __future__ import annotations

import keyword
from typing import Any, Callable, Mapping, Sequence

from . import annotations as hint
from .convert import Compiler, bounds, plain_items
from .schema import Node, resolve
from .unions import literals_of

#: Deeper schemas are left to the general functions: Python bounds how deep blocks may nest.
_MOST_DEPTH = 6
_MOST_LINES = 600


class Slow(Exception):
    """A value that the general functions have to look at."""


class _Source:
    """Lines of a function, the objects they name, and the pieces that both directions share."""

    def __init__(self, general: Compiler) -> None:
        self.general = general
        self.types = general.types
        self.scope: dict[str, Any] = {"Slow": Slow}
        self.lines: list[str] = []
        self._indent = 1
        self._names = 0

    def add(self, line: str) -> None:
        self.lines.append("    " * self._indent + line)

    def name(self, value: Any = None, prefix: str = "v") -> str:
        """A new variable; or the name of an object in the scope."""
        self._names += 1
        name = f"{prefix}{self._names}"
        if prefix != "v":
            self.scope[name] = value
        return name

    def convert(self, node: Node, annotation: Any, var: str) -> str:
        """Adds what handles the value of a variable; returns the expression of what became of it."""
        node = resolve(node, self.types)
        made = getattr(self, "_" + node["kind"], None)
        if made is None or self._indent > _MOST_DEPTH or len(self.lines) > _MOST_LINES:
            return f"{self.name(self.general.of(node, annotation), 'f')}({var})"
        return made(node, annotation, var)

    def _none(self, node: Node, annotation: Any, var: str) -> str:
        self.add(f"if {var} is not None: raise Slow")
        return var

    def _bool(self, node: Node, annotation: Any, var: str) -> str:
        self.add(f"if {var} is not True and {var} is not False: raise Slow")
        return var

    def _int(self, node: Node, annotation: Any, var: str) -> str:
        low, high = bounds(node)
        self.add(f"if type({var}) is not int or not {low} <= {var} <= {high}: raise Slow")
        return var

    def _float(self, node: Node, annotation: Any, var: str) -> str:
        self.add(f"if type({var}) is not float or {var} != {var}: raise Slow")
        return var

    def _str(self, node: Node, annotation: Any, var: str) -> str:
        most = int(node["maxBytes"])
        self.add(f"if type({var}) is not str or len({var}) > {most // 4} and (len({var}) > {most} or not {var}.isascii()): raise Slow")
        return var

    def _bytes(self, node: Node, annotation: Any, var: str) -> str:
        self.add(f"if type({var}) is not bytes or len({var}) > {int(node['maxBytes'])}: raise Slow")
        return var

    def _optional(self, node: Node, annotation: Any, var: str) -> str:
        self.add(f"if {var} is not None:")
        self._indent += 1
        made = self.convert(node["of"], hint.of_optional(annotation), var)
        self.add("pass" if made == var else f"{var} = {made}")
        self._indent -= 1
        return var

    def _list(self, node: Node, annotation: Any, var: str) -> str:
        self.add(f"if type({var}) is not list or len({var}) > {int(node['maxItems'])}: raise Slow")
        item = resolve(node["of"], self.types)
        if item["kind"] in ("int", "float", "bool"):
            self.add(f"if not {self.name(plain_items(item), 'p')}({var}): raise Slow")
            return var
        each, out = self.name(), self.name()
        begin = len(self.lines)
        self.add(f"for {each} in {var}:")
        self._indent += 1
        made = self.convert(item, hint.of_items(annotation), each)
        if made == each and item["kind"] != "optional":
            out = var
        else:
            self.lines.insert(begin, "    " * (self._indent - 1) + f"{out} = []")
            self.add(f"{out}.append({made})")
        self._indent -= 1
        return out

    def parts(self, source: str, nodes: Sequence[tuple[Node, Any]]) -> list[str]:
        """Unpacks a sequence and handles its items."""
        variables = [self.name() for _ in nodes]
        if variables:
            self.add(f"{', '.join(variables)}, = {source}")
        return [self.convert(node, annotation, var) for (node, annotation), var in zip(nodes, variables)]


def _fields_of(node: Node, annotation: Any) -> list[tuple[Node, Any]]:
    return [(field["schema"], hint.field_annotation(annotation, field["name"])) for field in node["fields"]]


def _attributes(names: Sequence[str]) -> bool:
    """Whether names may stand behind a dot in Python."""
    return all(name.isidentifier() and name.isascii() and not keyword.iskeyword(name) and not name.startswith("__") for name in names)


class _Encoding(_Source):
    def _tuple(self, node: Node, annotation: Any, var: str) -> str:
        self.add(f"if type({var}) is not tuple: raise Slow")
        return _tuple_of(self.parts(var, [(item, hint.of_items(annotation, i)) for i, item in enumerate(node["items"])]))

    def _record(self, node: Node, annotation: Any, var: str) -> str:
        names = [field["name"] for field in node["fields"]]
        cls = hint.record_class(annotation)
        fields = _fields_of(node, annotation)
        if not names or (cls is not None and not _attributes(names)):
            return f"{self.name(self.general.of(node, annotation), 'f')}({var})"
        if cls is None:
            self.add(f"if type({var}) is not dict or len({var}) != {len(names)}: raise Slow")
            return _tuple_of(self.parts(_tuple_of([f"{var}[{name!r}]" for name in names]), fields))
        self.add(f"if type({var}) is not {self.name(cls, 'c')}: raise Slow")
        return _tuple_of(self.parts(_tuple_of([f"{var}.{name}" for name in names]), fields))


class _Decoding(_Source):
    def _tuple(self, node: Node, annotation: Any, var: str) -> str:
        self.add(f"if type({var}) is not list: raise Slow")
        if not node["items"]:
            self.add(f"if {var}: raise Slow")
        return _tuple_of(self.parts(var, [(item, hint.of_items(annotation, i)) for i, item in enumerate(node["items"])]))

    def _record(self, node: Node, annotation: Any, var: str) -> str:
        names = [field["name"] for field in node["fields"]]
        cls = hint.record_class(annotation)
        if not names:
            return f"{self.name(self.general.of(node, annotation), 'f')}({var})"
        self.add(f"if type({var}) is not list: raise Slow")
        made = self.parts(var, _fields_of(node, annotation))
        if cls is not None and hint.constructor_order(cls, names):
            return f"{self.name(cls, 'c')}({', '.join(made)})"
        whole = f"{{{', '.join(f'{name!r}: {value}' for name, value in zip(names, made))}}}"
        return whole if cls is None else f"{self.name(cls, 'c')}(**{whole})"

    def _enum(self, node: Node, annotation: Any, var: str) -> str:
        values = literals_of(node)
        cls = hint.enum_class(annotation)
        if cls is not None:
            members = {(type(member.value), member.value): member for member in cls}
            values = [members.get((type(value), value), value) for value in values]
        self.add(f"if type({var}) is not int or {var} < 0: raise Slow")
        return f"{self.name(values, 'e')}[{var}]"


def _tuple_of(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)},)" if parts else "()"


def _made(source: _Source, head: str, name: str) -> Callable[[Any], Any]:
    text = f"{head}\n" + "\n".join(source.lines)
    exec(text, source.scope)  # noqa: S102 - see the header
    made = source.scope[name]
    made.source = text
    return made


def encoder(general: Compiler, node: Node, annotation: Any, pack: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """The bytes of a value."""
    source = _Encoding(general)
    source.scope["pack"] = pack
    source.add(f"return pack({source.convert(node, annotation, 'value')})")
    return _made(source, "def encode(value):", "encode")


def arguments_encoder(
    general: Compiler, params: Sequence[Node], annotations: Mapping[str, Any], pack: Callable[[Any], bytes]
) -> Callable[[Any], bytes]:
    """The bytes of a tuple of arguments in order."""
    source = _Encoding(general)
    source.scope["pack"] = pack
    parts = source.parts("value", [(param["schema"], annotations.get(param["name"])) for param in params])
    source.add(f"return pack({_tuple_of(parts)})")
    return _made(source, "def encode(value):", "encode")


def decoder(
    general: Compiler, node: Node, annotation: Any, unpack: Callable[[bytes], Any], pack: Callable[[Any], bytes]
) -> Callable[[bytes], Any]:
    """The value of bytes that are in canonical form."""
    source = _Decoding(general)
    source.scope.update(unpack=unpack, pack=pack)
    source.add("value = unpack(data, raw=False, strict_map_key=False)")
    source.add(f"made = {source.convert(node, annotation, 'value')}")
    # Last: all of the value is of plain types now. The one form of a value is what packing it gives.
    source.add("if pack(value) != data: raise Slow")
    source.add("return made")
    return _made(source, "def decode(data):", "decode")
