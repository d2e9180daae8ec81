"""The exports that the bars of the service path are measured with. An ordinary Python module."""

from __future__ import annotations

from dataclasses import dataclass

MODULUS = 1000003
TAX = {"north": 0.19, "south": 0.07, "islands": 0.0}


@dataclass
class Line:
    sku: str
    category: str
    quantity: int
    price: float


@dataclass
class CategoryTotal:
    category: str
    lines: int
    total: float


@dataclass
class Quote:
    net: float
    tax: float
    gross: float
    categories: list[CategoryTotal]


def echo(data: bytes) -> bytes:
    return data


def work(rounds: int) -> int:
    """Computes for a time that grows with the rounds."""
    value = 0
    for i in range(rounds):
        value = (value * 31 + i) % MODULUS
    return value


def refuse(text: str) -> str:
    raise ValueError(text)


def discount(quantity: int) -> float:
    if quantity >= 100:
        return 0.8
    if quantity >= 20:
        return 0.9
    return 1.0


def quote(lines: list[Line], region: str) -> Quote:
    """What a basket costs, by category, the dearest first. `twin/quote.go` is the same in Go."""
    found: dict[str, CategoryTotal] = {}
    net = 0.0
    for line in lines:
        price = line.price * line.quantity * discount(line.quantity)
        net += price
        total = found.get(line.category)
        if total is None:
            total = CategoryTotal(line.category, 0, 0.0)
            found[line.category] = total
        total.lines += 1
        total.total += price
    tax = net * TAX.get(region, 0.25)
    categories = sorted(found.values(), key=lambda c: c.total, reverse=True)
    return Quote(net, tax, net + tax, categories)
