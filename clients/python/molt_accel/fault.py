"""What is wrong with a value, and where: the place is gathered on the way out, so values that are right pay nothing for it."""

from __future__ import annotations

from typing import Any, Callable

Convert = Callable[[Any], Any]


class Fault(Exception):
    """What is wrong with a value; containers on the way out add where."""

    def __init__(self, expected: str, actual: Any) -> None:
        self.expected = expected
        self.actual = actual
        self.path: list[str] = []

    def text(self, root: str) -> str:
        return f"{root}{''.join(reversed(self.path))}: expected {self.expected}, got {self.actual}"


def said(value: Any) -> str:
    if value is None:
        return "None"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def within(convert: Convert, segment: str) -> Convert:
    def located(value: Any) -> Any:
        try:
            return convert(value)
        except Fault as fault:
            fault.path.append(segment)
            raise

    return located
