# molt: intrinsics
# The allocator. Objects are bumped out of a run [heapPtr, heapLimit) of zeroed memory; the slow path finds the next run:
# a hole the collector left, or more of the frontier, which grows in ever larger steps up to the memory limit of the task.
# Every byte below heapEnd is an object or a free gap (type id 0, aux = size), so the heap can be walked linearly.

from molt.intrinsics import (
    CELL_FREE_RUNS, CELL_GC_FLAGS, CELL_GC_THRESHOLD, CELL_HEAP_BASE, CELL_HEAP_END, CELL_HEAP_LIMIT, CELL_HEAP_PTR, CELL_MEMORY_LIMIT,
    CELL_SCRATCH, TYPE_FREE, as_ref, ge_u, gt_u, host_trap, i32, i64, i64_u, inline, load_i32, lt_u, memory_fill, memory_grow,
    memory_size, noinline, ref, shr_u, store_i32,
)

MAX_STEP: i32 = 1048576
LARGE: i32 = 2048
DEFAULT_THRESHOLD: i32 = 4194304
MAX_HOLES_TRIED: i32 = 16
TRAP_MEMORY: i32 = 2


@inline
def alloc(size: i32, type_id: i32) -> ref:
    total = (size + 7) & -8
    p = load_i32(CELL_HEAP_PTR)
    if i64_u(p) + i64_u(total) > i64_u(load_i32(CELL_HEAP_LIMIT)):
        return alloc_slow(total, type_id)
    store_i32(CELL_HEAP_PTR, p + total)
    store_i32(p, type_id)
    return as_ref(p)


@noinline
def alloc_slow(total: i32, type_id: i32) -> ref:
    if total < 0:
        host_trap(TRAP_MEMORY)
    threshold = load_i32(CELL_GC_THRESHOLD)
    if threshold == 0:
        threshold = DEFAULT_THRESHOLD
    if load_i32(CELL_GC_FLAGS) & 1 or ge_u(load_i32(CELL_SCRATCH, ALLOCATED), threshold):
        collect()
    p = place(total)
    if p == 0:
        collect()
        p = place(total)
        if p == 0:
            host_trap(TRAP_MEMORY)
    store_i32(p, type_id)
    return as_ref(p)


# Address of zeroed room for one object, or 0 when the memory limit is reached.
def place(total: i32) -> i32:
    p = load_i32(CELL_HEAP_PTR)
    end = run_end()
    if i64_u(p) + i64_u(total) <= i64_u(end):
        store_i32(CELL_HEAP_PTR, p + total)
        return p
    if end != load_i32(CELL_HEAP_END):
        hole = take_hole(total)
        if hole != 0:
            size = load_i32(hole, 4)
            clear_hole(hole, size)
            if total > LARGE and size - total < end - p:
                # The larger rest stays the current run; the rest of the hole waits for the next collection.
                leave_gap(hole + total, hole + size)
                return hole
            leave_gap(p, end)
            open_run(hole + total, hole + size)
            return hole
        if total > LARGE:
            # A large object goes to the frontier by itself; the current hole stays for small ones.
            start = load_i32(CELL_HEAP_END)
            if extend_frontier(total) == 0:
                return 0
            frontier = load_i32(CELL_HEAP_END)
            leave_gap(start + total, frontier)
            return start
        leave_gap(p, end)
        p = load_i32(CELL_HEAP_END)
        end = p
    grown = extend_frontier(total - (end - p))
    if grown == 0:
        open_run(p, end)
        return 0
    open_run(p + total, end + grown)
    return p


@inline
def run_end() -> i32:
    limit = load_i32(CELL_HEAP_LIMIT)
    return limit if limit != 0 else load_i32(CELL_SCRATCH, RUN_END)


# In stress mode heapLimit stays 0, so that every allocation takes the slow path.
def open_run(start: i32, end: i32) -> None:
    store_i32(CELL_HEAP_PTR, start)
    store_i32(CELL_SCRATCH, end, RUN_END)
    store_i32(CELL_HEAP_LIMIT, 0 if load_i32(CELL_GC_FLAGS) & 1 else end)


# Makes unused room walkable; the next collection merges it into a hole.
def leave_gap(start: i32, end: i32) -> None:
    if lt_u(start, end):
        store_i32(start, TYPE_FREE)
        store_i32(start, end - start, 4)


# Unlinks the first hole that is large enough among the first few; 0 = none. Small holes stay for later.
def take_hole(total: i32) -> i32:
    link: i32 = CELL_FREE_RUNS
    tries: i32 = MAX_HOLES_TRIED
    while tries:
        hole = load_i32(link)
        if hole == 0:
            return 0
        if ge_u(load_i32(hole, 4), total):
            store_i32(link, load_i32(hole, 8))
            store_i32(CELL_SCRATCH, load_i32(CELL_SCRATCH, ALLOCATED) + load_i32(hole, 4), ALLOCATED)
            return hole
        link = hole + 8
        tries -= 1
    return 0


# Holes are zeroed when swept, except for their header and link; poisoned ones are cleared here.
def clear_hole(hole: i32, size: i32) -> None:
    memory_fill(hole, 0, size if load_i32(CELL_GC_FLAGS) & 2 else 16)


# Moves heapEnd up by at least `need` bytes, more when the heap is large already; the bytes gained, or 0 at the limit.
def extend_frontier(need: i32) -> i32:
    end = load_i32(CELL_HEAP_END)
    step = (shr_u(end - load_i32(CELL_HEAP_BASE), 2) + 65535) & -65536
    if gt_u(step, MAX_STEP):
        step = MAX_STEP
    if lt_u(step, need):
        step = need
    limit = i64_u(load_i32(CELL_MEMORY_LIMIT))
    if limit == 0:
        limit = 4294901760
    have = i64(memory_size()) << 16
    want = i64_u(end) + i64_u(step)
    if want > limit:
        want = limit
        step = i32(want - i64_u(end))
        if i64_u(end) + i64_u(need) > limit:
            return 0
    if want > have:
        pages = i32((want - have + 65535) >> 16)
        if memory_grow(pages) < 0:
            # The host refuses the larger step: take what is there, or only what is needed.
            want = i64_u(end) + i64_u(need)
            if want > have:
                if memory_grow(i32((want - have + 65535) >> 16)) < 0:
                    return 0
            step = need
    store_i32(CELL_HEAP_END, end + step)
    store_i32(CELL_SCRATCH, load_i32(CELL_SCRATCH, ALLOCATED) + step, ALLOCATED)
    return step
