# molt: intrinsics
# Ints to text and back. Small ints are written digit pair by digit pair; big ones leave in chunks of nine digits, and the
# digit limit of sys.set_int_max_str_digits (4300 unless changed) bounds the quadratic work as in CPython.

from molt.intrinsics import (
    CELL_SCRATCH, addr, big, clz, div_u, ge_u, i32, i64, i64_u, is_small, load_i32, load_u8, memory_copy, memory_fill, noinline,
    raw_buffer, ref, shr_u, store_i32, store_u8, word,
)

CHUNK: i32 = 1000000000
DEFAULT_MAX_DIGITS: i32 = 4300


# Decimal digits of a non-negative word, written to end just before `end`; the address of the first digit.
def put_decimal(end: i32, w: i64) -> i32:
    p = end
    while shr_u(w, 31) != 0:
        q = div_u(w, 10)
        p -= 1
        store_u8(p, i32(w - q * 10) + 48)
        w = q
    # The rest fits 31 bits, where division is cheaper.
    v = i32(w)
    while True:
        q32 = div_u(v, 10)
        p -= 1
        store_u8(p, v - q32 * 10 + 48)
        v = q32
        if v == 0:
            return p


def decimal_width(w: i64) -> i32:
    n: i32 = 1
    limit: i64 = 10
    while ge_u(w, limit):
        n += 1
        if n == 20:
            return n
        limit *= 10
    return n


# str of a machine word.
def i64_text(w: i64) -> str:
    negative: i32 = 0
    if w < 0:
        negative = 1
        w = -w
    n = decimal_width(w) + negative
    s = new_text(n, n)
    put_decimal(addr(s) + 16 + n, w)
    if negative:
        store_u8(s, 45, 16)
    return s


def max_digits() -> i32:
    n = load_i32(CELL_SCRATCH, INT_DIGITS)
    return n - 1 if n != 0 else DEFAULT_MAX_DIGITS


def int_text(a: int) -> str:
    if is_small(a):
        return i64_text(word(a))
    return big_text(big(a), max_digits())


# limit 0 = any number of digits.
@noinline
def big_text(a: ref, limit: i32) -> str:
    n = limb_count(a)
    # 32 bits are at most 9.64 digits: long numbers are refused before the work.
    if limit > 0 and n > shr_u(limit * 107, 10) + 2:
        raise_digit_limit(limit)
    chunks = i32(div_u(i64(n) * 1075, 1000)) + 2
    work = raw_buffer(n * 4 + chunks * 4)
    digits = addr(work) + 8 + n * 4
    used: i32 = 0
    memory_copy(addr(work) + 8, addr(a) + 12, n * 4)
    p = addr(work) + 8
    while n:
        store_i32(digits + used * 4, div_limb(p, p, n, CHUNK))
        used += 1
        if load_i32(p + n * 4 - 4) == 0:
            n -= 1
    sign: i32 = 1 if is_negative_big(a) else 0
    top = i64_u(load_i32(digits + used * 4 - 4))
    head = decimal_width(top)
    total = head + (used - 1) * 9
    if limit > 0 and total > limit:
        raise_digit_limit(limit)
    s = new_text(total + sign, total + sign)
    digits = addr(work) + 8 + limb_count(a) * 4
    at = addr(s) + 16
    if sign:
        store_u8(at, 45)
        at += 1
    put_decimal(at + head, top)
    at += head
    while used > 1:
        used -= 1
        memory_fill(at, 48, 9)
        put_decimal(at + 9, i64_u(load_i32(digits + used * 4 - 4)))
        at += 9
    return s


def raise_digit_limit(limit: i32) -> None:
    raise ValueError(
        'Exceeds the limit (' + i64_text(i64(limit)) + ' digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit'
    )


# Text in a base that is a power of two (bits = log2 of the base), with sign and prefix.
def binary_text(a: int, bits: i32, prefix: str, upper: bool) -> str:
    x = big_of(a)
    n = int_bit_length(a)
    digits = div_u(n + bits - 1, bits) if n else 1
    sign: i32 = 1 if is_negative_big(x) else 0
    skip = byte_len(prefix) + sign
    s = new_text(digits + skip, digits + skip)
    if sign:
        store_u8(s, 45, 16)
    memory_copy(addr(s) + 16 + sign, addr(prefix) + 16, byte_len(prefix))
    limbs = limb_count(x)
    letter: i32 = 55 if upper else 87
    k: i32 = 0
    while k < digits:
        bit = k * bits
        at = shr_u(bit, 5)
        w: i64 = 0
        if at < limbs:
            w = i64_u(load_i32(x, 12 + at * 4))
            if at + 1 < limbs:
                w |= i64_u(load_i32(x, 16 + at * 4)) << 32
        d = i32(shr_u(w, i64(bit & 31))) & (1 << bits) - 1
        store_u8(s, d + 48 if d < 10 else d + letter, 15 + skip + digits - k)
        k += 1
    return s


