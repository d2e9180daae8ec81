# molt: intrinsics
# What a host of a service calls: room for a request, and the step that makes everything made so far the frozen image.

from molt.intrinsics import (
    CELL_ABI_RESULT, CELL_HEAP_BASE, CELL_HEAP_END, CELL_HEAP_LIMIT, CELL_HEAP_PTR, CELL_SCRATCH, addr, i32, load_i32,
    raw_buffer, store_i32, store_ref,
)


# Address of room for `n` bytes; the buffer lives at least until the call that follows.
def abi_alloc(n: i32) -> i32:
    b = raw_buffer(n)
    store_ref(0, b, CELL_ABI_RESULT)
    return addr(b) + 8


# The task heap starts anew behind what initialisation made.
def abi_freeze() -> None:
    flush_output()
    # The rest of a hole stays unused: what follows the base must be zero.
    base = load_i32(CELL_HEAP_PTR) if run_end() == load_i32(CELL_HEAP_END) else load_i32(CELL_HEAP_END)
    store_i32(CELL_HEAP_BASE, base)
    store_i32(CELL_HEAP_LIMIT, base)
    store_i32(CELL_HEAP_END, base)
    forget_holes()
    store_i32(CELL_HEAP_PTR, base)
    store_i32(CELL_SCRATCH, 0, RUN_END)
    store_i32(CELL_SCRATCH, 0, ALLOCATED)
