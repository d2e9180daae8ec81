# molt: intrinsics
# Shortest decimal digits that read back as the same double: the Schubfach method (Raffaello Giulietti, "The Schubfach way to
# render doubles", 2020), with the power table of power_table.py.

from molt.intrinsics import CELL_SCRATCH, div_u, f64_bits, gt_u, i32, i64, load_i64, lt_u, shr_u, store_i32


# Digits of a positive finite double: a word without trailing zeros, times 10**exponent; the exponent goes to DECIMAL_POINT.
def shortest_digits(x: float) -> i64:
    bits = f64_bits(x)
    fraction = bits & 4503599627370495
    biased = i32(shr_u(bits, 52)) & 2047
    c = fraction
    q: i32 = -1074
    if biased != 0:
        c = fraction | 4503599627370496
        q = biased - 1075
        if q <= 0 and q > -53 and c & (i64(1) << i64(-q)) - 1 == 0:
            # Integers below 2**53 are their own digits.
            return trim_zeros(shr_u(c, i64(-q)), 0)
    closer: i32 = 1 if fraction == 0 and biased > 1 else 0
    odd = c & 1
    k = q * 1262611 - (524031 if closer else 0) >> 22
    h = i64(q + floor_log2_of_power(-k) + 1)
    g0 = power_of_ten(-k)
    g1 = load_i64(CELL_SCRATCH, POWER_TOP)
    vbl = round_to_odd(g0, g1, c * 4 - 2 + i64(closer) << h)
    vb = round_to_odd(g0, g1, c * 4 << h)
    vbr = round_to_odd(g0, g1, c * 4 + 2 << h)
    lower = vbl + odd
    upper = vbr - odd
    s = shr_u(vb, 2)
    if s >= 10:
        t = div_u(s, 10)
        up_inside = lower <= 40 * t
        wp_inside = 40 * t + 40 <= upper
        if up_inside != wp_inside:
            return trim_zeros(t + (1 if wp_inside else 0), k + 1)
    u_inside = lower <= 4 * s
    w_inside = 4 * s + 4 <= upper
    if u_inside != w_inside:
        return trim_zeros(s + (1 if w_inside else 0), k)
    mid = 4 * s + 2
    if vb > mid or vb == mid and s & 1 != 0:
        s += 1
    return trim_zeros(s, k)


# floor(g * cp / 2**128) with a sticky lowest bit.
def round_to_odd(g0: i64, g1: i64, cp: i64) -> i64:
    x1 = mul_high(g0, cp)
    y0 = g1 * cp
    y1 = mul_high(g1, cp)
    y0 = y0 + x1
    if lt_u(y0, x1):
        y1 += 1
    return y1 | (1 if gt_u(y0, 1) else 0)


def trim_zeros(w: i64, exponent: i32) -> i64:
    while w >= 10:
        t = div_u(w, 10)
        if t * 10 != w:
            break
        w = t
        exponent += 1
    store_i32(CELL_SCRATCH, exponent, DECIMAL_POINT)
    return w
