"""Python types for kinds that Python has none of: the two sides of a result, and a capability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Ok(Generic[T]):
    """A result that succeeded."""

    value: T


@dataclass(frozen=True)
class Err(Generic[T]):
    """A result that failed, with what the function says about it."""

    value: T


@dataclass(frozen=True)
class Capability:
    """The index of something that the host granted; ``Capability["db.read"]`` names the grant in an annotation."""

    index: int

    def __class_getitem__(cls, grant: str) -> Any:
        return cls
