"""Codecs: what goes in, what comes out, what is refused and how that reads."""

import enum
import math
from dataclasses import dataclass, field
from typing import Annotated, Literal, NamedTuple, Optional, TypedDict, Union

import pytest

from molt_accel import InvalidInput, ProtocolError, Tagged
from molt_accel.codec import compile_codec

INT = {"kind": "int", "min": "-9223372036854775808", "max": "9223372036854775807"}
U8 = {"kind": "int", "min": 0, "max": 255}
FLOAT = {"kind": "float"}
STR = {"kind": "str", "maxBytes": 20}
BOOL = {"kind": "bool"}


def lst(of, most=100):
    return {"kind": "list", "of": of, "maxItems": most}


def rec(name, **fields):
    return {"kind": "record", "name": name, "fields": [{"name": n, "schema": s} for n, s in fields.items()]}


POINT = rec("Point", x=INT, y=FLOAT)


@dataclass
class Point:
    x: int
    y: float


class PointTuple(NamedTuple):
    x: int
    y: float


class PointDict(TypedDict):
    x: int
    y: float


@dataclass(frozen=True)
class KeywordPoint:
    y: float
    x: int = field(kw_only=True)


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize("value", [Point(1, 2.0), PointTuple(1, 2.0), {"x": 1, "y": 2.0}, KeywordPoint(2.0, x=1)])
def test_records_go_in_as_dataclass_tuple_dict_or_object(value):
    assert compile_codec(POINT, {}).encode(value).hex() == "9201cb4000000000000000"


@pytest.mark.parametrize(
    "annotation, expected",
    [
        (Point, Point(1, 2.0)),
        (PointTuple, PointTuple(1, 2.0)),
        (KeywordPoint, KeywordPoint(2.0, x=1)),
        (PointDict, {"x": 1, "y": 2.0}),
        (None, {"x": 1, "y": 2.0}),
        (Annotated[Point, "note"], Point(1, 2.0)),
    ],
)
def test_records_come_out_by_annotation(annotation, expected):
    value = compile_codec(POINT, {}, annotation).decode(bytes.fromhex("9201cb4000000000000000"))
    assert value == expected and type(value) is type(expected)


def test_annotations_reach_into_containers():
    schema = {"kind": "map", "key": STR, "value": {"kind": "optional", "of": lst(POINT)}, "maxItems": 9}
    codec = compile_codec(schema, {}, dict[str, Optional[list[Point]]])
    value = {"a": [Point(1, 2.0)], "b": None}
    assert codec.decode(codec.encode(value)) == value


def test_enums_and_literals():
    schema = {"kind": "enum", "name": "Color", "literals": ["red", "blue"]}
    assert compile_codec(schema, {}, Color).decode(b"\x01") is Color.BLUE
    assert compile_codec(schema, {}, Literal["red", "blue"]).decode(b"\x01") == "blue"
    assert compile_codec(schema, {}).encode(Color.BLUE) == compile_codec(schema, {}).encode("blue") == b"\x01"
    mixed = compile_codec({"kind": "enum", "name": "M", "literals": [1, True, "1"]}, {})
    assert [mixed.encode(v) for v in (1, True, "1")] == [b"\x00", b"\x01", b"\x02"]
    assert mixed.decode(b"\x01") is True


def test_unions_go_by_type():
    schema = {
        "kind": "union", "name": "U",
        "variants": [{"tag": "int", "schema": INT}, {"tag": "str", "schema": STR}, {"tag": "Point", "schema": POINT}],
    }  # fmt: skip
    codec = compile_codec(schema, {}, Union[int, str, Point])
    for value in (1, "a", Point(1, 2.0)):
        assert codec.decode(codec.encode(value)) == value
    with pytest.raises(InvalidInput, match=r"\$: expected U \(int or str or Point\), got float 1.5"):
        codec.encode(1.5)


def test_unions_that_types_cannot_tell_apart_are_tagged():
    schema = {"kind": "union", "name": "U", "variants": [{"tag": "small", "schema": U8}, {"tag": "large", "schema": INT}]}
    codec = compile_codec(schema, {})
    assert codec.decode(codec.encode(Tagged("large", 5))) == Tagged("large", 5)


def test_recursion_and_its_depth():
    types = {"Tree": rec("Tree", value=INT, below=lst({"kind": "ref", "name": "Tree"}))}
    codec = compile_codec({"kind": "ref", "name": "Tree"}, types)
    tree = {"value": 0, "below": []}
    for i in range(20):
        tree = {"value": i, "below": [tree]}
    assert codec.decode(codec.encode(tree)) == tree
    for i in range(20):
        tree = {"value": i, "below": [tree]}
    with pytest.raises(InvalidInput, match="levels of nesting"):
        codec.encode(tree)
    with pytest.raises(ProtocolError):
        codec.decode(bytes.fromhex("920191" * 60 + "920190"))


