# molt: intrinsics
# Floor division, modulo, rounding to digits, ratios and hexadecimal text of doubles.

from molt.intrinsics import (
    f64_abs, f64_bits, f64_copysign, f64_div, f64_floor, f64_from_bits, f64_from_i64, i32, i64, inline, int_shl, int_word, load_u8, rem_u,
    shr_u, store_u8, word,
)


# Remainder with the sign of x, exact: the mantissa is reduced 11 bits of exponent at a time.
def float_fmod(x: float, y: float) -> float:
    a = f64_abs(x)
    b = f64_abs(y)
    if b - b != 0.0:
        return x
    if a < b:
        return x
    m = mantissa_of(a)
    d = mantissa_of(b)
    steps = exponent_of(a) - exponent_of(b)
    m = rem_u(m, d)
    while steps > 0 and m != 0:
        # The mantissa stays below 2**53, so that it can take 11 more bits.
        by: i32 = 11 if steps > 11 else steps
        m = rem_u(m << i64(by), d)
        steps -= by
    r = scale_down(m, exponent_of(b))
    return -r if f64_bits(x) < 0 else r


# m * 2**e for 0 <= m < 2**53 where the result is exact.
def scale_down(m: i64, e: i32) -> float:
    x = f64_from_i64(m)
    if e < -1000:
        return x * power_of_two(-500) * power_of_two(e + 500) if e + 500 >= -1022 else x * power_of_two(-500) * power_of_two(-500) * power_of_two(e + 1000)
    return x * power_of_two(e)


def float_mod(x: float, y: float) -> float:
    if y == 0.0:
        raise_zero_division('float modulo')
    return mod_of(x, y)


@inline
def mod_of(x: float, y: float) -> float:
    if x - x != 0.0 or y != y:
        return f64_from_bits(9221120237041090560)
    r = float_fmod(x, y)
    if r == 0.0:
        return f64_copysign(0.0, y)
    if (y < 0.0) != (r < 0.0):
        r = r + y
    return r


# Quotient rounded down, given the modulo.
def floor_quotient(x: float, y: float) -> float:
    if x - x != 0.0 or y != y:
        return f64_from_bits(9221120237041090560)
    r = float_fmod(x, y)
    q = f64_div(x - r, y)
    if r != 0.0 and (y < 0.0) != (r < 0.0):
        q = q - 1.0
    if q == 0.0:
        return f64_copysign(0.0, f64_div(x, y))
    f = f64_floor(q)
    if q - f > 0.5:
        f = f + 1.0
    return f


def float_floordiv(x: float, y: float) -> float:
    if y == 0.0:
        raise_zero_division('float floor division by zero')
    return floor_quotient(x, y)


def float_divmod(x: float, y: float) -> 'tuple[float, float]':
    if y == 0.0:
        raise_zero_division('float divmod()')
    return floor_quotient(x, y), mod_of(x, y)


# round(x, n): the decimal nearest to the exact value, ties to even, as the nearest double.
def round_float(x: float, ndigits: int) -> float:
    if x - x != 0.0 or x == 0.0:
        return x
    if ndigits > 323:
        return x
    if ndigits < -308:
        return f64_copysign(0.0, x)
    n = i32(word(ndigits))
    r = decimal_to_float(scaled_round(f64_abs(x), n), -n)
    if r - r != 0.0:
        raise_overflow_error('rounded value too large to represent')
    return f64_copysign(r, x)


def float_ratio(x: float) -> 'tuple[int, int]':
    if x != x:
        raise_value_error('cannot convert NaN to integer ratio')
    if x - x != 0.0:
        raise_overflow_error('cannot convert Infinity to integer ratio')
    if x == 0.0:
        return 0, 1
    m = mantissa_of(f64_abs(x))
    e = exponent_of(x)
    while m & 1 == 0:
        m >>= 1
        e += 1
    n = int_word(-m if f64_bits(x) < 0 else m)
    if e >= 0:
        return int_shl(n, int(e)), 1
    return n, int_shl(1, int(-e))


def float_hex(x: float) -> str:
    if x - x != 0.0:
        return float_repr(x)
    out = TextBuilder()
    bits = f64_bits(x)
    if bits < 0:
        out.byte(45)
    if x == 0.0:
        out.text('0x0.0p+0')
        return out.take()
    biased = i32(shr_u(bits, 52)) & 2047
    out.text('0x1.' if biased else '0x0.')
    out.text(hex_digits_of(bits & 4503599627370495))
    e = biased - 1023 if biased else -1022
    out.text('p+' if e >= 0 else 'p')
    out.text(i64_text(i64(e)))
    return out.take()


# Thirteen hexadecimal digits.
def hex_digits_of(w: i64) -> str:
    s = new_text(13, 13)
    k: i32 = 13
    while k:
        k -= 1
        d = i32(w) & 15
        store_u8(s, d + 48 if d < 10 else d + 87, 16 + k)
        w = shr_u(w, 4)
    return s


def float_from_hex(text: str) -> float:
    at = next_space(text, 0, False)
    end = prev_space(text, byte_len(text), False)
    negative = False
    if at < end and (load_u8(text, 16 + at) == 45 or load_u8(text, 16 + at) == 43):
        negative = load_u8(text, 16 + at) == 45
        at += 1
    special = parse_special(text, at, end)
    if special != 0.0:
        return -special if negative else special
    if at + 1 < end and load_u8(text, 16 + at) == 48 and load_u8(text, 17 + at) | 32 == 120:
        at += 2
    m = 0
    e = 0
    digits: i32 = 0
    fraction: i32 = 0
    while at < end:
        b = load_u8(text, 16 + at)
        d = digit_value(b)
        if d < 16:
            m = m * 16 + int(d)
            digits += 1
            e -= int(fraction * 4)
        elif b == 46 and fraction == 0:
            fraction = 1
        else:
            break
        at += 1
    if digits == 0:
        raise_value_error('invalid hexadecimal floating-point string')
    if at < end:
        if load_u8(text, 16 + at) | 32 != 112 or at + 1 == end:
            raise_value_error('invalid hexadecimal floating-point string')
        e += parse_int(text_range(text, at + 1, end), 10)
    if m == 0:
        return -0.0 if negative else 0.0
    bits = int(int_bit_length(m)) + e
    if bits > 1024:
        raise_overflow_error('hexadecimal value too large to represent as a float')
    if bits < -1080:
        return -0.0 if negative else 0.0
    x = ratio_to_float(m << e, 1) if e >= 0 else ratio_to_float(m, 1 << -e)
    if x - x != 0.0:
        raise_overflow_error('hexadecimal value too large to represent as a float')
    return -x if negative else x
