"""Shadow runs: the original Python runs beside a sampled share of offloaded calls, and differences are reported.

The caller has its answer before the original begins, and nothing that happens here reaches it: one background thread per process, a short queue
that drops when it is full. What remains is the interpreter lock, which the original shares with everything else in the process: choose the share by that.
"""

from __future__ import annotations

import asyncio
import contextvars
import copy
import inspect
import logging
import os
import queue
import random
import threading
from typing import Any, Callable, NamedTuple

from .errors import AppError, MoltError
from .python_original import python_call
from .same import first_difference

log = logging.getLogger("molt_accel.shadow")

#: Samples of all functions of a process that may wait.
QUEUE = 16


class Outcome(NamedTuple):
    """What a run gave: a value, or an error."""

    value: Any = None
    error: BaseException | None = None


class Difference(NamedTuple):
    """A call whose original gave something else."""

    export: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    offloaded: Outcome
    original: Outcome
    #: The first place where they differ, with both sides: ``$.rows[2].price: 1.5 offloaded, 1.25 originally``.
    where: str


class Shadow:
    """Options and counters of one function's shadow runs.

    rate           share of calls, 0 to 1
    seed           makes the choice of calls the same each time
    on_difference  is called with each Difference, in the background thread
    """

    def __init__(self, rate: float, *, seed: int | None = None, on_difference: Callable[[Difference], None] | None = None) -> None:
        if not 0 <= rate <= 1:
            raise ValueError(f"molt_offload: expected shadow to be a share from 0 to 1, got {rate!r}")
        self.rate = rate
        self.on_difference = on_difference
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(("calls", "sampled", "dropped", "equal", "different", "failed"), 0)

    @property
    def counters(self) -> dict[str, int]:
        """calls, and of them sampled; of those dropped (the queue was full), equal, different, or failed (the comparison itself)."""
        with self._lock:
            return dict(self._counts)

    def sample(self) -> bool:
        """Whether to run the original beside the call that comes next."""
        with self._lock:
            self._counts["calls"] += 1
            chosen = self._random.random() < self.rate
            self._counts["sampled"] += chosen
        return chosen

    def count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def keep(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        """The arguments as they are now: a caller may change its lists once it has its answer."""
        try:
            return copy.deepcopy((args, kwargs))
        except Exception as error:
            self.count("failed")
            log.warning("shadow: arguments cannot be copied: %s: %s", type(error).__name__, error)
            return None

    def observe(self, export: str, function: Callable[..., Any], kept: tuple[tuple[Any, ...], dict[str, Any]], outcome: Outcome) -> None:
        """Has the original run and compared, some time later. An error of Molt's own says nothing about the function and is not compared."""
        if isinstance(outcome.error, MoltError) and not isinstance(outcome.error, AppError):
            self.count("dropped")
            return
        if not _background().offer(lambda: self._run(export, function, kept, outcome)):
            self.count("dropped")

    def _run(self, export: str, function: Callable[..., Any], kept: tuple[tuple[Any, ...], dict[str, Any]], outcome: Outcome) -> None:
        args, kwargs = kept
        try:
            # The original may change its arguments, and a report must show them as they came.
            given = copy.deepcopy(kept)
            original = _outcome_of(function, *given)
            where = _compare(outcome, original)
            if where is None:
                self.count("equal")
                return
            self.count("different")
            log.error("shadow: %s differs from its original at %s", export, where)
            if self.on_difference is not None:
                self.on_difference(Difference(export, args, kwargs, outcome, original, where))
        except Exception:
            self.count("failed")
            log.exception("shadow: %s could not be compared", export)


def _outcome_of(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome:
    try:
        value = python_call(function, args, kwargs)
        if inspect.isawaitable(value):
            value = asyncio.run(_awaited(value))
        return Outcome(value)
    except Exception as error:
        return Outcome(error=error)


async def _awaited(value: Any) -> Any:
    return await value


def _compare(offloaded: Outcome, original: Outcome) -> str | None:
    if offloaded.error is None and original.error is None:
        return first_difference(offloaded.value, original.value)
    mine, theirs = _error_text(offloaded.error), _error_text(original.error)
    return None if mine == theirs else f"$: {mine} offloaded, {theirs} originally"


def _error_text(error: BaseException | None) -> str:
    if error is None:
        return "a value"
    if isinstance(error, AppError):
        return f"{error.exception_type.rpartition('.')[2]}: {error.exception_message}"
    return f"{type(error).__name__}: {error}"


class _Background:
    """One thread with a short queue; it starts with the first sample and does not keep the process alive."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._queue: queue.Queue[Callable[[], None]] = queue.Queue(QUEUE)
        # Its own context: nothing of the request that happens to start it.
        context = contextvars.Context()
        threading.Thread(target=context.run, args=(self._work,), name="molt-shadow", daemon=True).start()

    def offer(self, job: Callable[[], None]) -> bool:
        try:
            self._queue.put_nowait(job)
            return True
        except queue.Full:
            return False

    def _work(self) -> None:
        running.set(True)
        while True:
            job = self._queue.get()
            try:
                job()
            finally:
                self._queue.task_done()

    def drain(self) -> None:
        self._queue.join()


#: Set in the background thread: what the original calls runs in Python as well, not in a worker.
running: contextvars.ContextVar[bool] = contextvars.ContextVar("molt_accel_shadow", default=False)

_made: _Background | None = None
_lock = threading.Lock()


def _background() -> _Background:
    global _made, _lock
    if _made is None or _made.pid != os.getpid():
        if _made is not None:
            _lock = threading.Lock()  # the parent may have held it when it forked
        with _lock:
            if _made is None or _made.pid != os.getpid():
                _made = _Background()
    return _made


def drain_shadows() -> None:
    """Waits until all samples taken so far are compared: for tests and the end of a program."""
    if _made is not None and _made.pid == os.getpid():
        _made.drain()
