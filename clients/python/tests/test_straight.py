"""Generated code and general functions agree: on bytes, on values, and on what is refused."""

import enum
import math
import random
from dataclasses import dataclass
from typing import NamedTuple, Optional, TypedDict

import pytest

from molt_accel import MoltError
from molt_accel.codec import compile_arguments, compile_codec
from test_codec import BOOL, FLOAT, INT, STR, U8, lst, rec

NONE = {"kind": "none"}
BYTES = {"kind": "bytes", "maxBytes": 6}
COLOR = {"kind": "enum", "name": "Color", "literals": ["red", "blue"]}


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Point(NamedTuple):
    x: int
    y: float


class Cell(TypedDict):
    label: str
    size: int


@dataclass
class Sheet:
    title: str
    points: list[Point]
    cells: Optional[list[Cell]]
    color: Color
    grid: list[list[float]]
    pair: tuple[int, str]
    index: dict[str, int]
    blob: bytes
    nothing: None
    flags: list[Optional[bool]]


POINT = rec("Point", x=INT, y=FLOAT)
CELL = rec("Cell", label=STR, size=U8)
SHEET = rec(
    "Sheet", title=STR, points=lst(POINT, 5), cells={"kind": "optional", "of": lst(CELL, 4)}, color=COLOR, grid=lst(lst(FLOAT, 4), 4),
    pair={"kind": "tuple", "items": [INT, STR]}, index={"kind": "map", "key": STR, "value": INT, "maxItems": 3}, blob=BYTES, nothing=NONE,
    flags=lst({"kind": "optional", "of": BOOL}, 4),
)  # fmt: skip


def sheet(chance):
    number = lambda: chance.choice([0, 1, -1, 2**31, -(2**63), 2**63 - 1, chance.randrange(-100, 100)])
    real = lambda: chance.choice([0.0, -0.0, 1.5, math.inf, math.nan, chance.random()])
    text = lambda: chance.choice(["", "a", "é" * 3, "x" * 20, "\U0001f600"])
    several = lambda of, most=3: [of() for _ in range(chance.randrange(most + 1))]
    return Sheet(
        text(), several(lambda: Point(number(), real())), chance.choice([None, several(lambda: {"label": text(), "size": chance.randrange(256)})]),
        chance.choice(list(Color)), several(lambda: several(real)), (number(), text()), {str(i): number() for i in range(chance.randrange(4))},
        bytes(chance.randrange(7)), None, several(lambda: chance.choice([None, True, False])),
    )  # fmt: skip


def outcome(work):
    try:
        return work()
    except MoltError as error:
        return type(error).__name__, error.message


CODEC = compile_codec(SHEET, {}, Sheet)


@pytest.mark.parametrize("seed", range(200))
def test_values_have_the_same_bytes_and_come_back(seed):
    value = sheet(random.Random(seed))
    data = CODEC.encode(value)
    assert data == CODEC.encode_slowly(value)
    assert repr(CODEC.decode(data)) == repr(CODEC.decode_slowly(data)) == repr(value)
    both = compile_arguments([{"name": "s", "schema": SHEET}, {"name": "n", "schema": INT}], {}, {"s": Sheet}, "f")
    assert both.encode((value, 5)) == both.encode_slowly((value, 5)) == b"\x92" + data + b"\x05"


WRONG = [None, True, 1, 1.5, "x" * 21, b"1234567", [], (1,), {}, Point(1, 2), Color.RED, 2**64, float("nan"), "\ud800", object]


@pytest.mark.parametrize("seed", range(300))
def test_wrong_values_are_refused_in_the_same_words(seed):
    chance = random.Random(seed)
    value = sheet(chance)
    name = chance.choice(list(Sheet.__dataclass_fields__))
    held = getattr(value, name)
    if isinstance(held, list) and held and chance.random() < 0.7:
        held[chance.randrange(len(held))] = chance.choice(WRONG)
    else:
        setattr(value, name, chance.choice(WRONG))
    assert outcome(lambda: CODEC.encode(value)) == outcome(lambda: CODEC.encode_slowly(value))


@pytest.mark.parametrize("seed", range(300))
def test_damaged_bytes_are_refused_in_the_same_words(seed):
    chance = random.Random(seed)
    data = bytearray(CODEC.encode(sheet(chance)))
    for _ in range(chance.randrange(1, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.2:
        del data[chance.randrange(len(data)) :]
    assert repr(outcome(lambda: CODEC.decode(bytes(data)))) == repr(outcome(lambda: CODEC.decode_slowly(bytes(data))))


def test_names_of_fields_are_never_code():
    names = ["class", "x y", "a'b", "__import__('os')", "é", "\n"]
    schema = {"kind": "record", "name": "R", "fields": [{"name": name, "schema": U8} for name in names]}
    codec = compile_codec(schema, {})
    value = {name: i for i, name in enumerate(names)}
    assert codec.decode(codec.encode(value)) == value


def test_values_of_ordinary_calls_stay_on_the_straight_way():
    codec = compile_codec(SHEET, {}, Sheet)
    value = Sheet("t", [Point(1, 2.0)], [{"label": "a", "size": 1}], Color.RED, [[1.0]], (1, "a"), {"a": 1}, b"1", None, [None, True])
    encode = next(cell.cell_contents for cell in codec.encode.__closure__ if hasattr(cell.cell_contents, "source"))
    decode = next(cell.cell_contents for cell in codec.decode.__closure__ if hasattr(cell.cell_contents, "source"))
    assert repr(decode(encode(value))) == repr(value)


def test_deep_and_wide_schemas_compile():
    deep = U8
    for _ in range(30):
        deep = lst(deep)
    value = 7
    for _ in range(30):
        value = [value]
    codec = compile_codec(deep, {})
    assert codec.decode(codec.encode(value)) == value
    wide = rec("W", **{f"f{i}": rec(f"R{i}", **{f"g{j}": lst(U8) for j in range(20)}) for i in range(100)})
    codec = compile_codec(wide, {})
    value = {f"f{i}": {f"g{j}": [j] for j in range(20)} for i in range(100)}
    assert codec.decode(codec.encode(value)) == value
