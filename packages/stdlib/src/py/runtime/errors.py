# molt: intrinsics
# Functions that raise, kept out of line so that the code that detects an error stays small.
# Texts are CPython's.

from molt.intrinsics import CELL_HEAP_BASE, FROZEN_IMAGE, addr, i32, inline, is_small, load_i32, lt_u, noinline, ref


@noinline
def raise_index_error(kind: i32, index: int) -> None:
    if not fits_ssize(index) and kind != 5:
        raise IndexError("cannot fit 'int' into an index-sized integer")
    if kind == 0:
        raise IndexError('list index out of range')
    if kind == 1:
        raise IndexError('list assignment index out of range')
    if kind == 2:
        raise IndexError('tuple index out of range')
    if kind == 3:
        raise IndexError('string index out of range')
    if kind == 4:
        raise IndexError('index out of range')
    if kind == 5:
        raise IndexError('range object index out of range')
    if kind == 6:
        raise IndexError('pop from empty list')
    if kind == 7:
        raise IndexError('pop index out of range')
    raise IndexError('deque index out of range')


# Does a Python int fit the index type of CPython?
def fits_ssize(i: int) -> bool:
    return is_small(i) or -9223372036854775808 <= i <= 9223372036854775807


@noinline
def check_ssize(i: int) -> None:
    if not fits_ssize(i):
        raise OverflowError('Python int too large to convert to C ssize_t')


@noinline
def raise_value_error(message: str) -> None:
    raise ValueError(message)


@noinline
def raise_type_error(message: str) -> None:
    raise TypeError(message)


@noinline
def raise_overflow_error(message: str) -> None:
    raise OverflowError(message)


@noinline
def raise_zero_division(message: str) -> None:
    raise ZeroDivisionError(message)


@noinline
def raise_memory_error() -> None:
    raise MemoryError()


@noinline
def raise_stop_iteration() -> None:
    raise StopIteration()


@noinline
def raise_runtime_error(message: str) -> None:
    raise RuntimeError(message)


@noinline
def raise_recursion() -> None:
    raise RecursionError('maximum recursion depth exceeded')


@noinline
def raise_frozen(r: ref) -> None:
    raise FrozenStateError('object belongs to the frozen image and cannot be changed by a call')


# Asks whether a mutation may go on: an object below heapBase belongs to the frozen image.
@inline
def check_writable(r: ref) -> None:
    if FROZEN_IMAGE == 1 and lt_u(addr(r), load_i32(CELL_HEAP_BASE)):
        raise_frozen(r)


# kind: 0 local variable, 1 free variable, 2 global name, 3 attribute without a value.
@noinline
def raise_unbound(name: str, kind: i32) -> None:
    if kind == 0:
        raise UnboundLocalError("cannot access local variable '" + name + "' where it is not associated with a value")
    if kind == 1:
        raise NameError("cannot access free variable '" + name + "' where it is not associated with a value in enclosing scope")
    if kind == 3:
        raise AttributeError(name)
    raise NameError("name '" + name + "' is not defined")
