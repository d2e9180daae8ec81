# molt: intrinsics
# From Python indices and slice bounds (ints of any size, None) to machine indices.

from molt.intrinsics import div_u, ge_u, i32, i64, inline, is_small, word


# The index in 0 <= i < n that `i` means, or -1 when it is out of range.
@inline
def checked_index(i: int, n: i32) -> i32:
    if not is_small(i):
        return -1
    w = word(i)
    if w < 0:
        w += i64(n)
    if ge_u(w, i64(n)):
        return -1
    return i32(w)


# A slice bound clamped to 0..n for steps forward.
def clamp_bound(i: int, n: i32) -> i32:
    if not is_small(i):
        return 0 if i < 0 else n
    w = word(i)
    if w < 0:
        w += i64(n)
        if w < 0:
            return 0
    if w > i64(n):
        return n
    return i32(w)


# A slice bound clamped to -1..n-1 for steps backward.
def clamp_bound_back(i: int, n: i32) -> i32:
    if not is_small(i):
        return -1 if i < 0 else n - 1
    w = word(i)
    if w < 0:
        w += i64(n)
        if w < 0:
            return -1
    if w >= i64(n):
        return n - 1
    return i32(w)


@inline
def slice_low(start, n: i32) -> i32:
    if start is None:
        return 0
    return clamp_bound(start, n)


@inline
def slice_high(stop, n: i32) -> i32:
    if stop is None:
        return n
    return clamp_bound(stop, n)


# The step of a slice as a machine int; steps beyond any length behave like the largest.
def slice_step(step: int) -> i32:
    if not is_small(step):
        return -2147483647 if step < 0 else 2147483647
    w = word(step)
    if w == 0:
        raise_value_error('slice step cannot be zero')
    if w > 2147483647:
        return 2147483647
    if w < -2147483647:
        return -2147483647
    return i32(w)


@inline
def stepped_start(start, n: i32, step: i32) -> i32:
    if start is None:
        return 0 if step > 0 else n - 1
    return clamp_bound(start, n) if step > 0 else clamp_bound_back(start, n)


@inline
def stepped_stop(stop, n: i32, step: i32) -> i32:
    if stop is None:
        return n if step > 0 else -1
    return clamp_bound(stop, n) if step > 0 else clamp_bound_back(stop, n)


# How many items a slice with these machine bounds has.
def stepped_count(start: i32, stop: i32, step: i32) -> i32:
    if step > 0:
        if start >= stop:
            return 0
        return i32(div_u(i64(stop) - i64(start) - 1, i64(step))) + 1
    if start <= stop:
        return 0
    return i32(div_u(i64(start) - i64(stop) - 1, -i64(step))) + 1


# The first index a search in `xs[start:stop]` looks at; -1 never occurs.
@inline
def search_low(start, n: i32) -> i32:
    if start is None:
        return 0
    return search_bound(start, n)


@inline
def search_high(stop, n: i32) -> i32:
    if stop is None:
        return n
    return clamp_bound(stop, n)


# Like clamp_bound, but a start beyond the end stays beyond it, so that an empty needle is not found there.
def search_bound(i: int, n: i32) -> i32:
    if is_small(i) and word(i) > i64(n) or not is_small(i) and i > 0:
        return n + 1
    return clamp_bound(i, n)


# A repeat count as a machine int: negative counts are 0; counts no memory could hold end the operation.
def repeat_count(n: int, size: i32) -> i32:
    if not is_small(n):
        if n < 0:
            return 0
        raise_overflow_error("cannot fit 'int' into an index-sized integer")
    w = word(n)
    if w <= 0 or size == 0:
        return 0
    if w > 2147483000 or w * i64(size) > 2147483000:
        raise_memory_error()
    return i32(w)
