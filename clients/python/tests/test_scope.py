"""Requests: what their time and their end do to the calls within."""

import asyncio
import contextvars
import functools
import threading
import time

import molt_accel as m
import pytest
import sample
from fake_worker import FakeWorker, answer, answer_cancelled, never
from molt_accel import molt_offload, remaining, request_scope


def eventually(condition):
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.002)


def asynchronous(function):
    @functools.wraps(function)
    async def run(*args, **kwargs):
        return function(*args, **kwargs)

    return run


def test_a_call_gets_what_its_request_has_left():
    with FakeWorker() as worker:
        add = molt_offload(socket=worker.path, deadline=5)(sample.add)
        with request_scope(1.5):
            add(1, 2)
        with request_scope(60):
            add(1, 2)
        with request_scope():
            add(1, 2)
        shortened, full, unlimited = (call.deadline_ms for call in worker.calls)
        assert 1000 < shortened <= 1500
        assert 4000 < full <= 5000
        assert 4000 < unlimited <= 5000


def test_an_inner_request_has_no_more_than_the_outer():
    with request_scope(1):
        with request_scope(10):
            assert remaining() <= 1
        with request_scope(0.5):
            assert remaining() <= 0.5
        assert 0.5 < remaining() <= 1
    assert remaining() is None


def test_no_call_begins_when_the_time_is_over_and_no_fallback_either():
    with FakeWorker() as worker:
        ran = []
        add = molt_offload(socket=worker.path, fallback=lambda *args: ran.append(args))(sample.add)
        with request_scope(0), pytest.raises(m.DeadlineExceeded, match="the time of its request is over") as info:
            add(1, 2)
        assert info.value.executed == "no"
        assert (worker.calls, ran) == ([], [])


def test_a_cancelled_request_begins_no_calls():
    with FakeWorker() as worker:
        add = molt_offload(socket=worker.path)(sample.add)
        with request_scope() as scope:
            scope.cancel("disconnect")
            scope.cancel("later reasons do not count")
            with request_scope(), pytest.raises(m.Cancelled) as info:
                add(1, 2)
        assert (info.value.executed, info.value.details["reason"], worker.calls) == ("no", "disconnect", [])


def test_a_blocking_call_is_stopped_from_another_thread():
    with FakeWorker(never, on_cancel=answer_cancelled) as worker:
        add = molt_offload(socket=worker.path, deadline=10)(sample.add)
        with request_scope() as scope:
            raised = []

            def call():
                with pytest.raises(m.Cancelled) as info:
                    add(1, 2)
                raised.append(info.value)

            context = contextvars.copy_context()
            thread = threading.Thread(target=context.run, args=(call,))
            thread.start()
            eventually(lambda: worker.calls)
            scope.cancel("disconnect")
            thread.join(5)
            assert not thread.is_alive()
        assert raised[0].details["reason"] == "disconnect"
        assert worker.cancels == [(worker.calls[0].id, "disconnect")]


def test_a_connection_serves_on_after_its_call_was_cancelled():
    behaviour = iter([never, answer])
    with FakeWorker(lambda connection, call: next(behaviour)(connection, call), on_cancel=answer_cancelled) as worker:
        add = molt_offload(socket=worker.path, deadline=10)(sample.add)
        with request_scope() as scope:
            threading.Timer(0.05, scope.cancel).start()
            with pytest.raises(m.Cancelled):
                add(1, 2)
        assert add(1, 2) == 3
        assert len(worker.connections) == 1


def test_calls_of_tasks_are_stopped_and_only_they():
    with FakeWorker(lambda connection, call: answer(connection, call) if call.args[0] else None, on_cancel=answer_cancelled) as worker:
        add = molt_offload(socket=worker.path, deadline=10)(asynchronous(sample.add))

        async def handler(scope_made):
            with request_scope() as scope:
                scope_made.set_result(scope)
                results = await asyncio.gather(add(0, 1), add(0, 2), return_exceptions=True)
                # The handler itself goes on: it may have something to clean up.
                await asyncio.sleep(0)
                return results

        async def work():
            scope_made = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(handler(scope_made))
            other = asyncio.create_task(add(5, 1))
            scope = await scope_made
            while len(worker.calls) < 3:
                await asyncio.sleep(0.002)
            scope.cancel("disconnect")
            assert await other == 6
            return await task

        results = asyncio.run(work())
        assert [(type(error), error.details["reason"]) for error in results] == [(m.Cancelled, "disconnect")] * 2
        eventually(lambda: len(worker.cancels) == 2)
        assert {reason for _, reason in worker.cancels} == {"disconnect"}


def test_a_scope_may_be_cancelled_from_a_thread():
    with FakeWorker(never, on_cancel=answer_cancelled) as worker:
        add = molt_offload(socket=worker.path, deadline=10)(asynchronous(sample.add))

        async def work():
            with request_scope() as scope:
                threading.Timer(0.05, scope.cancel, ["parent"]).start()
                await add(1, 2)

        with pytest.raises(m.Cancelled) as info:
            asyncio.run(work())
        assert info.value.details["reason"] == "parent"


def test_a_cancelled_task_hears_cancelled_error_within_a_scope_too():
    with FakeWorker(never, on_cancel=answer_cancelled) as worker:
        add = molt_offload(socket=worker.path, deadline=10)(asynchronous(sample.add))

        async def handler():
            with request_scope():
                await add(1, 2)

        async def work():
            task = asyncio.create_task(handler())
            while not worker.calls:
                await asyncio.sleep(0.002)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            while not worker.cancels:
                await asyncio.sleep(0.002)

        asyncio.run(asyncio.wait_for(work(), 5))
        assert worker.cancels[0][1] == "disconnect"


def test_a_scope_that_ends_as_its_call_does_stops_nothing_else():
    with FakeWorker() as worker:
        add = molt_offload(socket=worker.path, deadline=10)(asynchronous(sample.add))

        async def work():
            for _ in range(50):
                with request_scope() as scope:
                    task = asyncio.create_task(add(1, 2))
                    while not task.done():
                        await asyncio.sleep(0)
                    scope.cancel()
                    assert task.result() == 3
                await asyncio.sleep(0)

        asyncio.run(work())
