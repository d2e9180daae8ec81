# molt: intrinsics
# Sums, differences and comparison of ints of any size: the slow paths of int.add, int.sub, int.neg and the compares,
# and the making of big ints. A bigint is sign and magnitude: i32 limb count at 8 (negative for negative numbers), then
# 32-bit limbs from 12, least significant first. A value that fits 63 bits is always an inline word.

from molt.intrinsics import (
    CELL_HEAP_PTR, TYPE_INT, addr, big, i32, i64, i64_u, inline, int_of_big, int_word, is_small, load_i32, load_i64, lt_u, memory_copy, memory_fill,
    noinline, ref, shr_u, store_i32, store_i64, word,
)


# Room for n limbs, zeroed; positive.
def new_big(n: i32) -> ref:
    r = alloc(12 + n * 4, TYPE_INT)
    store_i32(r, n, 8)
    return r


# Room for n limbs that are all written before the next allocation; positive.
def new_big_unfilled(n: i32) -> ref:
    r = alloc_unfilled(12 + n * 4, TYPE_INT)
    store_i32(r, n, 8)
    return r


@inline
def limb_count(r: ref) -> i32:
    n = load_i32(r, 8)
    return n if n >= 0 else -n


@inline
def is_negative_big(r: ref) -> bool:
    return load_i32(r, 8) < 0


# Whether a word has the tag bits of a small int.
@inline
def fits_small(w: i64) -> bool:
    return w ^ w << 1 >= 0


# The int of any machine word.
def int_from_i64(w: i64) -> int:
    if fits_small(w):
        return int_word(w)
    r = new_big(2)
    if w < 0:
        store_i32(r, -2, 8)
        w = -w
    store_i64(r, w, 12)
    return int_of_big(r)


def int_from_u64(w: i64) -> int:
    if w >= 0:
        return int_from_i64(w)
    r = new_big(2)
    store_i64(r, w, 12)
    return int_of_big(r)


# The bigint object of any int; small ones get a fresh object (zero has no limbs).
def big_of(a: int) -> ref:
    if not is_small(a):
        return big(a)
    w = word(a)
    m = w if w >= 0 else -w
    n: i32 = 2
    if shr_u(m, 32) == 0:
        n = 1 if m != 0 else 0
    r = new_big(n)
    if n:
        store_i32(r, i32(m), 12)
        if n == 2:
            store_i32(r, i32(shr_u(m, 32)), 16)
        if w < 0:
            store_i32(r, -n, 8)
    return r


# Finishes a fresh bigint whose leading limbs may be zero: gives unused room back, or answers the small int it fits.
def finish_big(r: ref, negative: bool) -> int:
    room = load_i32(r, 8)
    n = room
    while n and load_i32(r, 8 + n * 4) == 0:
        n -= 1
    if n <= 2:
        m: i64 = 0
        if n:
            m = i64_u(load_i32(r, 12))
            if n == 2:
                m |= i64_u(load_i32(r, 16)) << 32
        if n < 2 or m >= 0:
            if negative:
                m = -m
            if fits_small(m):
                return int_word(m)
    store_i32(r, -n if negative else n, 8)
    give_back(addr(r) + (12 + n * 4 + 7 & -8), addr(r) + (12 + room * 4 + 7 & -8))
    return int_of_big(r)


# Returns the tail of a fresh object to the allocator: the bump pointer moves back when it was the last one.
def give_back(start: i32, end: i32) -> None:
    if start == end:
        return
    if end == load_i32(CELL_HEAP_PTR):
        memory_fill(start, 0, end - start)
        store_i32(CELL_HEAP_PTR, start)
    else:
        leave_gap(start, end)


# Compares magnitudes: -1, 0, 1.
def compare_limbs(a: i32, n: i32, b: i32, m: i32) -> i32:
    if n != m:
        return -1 if n < m else 1
    while n:
        n -= 1
        x = load_i32(a + n * 4)
        y = load_i32(b + n * 4)
        if x != y:
            return -1 if lt_u(x, y) else 1
    return 0


