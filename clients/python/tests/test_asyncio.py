"""Async functions: one connection for many calls, cancellation, credits, failures."""

import asyncio
import time

import pytest

import molt_accel as m
import sample
from fake_worker import FakeWorker, answer, error, frame, result
from molt_accel import close_connections, molt_offload


def offload(function, worker, **options):
    async def original(*args, **kwargs):
        return function(*args, **kwargs)

    import functools
    import inspect

    functools.update_wrapper(original, function)
    original.__signature__ = inspect.signature(function)
    return molt_offload(socket=worker.path, **options)(original)


def run(work):
    async def main():
        try:
            return await asyncio.wait_for(work(), 20)
        finally:
            await close_connections()

    return asyncio.run(main())


async def until(holds):
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("waited in vain")


def test_many_calls_share_one_connection(worker):
    async def work():
        add = offload(sample.add, worker)
        assert await asyncio.gather(*(add(i, 1) for i in range(24))) == list(range(1, 25))
        find = offload(sample.find, worker)
        assert await find("x") == sample.Item("x", 9.5, sample.Kind.TOY)

    run(work)
    assert len(worker.connections) == 1


def test_answers_may_come_out_of_order():
    held = []

    def backwards(connection, call):
        held.append(call)
        if len(held) == 3:
            for late in reversed(held):
                answer(connection, late)

    with FakeWorker(backwards) as worker:

        async def work():
            add = offload(sample.add, worker)
            return await asyncio.gather(*(add(i, 10) for i in range(3)))

        assert run(work) == [10, 11, 12]


def test_credits_are_kept_and_the_wait_list_is_bounded():
    most = [0, 0]

    def count(connection, call):
        most[0] += 1
        most[1] = max(most)
        time.sleep(0.002)
        most[0] -= 1
        answer(connection, call)

    with FakeWorker(count, credit=2) as worker:

        async def work():
            add = offload(sample.add, worker, deadline=60)
            results = await asyncio.gather(*(add(i, 1) for i in range(70)), return_exceptions=True)
            busy = [r for r in results if isinstance(r, m.Busy)]
            assert len(busy) == 4 and all(b.executed == "no" for b in busy)
            assert "2 calls are in flight and 64 wait" in str(busy[0])
            assert await add(1, 1) == 2

        run(work)
        assert most[1] <= 2


def test_the_wait_is_bounded_to_a_quarter_of_the_deadline():
    with FakeWorker(lambda connection, call: None, credit=1) as worker:

        async def work():
            add = offload(sample.add, worker, deadline=10)
            first = asyncio.create_task(add(1, 1))
            await until(lambda: worker.calls)
            with pytest.raises(m.Busy, match="a quarter of the deadline"):
                await offload(sample.add, worker, deadline=0.4)(2, 2)
            first.cancel()

        run(work)


def test_more_credit_lets_waiters_go():
    def later(connection, call):
        connection.send(frame(0x20, 0, b"\x81\xa5calls\x02"))

    with FakeWorker(later, credit=1) as worker:

        async def work():
            add = offload(sample.add, worker, deadline=10)
            tasks = [asyncio.create_task(add(i, i)) for i in range(3)]
            await until(lambda: len(worker.calls) == 3)
            for call in worker.calls:
                worker.connections[0].send(result(call.id, 7))
            assert await asyncio.gather(*tasks) == [7, 7, 7]

        run(work)


def test_cancelling_a_task_tells_the_worker_and_frees_the_credit():
    def cancelled_later(connection, call):
        if call.args[0] == 0:
            return
        answer(connection, call)

    with FakeWorker(cancelled_later, credit=1) as worker:

        async def work():
            add = offload(sample.add, worker, deadline=10)
            task = asyncio.create_task(add(0, 0))
            await until(lambda: worker.calls)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await until(lambda: worker.cancels)
            assert worker.cancels == [(worker.calls[0].id, "disconnect")]
            waiting = asyncio.create_task(add(1, 1))
            await asyncio.sleep(0.05)
            assert not waiting.done()
            worker.connections[0].send(error(worker.calls[0].id, 404, "CANCELLED", "stopped"))
            assert await waiting == 2

        run(work)


