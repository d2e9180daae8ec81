"""The module ``molt`` under CPython, and the context that the client passes to Python originals."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from typing import Annotated, Any, Optional, get_type_hints

import molt
import pytest
from molt import Cancelled, Context, SoftLimitExceeded
from molt_accel import molt_offload, request_scope
from molt_accel.python_original import call_signature, context_parameter, python_call
from molt_accel.testing import in_memory_worker


def first(ctx: Context, n: int) -> tuple[Any, int]:
    return ctx.limits.wall.budget, n


def middle(n: int, ctx: "molt.Context", m: int = 3) -> tuple[Any, int, int]:
    return ctx.limits.cpu.budget, n, m


def last(n: int = 1, *, ctx: Optional[Context] = None) -> tuple[Any, int]:
    return None if ctx is None else ctx.limits.memory.budget, n


def after_default(n: int = 1, ctx: Context | None = None, m: int = 2) -> tuple[bool, int, int]:
    return ctx is not None, n, m


def without(n: int) -> int:
    return n


class TestReadings:
    def test_budgets_are_exact_and_the_numbers_of_a_reading_belong_together(self) -> None:
        ctx = Context.for_call(deadline=2.5, cpu=1.25, memory=1 << 20)
        limits = ctx.limits
        assert (limits.wall.budget, limits.cpu.budget, limits.memory.budget) == (2.5, 1.25, 1 << 20)
        for reading in (limits.wall, limits.cpu, limits.memory):
            assert reading.remaining == reading.budget - reading.used
            assert reading.used >= 0

    def test_without_limits_budget_and_remaining_are_none(self) -> None:
        limits = Context().limits
        for reading in (limits.wall, limits.cpu, limits.memory):
            assert (reading.budget, reading.remaining) == (None, None)
        assert limits.soft_exceeded is False

    def test_time_passes(self) -> None:
        limits = Context.for_call(deadline=60).limits
        before = limits.wall.used, limits.cpu.used
        sum(range(300_000))
        assert limits.wall.used > before[0]
        assert limits.cpu.used > before[1]

    def test_waiting_uses_no_cpu(self) -> None:
        limits = Context.for_call(deadline=60).limits
        time.sleep(0.05)
        assert limits.cpu.used < limits.wall.used

    def test_memory_is_what_tracemalloc_traces_at_most(self) -> None:
        tracemalloc.start()
        try:
            limits = Context.for_call(memory=1 << 30).limits
            kept = bytearray(1 << 20)
            assert limits.memory.used >= 1_000_000
            del kept
            assert limits.memory.used >= 1_000_000
        finally:
            tracemalloc.stop()

    def test_memory_never_shrinks_without_tracemalloc(self) -> None:
        limits = Context.for_call(memory=1 << 30).limits
        kept = bytearray(64 << 20)
        used = limits.memory.used
        del kept
        assert limits.memory.used >= used >= 0


class TestCheck:
    def test_is_silent_while_there_is_room(self) -> None:
        Context.for_call(deadline=60, cpu=60).check()
        Context().check()

    def test_raises_from_80_percent_on(self) -> None:
        ctx = Context.for_call(deadline=0.01)
        time.sleep(0.012)
        assert ctx.limits.soft_exceeded
        with pytest.raises(SoftLimitExceeded, match="the call has used 80 % of its wall budget"):
            ctx.check()
        assert (ctx.limits.wall.remaining or 0) < 0

    def test_names_the_budget_of_cpu_and_memory(self) -> None:
        ctx = Context.for_call(deadline=60, cpu=1e-9)
        with pytest.raises(SoftLimitExceeded, match="its cpu budget"):
            ctx.check()
        tracemalloc.start()
        try:
            ctx = Context.for_call(deadline=60, memory=1000)
            kept = bytearray(10_000)
            with pytest.raises(SoftLimitExceeded, match="its memory budget"):
                ctx.check()
            del kept
        finally:
            tracemalloc.stop()

    def test_raises_cancelled_which_except_exception_does_not_catch(self) -> None:
        ctx = Context.for_call(deadline=60, cancelled=lambda: "disconnect")
        assert (ctx.cancelled, ctx.reason) == (True, "disconnect")
        with pytest.raises(Cancelled, match="disconnect"):
            try:
                ctx.check()
            except Exception:
                pytest.fail("caught")


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(AttributeError, match="module 'molt' has no attribute 'Progress'; .*Context"):
        molt.Progress  # noqa: B018


class TestOriginals:
    @pytest.mark.parametrize(("function", "name"), [(first, "ctx"), (middle, "ctx"), (last, "ctx"), (after_default, "ctx"), (without, None), (print, None)])
    def test_the_parameter_is_found_by_its_annotation(self, function: Any, name: str | None) -> None:
        assert context_parameter(function) == name

    def test_annotations_that_cannot_be_resolved_do_not_hide_it(self) -> None:
        def odd(rows: "Missing", ctx: "Context | None", n: "Nothing" = 1) -> "Nowhere":  # type: ignore[name-defined]  # noqa: F821
            return rows, ctx is not None, n

        assert context_parameter(odd) == "ctx"
        assert python_call(odd, (5,), {}) == (5, True, 1)

    def test_callers_do_not_see_it(self) -> None:
        assert list(call_signature(middle).parameters) == ["n", "m"]

    def test_a_call_passes_it_wherever_it_stands(self) -> None:
        assert python_call(first, (7,), {}, deadline=1.5) == (1.5, 7)
        assert python_call(middle, (7,), {}, cpu=0.25) == (0.25, 7, 3)
        assert python_call(middle, (7, 8), {}, cpu=0.25) == (0.25, 7, 8)
        assert python_call(middle, (), {"m": 8, "n": 7}) == (None, 7, 8)
        assert python_call(last, (7,), {}, memory=4096) == (4096, 7)
        assert python_call(last, (), {}, memory=4096) == (4096, 1)
        assert python_call(after_default, (), {"m": 9}) == (True, 1, 9)
        assert python_call(without, (7,), {}, deadline=1) == 7

    def test_a_context_of_the_caller_stays(self) -> None:
        mine = Context.for_call(deadline=9)
        assert python_call(first, (mine, 7), {}, deadline=1) == (9, 7)
        assert python_call(middle, (7,), {"ctx": Context.for_call(cpu=3)}, cpu=1) == (3, 7, 3)

    def test_wrong_arguments_are_the_type_error_of_the_function(self) -> None:
        with pytest.raises(TypeError, match="'n'"):
            python_call(first, (), {})


class TestOffload:
    def test_transport_python(self) -> None:
        offloaded: Any = molt_offload(transport="python", deadline=1.5, cpu=0.5, memory=1 << 20)(first)
        assert offloaded(7) == (1.5, 7)

    def test_fallback(self) -> None:
        offloaded: Any = molt_offload(socket="/nonexistent/molt.sock", deadline=1.5, fallback="python")(first)
        assert offloaded(7) == (1.5, 7)

    def test_async_originals(self) -> None:
        async def wait(ctx: Context, n: int) -> tuple[Any, int]:
            await asyncio.sleep(0)
            return ctx.limits.wall.budget, n

        offloaded: Any = molt_offload(transport="python", deadline=2.5)(wait)
        assert asyncio.run(offloaded(7)) == (2.5, 7)

    def test_the_request_that_ended_is_seen(self) -> None:
        def patient(ctx: Context) -> str:
            scope.cancel("disconnect")
            try:
                ctx.check()
            except Cancelled as error:
                return f"{error} {ctx.reason}"
            return "not cancelled"

        offloaded: Any = molt_offload(transport="python")(patient)
        with request_scope(5) as scope:
            assert offloaded() == "disconnect disconnect"

    def test_in_memory_worker(self) -> None:
        def double(ctx: Context, n: int) -> int:
            return 2 * n if ctx.limits.wall.budget == 1.5 else 0

        offloaded: Any = molt_offload(deadline=1.5)(double)
        with in_memory_worker():
            assert offloaded(21) == 42


def _bounded(n: Annotated[int, molt.Bound(min=0, max=9)]) -> Annotated[list[int], molt.Bound(1000)]:
    return [n]


def test_bounds_are_plain_metadata() -> None:
    hints = get_type_hints(_bounded, include_extras=True)
    assert hints["return"] == Annotated[list[int], molt.Bound(1000)]
    assert repr(hints["n"].__metadata__[0]) == "Bound(min=0, max=9)"
    assert molt.Bound(1) != molt.Bound(2) and hash(molt.Bound(1)) == hash(molt.Bound(1)) and molt.Bound(1) != 1
