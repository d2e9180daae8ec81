"""Streams: items that travel in chunks beside the message, in both directions, sync and async; progress on the way."""

import asyncio
import gc
import json
import struct
from typing import AsyncIterator, Iterable, Iterator

import msgpack
import pytest

import molt_accel as m
from fake_worker import FakeWorker, error, frame, result
from molt_accel import blocking, close_connections, molt_offload

INT = {"kind": "int", "min": 0, "max": 1 << 32}
TEXT = {"kind": "str", "maxBytes": 1 << 20}


def stream(of, most=1000):
    return {"kind": "stream", "of": of, "maxItems": most}


def export(name, params, result):
    return {"name": name, "params": params, "result": result, "inputId": "11" * 32, "outputId": "22" * 32, "idempotent": False}


SCHEMAS = json.dumps(
    {
        "format": "molt-schemas", "version": 1, "types": {},
        "exports": [
            export("total", [{"name": "items", "schema": stream(INT)}], INT),
            export("count", [{"name": "to", "schema": INT}], stream(INT)),
            export("louder", [{"name": "items", "schema": stream(TEXT)}], stream(TEXT)),
        ],
    }
)  # fmt: skip


def total(items: Iterable[int]) -> int: ...
def count(to: int) -> Iterator[int]: ...
def louder(items: Iterable[str]) -> Iterator[str]: ...
async def total_async(items: AsyncIterator[int]) -> int: ...
async def count_async(to: int) -> AsyncIterator[int]: ...
async def louder_async(items: Iterable[str]) -> AsyncIterator[str]: ...


class Worker(FakeWorker):
    """Hands each CALL to ``behave(connection, call_id, args)``, which reads the frames that follow itself."""

    def __init__(self, behave, max_frame=4096):
        super().__init__(on_connect=self._talk, schemas=SCHEMAS, max_frame=max_frame)
        self._behave = behave
        self.seen = []

    def _talk(self, connection):
        connection.read(8)
        connection.frame()
        self.greet(connection)
        while True:
            kind, _, call_id, payload = connection.frame()
            self.seen.append(kind)
            if kind == 0x10:
                self._behave(connection, call_id, msgpack.unpackb(payload[52:]))


def chunk(call_id, items, more=True):
    return frame(0x14, call_id, msgpack.packb(items), 1 if more else 2)


def credit(call_id, size):
    return frame(0x20, call_id, msgpack.packb({"bytes": size}))


def add_up(connection, call_id, args):
    """Takes a stream of ints; never lets more than a frame be on its way."""
    assert args == [None]
    sum_ = 0
    while True:
        kind, flags, id_, payload = connection.frame()
        if kind == 0x13:
            connection.send(error(call_id, 404, "CANCELLED", "stopped", executed=1))
            return
        assert (kind, id_) == (0x14, call_id) and len(payload) <= 4096
        sum_ += sum(msgpack.unpackb(payload))
        if flags & 2:
            connection.send(result(call_id, sum_))
            return
        connection.send(credit(call_id, len(payload)))


def count_up(connection, call_id, args):
    """Gives numbers, ten to a chunk, and waits for the bytes of each."""
    for at in range(0, args[0], 10):
        connection.send(chunk(call_id, list(range(at, min(at + 10, args[0])))))
        kind, _, id_, payload = connection.frame()
        if kind == 0x13:
            connection.send(error(call_id, 404, "CANCELLED", "stopped", executed=1))
            return
        assert (kind, id_) == (0x20, call_id) and msgpack.unpackb(payload)["bytes"] > 0
    connection.send(chunk(call_id, [], more=False) + result(call_id, None))


def shout(connection, call_id, args):
    """Answers each chunk by one."""
    while True:
        kind, flags, _, payload = connection.frame()
        if kind != 0x14:
            continue
        items = [text.upper() for text in msgpack.unpackb(payload)]
        last = bool(flags & 2)
        connection.send(credit(call_id, len(payload)) if not last else b"")
        connection.send(chunk(call_id, items, more=not last))
        if last:
            connection.send(result(call_id, None))
            return


def offload(function, worker, **options):
    return molt_offload(socket=worker.path, export=function.__name__.removesuffix("_async"), **options)(function)


def run(work):
    async def main():
        try:
            return await asyncio.wait_for(work(), 20)
        finally:
            await close_connections()

    return asyncio.run(main())


def test_an_iterable_goes_in_chunks():
    with Worker(add_up) as worker:
        assert offload(total, worker)(iter(range(20_000))) == sum(range(20_000))
        assert offload(total, worker)([]) == 0
        assert len(worker.connections) == 1


