# molt: intrinsics
# Doubles to text and back: repr, the layouts that repr and format share, and float(text).

from molt.intrinsics import CELL_SCRATCH, f64_abs, f64_bits, f64_from_bits, i32, i64, int_word, load_i32, load_u8


def float_repr(x: float) -> str:
    if x - x != 0.0:
        if x != x:
            return 'nan'
        return 'inf' if x > 0.0 else '-inf'
    negative = f64_bits(x) < 0
    if x == 0.0:
        return '-0.0' if negative else '0.0'
    digits = i64_text(shortest_digits(f64_abs(x)))
    point = byte_len(digits) + load_i32(CELL_SCRATCH, DECIMAL_POINT)
    out = TextBuilder()
    if negative:
        out.byte(45)
    # `point` is where the decimal point stands relative to the first digit.
    if point > 16 or point < -3:
        put_scientific(out, digits, point - 1, 101, False)
    else:
        put_fixed(out, digits, point)
        if point >= byte_len(digits):
            out.text('.0')
    return out.take()


# Digits with the decimal point after `point` digits; zeros fill either side.
def put_fixed(out: TextBuilder, digits: str, point: i32) -> None:
    n = byte_len(digits)
    if point <= 0:
        out.text('0.')
        out.fill(48, -point)
        out.text(digits)
    elif point >= n:
        out.text(digits)
        out.fill(48, point - n)
    else:
        out.part(digits, 0, point)
        out.byte(46)
        out.part(digits, point, n)


# d.ddde+XX; `letter` is e or E; with `always` the point is there even after one digit.
def put_scientific(out: TextBuilder, digits: str, exponent: i32, letter: i32, always: bool) -> None:
    out.part(digits, 0, 1)
    if byte_len(digits) > 1 or always:
        out.byte(46)
        out.part(digits, 1, byte_len(digits))
    out.byte(letter)
    if exponent < 0:
        out.byte(45)
        exponent = -exponent
    else:
        out.byte(43)
    if exponent < 10:
        out.byte(48)
    out.text(i64_text(i64(exponent)))


# float(text).
def parse_float(s: str) -> float:
    at = next_space(s, 0, False)
    end = prev_space(s, byte_len(s), False)
    negative = False
    start = at
    if at < end:
        b = load_u8(s, 16 + at)
        if b == 43 or b == 45:
            negative = b == 45
            at += 1
    x = 0.0
    if at < end and load_u8(s, 16 + at) >= 65:
        x = parse_special(s, at, end)
        if x == 0.0:
            raise_bad_float(s)
    else:
        if not is_float_text(s, at, end):
            raise_bad_float(s)
        x = scan_decimal(s, at, end)
    return -x if negative else x


def raise_bad_float(s: str) -> None:
    raise ValueError('could not convert string to float: ' + text_repr(s))


# inf, infinity, nan in any case; 0.0 when it is none of them.
def parse_special(s: str, at: i32, end: i32) -> float:
    if same_letters(s, at, end, 'inf') or same_letters(s, at, end, 'infinity'):
        return f64_from_bits(9218868437227405312)
    if same_letters(s, at, end, 'nan'):
        return f64_from_bits(9221120237041090560)
    return 0.0


def same_letters(s: str, at: i32, end: i32, word_text: str) -> bool:
    n = byte_len(word_text)
    if end - at != n:
        return False
    k: i32 = 0
    while k < n:
        if load_u8(s, 16 + at + k) | 32 != load_u8(word_text, 16 + k):
            return False
        k += 1
    return True


# digits [. digits] [e [sign] digits], underscores between digits, at least one digit before the exponent.
def is_float_text(s: str, at: i32, end: i32) -> bool:
    digits: i32 = 0
    stage: i32 = 0
    previous: i32 = 0
    while at < end:
        b = load_u8(s, 16 + at)
        is_digit = b >= 48 and b <= 57
        if is_digit:
            digits = 1
        elif b == 95:
            if previous < 48 or previous > 57 or at + 1 == end:
                return False
            after = load_u8(s, 17 + at)
            if after < 48 or after > 57:
                return False
        elif b == 46:
            if stage != 0:
                return False
            stage = 1
        elif b | 32 == 101:
            if stage == 2 or digits == 0:
                return False
            stage = 2
            digits = 0
        elif b == 43 or b == 45:
            if previous | 32 != 101:
                return False
        else:
            return False
        previous = b
        at += 1
    return digits != 0


# The value of decimal text that is known to be well formed (no sign); json uses it as well.
def scan_decimal(s: str, at: i32, end: i32) -> float:
    w: i64 = 0
    used: i32 = 0
    exponent: i32 = 0
    fraction: i32 = 0
    start = at
    while at < end:
        b = load_u8(s, 16 + at)
        if b >= 48 and b <= 57:
            if used < 18:
                w = w * 10 + i64(b - 48)
                if w != 0:
                    used += 1
            else:
                used += 1
            exponent -= fraction
        elif b == 46:
            fraction = 1
        elif b | 32 == 101:
            break
        at += 1
    stop = at
    power = scan_exponent(s, at + 1, end)
    if used <= 18:
        return decimal_to_float(int_word(w), exponent + power)
    # More digits than a word holds: all of them count.
    return decimal_to_float(parse_digits(s, start, stop), exponent + power)


# The number after e; far beyond the range of doubles it is cut off.
def scan_exponent(s: str, at: i32, end: i32) -> i32:
    if at >= end:
        return 0
    negative = load_u8(s, 16 + at) == 45
    n: i32 = 0
    while at < end:
        b = load_u8(s, 16 + at)
        if b >= 48 and b <= 57 and n < 100000:
            n = n * 10 + b - 48
        at += 1
    return -n if negative else n


# All digits of a range as an int, other characters skipped.
def parse_digits(s: str, at: i32, end: i32) -> int:
    total = 0
    while at < end:
        value: i64 = 0
        factor: i64 = 1
        while at < end and factor < 100000000000000000:
            b = load_u8(s, 16 + at)
            at += 1
            if b >= 48 and b <= 57:
                value = value * 10 + i64(b - 48)
                factor *= 10
        total = total * int_word(factor) + int_word(value)
    return total