def test_defaults_fill_absent_fields():
    schema = {"kind": "record", "name": "R", "fields": [{"name": "x", "schema": INT}, {"name": "tags", "schema": lst(STR), "default": "91a161"}]}
    codec = compile_codec(schema, {})
    assert codec.encode({"x": 1}).hex() == "920191a161"
    assert codec.encode({"x": 1, "tags": []}).hex() == "920190"


def test_floats_take_ints_that_they_hold():
    codec = compile_codec(FLOAT, {})
    assert codec.encode(1) == codec.encode(1.0)
    with pytest.raises(InvalidInput, match="no float holds exactly"):
        codec.encode(2**53 + 1)
    with pytest.raises(InvalidInput, match="too large"):
        codec.encode(10**400)


def test_nan_has_one_form():
    negative = math.copysign(math.nan, -1)
    for value in (negative, [negative]):
        schema = lst(FLOAT) if isinstance(value, list) else FLOAT
        assert compile_codec(schema, {}).encode(value).hex().endswith("cb7ff8000000000000")
    with pytest.raises(ProtocolError, match="NaN"):
        compile_codec(lst(FLOAT), {}).decode(bytes.fromhex("91cb7ff8000000000001"))


@pytest.mark.parametrize(
    "schema, value, message",
    [
        (INT, 1.5, r"\$: expected int, got float 1.5"),
        (INT, True, r"\$: expected int, got bool True"),
        (INT, 2**63, r"\$: expected int from .* to 9223372036854775807"),
        (U8, -1, r"expected int from 0 to 255, got -1"),
        (FLOAT, True, "expected float, got bool True"),
        (FLOAT, "1", "expected float, got str '1'"),
        (BOOL, 1, "expected bool, got int 1"),
        (STR, b"a", "expected str, got bytes"),
        (STR, "é" * 11, "expected at most 20 bytes of UTF-8, got 22"),
        (STR, "\ud800", "not valid Unicode|valid Unicode text"),
        (lst(STR), ["a", "\ud800" * 9], r"\$\[1\]: expected valid Unicode text"),
        (lst(INT), "abc", "expected list, got str"),
        (lst(INT), {1, 2}, "expected list, got set"),
        (lst(INT, 2), [1, 2, 3], "expected at most 2 items, got 3"),
        (lst(U8), [1, 2, 300], r"\$\[2\]: expected int from 0 to 255, got 300"),
        (lst(lst(FLOAT)), [[1.0], [2.0, "x"]], r"\$\[1\]\[1\]: expected float, got str 'x'"),
        (lst(POINT), [Point(1, 2.0), Point(1, None)], r"\$\[1\].y: expected float, got None"),
        (POINT, {"x": 1}, "expected Point with field y, got none of that name"),
        (POINT, {"x": 1, "y": 2.0, "z": 3}, "an unknown field 'z'"),
        (POINT, (1, 2.0), "expected Point, got tuple"),
        (POINT, 5, "expected Point, got int 5"),
        ({"kind": "tuple", "items": [INT, STR]}, (1,), "expected tuple of 2"),
        ({"kind": "map", "key": INT, "value": INT, "maxItems": 9}, {"a": 1}, r"\$\['a'\]: expected int"),
        ({"kind": "enum", "name": "C", "literals": ["a"]}, "b", r"expected C \('a'\), got str 'b'"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(schema, value, message):
    with pytest.raises(InvalidInput, match=message) as info:
        compile_codec(schema, {}).encode(value)
    assert str(info.value).startswith("MOLT5203: ")
    assert isinstance(info.value, ValueError)


@pytest.mark.parametrize(
    "schema, data",
    [
        (INT, "cc7f"),
        (INT, "d001"),
        (FLOAT, "ca3f800000"),
        (FLOAT, "01"),
        (INT, "0102"),
        (INT, ""),
        (STR, "d90161"),
        (STR, "a1ff"),
        (lst(INT), "93"),
        (lst(INT), "ddffffffff"),
        (lst(INT, 1), "920101"),
        (U8, "cd0100"),
        (POINT, "9101"),
        (POINT, "a0"),
        ({"kind": "map", "key": STR, "value": INT, "maxItems": 9}, "82a16101a16102"),
        ({"kind": "enum", "name": "C", "literals": ["a"]}, "01"),
        (INT, "d40000"),
    ],
)
def test_bytes_in_any_other_form_are_refused(schema, data):
    with pytest.raises(ProtocolError):
        compile_codec(schema, {}).decode(bytes.fromhex(data))
