# molt: intrinsics
# Hash values that equal CPython's: doubles, tuples. (Ints: int_methods.py; str and bytes have a keyed hash of their own.)

from molt.intrinsics import f64_bits, f64_from_i64, i32, i64, inline, rem_s, shr_u, trunc_i64


# Constants of xxHash (XXH64, Yann Collet), which CPython's tuple hash is based on.
HASH_PRIME_1: i64 = -7046029288634856825
HASH_PRIME_2: i64 = -4417276706812531889
HASH_PRIME_5: i64 = 2870177450012600261


@inline
def hash_lane(acc: i64, lane: i64) -> i64:
    acc += lane * HASH_PRIME_2
    acc = acc << 31 | shr_u(acc, 33)
    return acc * HASH_PRIME_1


@inline
def hash_lanes_end(acc: i64, count: i32) -> i64:
    acc += i64(count) ^ HASH_PRIME_5 ^ 3527539
    return 1546275796 if acc == -1 else acc


# A double hashes like the equal int or fraction: mantissa bits fed into a rotation modulo 2**61 - 1.
def float_hash(x: float) -> i64:
    if x - x != 0.0:
        if x != x:
            return 0
        return 314159 if x > 0.0 else -314159
    w = trunc_i64(x)
    if f64_from_i64(w) == x and w < 4611686018427387904 and w > -4611686018427387904:
        return small_hash(w)
    bits = f64_bits(x)
    e = i32(shr_u(bits, 52)) & 2047
    m = bits & 4503599627370495
    if e == 0:
        e = 1
    else:
        m |= 4503599627370496
    # x = m * 2**(e - 1075); multiplying by 2**k modulo 2**61 - 1 is a rotation by k modulo 61.
    k = rem_s(e - 1075, 61)
    if k < 0:
        k += 61
    h = m << i64(k) & 2305843009213693951 | shr_u(m, i64(61 - k))
    if h >= 2305843009213693951:
        h -= 2305843009213693951
    if bits < 0:
        h = -h
    return -2 if h == -1 else h
