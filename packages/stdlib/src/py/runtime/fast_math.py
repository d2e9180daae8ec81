# molt: intrinsics
# The fast road of exp, log, pow, sin, cos, tan, asin, atan: a breakpoint table, a short polynomial, and a result as hi + lo with an
# error bound. When adding the bound either way rounds to the same double (Abraham Ziv's test, 1991), that double is the
# correctly rounded one; else the caller computes again in double-double (double_double.py, trig.py).
# Every kernel answers hi and leaves lo in LOW_PART.

from molt.intrinsics import (
    CELL_SCRATCH, f64_abs, f64_bits, f64_div, f64_from_bits, f64_from_i64, f64_nearest, f64_sqrt, i32, i64, inline, load_f64, shr_u, store_i32,
    trunc_i64,
)

LN2_64TH_HEAD: float = 0.01083042469326756
LN2_64TH_TAIL: float = 2.9815858269852933e-12


@inline
def rounds_alone(hi: float, lo: float, error: float) -> bool:
    return hi + (lo - error) == hi + (lo + error)


# exp(h + l) for |h| < 708 as hi + lo, relative error below 2**-63; the power of two goes to EXP_SCALE.
def exp_kernel(h: float, l: float) -> float:
    k = f64_nearest(h * 92.33248261689366)
    n = i32(trunc_i64(k))
    store_i32(CELL_SCRATCH, n >> 6, EXP_SCALE)
    a = h - k * LN2_64TH_HEAD
    t = k * LN2_64TH_TAIL
    r = a - t
    rest = (a - r) - t + l
    i = n & 63
    th = load_f64(EXP_TABLE, 16 + i * 16)
    tl = load_f64(EXP_TABLE, 24 + i * 16)
    q = r * r * (0.5 + r * (0.16666666666666666 + r * (0.041666666666666664 + r * (0.008333333333333333 + r * (0.001388888888888889 + r * 0.0001984126984126984)))))
    p = two_product(th, r)
    pl = low_part()
    hi = th + p
    lo = (p - (hi - th)) + (pl + tl + tl * r + th * (q + rest + r * rest))
    return fast_sum(hi, lo)


# log(x) for a positive normal double as hi + lo; the absolute error is below |lo| * 2**-50 + |hi| * 2**-74.
def log_kernel(x: float) -> float:
    bits = f64_bits(x)
    i = i32(shr_u(bits, 46)) & 63
    e = i32(shr_u(bits, 52)) - 1023
    m = f64_from_bits(bits & 4503599627370495 | 4607182418800017408)
    if i >= 27:
        inverse = load_f64(LOG_TABLE, 16 + i * 24)
        if inverse * m > 1.5:
            m = m * 0.5
            e += 1
        elif inverse * m < 0.75:
            m = m * 2.0
            e -= 1
    else:
        inverse = load_f64(LOG_TABLE, 16 + i * 24)
    p = two_product(m, inverse)
    rl = low_part()
    r = p - 1.0
    w = two_product(r, r)
    wl = low_part()
    poly = r * w * (
        0.3333333333333333
        - r * (0.25 - r * (0.2 - r * (0.16666666666666666 - r * (0.14285714285714285 - r * (0.125 - r * (0.1111111111111111 - r * (0.1 - r * 0.09090909090909091)))))))
    )
    k = f64_from_i64(i64(e))
    s = two_sum(k * LN2_HEAD, load_f64(LOG_TABLE, 24 + i * 24))
    sl = low_part()
    hi = two_sum(s, r)
    lo = low_part() + sl + (load_f64(LOG_TABLE, 32 + i * 24) + k * LN2_TAIL + (rl - r * rl))
    small = poly - 0.5 * wl
    return fast_sum(hi, (small - 0.5 * w) + lo)


# Sine of h + l, 0 <= h <= 0.8, as hi + lo; relative error below 2**-61.
def sin_fast(h: float, l: float) -> float:
    z = h * h
    if h < 0.0625:
        return fast_sum(h, h * z * (-0.16666666666666666 + z * (0.008333333333333333 + z * (-0.0001984126984126984 + z * 2.7557319223985893e-06))) + l)
    k = i32(trunc_i64(f64_nearest(h * 64.0)))
    d = (h - f64_from_i64(i64(k)) * 0.015625)
    s = load_f64(SIN_TABLE, 16 + k * 32)
    c = load_f64(SIN_TABLE, 32 + k * 32)
    p = two_product(c, d)
    pl = low_part()
    z = d * d
    ds = d * z * (-0.16666666666666666 + z * (0.008333333333333333 - z * 0.0001984126984126984))
    dc = z * (-0.5 + z * (0.041666666666666664 - z * 0.001388888888888889))
    hi = s + p
    lo = (p - (hi - s)) + (pl + load_f64(SIN_TABLE, 24 + k * 32) + (c * (ds + l) + s * (dc - d * l)) + load_f64(SIN_TABLE, 40 + k * 32) * d)
    return fast_sum(hi, lo)


# Sine of 0 <= x <= 0.8, as sin_fast without the second part.
def sin_near(x: float) -> float:
    if x < 0.0625:
        z = x * x
        return fast_sum(x, x * z * (-0.16666666666666666 + z * (0.008333333333333333 + z * (-0.0001984126984126984 + z * 2.7557319223985893e-06))))
    k = i32(trunc_i64(x * 64.0 + 0.5))
    d = x - f64_from_i64(i64(k)) * 0.015625
    s = load_f64(SIN_TABLE, 16 + k * 32)
    c = load_f64(SIN_TABLE, 32 + k * 32)
    p = two_product(c, d)
    pl = low_part()
    z = d * d
    ds = d * z * (-0.16666666666666666 + z * (0.008333333333333333 - z * 0.0001984126984126984))
    dc = z * (-0.5 + z * (0.041666666666666664 - z * 0.001388888888888889))
    hi = s + p
    lo = (p - (hi - s)) + (pl + load_f64(SIN_TABLE, 24 + k * 32) + (c * ds + s * dc) + load_f64(SIN_TABLE, 40 + k * 32) * d)
    return fast_sum(hi, lo)


