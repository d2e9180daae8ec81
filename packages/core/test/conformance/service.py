"""The exports that both workers serve to the conformance suite: one for each way in which a call can end."""

from dataclasses import dataclass


@dataclass
class Item:
    sku: str
    price: float


@dataclass
class Node:
    value: int
    children: "list[Node]"


def echo(text: str) -> str:
    return text


def add(a: int, b: int) -> int:
    return a + b


def total(items: list[Item], tax: float = 0.5) -> float:
    result = 0.0
    for item in items:
        result += item.price
    return result * (1 + tax)


def depth(node: Node) -> int:
    deepest = 0
    for child in node.children:
        deepest = max(deepest, depth(child))
    return deepest + 1


def spin() -> int:
    total = 1
    while total > 0:
        total = (total * 7 + 1) & 0xFFFF | 1
    return total


def recurse(n: int) -> int:
    return recurse(n + 1) + 1


def grow(n: int) -> int:
    kept: list[list[int]] = []
    for i in range(n):
        kept.append([i] * 100_000)
    return len(kept)


def repeat(n: int) -> str:
    return "x" * n


def many(n: int) -> list[str]:
    return ["x" * 1_000_000 for _ in range(n)]


def sizes(texts: list[str]) -> int:
    total = 0
    for text in texts:
        total += len(text)
    return total


def fail(message: str) -> int:
    if message == "key":
        return {"a": 1}[message]
    raise ValueError(message)
