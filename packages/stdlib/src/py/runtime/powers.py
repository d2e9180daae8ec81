# molt: intrinsics
# 128-bit arithmetic for float text: products of words, and powers of ten as 128-bit significands.
# Two-word results are delivered in scratch cells, high word apart, so that nothing is allocated.

from molt.intrinsics import CELL_SCRATCH, div_u, i32, i64, inline, load_i64, load_u8, lt_u, shr_u, store_i64


# High word of the unsigned product.
def mul_high(a: i64, b: i64) -> i64:
    a0 = a & 4294967295
    a1 = shr_u(a, 32)
    b0 = b & 4294967295
    b1 = shr_u(b, 32)
    low = a0 * b0
    mid = a1 * b0 + shr_u(low, 32)
    mid2 = a0 * b1 + (mid & 4294967295)
    return a1 * b1 + shr_u(mid, 32) + shr_u(mid2, 32)


# floor(log2(10**k)) for |k| <= 1650.
@inline
def floor_log2_of_power(k: i32) -> i32:
    return k * 1741647 >> 19


# ceil(10**k * 2**(127 - floor(log2(10**k)))) for POWER_LOW <= k <= POWER_HIGH: the low word; the high one goes to POWER_TOP.
def power_of_ten(k: i32) -> i64:
    n = k - POWER_LOW
    i = div_u(n, 27)
    offset = n - i * 27
    low = load_i64(POWER_STORED, 16 + i * 16)
    high = load_i64(POWER_STORED, 24 + i * 16)
    if offset == 0:
        store_i64(CELL_SCRATCH, high, POWER_TOP)
        return low
    five = load_i64(POWER_FIVES, 16 + offset * 8)
    alpha = i64(floor_log2_of_power(k) - floor_log2_of_power(k - offset) - offset)
    # The 192-bit product, shifted right by alpha (1 .. 63).
    w0 = low * five
    w1 = high * five
    carry = mul_high(low, five)
    w2 = mul_high(high, five)
    w1 = w1 + carry
    if lt_u(w1, carry):
        w2 += 1
    r0 = shr_u(w0, alpha) | w1 << 64 - alpha
    r1 = shr_u(w1, alpha) | w2 << 64 - alpha
    off = load_u8(POWER_CORRECTIONS, 16 + shr_u(n, 2)) >> (n & 3) * 2 & 3
    r2 = r0 + 1 - i64(off)
    if off == 0 and r2 == 0:
        r1 += 1
    elif off == 2 and r2 == -1:
        r1 -= 1
    store_i64(CELL_SCRATCH, r1, POWER_TOP)
    return r2