def cos_fast(h: float, l: float) -> float:
    k = i32(trunc_i64(f64_nearest(h * 64.0)))
    d = h - f64_from_i64(i64(k)) * 0.015625
    s = load_f64(SIN_TABLE, 16 + k * 32)
    c = load_f64(SIN_TABLE, 32 + k * 32)
    p = -two_product(s, d)
    pl = -low_part()
    z = d * d
    ds = d * z * (-0.16666666666666666 + z * (0.008333333333333333 - z * 0.0001984126984126984))
    dc = z * (-0.5 + z * (0.041666666666666664 - z * 0.001388888888888889))
    hi = c + p
    lo = (p - (hi - c)) + (pl + load_f64(SIN_TABLE, 40 + k * 32) + (c * (dc - d * l) - s * (ds + l)) - load_f64(SIN_TABLE, 24 + k * 32) * d)
    return fast_sum(hi, lo)


# Sine (turn 0) or cosine (turn 1) of |x| <= 10**5 as hi + lo.
def turn_fast(x: float, turn: i32) -> float:
    h = x
    l = 0.0
    if f64_abs(x) > 0.7853981633974483:
        k = f64_nearest(x * 0.6366197723675814)
        turn += i32(trunc_i64(k))
        h = two_sum(x - k * HALF_PI_1, -(k * HALF_PI_2))
        l = low_part() - k * HALF_PI_3
    minus = turn & 2 != 0
    if h < 0.0:
        h = -h
        l = -l
        if turn & 1 == 0:
            minus = not minus
    r = cos_fast(h, l) if turn & 1 else sin_fast(h, l)
    if minus:
        set_low(-low_part())
        return -r
    return r


# asin(x) for 0 <= x <= 0.7 as hi + lo; relative error below 2**-61. With sin a and cos a of a near angle a from the table and
# s = sqrt(1 - x**2), asin(x) = a + asin(x cos a - s sin a), whose argument is below 1/64.
def asin_fast(x: float) -> float:
    z = x * x
    if x < 0.0078125:
        return fast_sum(x, x * z * (0.16666666666666666 + z * (0.075 + z * (0.044642857142857144 + z * 0.030381944444444444))))
    k = i32(trunc_i64(x * (64.0 + z * (10.666666666666666 + z * (4.8 + z * 4.0))) + 0.5))
    z = two_product(x, x)
    zl = low_part()
    w = 1.0 - z
    wl = ((1.0 - w) - z) - zl
    s = f64_sqrt(w)
    p = two_product(s, s)
    sl = ((w - p) - low_part() + wl) * f64_div(0.5, s)
    sine = load_f64(SIN_TABLE, 16 + k * 32)
    cosine = load_f64(SIN_TABLE, 32 + k * 32)
    p = two_product(x, cosine)
    pl = low_part()
    q = two_product(s, sine)
    # The two products are within a factor of two of each other: their difference is exact.
    t = p - q
    tl = (pl - low_part()) + ((x * load_f64(SIN_TABLE, 40 + k * 32) - s * load_f64(SIN_TABLE, 24 + k * 32)) - sl * sine)
    a = f64_from_i64(i64(k)) * 0.015625
    y = t * t
    hi = a + t
    lo = (t - (hi - a)) + (tl + t * y * (0.16666666666666666 + y * (0.075 + y * (0.044642857142857144 + y * 0.030381944444444444))))
    return fast_sum(hi, lo)


# atan(h + l) for 0 <= h <= 1 as hi + lo; relative error below 2**-61.
def atan_kernel(h: float, l: float) -> float:
    if h < 0.0625:
        z = h * h
        p = z * (-0.3333333333333333 + z * (0.2 + z * (-0.14285714285714285 + z * (0.1111111111111111 + z * (-0.09090909090909091 + z * (0.07692307692307693 - z * 0.06666666666666667))))))
        return fast_sum(h, h * p + l)
    k = i32(trunc_i64(f64_nearest(h * 64.0)))
    c = f64_from_i64(i64(k)) * 0.015625
    # t = (h - c) / (1 + h c), as a double and its rest.
    n = (h - c)
    p = two_product(h, c)
    q = low_part()
    d = 1.0 + p
    dl = (p - (d - 1.0)) + q + l * c
    t = f64_div(n, d)
    u = two_product(t, d)
    tl = f64_div(((n - u) - low_part()) + l - t * dl, d)
    z = t * t
    a = load_f64(ATAN_TABLE, 16 + k * 16)
    hi = a + t
    lo = (t - (hi - a)) + (load_f64(ATAN_TABLE, 24 + k * 16) + tl + t * z * (-0.3333333333333333 + z * (0.2 - z * 0.14285714285714285)))
    return fast_sum(hi, lo)


# atan(y / x) for y >= 0, x > 0, the quotient of normal size, as hi + lo.
def atan_quotient(y: float, x: float) -> float:
    big_angle = y > x
    if big_angle:
        t = y
        y = x
        x = t
    q = f64_div(y, x)
    u = two_product(q, x)
    r = atan_kernel(q, f64_div((y - u) - low_part(), x))
    if big_angle:
        rl = low_part()
        h = two_sum(1.5707963267948966, -r)
        return fast_sum(h, low_part() + (6.123233995736766e-17 - rl))
    return r
