"""What one call may have of its own: a trace context, an idempotency key, a deadline, somebody who hears of its progress."""

import asyncio

import msgpack
import pytest

import sample
from fake_worker import FakeWorker, answer, frame
from molt_accel import ProtocolError, close_connections, molt_offload

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def reports(connection, call):
    for ppm, message in ((0, ""), (250_000, "a quarter"), (1_000_000, "all")):
        connection.send(frame(0x15, call.id, msgpack.packb({"ppm": ppm, "message": message})))
    answer(connection, call)


async def add(a: int, b: int) -> int: ...


def both(worker, **options):
    """Results of a sync and of an async call."""

    async def main():
        try:
            return await molt_offload(socket=worker.path)(add).offload.calling(**options)(1, b=2)
        finally:
            await close_connections()

    return [molt_offload(socket=worker.path)(sample.add).offload.calling(**options)(1, b=2), asyncio.run(main())]


def test_trace_key_and_deadline_travel_with_the_call(worker):
    assert both(worker, traceparent=TRACE, key="order-17", deadline=2.0) == [3, 3]
    for call in worker.calls:
        assert call.trace == TRACE[3:].replace("-", "") and call.key == b"order-17" and 1000 < call.deadline_ms <= 2000
    assert molt_offload(socket=worker.path)(sample.add)(1, 2) == 3
    assert (worker.calls[-1].trace, worker.calls[-1].key) == (None, None)


def test_progress_is_told():
    seen = []
    with FakeWorker(reports) as worker:
        assert both(worker, on_progress=lambda progress: seen.append(tuple(progress))) == [3, 3]
        assert seen == [(0.0, ""), (0.25, "a quarter"), (1.0, "all")] * 2
        assert both(worker) == [3, 3]


def test_progress_that_is_none_is_a_fault():
    with FakeWorker(lambda connection, call: connection.send(frame(0x15, call.id, b"\x80"))) as worker:
        with pytest.raises(ProtocolError):
            both(worker)


@pytest.mark.parametrize(
    "options",
    [{"traceparent": "x"}, {"traceparent": "00-" + "0" * 32 + TRACE[35:]}, {"traceparent": "ff" + TRACE[2:]}, {"key": ""}, {"key": "k" * 65}, {"deadline": 0}],
)
def test_bad_options_are_answered_at_once(options):
    with pytest.raises(ValueError):
        molt_offload(sample.add).offload.calling(**options)
