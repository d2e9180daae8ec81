"""Thousands of calls of all kinds leave a worker as it was; `npm run bench:service -- --only memory` is the long one."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import molt_accel as m
import service
from asking import offload

MIB = 1 << 20
ROUNDS = 15
AT_ONCE = 6


def figures(worker: Any) -> tuple[int, int, int]:
    """Resident bytes, descriptors and threads."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    of = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if len(line.split()) > 1}
    return int(of["VmRSS"]) * 1024, len(os.listdir(f"/proc/{worker.process.pid}/fd")), int(of["Threads"])


async def mixed(worker: Any) -> None:
    """Small and large calls, exceptions, wrong input, limits, and calls that are cancelled."""

    async def echo(data: bytes) -> bytes: ...

    async def fail(text: str) -> str: ...

    async def spin(rounds: int) -> int: ...

    async def whole(n: int) -> int: ...

    ask = {function.__name__: offload(worker, function, deadline=20.0) for function in (echo, fail, spin, whole)}
    short = offload(worker, spin, deadline=0.02)

    async def one(kind: int) -> None:
        try:
            if kind == 0:
                await ask["echo"](b"x" * 100_000)
            elif kind == 1:
                await ask["fail"]("no price")
            elif kind == 2:
                await ask["whole"]("no number")
            elif kind == 3:
                await short(10**12)
            elif kind == 4:
                task = asyncio.ensure_future(ask["spin"](10**12))
                await asyncio.sleep(0.005)
                task.cancel()
                await task
            else:
                await ask["echo"](b"x" * 100)
        except (m.MoltError, asyncio.CancelledError):
            pass

    for _ in range(ROUNDS):
        await asyncio.gather(*(one(kind) for kind in range(AT_ONCE)))
        for _ in range(20):
            await ask["whole"](7)
    await m.close_connections()


def test_calls_of_all_kinds_leave_nothing_behind(own_worker):
    asyncio.run(mixed(own_worker))
    before = figures(own_worker)
    for _ in range(2):
        asyncio.run(mixed(own_worker))
    after = figures(own_worker)
    assert after[0] - before[0] < 24 * MIB, (before, after)
    assert after[1] <= before[1] + 2 and after[2] <= before[2] + 1, (before, after)
