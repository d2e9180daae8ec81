"""Whether two results are the same: types, floats to the last bit, every NaN equal to every other."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Any


def first_difference(offloaded: Any, original: Any, path: str = "$") -> str | None:
    """The first place where two values differ, with both sides; None if there is none."""
    kind = type(offloaded)
    if kind is not type(original):
        if not _alike(offloaded, original):
            return _said(path, offloaded, original)
    if kind is float:
        same = offloaded == original and math.copysign(1.0, offloaded) == math.copysign(1.0, original)
        return None if same or (math.isnan(offloaded) and math.isnan(original)) else _said(path, offloaded, original)
    if isinstance(offloaded, enum.Enum):
        return None if offloaded is original else _said(path, offloaded, original)
    if dataclasses.is_dataclass(offloaded) and not isinstance(offloaded, type):
        for field in dataclasses.fields(offloaded):
            found = first_difference(getattr(offloaded, field.name), getattr(original, field.name), f"{path}.{field.name}")
            if found is not None:
                return found
        return None
    if isinstance(offloaded, (list, tuple)):
        for index, (mine, theirs) in enumerate(zip(offloaded, original)):
            found = first_difference(mine, theirs, f"{path}[{index}]")
            if found is not None:
                return found
        if len(offloaded) != len(original):
            return f"{path}: {len(offloaded)} items offloaded, {len(original)} originally"
        return None
    if isinstance(offloaded, dict):
        # Order counts: what iterates over the result sees it.
        keys = first_difference(list(offloaded), list(original), f"{path} keys")
        if keys is not None:
            return keys
        for key in offloaded:
            found = first_difference(offloaded[key], original[key], f"{path}[{key!r}]")
            if found is not None:
                return found
        return None
    return None if offloaded == original else _said(path, offloaded, original)


def _alike(offloaded: Any, original: Any) -> bool:
    """Types that an annotation allows for one another: an int where a float is promised, a tuple or list for a sequence, a str for its enum."""
    if isinstance(offloaded, float) and type(original) is int:
        return offloaded == original
    if isinstance(offloaded, (list, tuple)) and isinstance(original, (list, tuple)):
        return True
    return isinstance(offloaded, dict) and isinstance(original, dict)


def _said(path: str, offloaded: Any, original: Any) -> str:
    return f"{path}: {_short(offloaded)} offloaded, {_short(original)} originally"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
