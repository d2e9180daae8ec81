# molt: intrinsics
# What the operators and methods of int need beyond the runtime's slow paths: powers, rounding, bytes, hashing, construction.

from molt.intrinsics import big, i32, i64, i64_u, inline, int_word, is_small, load_i32, load_u8, popcnt, ref, rem_s, shr_u, store_u8, word


# CPython hashes numbers modulo the Mersenne prime 2**61 - 1; -1 is reserved.
@inline
def small_hash(w: i64) -> i64:
    m = w if w >= 0 else -w
    m = (m & 2305843009213693951) + shr_u(m, 61)
    if m >= 2305843009213693951:
        m -= 2305843009213693951
    if w < 0:
        m = -m
    return -2 if m == -1 else m


def big_hash(r: ref) -> i64:
    n = limb_count(r)
    h: i64 = 0
    while n:
        n -= 1
        # h = (h * 2**32 + limb) mod 2**61 - 1: a rotation of the 61-bit word, then an addition.
        h = h << 32 & 2305843009213693951 | shr_u(h, 29)
        h += i64_u(load_i32(r, 12 + n * 4))
        if h >= 2305843009213693951:
            h -= 2305843009213693951
    if is_negative_big(r):
        h = -h
    return -2 if h == -1 else h


# base ** exponent for an exponent that is not negative; refuses results no memory could hold.
def int_power(base: int, exponent: int) -> int:
    if is_small(base):
        b = word(base)
        if b == 0 or b == 1:
            return 1 if is_small(exponent) and word(exponent) == 0 else base
        if b == -1:
            return 1 if not is_odd_int(exponent) else -1
        if b == 2:
            return 1 << exponent
    if not is_small(exponent):
        raise_memory_error()
    e = word(exponent)
    if i64(int_bit_length(base) - 1) * e > 16000000000 or e > 16000000000:
        raise_memory_error()
    result = 1
    square = base
    while True:
        if e & 1:
            result = result * square
        e >>= 1
        if e == 0:
            return result
        square = square * square


def is_odd_int(n: int) -> bool:
    if is_small(n):
        return word(n) & 1 == 1
    return load_i32(big(n), 12) & 1 == 1


# pow(base, exponent, modulus): binary method; a negative exponent takes the modular inverse.
def int_power_mod(base: int, exponent: int, modulus: int) -> int:
    if modulus == 0:
        raise_value_error('pow() 3rd argument cannot be 0')
    m = modulus if modulus > 0 else -modulus
    b = base % m
    e = exponent
    if e < 0:
        b = inverse_mod(b, m)
        e = -e
    result = 1 % m
    if is_small(e) and m <= 2147483647:
        # All products fit a machine word.
        w = word(e)
        r = word(result)
        s = word(b)
        mw = word(m)
        while w:
            if w & 1:
                r = rem_s(r * s, mw)
            s = rem_s(s * s, mw)
            w >>= 1
        result = int_word(r)
    else:
        bits = int_bit_length(e)
        while bits:
            bits -= 1
            result = result * result % m
            if is_odd_int(e >> int(bits)):
                result = result * b % m
    if modulus < 0 and result != 0:
        return result + modulus
    return result


def inverse_mod(a: int, m: int) -> int:
    x = 1
    y = 0
    r = a
    s = m
    while s != 0:
        q = r // s
        r, s = s, r - q * s
        x, y = y, x - q * y
    if r != 1:
        raise_value_error('base is not invertible for the given modulus')
    return x % m


# round(n, -k): to a multiple of 10**k, ties to even.
def round_int(n: int, ndigits: int) -> int:
    if ndigits >= 0:
        return n
    unit = 10 ** -ndigits
    rest = n % unit
    low = n - rest
    twice = rest * 2
    if twice > unit or twice == unit and is_odd_int(low // unit):
        return low + unit
    return low


def int_bit_count(a: int) -> i32:
    x = big_of(a)
    total: i32 = 0
    n = limb_count(x)
    while n:
        n -= 1
        total += popcnt(load_i32(x, 12 + n * 4))
    return total


def is_little_order(byteorder: str) -> bool:
    if byteorder == 'little':
        return True
    if byteorder != 'big':
        raise_value_error("byteorder must be either 'little' or 'big'")
    return False


def int_to_bytes(a: int, length: int, byteorder: str, signed: bool) -> bytes:
    little = is_little_order(byteorder)
    if length < 0:
        raise_value_error('length argument must be non-negative')
    negative = int_sign(a) < 0
    if negative and not signed:
        raise_overflow_error("can't convert negative int to unsigned")
    n = repeat_count(length, 1)
    if signed:
        bits = int_bit_length(-a - 1 if negative else a) + 1
    else:
        bits = int_bit_length(a)
    if bits > n * 8 and not (n == 0 and int_sign(a) == 0):
        raise_overflow_error('int too big to convert')
    limbs = shr_u(n + 3, 2) + 1
    x = big_of(a)
    if limb_count(x) > limbs:
        limbs = limb_count(x)
    work = twos_limbs(x, limbs)
    out = new_bytes(n)
    k: i32 = 0
    while k < n:
        store_u8(out, load_u8(work, 8 + k), 16 + (k if little else n - 1 - k))
        k += 1
    return out


def int_from_bytes(data: bytes, byteorder: str, signed: bool) -> int:
    little = is_little_order(byteorder)
    n = load_i32(data, 8)
    if n == 0:
        return 0
    r = new_big(shr_u(n + 3, 2))
    k: i32 = 0
    while k < n:
        store_u8(r, load_u8(data, 16 + (k if little else n - 1 - k)), 12 + k)
        k += 1
    if signed and load_u8(r, 11 + n) >= 128:
        return finish_big(r, False) - (1 << int(n * 8))
    return finish_big(r, False)
