# molt: intrinsics
# The allocator. Objects are bumped out of a run [heapPtr, heapLimit) of zeroed memory; the slow path finds the next run:
# a piece of a hole the collector left, or more of the frontier, which grows in ever larger steps up to the memory limit of the task.
# Every byte below heapEnd is an object or a free gap (type id 0, aux = size), so the heap can be walked linearly. Gaps hold
# anything; from heapEnd on memory is zero.

from molt.intrinsics import (
    CELL_GC_FLAGS, CELL_GC_THRESHOLD, CELL_HEAP_BASE, CELL_HEAP_END, CELL_HEAP_LIMIT, CELL_HEAP_PTR, CELL_MEMORY_LIMIT,
    CELL_SCRATCH, TYPE_FREE, as_ref, clz, ge_u, gt_u, host_trap, i32, i64, i64_u, inline, load_i32, lt_u, memory_fill, memory_grow,
    memory_size, noinline, ref, shr_u, store_i32,
)

MAX_STEP: i32 = 1048576
LARGE: i32 = 2048
MAX_PIECE: i32 = 32768
DEFAULT_THRESHOLD: i32 = 4194304
MAX_HOLES_TRIED: i32 = 8
TRAP_MEMORY: i32 = 2


@inline
def alloc(size: i32, type_id: i32) -> ref:
    total = (size + 7) & -8
    p = load_i32(CELL_HEAP_PTR)
    if gt_u(total, LARGE) or i64_u(p) + i64_u(total) > i64_u(load_i32(CELL_HEAP_LIMIT)):
        return alloc_slow(total, type_id)
    store_i32(CELL_HEAP_PTR, p + total)
    store_i32(p, type_id)
    return as_ref(p)


# Room that is not zeroed when it is large, for objects without references whose every byte is written next.
@inline
def alloc_unfilled(size: i32, type_id: i32) -> ref:
    total = (size + 7) & -8
    if gt_u(total, LARGE):
        return alloc_large(total, type_id)
    return alloc(size, type_id)


@noinline
def alloc_slow(total: i32, type_id: i32) -> ref:
    return placed(total, type_id, True)


@noinline
def alloc_large(total: i32, type_id: i32) -> ref:
    p = placed(total, type_id, False)
    store_i32(p, 0, 4)
    return p


# Collects when it is time, and finds room.
def placed(total: i32, type_id: i32, fill: bool) -> ref:
    if total < 0:
        host_trap(TRAP_MEMORY)
    threshold = load_i32(CELL_GC_THRESHOLD)
    if threshold == 0:
        threshold = DEFAULT_THRESHOLD
    if load_i32(CELL_GC_FLAGS) & 1 or ge_u(load_i32(CELL_SCRATCH, ALLOCATED), threshold):
        collect()
    p = place(total, fill)
    if p == 0:
        collect()
        p = place(total, fill)
        if p == 0:
            host_trap(TRAP_MEMORY)
    store_i32(p, type_id)
    return as_ref(p)


# Address of room for one object, or 0 when the memory limit is reached. Room for large objects is zeroed when `fill` says so.
def place(total: i32, fill: bool) -> i32:
    if gt_u(total, LARGE):
        return place_large(total, fill)
    p = load_i32(CELL_HEAP_PTR)
    end = run_end()
    if i64_u(p) + i64_u(total) > i64_u(end):
        piece = take_piece(total)
        if piece != 0:
            memory_fill(piece, 0, load_i32(CELL_SCRATCH, PIECE))
        if piece == 0 and end == load_i32(CELL_HEAP_END):
            # The run grows where it is.
            step = extend_frontier(total - (end - p))
            if step == 0:
                return 0
            end += step
        else:
            size = load_i32(CELL_SCRATCH, PIECE)
            if piece == 0:
                piece = load_i32(CELL_HEAP_END)
                size = extend_frontier(total)
                if size == 0:
                    return 0
            leave_gap(p, end)
            p = piece
            end = piece + size
    open_run(p + total, end)
    return p


# Large objects stay out of the runs of small ones: a small object that lives long would keep the room of its large neighbours apart.
def place_large(total: i32, fill: bool) -> i32:
    hole = take_piece(total)
    if hole != 0:
        if fill:
            memory_fill(hole, 0, total)
        leave_gap(hole + total, hole + load_i32(CELL_SCRATCH, PIECE))
        return hole
    start = load_i32(CELL_HEAP_END)
    step = extend_frontier(total)
    if step == 0:
        return 0
    rest = start + total
    if lt_u(step - total, LARGE):
        leave_gap(rest, start + step)
    else:
        list_hole(rest, start + step)
        count_allocated(total - step)
    return start


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


# Holes are listed by size class: class c holds sizes from 2**c up to 2**(c + 1).
@inline
def hole_list(size_class: i32) -> i32:
    return CELL_SCRATCH + HOLES + (size_class << 3)


@inline
def size_class(size: i32) -> i32:
    return 63 - i32(clz(i64_u(size)))


def list_hole(start: i32, end: i32) -> None:
    link = hole_list(size_class(end - start))
    leave_gap(start, end)
    store_i32(start, load_i32(link), 8)
    store_i32(link, start)


def forget_holes() -> None:
    memory_fill(hole_list(0), 0, 32 << 3)


# A piece of at least `total` bytes of a hole, its size in PIECE; 0 = none. Small objects first try long holes, where those made one
# after another lie side by side.
def take_piece(total: i32) -> i32:
    if not gt_u(total, LARGE):
        piece = first_above(size_class(LARGE), total)
        if piece != 0:
            return piece
    own = size_class(total)
    piece = first_above(own + 1, total)
    if piece != 0:
        return piece
    # The class of the size itself has holes that are too short too.
    link = hole_list(own)
    tries: i32 = MAX_HOLES_TRIED
    while tries:
        hole = load_i32(link)
        if hole == 0:
            return 0
        if ge_u(load_i32(hole, 4), total):
            return cut_hole(link, hole, total)
        link = hole + 8
        tries -= 1
    return 0


def first_above(least: i32, total: i32) -> i32:
    c = least
    while c < 32:
        hole = load_i32(hole_list(c))
        if hole != 0:
            return cut_hole(hole_list(c), hole, total)
        c += 1
    return 0


# Pieces for small objects are short enough to stay in the cache while they are zeroed and filled; what is left of the hole is a hole.
def cut_hole(link: i32, hole: i32, total: i32) -> i32:
    size = load_i32(hole, 4)
    store_i32(link, load_i32(hole, 8))
    piece = total if gt_u(total, LARGE) else MAX_PIECE
    if lt_u(size, piece + LARGE):
        piece = size
    else:
        list_hole(hole + piece, hole + size)
    store_i32(CELL_SCRATCH, piece, PIECE)
    count_allocated(piece)
    return hole


@inline
def count_allocated(n: i32) -> None:
    store_i32(CELL_SCRATCH, load_i32(CELL_SCRATCH, ALLOCATED) + n, ALLOCATED)


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
    count_allocated(step)
    return step
