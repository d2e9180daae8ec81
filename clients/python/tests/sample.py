"""The Python originals of the exports in the golden schemas."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple


class Kind(enum.Enum):
    BOOK = "book"
    TOY = "toy"


@dataclass
class Item:
    sku: str
    price: float
    kind: Kind


class ItemTuple(NamedTuple):
    sku: str
    price: float
    kind: str


def total(items: list[Item], tax: float = 0.2) -> float:
    return sum(item.price for item in items) * (1 + tax)


def echo(text: str) -> str:
    return text


def find(sku: str) -> Item | None:
    return None


def add(a: int, b: int) -> int:
    return a + b


class OutOfStock(Exception):
    pass
