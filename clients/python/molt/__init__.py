"""What a call may know of its own limits: ``from molt import Context``.

Compiled modules have this module built in. This package gives code that runs as plain Python the same names, so that a service runs either
way: ``molt_accel`` passes a ``Context`` to functions that take one, and tests make one with ``Context.for_call(deadline=..., cpu=..., memory=...)``.

Differences that only plain Python shows: nothing stops a function that overruns (``remaining`` is then negative) or is cancelled, so it must call
``ctx.check()`` to hear of it; ``memory.used`` is an estimate (see ``_MemoryMeter``).
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from typing import Any, Callable

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = ["Bound", "Cancelled", "Context", "Limits", "MemoryReading", "SOFT_SHARE", "SoftLimitExceeded", "TimeReading"]

#: From this share of any budget on, ``soft_exceeded`` holds and ``check`` raises.
SOFT_SHARE = 0.8


class Bound:
    """Metadata of ``Annotated``: a bound of a schema, ``Bound(1000)`` or ``Bound(min=0, max=9)``. Only the compiler reads it; see docs/schemas.md."""

    __slots__ = ("limit", "words")

    def __init__(self, limit: int | None = None, /, **words: int | str) -> None:
        self.limit = limit
        self.words = words

    def __repr__(self) -> str:
        parts = ([] if self.limit is None else [str(self.limit)]) + [f"{word}={value!r}" for word, value in self.words.items()]
        return f"Bound({', '.join(parts)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bound) and (self.limit, self.words) == (other.limit, other.words)

    def __hash__(self) -> int:
        return hash((self.limit, tuple(self.words.items())))


class SoftLimitExceeded(Exception):
    """A call has used 80 % of a budget and looked: it may still answer with less."""


class Cancelled(BaseException):
    """Nobody waits for the call any more."""


class TimeReading:
    """Seconds of a budget; ``budget`` and ``remaining`` are None where there is no limit."""

    __slots__ = ("budget", "used", "remaining")

    def __init__(self, budget: float | None, used: float) -> None:
        self.budget = budget
        self.used = used
        self.remaining = None if budget is None else budget - used


class MemoryReading:
    """Bytes of a budget; ``budget`` and ``remaining`` are None where there is no limit."""

    __slots__ = ("budget", "used", "remaining")

    def __init__(self, budget: int | None, used: int) -> None:
        self.budget = budget
        self.used = used
        self.remaining = None if budget is None else budget - used


class _MemoryMeter:
    """Bytes since it was made, the most of all readings: what tracemalloc traces if it is on, else by how much the process's largest resident set grew.

    The latter counts other threads too, and nothing while the process reuses memory that it had before.
    """

    def __init__(self) -> None:
        self._traced = tracemalloc.is_tracing()
        self._start = self._now()
        self._most = 0

    def used(self) -> int:
        self._most = max(self._most, self._now() - self._start)
        return self._most

    def _now(self) -> int:
        return tracemalloc.get_traced_memory()[0] if self._traced else _largest_resident()


def _largest_resident() -> int:
    if resource is None:
        return 0
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, KiB elsewhere.
    return int(largest if _COUNTS_BYTES else largest * 1024)


_COUNTS_BYTES = sys.platform == "darwin"


class Limits:
    """The limits of a call; each attribute is a fresh reading, whose three numbers belong together."""

    def __init__(self, deadline: float | None = None, cpu: float | None = None, memory: int | None = None) -> None:
        self._budgets = (deadline, cpu, memory)
        self._wall_start = time.monotonic()
        self._cpu_start = time.thread_time()
        self._memory = _MemoryMeter()

    @property
    def wall(self) -> TimeReading:
        return TimeReading(self._budgets[0], time.monotonic() - self._wall_start)

    @property
    def cpu(self) -> TimeReading:
        """CPU time of the thread that reads, which must be the one that made the context."""
        return TimeReading(self._budgets[1], time.thread_time() - self._cpu_start)

    @property
    def memory(self) -> MemoryReading:
        return MemoryReading(self._budgets[2], self._memory.used())

    @property
    def soft_exceeded(self) -> bool:
        return self._exceeded() is not None

    def _exceeded(self) -> str | None:
        wall, cpu, memory = self._budgets
        if wall is not None and self.wall.used >= SOFT_SHARE * wall:
            return "wall"
        if cpu is not None and self.cpu.used >= SOFT_SHARE * cpu:
            return "cpu"
        if memory is not None and self.memory.used >= SOFT_SHARE * memory:
            return "memory"
        return None


class Context:
    """What the runtime hands to an export that takes it: ``def f(rows: list[int], ctx: Context) -> int``."""

    def __init__(self) -> None:
        self.limits = Limits()
        self._reason: Callable[[], str | None] = lambda: None

    @classmethod
    def for_call(
        cls,
        deadline: float | None = None,
        cpu: float | None = None,
        memory: int | None = None,
        cancelled: Callable[[], str | None] | None = None,
    ) -> Context:
        """A context that counts from now, with budgets in seconds, CPU seconds and bytes; ``cancelled`` gives the reason once nobody waits."""
        context = cls()
        context.limits = Limits(deadline, cpu, memory)
        if cancelled is not None:
            context._reason = cancelled
        return context

    @property
    def cancelled(self) -> bool:
        return self._reason() is not None

    @property
    def reason(self) -> str | None:
        return self._reason()

    def check(self) -> None:
        """Raises Cancelled when nobody waits for the call, SoftLimitExceeded from 80 % of a budget on."""
        reason = self._reason()
        if reason is not None:
            raise Cancelled(reason)
        name = self.limits._exceeded()
        if name is not None:
            raise SoftLimitExceeded(f"the call has used 80 % of its {name} budget")


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'molt' has no attribute {name!r}; it is what compiled code has under that name: {', '.join(__all__)}")
