"""The same failures without a worker: the artifact's library inside this process."""

from __future__ import annotations

import os
import threading
import time

import molt_accel as m
import pytest
import service
from asking import advice, failure, tells

ENDLESS = 10**15


@pytest.fixture
def ask(artifact):
    if not (artifact / "molt_module.so").exists():
        pytest.skip("the artifact has no library: no C compiler")
    return lambda function, **options: m.molt_offload(transport="inproc", artifact=str(artifact), **options)(function)


def test_a_missing_export_names_near_ones(ask):
    def anwser(n: int, spin: int, text: str) -> service.Answer: ...

    error = failure(ask(anwser), 1, 0, "x")
    assert type(error) is m.MissingExport and advice(error) == ("no", "never")
    tells(error, "no export named anwser", "did you mean answer?")


def test_no_artifact(tmp_path):
    error = failure(m.molt_offload(transport="inproc", artifact=str(tmp_path / "none"))(service.whole), 1)
    assert type(error) is m.WorkerNotRunning and error.executed == "no"
    tells(error, str(tmp_path / "none"), "molt build")


def test_limits(ask):
    for options, function, argument, kind, part in (
        ({"deadline": 0.2}, service.spin, ENDLESS, m.DeadlineExceeded, "deadline"),
        ({"cpu": 0.05}, service.spin, ENDLESS, m.CpuExceeded, "CPU"),
        ({"memory": 8 << 20}, service.hoard, 10**7, m.MemoryExceeded, "memory"),
    ):
        began = time.monotonic()
        error = failure(ask(function, **options), argument)
        assert type(error) is kind and advice(error) == ("yes", "never"), repr(error)
        tells(error, function.__name__, part)
        assert time.monotonic() - began < 10
        assert ask(service.whole)(4) == 4


def test_exceptions_and_recursion_are_pythons(ask):
    with pytest.raises(service.OutOfStock) as own:
        ask(service.sell)("book", 3)
    assert own.value.args == ("book", 3)
    assert isinstance(failure(ask(service.deep), 10**8), RecursionError)
    assert type(failure(ask(service.large), 2 << 20)) is m.ResultTooLarge


def test_threads_do_not_wait_for_one_another(ask):
    slow = ask(service.spin, deadline=1.0)
    results: list[m.MoltError] = []
    threads = [threading.Thread(target=lambda: results.append(failure(slow, ENDLESS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    assert ask(service.whole)(9) == 9
    assert time.monotonic() - began < 0.9
    for thread in threads:
        thread.join(20)
    assert [type(error) for error in results] == [m.DeadlineExceeded] * 4


def test_a_forked_child_has_its_own_limits(ask):
    whole, spin = ask(service.whole), ask(service.spin, deadline=0.3)
    assert whole(1) == 1
    child = os.fork()
    if child == 0:
        try:
            good = whole(2) == 2 and type(failure(spin, ENDLESS)) is m.DeadlineExceeded
            os._exit(0 if good else 1)
        finally:
            os._exit(2)
    until = time.monotonic() + 20
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
        assert time.monotonic() < until, "the child does not end"
        time.sleep(0.02)
    assert os.waitstatus_to_exitcode(ended[1]) == 0
    assert whole(3) == 3
