"""One client of the chaos run: calls without pause, checks every answer, and writes down when each call begins and how it ended.

    python chaos_client.py ROLE SOCKET JOURNAL BASE

ROLE is blocking, asyncio or fork. A line ``b N`` is written before call N is made, ``e N OUTCOME EXECUTED MILLISECONDS`` after it. SIGTERM
ends it when the calls in flight have ended, so a call without an ``e`` is a call that nobody answered.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import sys
import threading
import time
from typing import Any, Iterator, NamedTuple

import molt_accel as m
from service import MODULUS, Answer

DEADLINE = 2.0
THREADS = 4
TASKS = 16
FORK_CALLS = 12

stopping = False


def stop(*_: object) -> None:
    global stopping
    stopping = True


class Call(NamedTuple):
    n: int
    spin: int
    text: str
    deadline: float

    def right(self, got: Any) -> bool:
        return got == Answer(self.n, (self.n * 7919 + self.spin) % MODULUS, self.text)


def draw(n: int, chance: random.Random) -> Call:
    """Mostly short calls, some long ones, some that span frames, some that will be late."""
    kind = chance.random()
    text = "x" * chance.randrange(40)
    if kind < 0.05:
        return Call(n, 0, str(n) * chance.randrange(20_000, 40_000), DEADLINE)
    if kind < 0.15:
        return Call(n, chance.randrange(2_000_000), text, DEADLINE)
    if kind < 0.25:
        return Call(n, chance.randrange(4_000_000), text, 0.004)
    return Call(n, chance.randrange(20_000), text, DEADLINE)


class Journal:
    """Whole lines, each written at once, so that they survive a SIGKILL."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def begin(self, call: Call) -> float:
        os.write(self._file, b"b %d\n" % call.n)
        return time.monotonic()

    def end(self, call: Call, began: float, outcome: str, executed: str) -> None:
        elapsed = (time.monotonic() - began) * 1000
        os.write(self._file, f"e {call.n} {outcome} {executed} {elapsed:.0f}\n".encode())


def outcome_of(call: Call, got: Any) -> tuple[str, str]:
    return ("ok" if call.right(got) else "WRONG", "yes")


def pause_after(outcome: str) -> float:
    return {"WORKER_NOT_RUNNING": 0.004, "BUSY": 0.002, "DEADLINE_UNMEETABLE": 0.002, "SHED": 0.002}.get(outcome, 0.0)


def offloads(path: str, function: Any) -> dict[float, Any]:
    return {deadline: m.molt_offload(function, export="answer", socket=path, deadline=deadline) for deadline in (DEADLINE, 0.004)}


def answer(n: int, spin: int, text: str) -> Answer: ...


async def answer_async(n: int, spin: int, text: str) -> Answer: ...


def blocking(path: str, journal: Journal, numbers: Iterator[int], calls: int | None = None) -> None:
    chance = random.Random(os.getpid() * 1000 + threading.get_ident() % 1000)
    functions = offloads(path, answer)
    while not stopping and (calls is None or calls > 0):
        if calls is not None:
            calls -= 1
        call = draw(next(numbers), chance)
        began = journal.begin(call)
        try:
            outcome, executed = outcome_of(call, functions[call.deadline](call.n, call.spin, call.text))
        except m.MoltError as error:
            outcome, executed = error.name, error.executed
        journal.end(call, began, outcome, executed)
        time.sleep(pause_after(outcome))


def threads(path: str, journal: Journal, numbers: Iterator[int]) -> None:
    running = [threading.Thread(target=blocking, args=(path, journal, numbers)) for _ in range(THREADS)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


async def tasks(path: str, journal: Journal, numbers: Iterator[int]) -> None:
    functions = offloads(path, answer_async)
    chance = random.Random(os.getpid())

    async def loop() -> None:
        while not stopping:
            call = draw(next(numbers), chance)
            began = journal.begin(call)
            work = asyncio.ensure_future(functions[call.deadline](call.n, call.spin, call.text))
            if chance.random() < 0.05:
                asyncio.get_running_loop().call_later(chance.random() * 0.01, work.cancel)
            try:
                outcome, executed = outcome_of(call, await work)
            except m.MoltError as error:
                outcome, executed = error.name, error.executed
            except asyncio.CancelledError:
                outcome, executed = "cancelled", "maybe"
            journal.end(call, began, outcome, executed)
            await asyncio.sleep(pause_after(outcome))

    await asyncio.gather(*(loop() for _ in range(TASKS)))
    await m.close_connections()


def forks(path: str, journal: Journal, base: int) -> None:
    """A parent that has used its connections forks children that use them too, as a prefork server does."""
    for generation in itertools.count():
        if stopping:
            return
        blocking(path, journal, itertools.count(base + generation * 1_000_000), 4)
        children = []
        for child in range(2):
            pid = os.fork()
            if pid == 0:
                try:
                    blocking(path, journal, itertools.count(base + generation * 1_000_000 + (child + 1) * 10_000), FORK_CALLS)
                finally:
                    os._exit(0)
            children.append(pid)
        blocking(path, journal, itertools.count(base + generation * 1_000_000 + 50_000), FORK_CALLS)
        for pid in children:
            os.waitpid(pid, 0)


def main(role: str, path: str, journal_path: str, base: int) -> None:
    signal.signal(signal.SIGTERM, stop)
    journal = Journal(journal_path)
    if role == "blocking":
        threads(path, journal, itertools.count(base))
    elif role == "asyncio":
        asyncio.run(tasks(path, journal, itertools.count(base)))
    else:
        forks(path, journal, base)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
