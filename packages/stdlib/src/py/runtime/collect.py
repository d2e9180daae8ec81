# molt: intrinsics
# The collector: mark and sweep, non-moving. It runs only in tasks that outgrow the threshold.
# Roots are the shadow stack, the module globals, the exception and ABI cells and the runtime's own cells. The frozen image
# (below heapBase) cannot point into the task heap except through globals, so it is neither marked nor scanned.
# The mark bit is bit 31 of the type id; the mark stack lies above heapEnd, in memory that is zero before and after.
# The sweep walks the heap in address order, merges dead objects into holes and lists holes large enough to be useful by size.
# Their bytes stay as they are: a piece is zeroed when it is handed out.

from molt.intrinsics import (
    CELL_ABI_RESULT, CELL_EXC_HANDLED, CELL_EXC_PENDING, CELL_GC_COUNT, CELL_GC_FLAGS, CELL_GC_LIVE, CELL_GC_THRESHOLD,
    CELL_GLOBALS_END, CELL_GLOBALS_START, CELL_HEAP_BASE, CELL_HEAP_END, CELL_HEAP_PTR, CELL_MEMORY_LIMIT, CELL_SCRATCH, CELL_STACK_PTR,
    CELL_TYPE_TABLE, SLOT_KIND_REF, STACK_BASE, TYPE_FREE, TYPE_KIND_BUFFER, TYPE_KIND_FIXED, TYPE_KIND_TEXT, ge_u, gt_u, i32, i64,
    inline, load_i32, load_i64, lt_u, memory_fill, memory_grow, memory_size, noinline, shr_u, store_i32,
)

MARK: i32 = -2147483648
MIN_HOLE: i32 = 32


@noinline
def collect() -> None:
    base = load_i32(CELL_HEAP_BASE)
    leave_gap(load_i32(CELL_HEAP_PTR), run_end())
    end = load_i32(CELL_HEAP_END)
    store_i32(CELL_SCRATCH, end, MARK_TOP)
    store_i32(CELL_SCRATCH, memory_size() << 16, MARK_LIMIT)
    mark_words(STACK_BASE, load_i32(CELL_STACK_PTR))
    mark_words(load_i32(CELL_GLOBALS_START), load_i32(CELL_GLOBALS_END))
    mark_object(load_i32(CELL_EXC_PENDING))
    mark_object(load_i32(CELL_EXC_HANDLED))
    mark_object(load_i32(CELL_ABI_RESULT))
    mark_object(load_i32(CELL_SCRATCH, OUT_BUFFER))
    mark_object(load_i32(CELL_SCRATCH, REPR_STACK))
    mark_object(load_i32(CELL_SCRATCH, ARGV))
    mark_object(load_i32(CELL_SCRATCH, IN_BUFFER))
    drain_marks(end)
    while load_i32(CELL_SCRATCH, MARK_OVERFLOW):
        store_i32(CELL_SCRATCH, 0, MARK_OVERFLOW)
        rescan(base, end)
    sweep(base, end)
    store_i32(CELL_GC_COUNT, load_i32(CELL_GC_COUNT) + 1)


def mark_words(p: i32, end: i32) -> None:
    while lt_u(p, end):
        mark_word(load_i64(p))
        p += 8


# Universal words: tag 01 in the top bits is a reference in the low half.
@inline
def mark_word(w: i64) -> None:
    if shr_u(w, 62) == 1:
        mark_object(i32(w))


@noinline
def mark_object(p: i32) -> None:
    if lt_u(p, load_i32(CELL_HEAP_BASE)):
        return
    head = load_i32(p)
    if head < 0:
        return
    store_i32(p, head | MARK)
    if load_i32(load_i32(CELL_TYPE_TABLE) + head * 16, 8) == 0:
        return
    top = load_i32(CELL_SCRATCH, MARK_TOP)
    if top == load_i32(CELL_SCRATCH, MARK_LIMIT) and not more_mark_stack():
        store_i32(CELL_SCRATCH, 1, MARK_OVERFLOW)
        return
    store_i32(top, p)
    store_i32(CELL_SCRATCH, top + 4, MARK_TOP)


