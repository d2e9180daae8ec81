"""Functions that give back what they get, one for each type that compiled modules know: what comes out was decoded and encoded by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional


@dataclass
class Leaf:
    name: str
    data: bytes
    count: int


@dataclass
class Branch:
    label: Optional[str]
    leaves: list[Leaf]
    weights: dict[str, float]
    flag: bool


@dataclass
class Tree:
    value: int
    children: list[Tree]


def same_bool(value: bool) -> bool:
    return value


def same_int(value: int) -> int:
    return value


def same_float(value: float) -> float:
    return value


def same_str(value: str) -> str:
    return value


def same_bytes(value: bytes) -> bytes:
    return value


def same_optional(value: Optional[int]) -> Optional[int]:
    return value


def same_ints(value: list[int]) -> list[int]:
    return value


def same_texts(value: list[Optional[str]]) -> list[Optional[str]]:
    return value


def same_nested(value: list[list[float]]) -> list[list[float]]:
    return value


def same_tuple(value: tuple[int, str, bool]) -> tuple[int, str, bool]:
    return value


def same_by_text(value: dict[str, int]) -> dict[str, int]:
    return value


def same_by_int(value: dict[int, str]) -> dict[int, str]:
    return value


def same_leaf(value: Leaf) -> Leaf:
    return value


def same_branch(value: Branch) -> Branch:
    return value


def same_tree(value: Tree) -> Tree:
    return value


def same_choice(value: Literal["a", "bb", "ccc"]) -> Literal["a", "bb", "ccc"]:
    return value


def same_union(value: Leaf | Branch) -> Leaf | Branch:
    return value
