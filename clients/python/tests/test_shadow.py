"""Shadow runs: the original beside the worker, never in the way of the call."""

import asyncio
import functools
import logging
import multiprocessing
import threading
import time

import molt_accel as m
import pytest
import sample
from fake_worker import FakeWorker, error
from molt_accel import Shadow, drain_shadows, molt_offload, shadow


def wrong_add(a: int, b: int) -> int:
    return a + b + 1


def shadowed(worker, function, options, **more):
    return molt_offload(export="add", socket=worker.path, shadow=options, **more)(function)


def test_equal_results_are_counted_and_not_reported(caplog):
    with FakeWorker() as worker:
        add = shadowed(worker, sample.add, 1.0)
        assert [add(i, i) for i in range(5)] == [0, 2, 4, 6, 8]
        drain_shadows()
        assert add.offload.shadow.counters == {"calls": 5, "sampled": 5, "dropped": 0, "equal": 5, "different": 0, "failed": 0}
        assert caplog.records == []


def test_a_difference_is_logged_counted_and_given_to_the_callback(caplog):
    found = []
    with FakeWorker() as worker:
        add = shadowed(worker, wrong_add, Shadow(1.0, on_difference=found.append))
        assert add(1, b=2) == 3
        drain_shadows()
    (difference,) = found
    assert (difference.export, difference.args, difference.kwargs) == ("add", (1,), {"b": 2})
    assert (difference.offloaded.value, difference.original.value) == (3, 4)
    assert difference.where == "$: 3 offloaded, 4 originally"
    assert add.offload.shadow.counters["different"] == 1
    assert [(r.name, r.levelno) for r in caplog.records] == [("molt_accel.shadow", logging.ERROR)]
    assert "add differs from its original at $: 3 offloaded, 4 originally" in caplog.text


def test_async_functions_are_shadowed_the_same_way():
    @functools.wraps(wrong_add)
    async def wrong_async(a, b):
        await asyncio.sleep(0)
        return a + b + 1

    found = []
    with FakeWorker() as worker:
        add = shadowed(worker, wrong_async, Shadow(1.0, on_difference=found.append))
        assert asyncio.run(add(1, 2)) == 3
        drain_shadows()
    assert found[0].where == "$: 3 offloaded, 4 originally"


def test_errors_are_compared_by_type_and_text():
    def fails(a: int, b: int) -> int:
        raise ValueError(f"no {a}")

    def raises(connection, call):
        connection.send(error(call.id, 501, "APP_ERROR", "ValueError: no 1", executed=2, type="ValueError", message="no 1"))

    with FakeWorker(raises) as worker:
        same = shadowed(worker, fails, 1.0)
        other = shadowed(worker, sample.add, 1.0)
        for add in (same, other):
            with pytest.raises(ValueError, match="no 1"):
                add(1, 2)
        drain_shadows()
    assert same.offload.shadow.counters["equal"] == 1
    assert other.offload.shadow.counters["different"] == 1


def test_an_error_of_the_service_is_not_compared():
    with FakeWorker(lambda connection, call: connection.send(error(call.id, 301, "BUSY", "full", retry=1))) as worker:
        add = shadowed(worker, sample.add, 1.0)
        with pytest.raises(m.Busy):
            add(1, 2)
        drain_shadows()
        assert add.offload.shadow.counters == {"calls": 1, "sampled": 1, "dropped": 1, "equal": 0, "different": 0, "failed": 0}


def test_the_same_seed_chooses_the_same_calls():
    def chosen(seed):
        options = Shadow(0.3, seed=seed)
        return [options.sample() for _ in range(200)]

    assert chosen(7) == chosen(7) != chosen(8)
    assert 30 <= sum(chosen(7)) <= 90


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_rates_are_shares(rate):
    with pytest.raises(ValueError, match="share from 0 to 1"):
        Shadow(rate)


def test_calls_do_not_wait_and_samples_are_dropped_when_the_queue_is_full():
    gate = threading.Event()

    def slow(a: int, b: int) -> int:
        gate.wait(10)
        return a + b

    with FakeWorker() as worker:
        add = shadowed(worker, slow, 1.0)
        began = time.monotonic()
        for i in range(shadow.QUEUE + 10):
            assert add(i, 1) == i + 1
        assert time.monotonic() - began < 5
        # One runs, the queue is full, the rest is dropped.
        assert add.offload.shadow.counters["dropped"] >= 9
        gate.set()
        drain_shadows()
        counters = add.offload.shadow.counters
        assert counters["equal"] + counters["dropped"] == counters["sampled"] == shadow.QUEUE + 10


def test_what_the_caller_or_the_original_changes_later_does_not_count():
    gate = threading.Event()
    found = []

    def total(items: list[sample.Item], tax: float = 0.2) -> float:
        gate.wait(10)
        result = sum(item.price for item in items) * (1 + tax)
        items.clear()
        return result

    with FakeWorker() as worker:
        offloaded = molt_offload(socket=worker.path, shadow=Shadow(1.0, on_difference=found.append))(total)
        items = [sample.Item("a", 2.0, sample.Kind.TOY)]
        assert offloaded(items) == 2.4
        items[0].price = 100.0
        gate.set()
        drain_shadows()
    assert found == []
    assert offloaded.offload.shadow.counters["equal"] == 1


def test_a_failing_callback_or_copy_fails_nothing_else(caplog):
    def broken(difference):
        raise RuntimeError("broken callback")

    class NotCopied(int):
        def __deepcopy__(self, memo):
            raise RuntimeError("not me")

    with FakeWorker() as worker:
        add = shadowed(worker, wrong_add, Shadow(1.0, on_difference=broken))
        assert add(1, 2) == 3
        drain_shadows()
        assert add.offload.shadow.counters["failed"] == 1
        options = Shadow(1.0)
        assert options.keep((NotCopied(1),), {}) is None
        assert options.counters["failed"] == 1
    assert "broken callback" in caplog.text


def test_what_the_original_calls_runs_in_python_too():
    calls = []

    def inner(text: str) -> str:
        calls.append(text)
        return text

    with FakeWorker() as worker:
        echo = molt_offload(export="echo", socket=worker.path)(inner)

        def outer(a: int, b: int) -> int:
            return a + b + len(echo(""))

        add = shadowed(worker, outer, 1.0)
        assert add(1, 2) == 3
        drain_shadows()
        assert calls == [""] and [call.name for call in worker.calls] == ["add"]
        assert add.offload.shadow.counters["equal"] == 1


def test_no_thread_before_the_first_sample():
    with FakeWorker() as worker:
        before = threading.active_count()
        add = shadowed(worker, sample.add, 1e-12)
        assert add(1, 2) == 3
        # The fake worker makes one per connection.
        assert [thread.name for thread in threading.enumerate()][before:] != ["molt-shadow"]
        assert add.offload.shadow.counters["sampled"] == 0


def _forked(path, queue):
    add = molt_offload(socket=path, shadow=1.0)(sample.add)
    add(1, 2)
    drain_shadows()
    queue.put(add.offload.shadow.counters["equal"])


def test_forked_processes_have_a_thread_of_their_own():
    with FakeWorker() as worker:
        add = shadowed(worker, sample.add, 1.0)
        add(1, 2)
        drain_shadows()
        context = multiprocessing.get_context("fork")
        queue = context.Queue()
        process = context.Process(target=_forked, args=(worker.path, queue))
        process.start()
        assert queue.get(timeout=10) == 1
        process.join(10)