# The mark stack may use memory the heap has not reached yet, and more of it when the host gives it.
def more_mark_stack() -> bool:
    pages = memory_size()
    if pages >= 65535:
        return False
    limit = load_i32(CELL_MEMORY_LIMIT)
    step: i32 = 16
    if limit != 0 and ge_u((pages + step) << 16, limit):
        step = 1
        if ge_u((pages + step) << 16, limit):
            return False
    if memory_grow(step) < 0:
        return False
    store_i32(CELL_SCRATCH, (pages + step) << 16, MARK_LIMIT)
    return True


# Scans marked objects until the stack is empty again; leaves its memory zeroed.
def drain_marks(bottom: i32) -> None:
    top = load_i32(CELL_SCRATCH, MARK_TOP)
    while top != bottom:
        top -= 4
        p = load_i32(top)
        store_i32(top, 0)
        store_i32(CELL_SCRATCH, top, MARK_TOP)
        scan_object(p)
        top = load_i32(CELL_SCRATCH, MARK_TOP)


# Marks what one object refers to, by the reference map of its type.
def scan_object(p: i32) -> None:
    row = load_i32(CELL_TYPE_TABLE) + (load_i32(p) & 2147483647) * 16
    slots = load_i32(row, 8)
    count = load_i32(slots)
    if count == 0:
        return
    at = p
    end = p + 1
    stride: i32 = 1
    if load_i32(row) == TYPE_KIND_BUFFER:
        at = p + 8
        end = at + load_i32(p, 4)
        stride = load_i32(row, 4)
        if count == 1 and load_i32(slots, 4) & 3 == SLOT_KIND_REF:
            # Lists of references, the common case.
            at += shr_u(load_i32(slots, 4), 2)
            while lt_u(at, end):
                mark_object(load_i32(at))
                at += stride
            return
    last = slots + count * 4
    while lt_u(at, end):
        slot = slots
        while slot != last:
            slot += 4
            entry = load_i32(slot)
            if entry & 3 == SLOT_KIND_REF:
                mark_object(load_i32(at + shr_u(entry, 2)))
            else:
                mark_word(load_i64(at + shr_u(entry, 2)))
        at += stride


# After the mark stack overflowed: scans every marked object again, which marks what was left out.
def rescan(base: i32, end: i32) -> None:
    p = base
    while lt_u(p, end):
        head = load_i32(p)
        if head < 0 and load_i32(load_i32(CELL_TYPE_TABLE) + (head & 2147483647) * 16, 8) != 0:
            scan_object(p)
            drain_marks(end)
        p += object_size(p, head & 2147483647)


@inline
def object_size(p: i32, id: i32) -> i32:
    if id == TYPE_FREE:
        return load_i32(p, 4)
    row = load_i32(CELL_TYPE_TABLE) + id * 16
    kind = load_i32(row)
    if kind == TYPE_KIND_FIXED:
        return load_i32(row, 4) + 7 & -8
    if kind == TYPE_KIND_TEXT:
        return load_i32(p, 8) + 23 & -8
    if kind == TYPE_KIND_BUFFER:
        return load_i32(p, 4) + 15 & -8
    n = load_i32(p, 8)
    if n < 0:
        n = -n
    return n * 4 + 19 & -8


def sweep(base: i32, end: i32) -> None:
    poison = load_i32(CELL_GC_FLAGS) & 2
    forget_holes()
    live: i32 = 0
    p = base
    while lt_u(p, end):
        head = load_i32(p)
        if head < 0:
            store_i32(p, head & 2147483647)
            size = object_size(p, head & 2147483647)
            live += size
            p += size
            continue
        start = p
        while lt_u(p, end):
            head = load_i32(p)
            if head < 0:
                break
            p += object_size(p, head)
        size = p - start
        if poison:
            memory_fill(start, 219, size)
        if lt_u(size, MIN_HOLE):
            leave_gap(start, p)
        else:
            list_hole(start, p)
    open_run(end, end)
    store_i32(CELL_GC_LIVE, live)
    store_i32(CELL_SCRATCH, 0, ALLOCATED)
    # The next collection comes when as much again as is live has been handed out, so that a heap is at most twice what it must be.
    store_i32(CELL_GC_THRESHOLD, live if gt_u(live, DEFAULT_THRESHOLD) else DEFAULT_THRESHOLD)
