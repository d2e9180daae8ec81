# molt: intrinsics
# What the host wrote about the call that runs: its limits and what it has used of them.

from molt.intrinsics import (
    CELL_CPU_BUDGET, CELL_CPU_START, CELL_HEAP_BASE, CELL_HEAP_END, CELL_INTERRUPT, CELL_MEMORY_LIMIT, CELL_WALL_BUDGET,
    CELL_WALL_START, f64_from_i64, host_clock, i32, i64, i64_u, load_i32, load_i64, store_i64,
)

MONOTONIC: i32 = 1
THREAD_CPU: i32 = 3


def seconds(nanoseconds: i64) -> float:
    return f64_from_i64(nanoseconds) / 1000000000.0


def budget(nanoseconds: i64) -> 'float | None':
    if nanoseconds == 0:
        return None
    return seconds(nanoseconds)


# Seconds since the moment of a clock that a cell holds; where the host noted none, the first look is that moment.
def since(cell: i32, clock: i32) -> float:
    now = host_clock(clock)
    start = load_i64(cell)
    if start == 0:
        store_i64(cell, now)
        return 0.0
    return seconds(now - start)


def wall_budget() -> 'float | None':
    return budget(load_i64(0, CELL_WALL_BUDGET))


def wall_used() -> float:
    return since(CELL_WALL_START, MONOTONIC)


def cpu_budget() -> 'float | None':
    return budget(load_i64(0, CELL_CPU_BUDGET))


def cpu_used() -> float:
    return since(CELL_CPU_START, THREAD_CPU)


def memory_budget() -> 'int | None':
    limit = i64_u(load_i32(CELL_MEMORY_LIMIT))
    if limit == 0:
        return None
    return int_from_i64(limit - i64_u(load_i32(CELL_HEAP_BASE)))


def memory_used() -> int:
    return int_from_i64(i64_u(load_i32(CELL_HEAP_END)) - i64_u(load_i32(CELL_HEAP_BASE)))


# 0 while nobody has asked the call to stop, else a reason of the ABI.
def stop_word() -> int:
    return int_from_i64(i64_u(load_i32(CELL_INTERRUPT)))