def test_an_iterable_goes_in_chunks_async():
    async def numbers():
        for i in range(5000):
            yield i

    with Worker(add_up) as worker:

        async def work():
            call = offload(total_async, worker)
            assert await call(numbers()) == sum(range(5000))
            assert await call(range(5000)) == sum(range(5000))
            assert await call([]) == 0

        run(work)
        assert len(worker.connections) == 1


def test_a_result_comes_as_an_iterator():
    with Worker(count_up) as worker:
        call = offload(count, worker)
        assert list(call(95)) == list(range(95))
        assert list(call(0)) == []
        assert len(worker.connections) == 1


def test_a_result_comes_as_an_iterator_async():
    with Worker(count_up) as worker:

        async def work():
            call = offload(count_async, worker)
            assert [item async for item in await call(95)] == list(range(95))
            assert [item async for item in await call(0)] == []

        run(work)
        assert len(worker.connections) == 1


@pytest.mark.parametrize("size", [1, 300, 4000])
def test_both_directions_at_once(size):
    texts = ["x" * size] * 40
    with Worker(shout, max_frame=16384) as worker:
        assert list(offload(louder, worker)(texts)) == ["X" * size] * 40

        async def work():
            return [item async for item in await offload(louder_async, worker)(texts)]

        assert run(work) == ["X" * size] * 40


def test_a_stream_that_is_left_early_stops_its_call():
    with Worker(count_up) as worker:
        call = offload(count, worker)
        with call(1000) as items:
            assert next(items) == 0
        items = call(1000)
        assert next(items) == 0
        del items
        gc.collect()
        assert list(call(3)) == [0, 1, 2]
        assert blocking.pool_for(worker.path, 16).outstanding == 0


def test_a_stream_that_is_left_early_stops_its_call_async():
    with Worker(count_up) as worker:

        async def work():
            call = offload(count_async, worker)
            async with await call(1000) as items:
                async for item in items:
                    if item == 25:
                        break
            assert [item async for item in await call(3)] == [0, 1, 2]

        run(work)
        assert 0x13 in worker.seen or len(worker.connections) == 1


def test_items_that_do_not_fit_are_refused():
    with Worker(add_up) as worker, pytest.raises(m.InvalidInput, match=r"total.items\[1\]: expected int from 0"):
        offload(total, worker)([1, -1])
    with Worker(add_up) as worker:

        async def work():
            with pytest.raises(m.InvalidInput, match=r"total.items\[1\]"):
                await offload(total_async, worker)([1, -1])

        run(work)
    with Worker(shout) as worker, pytest.raises(m.InvalidInput, match="does not fit into a frame of 4096"):
        list(offload(louder, worker)(["x" * 5000]))


def test_the_error_of_an_iterable_is_the_callers():
    def broken():
        yield 1
        raise KeyError("mine")

    with Worker(add_up) as worker:
        with pytest.raises(KeyError, match="mine"):
            offload(total, worker)(broken())

        async def work():
            with pytest.raises(KeyError, match="mine"):
                await offload(total_async, worker)(broken())

        run(work)


@pytest.mark.parametrize(
    "reply, cls",
    [
        (lambda i: result(i, None), m.ProtocolError),
        (lambda i: chunk(i, [1], more=False) + chunk(i, [2]), m.ProtocolError),
        (lambda i: chunk(i, ["x"]), m.ProtocolError),
        (lambda i: frame(0x14, i, b"\xc1"), m.ProtocolError),
        (lambda i: credit(i, 5), m.ProtocolError),
        (lambda i: chunk(i, [1]) + error(i, 501, "APP_ERROR", "ValueError: no", executed=2, type="ValueError"), ValueError),
    ],
)
def test_what_breaks_a_stream(reply, cls):
    with Worker(lambda connection, call_id, args: connection.send(reply(call_id))) as worker:
        with pytest.raises(cls):
            list(offload(count, worker, deadline=3)(1))

        async def work():
            with pytest.raises(cls):
                async for _ in await offload(count_async, worker, deadline=3)(1):
                    pass

        run(work)


def test_a_stream_meets_the_deadline():
    with Worker(lambda connection, call_id, args: connection.send(chunk(call_id, [1]))) as worker:
        with pytest.raises(m.DeadlineExceeded):
            list(offload(count, worker, deadline=0.2)(1))

        async def work():
            with pytest.raises(m.DeadlineExceeded):
                async for _ in await offload(count_async, worker, deadline=0.2)(1):
                    pass

        run(work)


def test_chunks_of_a_call_without_a_stream_are_a_fault():
    def stray(connection, call):
        connection.send(struct.pack("<IBBHQ", 1, 0x14, 2, 0, call.id) + b"\x90")

    import sample

    with FakeWorker(stray) as worker, pytest.raises(m.ProtocolError):
        molt_offload(socket=worker.path)(sample.add)(1, 2)
