# molt: intrinsics
# Elementary functions in double-double arithmetic: a value is an unevaluated sum of two doubles, about 100 bits. Exponential and
# logarithm come from their series with the leading terms in double-double and the tail in double, so that the final rounding to a
# double is right except in about one case in a hundred thousand. The error-free sums and products are Dekker's (1971) and
# Knuth's; the second half of each result is left in a scratch cell (LOW_PART).
# Results do not depend on the target: only IEEE additions, multiplications and divisions are used.

from molt.intrinsics import (
    CELL_SCRATCH, f64_bits, f64_div, f64_from_bits, f64_from_i64, f64_nearest, i32, i64, inline, load_f64, shr_u, store_f64, store_i32,
    trunc_i64,
)


# ln 2 cut to 32 bits, so that multiples up to 2**11 are exact, and the rest.
LN2_HEAD: float = 0.6931471803691238
LN2_TAIL: float = 1.9082149292705877e-10
LN2_TAIL_LOW: float = 1.1612227229362532e-26


@inline
def low_part() -> float:
    return load_f64(CELL_SCRATCH, LOW_PART)


@inline
def set_low(x: float) -> None:
    store_f64(CELL_SCRATCH, x, LOW_PART)


# a + b exactly, for any order of size.
@inline
def two_sum(a: float, b: float) -> float:
    s = a + b
    t = s - a
    set_low((a - (s - t)) + (b - t))
    return s


# a + b exactly, for |a| >= |b|.
@inline
def fast_sum(a: float, b: float) -> float:
    s = a + b
    set_low(b - (s - a))
    return s


# a * b exactly (no overflow in the splitting for |a|, |b| < 2**996).
def two_product(a: float, b: float) -> float:
    p = a * b
    t = 134217729.0 * a
    ah = t - (t - a)
    al = a - ah
    t = 134217729.0 * b
    bh = t - (t - b)
    bl = b - bh
    set_low(((ah * bh - p) + ah * bl + al * bh) + al * bl)
    return p


# (ah + al) + (bh + bl).
def dd_add(ah: float, al: float, bh: float, bl: float) -> float:
    s = two_sum(ah, bh)
    e = low_part()
    t = two_sum(al, bl)
    f = low_part()
    s = fast_sum(s, e + t)
    return fast_sum(s, low_part() + f)


# (ah + al) * (bh + bl).
def dd_mul(ah: float, al: float, bh: float, bl: float) -> float:
    p = two_product(ah, bh)
    return fast_sum(p, low_part() + (ah * bl + al * bh))


# (ah + al) / (bh + bl).
def dd_div(ah: float, al: float, bh: float, bl: float) -> float:
    q = f64_div(ah, bh)
    p = two_product(q, bh)
    r = (ah - p - low_part()) + al - q * bl
    return fast_sum(q, f64_div(r, bh))


# exp(h + l) for |h| < 746, not scaled: the power of two that belongs to it goes to the cell EXP_SCALE.
def dd_exp(h: float, l: float) -> float:
    k = f64_nearest(h * 1.4426950408889634)
    n = i32(trunc_i64(k))
    store_i32(CELL_SCRATCH, n, EXP_SCALE)
    # r = h - k ln 2: the first product is exact, the others carry the rest.
    rh = two_sum(h - k * LN2_HEAD, l)
    rl = low_part()
    th = two_product(k, LN2_TAIL)
    tl = low_part() + k * LN2_TAIL_LOW
    rh = dd_add(rh, rl, -th, -tl)
    rl = low_part()
    # The tail of the series in double: terms from r**7 / 7! on.
    x = rh
    tail = 1.0
    m = 19.0
    while m > 6.0:
        tail = 1.0 + f64_div(x * tail, m)
        m = m - 1.0
    # Horner for the first terms in double-double: sum = 1 + r/1 (1 + r/2 (... (1 + r/6 tail))).
    sh = tail
    sl = 0.0
    while m >= 1.0:
        ph = dd_mul(sh, sl, rh, rl)
        pl = low_part()
        qh = dd_div(ph, pl, m, 0.0)
        ql = low_part()
        sh = dd_add(1.0, 0.0, qh, ql)
        sl = low_part()
        m = m - 1.0
    set_low(sl)
    return sh


# log(x) for positive finite x.
def dd_log(x: float) -> float:
    e: i32 = 0
    if x < 2.2250738585072014e-308:
        x = x * 18014398509481984.0
        e = -54
    bits = f64_bits(x)
    e += i32(shr_u(bits, 52)) - 1023
    m = f64_from_bits(bits & 4503599627370495 | 4607182418800017408)
    if m > 1.4142135623730951:
        m = m * 0.5
        e += 1
    # log m = 2 artanh(s), s = (m - 1) / (m + 1).
    nh = m - 1.0
    dh = two_sum(m, 1.0)
    dl = low_part()
    sh = dd_div(nh, 0.0, dh, dl)
    sl = low_part()
    zh = dd_mul(sh, sl, sh, sl)
    zl = low_part()
    # Terms from z**4 / 9 on in double, the first four in double-double.
    th = 0.0
    tl = 0.0
    n = 35.0
    while n >= 9.0:
        th = f64_div(1.0, n) + zh * th
        n = n - 2.0
    while n >= 1.0:
        ph = dd_mul(th, tl, zh, zl)
        pl = low_part()
        ih = dd_div(1.0, 0.0, n, 0.0)
        il = low_part()
        th = dd_add(ih, il, ph, pl)
        tl = low_part()
        n = n - 2.0
    rh = dd_mul(th, tl, sh * 2.0, sl * 2.0)
    rl = low_part()
    k = f64_from_i64(i64(e))
    if e == 0:
        set_low(rl)
        return rh
    # k ln 2: the head is exact.
    uh = two_product(k, LN2_TAIL)
    ul = low_part() + k * LN2_TAIL_LOW
    kh = two_sum(k * LN2_HEAD, uh)
    kl = low_part() + ul
    return dd_add(kh, kl, rh, rl)


# x * 2**n with one rounding when the result is subnormal.
def scale_double(x: float, n: i32) -> float:
    if n > 1023:
        x = x * 8.98846567431158e307
        n -= 1023
        if n > 1023:
            n = 1023
    elif n < -1022:
        # 2**-969 keeps 53 bits above the subnormal range.
        x = x * 2.00416836000897278e-292
        n += 969
        if n < -1022:
            x = x * 2.00416836000897278e-292
            n += 969
            if n < -1022:
                n = -1022
    return x * power_of_two(n)
