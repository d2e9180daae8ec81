"""A call of an idempotent export is repeated when its worker is lost: within its one deadline, and without claims about the first attempt."""

from __future__ import annotations

import asyncio
import os
import time

import molt_accel as m
import pytest
import sample
from fake_worker import FakeWorker, answer


async def echo_async(text: str) -> str: ...


def ask(path: str, style: str, deadline: float, warm: bool) -> m.MoltError:
    """The error of a call that must fail; `warm` makes another call before it."""
    if style == "blocking":
        function = m.molt_offload(export="echo", socket=path, deadline=deadline)(sample.echo)
        if warm:
            assert function("warm") == "warm"
        with pytest.raises(m.MoltError) as caught:
            function("lost")
        return caught.value

    async def scenario() -> m.MoltError:
        function = m.molt_offload(export="echo", socket=path, deadline=deadline)(echo_async)
        if warm:
            assert await function("warm") == "warm"
        with pytest.raises(m.MoltError) as caught:
            await function("lost")
        await m.close_connections()
        return caught.value

    return asyncio.run(scenario())


STYLES = [(style, warm) for style in ("blocking", "asyncio") for warm in (False, True)]


@pytest.mark.parametrize(("style", "warm"), STYLES)
def test_a_repeat_that_finds_no_worker_cannot_say_that_nothing_ran(style, warm):
    def on_call(connection, call):
        if call.args[0] == "warm":
            return answer(connection, call)
        os.unlink(fake.path)
        connection.sock.shutdown(2)

    with FakeWorker(on_call=on_call) as fake:
        error = ask(fake.path, style, 5.0, warm)
    assert isinstance(error, (m.WorkerNotRunning, m.WorkerLost))
    assert error.executed == "maybe", repr(error)


@pytest.mark.parametrize(("style", "warm"), STYLES)
def test_a_repeat_has_only_what_is_left_of_the_deadline(style, warm):
    lost = 0

    def on_call(connection, call):
        nonlocal lost
        if call.args[0] == "warm":
            return answer(connection, call)
        lost += 1
        if lost == 1:
            time.sleep(0.9)
            connection.sock.shutdown(2)

    with FakeWorker(on_call=on_call) as fake:
        began = time.monotonic()
        error = ask(fake.path, style, 1.0, warm)
        elapsed = time.monotonic() - began
    assert isinstance(error, m.DeadlineExceeded) and error.executed == "maybe", repr(error)
    assert elapsed < 1.6
