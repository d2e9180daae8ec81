# molt: intrinsics
# Between ints of any size and doubles: conversion rounded half to even, exact comparison, correctly rounded true division.

from molt.intrinsics import (
    big, clz, f64_bits, f64_from_bits, f64_from_i64, f64_from_u64, f64_trunc, gt_u, i32, i64, i64_u, inline, int_floordiv, int_mul,
    int_neg, int_shl, int_sub, int_word, is_small, load_i32, load_i64, noinline, ref, shr_u, trunc_i64, word,
)


def int_to_float(a: int) -> float:
    if is_small(a):
        return f64_from_i64(word(a))
    return big_to_float(big(a))


# The top 64 bits of a magnitude with a sticky lowest bit, as a double scaled by a power of two.
@noinline
def big_to_float(r: ref) -> float:
    n = limb_count(r)
    bits = n * 32 - clz(load_i32(r, 8 + n * 4))
    if bits > 1024:
        raise_overflow_error('int too large to convert to float')
    shift = bits - 64
    w: i64 = 0
    if shift <= 0:
        w = load_i64(r, 12)
        x = f64_from_u64(w)
    else:
        at = shr_u(shift, 5)
        part = shift & 31
        low = i64_u(load_i32(r, 12 + at * 4))
        mid = i64_u(load_i32(r, 16 + at * 4))
        w = shr_u(low, i64(part)) | mid << 32 - i64(part)
        if part and at + 2 < n:
            w |= i64_u(load_i32(r, 20 + at * 4)) << 64 - i64(part)
        sticky = low & (i64(1) << i64(part)) - 1
        while at and sticky == 0:
            at -= 1
            sticky |= i64_u(load_i32(r, 12 + at * 4))
        if sticky != 0:
            w |= 1
        x = f64_from_u64(w) * power_of_two(shift)
        if x - x != 0.0:
            raise_overflow_error('int too large to convert to float')
    return -x if is_negative_big(r) else x


# 2.0 ** e for a normal exponent.
@inline
def power_of_two(e: i32) -> float:
    return f64_from_bits(i64(e + 1023) << 52)


# int(x) for a double.
def float_to_int(x: float) -> int:
    if x < 4611686018427387904.0 and x > -4611686018427387904.0:
        return int_word(trunc_i64(x))
    return large_float_to_int(x)


@noinline
def large_float_to_int(x: float) -> int:
    if x != x:
        raise_value_error('cannot convert float NaN to integer')
    if x - x != 0.0:
        raise_overflow_error('cannot convert float infinity to integer')
    bits = f64_bits(x)
    e = i32(shr_u(bits, 52)) & 2047
    m = bits & 4503599627370495 | 4503599627370496
    r = int_shl(int_word(m), int(e - 1075))
    return int_neg(r) if bits < 0 else r


# -1, 0, 1, or 2 when x is a NaN.
def compare_int_float(a: int, x: float) -> i32:
    if x != x:
        return 2
    if is_small(a):
        w = word(a)
        y = f64_from_i64(w)
        if y != x:
            return -1 if y < x else 1
        # Equal after rounding: compare exactly; beyond the word range the float is larger in magnitude.
        if x >= 9223372036854775808.0:
            return -1
        v = trunc_i64(x)
        if w == v:
            return 0
        return -1 if w < v else 1
    if x - x != 0.0:
        return -1 if x > 0.0 else 1
    order = int_cmp(a, float_to_int(f64_trunc(x)))
    if order != 0:
        return order
    rest = x - f64_trunc(x)
    if rest == 0.0:
        return 0
    return -1 if rest > 0.0 else 1


# a / b for ints that are not both exact doubles.
@noinline
def divide_ints(a: int, b: int) -> float:
    negative = (int_sign(a) < 0) != (int_sign(b) < 0)
    x = ratio_to_float(int_neg(a) if int_sign(a) < 0 else a, int_neg(b) if int_sign(b) < 0 else b)
    if x - x != 0.0:
        raise_overflow_error('integer division result too large for a float')
    return -x if negative else x


# n / d for n >= 0, d > 0, correctly rounded: a quotient of 63 or 64 bits with a sticky bit, rounded once; infinity when too large.
def ratio_to_float(n: int, d: int) -> float:
    if int_sign(n) == 0:
        return 0.0
    shift = int_bit_length(n) - int_bit_length(d) - 63
    if shift > 965:
        return f64_from_bits(9218868437227405312)
    if shift < -1140:
        return 0.0
    if shift < 0:
        n = int_shl(n, int(-shift))
    else:
        d = int_shl(d, int(shift))
    q = int_floordiv(n, d)
    exact = int_sign(int_sub(n, int_mul(q, d))) == 0
    w = word(q) if is_small(q) else load_i64(big(q), 12)
    if not exact:
        w |= 1
    bits = 64 - i32(clz(w))
    keep = bits + shift + 1074
    if keep < 53:
        # Subnormal: the word is cut to the bits that remain, so that rounding happens once.
        drop = i64(bits - keep)
        if drop > 64:
            return 0.0
        half = i64(1) << drop - 1
        rest = w & half * 2 - 1
        m = shr_u(shr_u(w, drop - 1), 1)
        if gt_u(rest, half) or rest == half and m & 1 != 0:
            m += 1
        return f64_from_bits(m)
    x = f64_from_u64(w)
    # Two steps keep the scale factors normal; both are exact.
    if shift < -1000:
        return x * power_of_two(-500) * power_of_two(shift + 500)
    return x * power_of_two(shift)