# out = a + b for n >= m limbs; the carry out of the top.
def add_limbs(out: i32, a: i32, n: i32, b: i32, m: i32) -> i32:
    carry: i64 = 0
    k: i32 = 0
    while k < m - 1:
        x = load_i64(a + k * 4)
        s = x + load_i64(b + k * 4)
        t = s + carry
        store_i64(out + k * 4, t)
        carry = i64(lt_u(s, x)) | i64(lt_u(t, s))
        k += 2
    while k < m:
        carry += i64_u(load_i32(a + k * 4)) + i64_u(load_i32(b + k * 4))
        store_i32(out + k * 4, i32(carry))
        carry = shr_u(carry, 32)
        k += 1
    while k < n:
        carry += i64_u(load_i32(a + k * 4))
        store_i32(out + k * 4, i32(carry))
        carry = shr_u(carry, 32)
        k += 1
    return i32(carry)


# out = a - b for a >= b as n >= m limbs; the borrow (0 when a >= b).
def sub_limbs(out: i32, a: i32, n: i32, b: i32, m: i32) -> i32:
    borrow: i64 = 0
    k: i32 = 0
    while k < m - 1:
        x = load_i64(a + k * 4)
        y = load_i64(b + k * 4)
        d = x - y
        store_i64(out + k * 4, d - borrow)
        borrow = i64(lt_u(x, y)) | i64(lt_u(d, borrow))
        k += 2
    borrow = -borrow
    while k < m:
        borrow = i64_u(load_i32(a + k * 4)) - i64_u(load_i32(b + k * 4)) + borrow
        store_i32(out + k * 4, i32(borrow))
        borrow >>= 32
        k += 1
    while k < n:
        borrow = i64_u(load_i32(a + k * 4)) + borrow
        store_i32(out + k * 4, i32(borrow))
        borrow >>= 32
        k += 1
    return i32(borrow)


# a + b, or a - b when flip is 1.
def add_signed(a: ref, b: ref, flip: i32) -> int:
    n = limb_count(a)
    m = limb_count(b)
    a_negative = load_i32(a, 8) < 0
    b_negative = (load_i32(b, 8) < 0) != (flip != 0)
    if a_negative == b_negative:
        if n < m:
            return add_magnitudes(b, m, a, n, a_negative)
        return add_magnitudes(a, n, b, m, a_negative)
    order = compare_limbs(addr(a) + 12, n, addr(b) + 12, m)
    if order == 0:
        return 0
    if order > 0:
        r = new_big_unfilled(n)
        sub_limbs(addr(r) + 12, addr(a) + 12, n, addr(b) + 12, m)
        return finish_big(r, a_negative)
    r = new_big_unfilled(m)
    sub_limbs(addr(r) + 12, addr(b) + 12, m, addr(a) + 12, n)
    return finish_big(r, b_negative)


def add_magnitudes(a: ref, n: i32, b: ref, m: i32, negative: bool) -> int:
    r = new_big_unfilled(n + 1)
    store_i32(r, add_limbs(addr(r) + 12, addr(a) + 12, n, addr(b) + 12, m), 12 + n * 4)
    return finish_big(r, negative)


@noinline
def int_add(a: int, b: int) -> int:
    if is_small(a) and is_small(b):
        return int_from_i64(word(a) + word(b))
    return add_signed(big_of(a), big_of(b), 0)


@noinline
def int_sub(a: int, b: int) -> int:
    if is_small(a) and is_small(b):
        return int_from_i64(word(a) - word(b))
    return add_signed(big_of(a), big_of(b), 1)


@noinline
def int_neg(a: int) -> int:
    if is_small(a):
        return int_from_i64(-word(a))
    x = big(a)
    n = limb_count(x)
    r = new_big(n)
    memory_copy(addr(r) + 12, addr(x) + 12, n * 4)
    return finish_big(r, load_i32(x, 8) > 0)


# -1, 0, 1.
@noinline
def int_cmp(a: int, b: int) -> i32:
    if is_small(a):
        if is_small(b):
            x = word(a)
            y = word(b)
            if x == y:
                return 0
            return -1 if x < y else 1
        return 1 if load_i32(big(b), 8) < 0 else -1
    p = big(a)
    n = load_i32(p, 8)
    if is_small(b):
        return -1 if n < 0 else 1
    q = big(b)
    m = load_i32(q, 8)
    if n != m:
        return -1 if n < m else 1
    if n < 0:
        return compare_limbs(addr(q) + 12, -m, addr(p) + 12, -n)
    return compare_limbs(addr(p) + 12, n, addr(q) + 12, m)


# -1, 0, 1 by sign, without making a bigint of anything.
def int_sign(a: int) -> i32:
    if is_small(a):
        w = word(a)
        if w == 0:
            return 0
        return -1 if w < 0 else 1
    return -1 if load_i32(big(a), 8) < 0 else 1
