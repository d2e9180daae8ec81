"""Calls a real worker at the socket given as argument, sync and async; prints what came back as JSON. Run by the tests of @molt/ipc."""

import asyncio
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import sample  # noqa: E402
from molt_accel import MoltError, close_connections, molt_offload  # noqa: E402

path = sys.argv[1]


def attempt(work):
    try:
        return work()
    except Exception as error:
        known = isinstance(error, MoltError)
        return [type(error).__name__, isinstance(error, ValueError), error.message if known else str(error), error.executed if known else None]


def offload(function, **options):
    return molt_offload(socket=path, **options)(function)


async def add(a: int, b: int) -> int: ...


async def main():
    try:
        calls = [molt_offload(socket=path)(add)(i, 2**60) for i in range(40)]
        return await asyncio.gather(*calls)
    finally:
        await close_connections()


items = [sample.Item("a", 1.0, sample.Kind.BOOK), sample.Item("b", 2.5, sample.Kind.TOY)]
print(
    json.dumps(
        {
            "total": offload(sample.total)(items, tax=1.0),
            "default": offload(sample.total)(items),
            "find": repr(offload(sample.find)("x")),
            "nothing": offload(sample.find)("none"),
            "long": len(offload(sample.echo)("é" * 400_000)),
            "raised": attempt(lambda: offload(sample.find)("raise")),
            "slow": attempt(lambda: offload(sample.find, deadline=0.2)("slow")),
            "missing": attempt(lambda: offload(sample.echo, export="eco")("x")),
            "invalid": attempt(lambda: offload(sample.add)("x", 1)),
            "async": asyncio.run(main()) == [i + 2**60 for i in range(40)],
        }
    )
)
