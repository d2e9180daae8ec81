"""The in-process transport, against a small C library with the same ABI."""

import asyncio
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

import molt_accel as m
import sample
from fake_worker import SCHEMAS
from molt_accel import molt_offload
from molt_accel.scope import request_scope

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler")


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    directory = tmp_path_factory.mktemp("artifact")
    (directory / "schemas.json").write_text(SCHEMAS)
    source = Path(__file__).with_name("inproc_library.c")
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", str(directory / "libartifact.so"), str(source)], check=True)
    return str(directory)


def offload(function, artifact, **options):
    return molt_offload(transport="inproc", artifact=artifact, **options)(function)


@needs_compiler
def test_results_come_back(artifact):
    assert offload(sample.echo, artifact)("héllo") == "héllo"


@needs_compiler
def test_errors_are_those_of_the_wire(artifact):
    with pytest.raises(ValueError) as info:
        offload(sample.total, artifact)([])
    assert isinstance(info.value, m.AppError) and info.value.exception_message == "bad"


@needs_compiler
def test_threads_run_side_by_side_and_instances_are_reused(artifact):
    find = offload(sample.find, artifact)
    began = time.monotonic()
    threads = [threading.Thread(target=find, args=("x",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 0.7
    opened = offload(sample.add, artifact)(0, 0)
    assert 4 <= opened <= 5
    assert offload(sample.add, artifact)(0, 0) == opened


@needs_compiler
def test_async_functions_do_not_block_the_loop(artifact):
    async def find(sku: str) -> sample.Item | None: ...

    async def main():
        began = time.monotonic()
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticker = asyncio.create_task(tick())
        assert await asyncio.gather(*(offload(find, artifact)("x") for _ in range(3))) == [None] * 3
        ticker.cancel()
        assert time.monotonic() - began < 0.6 and ticks > 5

    asyncio.run(main())


@needs_compiler
def test_answers_that_are_longer_than_the_buffer(artifact):
    text = "é" * 100_000
    assert offload(sample.echo, artifact)(text) == text
    assert offload(sample.echo, artifact)("short") == "short"


@needs_compiler
def test_limits_reach_the_library(artifact):
    assert offload(sample.add, artifact, cpu=0.09)(0, 0) == 90
    assert offload(sample.add, artifact)(0, 0) < 90


@needs_compiler
def test_a_cancelled_task_stops_its_call(artifact):
    async def find(sku: str) -> sample.Item | None: ...

    async def main():
        began = time.monotonic()
        task = asyncio.create_task(offload(find, artifact)("x"))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.get_running_loop().shutdown_default_executor()
        assert time.monotonic() - began < 0.18

    asyncio.run(main())


@needs_compiler
def test_a_cancelled_scope_stops_its_calls(artifact):
    with request_scope() as scope:
        threading.Timer(0.05, scope.cancel).start()
        with pytest.raises(m.Cancelled):
            offload(sample.find, artifact)("x")


@needs_compiler
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_child_opens_its_own_instances(artifact):
    add = offload(sample.add, artifact)
    before = add(0, 0)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(add(0, 0)).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(read, 9)) == before + 1
    assert add(0, 0) == before


@needs_compiler
def test_bad_arguments_do_not_reach_the_library(artifact):
    with pytest.raises(m.InvalidInput, match="echo.text: expected str"):
        offload(sample.echo, artifact)(5)


def test_no_artifact(tmp_path, monkeypatch):
    monkeypatch.delenv("MOLT_ARTIFACT", raising=False)
    with pytest.raises(m.WorkerNotRunning, match="no artifact is given for echo"):
        molt_offload(transport="inproc")(sample.echo)("x")
    with pytest.raises(m.WorkerNotRunning, match="there is no artifact directory"):
        offload(sample.echo, str(tmp_path / "none"))("x")
    with pytest.raises(m.WorkerNotRunning, match="expected one shared library .* found none"):
        offload(sample.echo, str(tmp_path))("x")
    assert offload(sample.echo, str(tmp_path), fallback="python")("x") == "x"
    (tmp_path / "lib.so").write_text("not a library")
    with pytest.raises(m.WorkerNotRunning, match="no readable schemas.json"):
        offload(sample.echo, str(tmp_path))("x")
    (tmp_path / "schemas.json").write_text(SCHEMAS)
    with pytest.raises(m.WorkerNotRunning, match="cannot load"):
        offload(sample.echo, str(tmp_path))("x")