def test_a_waiter_that_is_cancelled_keeps_no_credit():
    with FakeWorker(lambda connection, call: None, credit=1) as worker:

        async def work():
            add = offload(sample.add, worker, deadline=10)
            first = asyncio.create_task(add(0, 0))
            await until(lambda: worker.calls)
            second, third = asyncio.create_task(add(1, 1)), asyncio.create_task(add(2, 2))
            await asyncio.sleep(0.02)
            second.cancel()
            await asyncio.sleep(0)
            worker.connections[0].send(result(worker.calls[0].id, 5))
            await until(lambda: len(worker.calls) == 2)
            worker.connections[0].send(result(worker.calls[1].id, 6))
            assert (await first, await third) == (5, 6)

        run(work)


def test_a_slow_worker_meets_the_deadline():
    with FakeWorker(lambda connection, call: None) as worker:

        async def work():
            began = time.monotonic()
            with pytest.raises(m.DeadlineExceeded) as info:
                await offload(sample.add, worker, deadline=0.2)(1, 2)
            assert info.value.executed == "maybe" and time.monotonic() - began < 2
            await until(lambda: worker.cancels)
            assert worker.cancels[0][1] == "deadline"

        run(work)


def test_a_silent_listener_meets_the_deadline():
    with FakeWorker(on_connect=lambda connection: time.sleep(2)) as worker:

        async def work():
            with pytest.raises(m.DeadlineExceeded) as info:
                await offload(sample.add, worker, deadline=0.2)(1, 2)
            assert info.value.executed == "no"

        run(work)


def test_a_lost_worker_ends_all_calls_and_is_found_again():
    def die(connection, call):
        if len(worker.calls) == 3:
            raise EOFError

    with FakeWorker(die) as worker:

        async def work():
            add = offload(sample.add, worker)
            results = await asyncio.gather(*(add(i, i) for i in range(3)), return_exceptions=True)
            assert [type(r) for r in results] == [m.WorkerLost] * 3
            assert {r.executed for r in results} == {"maybe"}
            worker._on_call = answer
            assert await add(1, 2) == 3

        run(work)


@pytest.mark.parametrize(
    "reply",
    [
        lambda c: b"\0" * 40,
        lambda c: frame(0x11, c.id, b"short"),
        lambda c: result(c.id + 2, 1),
        lambda c: frame(0x12, c.id, b"\0" * 8 + b"\xc1"),
        lambda c: frame(0x20, 0, b"\x80"),
        lambda c: frame(0x23, 0, b"\xc1"),
        lambda c: frame(0x02, 0, b"\x80"),
    ],
)
def test_garbage_ends_the_connection_with_its_reason(reply):
    with FakeWorker(lambda connection, call: connection.send(reply(call))) as worker:

        async def work():
            add = offload(sample.add, worker)
            with pytest.raises(m.ProtocolError) as info:
                await add(1, 2)
            assert info.value.executed == "maybe"
            worker._on_call = answer
            assert await add(1, 2) == 3

        run(work)


def test_garbage_in_the_handshake():
    with FakeWorker(on_connect=lambda connection: connection.send(b"220 smtp\r\n")) as worker:

        async def work():
            with pytest.raises(m.ProtocolError, match="does not speak MIP"):
                await offload(sample.add, worker)(1, 2)

        run(work)


def test_nobody_there(tmp_path):
    class Nowhere:
        path = str(tmp_path / "none.sock")

    async def work():
        with pytest.raises(m.WorkerNotRunning):
            await offload(sample.add, Nowhere)(1, 2)
        assert await offload(sample.add, Nowhere, fallback="python")(1, 2) == 3

    run(work)


def test_draining_moves_to_a_new_connection():
    def drain(connection, call):
        if call.id == 1 and len(worker.connections) == 1:
            connection.send(frame(0x23, 0, b"\x82\xa4last\x01\xa8drain_ms\x00"))
        answer(connection, call)

    with FakeWorker(drain) as worker:

        async def work():
            add = offload(sample.add, worker)
            assert await add(1, 2) == 3
            assert await add(2, 3) == 5

        run(work)
        assert len(worker.connections) == 2


def test_each_event_loop_has_its_own_connection(worker):
    async def work():
        return await offload(sample.add, worker)(1, 2)

    assert [run(work), run(work)] == [3, 3]
    assert len(worker.connections) == 2