# Value of an ASCII digit or letter in bases up to 36; 99 when it is neither.
def digit_value(b: i32) -> i32:
    if b >= 48 and b <= 57:
        return b - 48
    if b >= 97 and b <= 122:
        return b - 87
    if b >= 65 and b <= 90:
        return b - 55
    return 99


# int(text, base) with CPython's rules: blanks around, sign, prefix, underscores between digits. base 0 reads the prefix.
def parse_int(s: str, base: i32) -> int:
    at = next_space(s, 0, False)
    end = prev_space(s, byte_len(s), False)
    negative = False
    if at < end:
        b = load_u8(s, 16 + at)
        if b == 45 or b == 43:
            negative = b == 45
            at += 1
    radix = base
    if at + 1 < end and load_u8(s, 16 + at) == 48:
        letter = load_u8(s, 17 + at) | 32
        prefixed: i32 = 0
        if letter == 120:
            prefixed = 16
        elif letter == 111:
            prefixed = 8
        elif letter == 98:
            prefixed = 2
        if prefixed != 0 and (base == 0 or base == prefixed):
            radix = prefixed
            at += 2
            if at < end and load_u8(s, 16 + at) == 95:
                at += 1
    zero_only = radix == 0 and at < end and load_u8(s, 16 + at) == 48
    if radix == 0:
        radix = 10
    first = at
    digits: i32 = 0
    # So many digits always fit a machine word.
    easy: i32 = 18 if radix <= 10 else 12
    total: i64 = 0
    gap: i32 = 1
    while at < end:
        c = load_u8(s, 16 + at)
        width: i32 = 1
        if c == 95 and not gap:
            gap = 1
            at += 1
            continue
        if c >= 128:
            c = point_at(s, at)
            width = point_size(c)
            d = decimal_point_value(c)
        else:
            d = digit_value(c)
        if d >= radix:
            raise_bad_int(s, base)
        if d != 0 and zero_only:
            raise_bad_int(s, base)
        gap = 0
        at += width
        digits += 1
        if digits <= easy:
            total = total * i64(radix) + i64(d)
    if gap:
        raise_bad_int(s, base)
    if digits <= easy:
        return int_from_i64(-total if negative else total)
    limit = max_digits()
    if limit > 0 and digits > limit and radix & radix - 1 != 0:
        raise ValueError(
            'Exceeds the limit (' + i64_text(i64(limit)) + ' digits) for integer string conversion: value has ' + i64_text(i64(digits))
            + ' digits; use sys.set_int_max_str_digits() to increase the limit'
        )
    return parse_big(s, first, end, radix, digits, negative)


# The slow part: multiplies a growing magnitude by the base, several digits at a time.
def parse_big(s: str, at: i32, end: i32, radix: i32, digits: i32, negative: bool) -> int:
    bits: i32 = 32 - clz(radix)
    room = shr_u(digits * bits, 5) + 2
    r = new_big(room)
    p = addr(r) + 12
    used: i32 = 0
    while at < end:
        factor: i64 = 1
        value: i64 = 0
        while at < end and factor < 67108864:
            c = load_u8(s, 16 + at)
            at += 1
            if c == 95:
                continue
            d = digit_value(c)
            if c >= 128:
                c = point_at(s, at - 1)
                at += point_size(c) - 1
                d = decimal_point_value(c)
            value = value * i64(radix) + i64(d)
            factor *= i64(radix)
        k: i32 = 0
        while k < used:
            value += i64_u(load_i32(p + k * 4)) * factor
            store_i32(p + k * 4, i32(value))
            value = shr_u(value, 32)
            k += 1
        if value != 0:
            store_i32(p + used * 4, i32(value))
            used += 1
    return finish_big(r, negative)


def raise_bad_int(s: str, base: i32) -> None:
    raise ValueError('invalid literal for int() with base ' + i64_text(i64(base)) + ': ' + text_repr(s))
