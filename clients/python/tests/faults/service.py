"""The service that the fault tests break: every export is made for one way of failing, and all are ordinary Python too."""

from __future__ import annotations

from dataclasses import dataclass, field

MODULUS = 1000003


class OutOfStock(Exception):
    """An exception that only this program knows."""


@dataclass
class Answer:
    """What a call with a checkable answer gives back."""

    n: int
    value: int
    text: str


@dataclass
class Tree:
    """A value that can be nested as deeply as somebody likes."""

    name: str
    children: list[Tree] = field(default_factory=list)


def answer(n: int, spin: int, text: str) -> Answer:
    """Leaves evidence that it began, computes for a while, and gives what only this input gives: n * 7919 + spin."""
    print("ran", n, flush=True)
    return Answer(n, turn(n * 7919 % MODULUS, spin), text)


def turn(value: int, rounds: int) -> int:
    """Adds one, many times, in a way that takes time."""
    for _ in range(rounds):
        value = (value + 1) % MODULUS
    return value


def whole(n: int) -> int:
    return n


def echo(data: bytes) -> bytes:
    return data


def spin(rounds: int) -> int:
    return turn(0, rounds)


def hoard(count: int) -> int:
    kept: list[str] = []
    for i in range(count):
        kept.append("entry number " + str(i))
    return len(kept)


def deep(n: int) -> int:
    return 0 if n == 0 else 1 + deep(n - 1)


def large(size: int) -> str:
    return "x" * size


def fail(text: str) -> str:
    raise ValueError(text)


def sell(name: str, count: int) -> int:
    raise OutOfStock(name, count)


def size_of(tree: Tree) -> int:
    total = 1
    for child in tree.children:
        total += size_of(child)
    return total
