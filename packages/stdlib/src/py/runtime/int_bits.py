# molt: intrinsics
# Bitwise operations and shifts of ints of any size. Negative numbers behave as infinite two's complement, as in Python;
# shift counts that reach these functions are small, not negative, and checked against the memory limit.

from molt.intrinsics import (
    addr, big, clz, i32, i64, i64_u, int_word, is_small, load_i32, memory_copy, noinline, raw_buffer, ref, shr_u, store_i32, word,
)


# The lowest n limbs in two's complement, in a raw buffer.
def twos_limbs(a: ref, n: i32) -> ref:
    r = raw_buffer(n * 4)
    m = limb_count(a)
    memory_copy(addr(r) + 8, addr(a) + 12, m * 4)
    if is_negative_big(a):
        negate_limbs(addr(r) + 8, n)
    return r


# Two's complement negation in place.
def negate_limbs(p: i32, n: i32) -> None:
    carry: i64 = 1
    end = p + n * 4
    while p != end:
        carry += i64_u(~load_i32(p))
        store_i32(p, i32(carry))
        carry = shr_u(carry, 32)
        p += 4


# kind: 0 and, 1 or, 2 xor.
def bitwise_big(a: int, b: int, kind: i32) -> int:
    x = big_of(a)
    y = big_of(b)
    n = limb_count(x)
    if limb_count(y) > n:
        n = limb_count(y)
    n += 1
    p = twos_limbs(x, n)
    q = twos_limbs(y, n)
    r = new_big(n)
    k: i32 = 0
    while k < n:
        u = load_i32(p, 8 + k * 4)
        v = load_i32(q, 8 + k * 4)
        if kind == 0:
            u &= v
        elif kind == 1:
            u |= v
        else:
            u ^= v
        store_i32(r, u, 12 + k * 4)
        k += 1
    negative = load_i32(r, 8 + n * 4) < 0
    if negative:
        negate_limbs(addr(r) + 12, n)
    return finish_big(r, negative)


@noinline
def int_and(a: int, b: int) -> int:
    if is_small(a) and is_small(b):
        return int_word(word(a) & word(b))
    return bitwise_big(a, b, 0)


@noinline
def int_or(a: int, b: int) -> int:
    if is_small(a) and is_small(b):
        return int_word(word(a) | word(b))
    return bitwise_big(a, b, 1)


@noinline
def int_xor(a: int, b: int) -> int:
    if is_small(a) and is_small(b):
        return int_word(word(a) ^ word(b))
    return bitwise_big(a, b, 2)


@noinline
def int_shl(a: int, b: int) -> int:
    count = i32(word(b))
    x = big_of(a)
    n = limb_count(x)
    if n == 0:
        return 0
    whole = shr_u(count, 5)
    part = count & 31
    r = new_big(n + whole + 1)
    to = addr(r) + 12 + whole * 4
    p = addr(x) + 12
    carry: i64 = 0
    k: i32 = 0
    while k < n:
        carry |= i64_u(load_i32(p + k * 4)) << i64(part)
        store_i32(to + k * 4, i32(carry))
        carry = shr_u(carry, 32)
        k += 1
    store_i32(to + n * 4, i32(carry))
    return finish_big(r, is_negative_big(x))


@noinline
def int_shr(a: int, b: int) -> int:
    if is_small(a):
        if not is_small(b) or word(b) > 62:
            return -1 if word(a) < 0 else 0
        return int_word(word(a) >> word(b))
    x = big(a)
    n = limb_count(x)
    negative = is_negative_big(x)
    if not is_small(b) or shr_u(word(b), 5) >= i64(n):
        return -1 if negative else 0
    whole = i32(shr_u(word(b), 5))
    part = i32(word(b)) & 31
    p = addr(x) + 12
    # A negative number rounds down: one more in magnitude when any bit shifted out is set.
    lost: i32 = 0
    if negative:
        k: i32 = 0
        while k < whole:
            lost |= load_i32(p + k * 4)
            k += 1
        lost |= load_i32(p + whole * 4) & (1 << part) - 1
    size = n - whole
    r = new_big(size + 1)
    p = addr(x) + 12 + whole * 4
    to = addr(r) + 12
    k = 0
    while k < size:
        w = i64_u(load_i32(p + k * 4))
        if k + 1 < size:
            w |= i64_u(load_i32(p + k * 4 + 4)) << 32
        store_i32(to + k * 4, i32(shr_u(w, i64(part))))
        k += 1
    if lost != 0:
        k = 0
        while True:
            w = i64_u(load_i32(to + k * 4)) + 1
            store_i32(to + k * 4, i32(w))
            if shr_u(w, 32) == 0:
                break
            k += 1
    return finish_big(r, negative)


# Bits of the magnitude.
def int_bit_length(a: int) -> i32:
    if is_small(a):
        w = word(a)
        if w < 0:
            w = -w
        return 64 - i32(clz(w))
    x = big(a)
    n = limb_count(x)
    return n * 32 - clz(load_i32(x, 8 + n * 4))
