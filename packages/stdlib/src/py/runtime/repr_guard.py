# molt: intrinsics
# Containers that contain themselves: repr shows '...' for a container whose repr is already under way.
# The stack of containers lies in a buffer that a scratch cell keeps; compiled programs without container repr have none of this.

from molt.intrinsics import CELL_SCRATCH, addr, load_i32, load_ref, memory_copy, raw_buffer, ref, store_i32, store_ref


# True when the repr of this object is under way already; else remembers it, and repr_leave must follow.
def repr_enter(r: ref) -> bool:
    depth = load_i32(CELL_SCRATCH, REPR_DEPTH)
    stack = load_ref(CELL_SCRATCH, REPR_STACK)
    p = addr(r)
    k = depth
    while k:
        k -= 1
        if load_i32(stack, 8 + k * 4) == p:
            return True
    if load_i32(CELL_SCRATCH, REPR_STACK) == 0:
        store_ref(CELL_SCRATCH, raw_buffer(64), REPR_STACK)
    elif depth * 4 == load_i32(stack, 4):
        larger = raw_buffer(depth * 8)
        memory_copy(addr(larger) + 8, addr(stack) + 8, depth * 4)
        store_ref(CELL_SCRATCH, larger, REPR_STACK)
    store_i32(load_ref(CELL_SCRATCH, REPR_STACK), p, 8 + depth * 4)
    store_i32(CELL_SCRATCH, depth + 1, REPR_DEPTH)
    return False


def repr_leave() -> None:
    store_i32(CELL_SCRATCH, load_i32(CELL_SCRATCH, REPR_DEPTH) - 1, REPR_DEPTH)


# After an exception left a repr half way: nothing is under way any more.
def repr_reset() -> None:
    store_i32(CELL_SCRATCH, 0, REPR_DEPTH)
