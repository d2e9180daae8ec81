"""What counts as the same result."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from molt_accel.same import first_difference
from sample import Kind

NAN = math.nan


@dataclass
class Row:
    name: str
    values: list[float]


class Pair(NamedTuple):
    a: int
    b: float


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 1.5, NAN, math.inf, -0.0, "a", b"a", [1, [NAN]], (1, 2.0), {"a": NAN}, Row("x", [NAN]), Pair(1, NAN), Kind.TOY],
)
def test_a_value_is_the_same_as_itself(value):
    assert first_difference(value, value) is None


@pytest.mark.parametrize(
    ("offloaded", "original", "where"),
    [
        (1, 2, "$: 1 offloaded, 2 originally"),
        (1, True, "$: 1 offloaded, True originally"),
        (0.1 + 0.2, 0.3, "$: 0.30000000000000004 offloaded, 0.3 originally"),
        (0.0, -0.0, "$: 0.0 offloaded, -0.0 originally"),
        (NAN, 1.0, "$: nan offloaded, 1.0 originally"),
        (1, 1.0, "$: 1 offloaded, 1.0 originally"),
        ([1, 2], [1, 3], "$[1]: 2 offloaded, 3 originally"),
        ([1], [1, 2], "$: 1 items offloaded, 2 originally"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "$ keys[0]: 'a' offloaded, 'b' originally"),
        ({"a": [1]}, {"a": [2]}, "$['a'][0]: 1 offloaded, 2 originally"),
        (Row("x", [1.0]), Row("x", [1.5]), "$.values[0]: 1.0 offloaded, 1.5 originally"),
        (Kind.TOY, Kind.BOOK, "$: <Kind.TOY: 'toy'> offloaded, <Kind.BOOK: 'book'> originally"),
        ("a", b"a", "$: 'a' offloaded, b'a' originally"),
        (None, 0, "$: None offloaded, 0 originally"),
    ],
)
def test_the_first_difference_is_named(offloaded, original, where):
    assert first_difference(offloaded, original) == where


def test_what_an_annotation_allows_is_the_same():
    assert first_difference(2.0, 2) is None
    assert first_difference([1, 2], (1, 2)) is None


def test_long_values_are_shortened():
    found = first_difference("a" * 500, "b" * 500)
    assert found is not None and len(found) < 220
