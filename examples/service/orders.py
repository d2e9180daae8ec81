"""The functions of the service: typed Python that Molt compiles, and that runs under CPython as it is."""

from dataclasses import dataclass


@dataclass
class Item:
    """One line of an order; prices are in cents."""

    sku: str
    price: int
    count: int


@dataclass
class Total:
    """What an order costs."""

    items: int
    net: int
    tax: int
    gross: int


def total(items: list[Item], tax_percent: int = 20) -> Total:
    """The sum of an order. ValueError for a count or price below 0."""
    count = 0
    net = 0
    for item in items:
        if item.count < 0 or item.price < 0:
            raise ValueError(f'{item.sku}: counts and prices are not negative')
        count += item.count
        net += item.price * item.count
    # Half a cent and more is a cent.
    tax = (net * tax_percent + 50) // 100
    return Total(count, net, tax, net + tax)
