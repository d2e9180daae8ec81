# molt: intrinsics
# Exactly rounded decimals of doubles (fixed and scientific formats, round()) and exactly rounded doubles of decimals (parsing).
# The usual cases run in 128 bits; the rest in ints of any size.

from molt.intrinsics import (
    CELL_SCRATCH, big, clz, f64_bits, f64_div, f64_from_bits, f64_from_i64, gt_u, i32, i64, inline, int_floordiv, int_shl, int_word,
    is_small, load_i64, lt_u, noinline, shr_u, store_i32, word,
)


# Mantissa and exponent of a positive finite double x = m * 2**e.
@inline
def mantissa_of(x: float) -> i64:
    bits = f64_bits(x)
    if shr_u(bits, 52) & 2047 == 0:
        return bits & 4503599627370495
    return bits & 4503599627370495 | 4503599627370496


@inline
def exponent_of(x: float) -> i32:
    biased = i32(shr_u(f64_bits(x), 52)) & 2047
    return biased - 1075 if biased != 0 else -1074


# x * 10**s rounded half to even, for x >= 0.
def scaled_round(x: float, s: i32) -> int:
    m = mantissa_of(x)
    e = exponent_of(x)
    if s >= 0 and s <= 19 and e < 0:
        ten: i64 = 1
        k = s
        while k:
            ten *= 10
            k -= 1
        if e <= -118:
            return 0
        high = mul_high(m, ten)
        low = m * ten
        drop = i64(-e)
        # The quotient, the bits dropped and half of the last place, each in two words.
        if drop >= 64:
            q = shr_u(shr_u(high, drop - 64), 0)
            rest_high = high - (q << drop - 64)
            half_high = i64(1) << drop - 65 if drop > 64 else 0
            half_low = 0 if drop > 64 else i64(-9223372036854775808)
            if gt_u(rest_high, half_high) or rest_high == half_high and gt_u(low, half_low):
                return int_word(q + 1)
            if rest_high == half_high and low == half_low:
                return int_word(q + (q & 1))
            return int_word(q)
        if shr_u(high, drop) == 0:
            q = high << 64 - drop | shr_u(low, drop)
            rest = low & (i64(1) << drop) - 1
            half = i64(1) << drop - 1
            if q >= 0 and q < 4611686018427387903:
                if gt_u(rest, half) or rest == half and q & 1 != 0:
                    q += 1
                return int_word(q)
    return scaled_round_big(m, e, s)


@noinline
def scaled_round_big(m: i64, e: i32, s: i32) -> int:
    n = int_word(m)
    d = 1
    if s >= 0:
        n = n * int_power(10, int(s))
    else:
        d = int_power(10, int(-s))
    if e >= 0:
        n = int_shl(n, int(e))
    else:
        d = int_shl(d, int(-e))
    q = int_floordiv(n, d)
    twice = (n - q * d) * 2
    order = int_cmp(twice, d)
    if order > 0 or order == 0 and is_odd_int(q):
        return q + 1
    return q


# Digits of x > 0 with `count` significant digits; the exponent of the first digit goes to DECIMAL_POINT.
def significant_digits(x: float, count: i32) -> str:
    m = mantissa_of(x)
    # floor(log10(x)) to within one.
    e10 = (63 - i32(clz(m)) + exponent_of(x)) * 1262611 >> 22
    while True:
        n = scaled_round(x, count - 1 - e10)
        text = digits_text(n)
        if byte_len(text) == count and n != 0:
            store_i32(CELL_SCRATCH, e10, DECIMAL_POINT)
            return text
        if byte_len(text) > count:
            e10 += 1
        else:
            e10 -= 1


# Decimal digits of a non-negative int, without the digit limit of str().
def digits_text(n: int) -> str:
    if is_small(n):
        return i64_text(word(n))
    return big_text(big(n), 0)


# The double nearest to digits * 10**exponent, where `digits` is exact.
def decimal_to_float(digits: int, exponent: i32) -> float:
    if is_small(digits):
        w = word(digits)
        if w == 0:
            return 0.0
        if w <= 9007199254740992 and exponent >= -22 and exponent <= 22:
            # Both are exact doubles, so one operation rounds correctly (Clinger, 1990).
            x = f64_from_i64(w)
            return f64_div(x, exact_power(-exponent)) if exponent < 0 else x * exact_power(exponent)
        bits = lemire_bits(w, exponent)
        if bits >= 0:
            return f64_from_bits(bits)
    return decimal_to_float_big(digits, exponent)


def exact_power(n: i32) -> float:
    x = 1.0
    while n:
        x = x * 10.0
        n -= 1
    return x


# The Eisel-Lemire method (Daniel Lemire, "Number parsing at a gigabyte per second", 2021): bits of the double, or -1 when 128
# bits cannot decide or the result is subnormal or too large.
def lemire_bits(w: i64, exponent: i32) -> i64:
    if exponent < POWER_LOW or exponent > 308:
        return -1
    t0 = power_of_ten(exponent)
    t1 = load_i64(CELL_SCRATCH, POWER_TOP)
    if exponent < 0 or exponent > 55:
        # The table rounds up; the method wants the truncated power.
        if t0 == 0:
            t1 -= 1
        t0 -= 1
    lead = clz(w)
    man = w << lead
    e2 = floor_log2_of_power(exponent) + 64 + 1023 - i32(lead)
    high = mul_high(man, t1)
    low = man * t1
    if high & 511 == 511 and lt_u(low + man, man):
        y1 = mul_high(man, t0)
        y0 = man * t0
        merged = low + y1
        if lt_u(merged, low):
            high += 1
        if high & 511 == 511 and merged == -1 and lt_u(y0 + man, man):
            return -1
        low = merged
    msb = shr_u(high, 63)
    m = shr_u(high, msb + 9)
    if msb == 0:
        e2 -= 1
    if low == 0 and high & 511 == 0 and m & 3 == 1:
        return -1
    m = shr_u(m + (m & 1), 1)
    if shr_u(m, 53) != 0:
        m = shr_u(m, 1)
        e2 += 1
    if e2 < 1 or e2 > 2046:
        return -1
    return i64(e2) << 52 | m & 4503599627370495


@noinline
def decimal_to_float_big(digits: int, exponent: i32) -> float:
    size = i64(int_bit_length(digits)) * 1233 >> 12
    if i64(exponent) + size > 310:
        return f64_from_bits(9218868437227405312)
    if i64(exponent) + size < -330:
        return 0.0
    if exponent >= 0:
        return ratio_to_float(digits * int_power(10, int(exponent)), 1)
    return ratio_to_float(digits, int_power(10, int(-exponent)))
