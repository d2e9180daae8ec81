"""The library gives the same answers built and not built."""

import random

import pytest
import textstats
from textstats import kernel


@pytest.mark.parametrize(("a", "b", "expected"), [("", "", 0), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("naïve", "naive", 1), ("日本", "日本語", 1)])
def test_known_distances(a, b, expected):
    assert textstats.distance(a, b) == kernel.distance(a, b) == expected


def test_random_texts():
    draw = random.Random(1)
    for _ in range(50):
        a, b = ("".join(draw.choices("abcé", k=draw.randint(0, 40))) for _ in range(2))
        assert textstats.distance(a, b) == kernel.distance(a, b)
