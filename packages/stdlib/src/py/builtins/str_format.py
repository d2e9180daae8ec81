# molt: intrinsics
# The format specification mini-language: [[fill]align][sign][z][#][0][width][grouping][.precision][type], for str, int and float.

from molt.intrinsics import (
    CELL_SCRATCH, div_s, f64_abs, f64_bits, i32, inline, int_neg, is_small, load_i32, load_u8, noinline, rem_s, shr_u, store_u8, word,
)


class FormatSpec:
    fill: i32
    align: i32
    sign: i32
    alternate: bool
    no_negative_zero: bool
    width: i32
    grouping: i32
    precision: i32
    kind: i32


# Parses a specification; `name` is the class named in errors, `default_align` < or >.
def parse_spec(spec: str, name: str, default_align: i32) -> FormatSpec:
    f = FormatSpec()
    f.fill = 32
    f.align = 0
    f.sign = 45
    f.precision = -1
    n = byte_len(spec)
    at: i32 = 0
    first = point_at(spec, 0) if n else 0
    size = point_size(first)
    if n > size and is_align(load_u8(spec, 16 + size)):
        f.fill = first
        f.align = load_u8(spec, 16 + size)
        at = size + 1
    elif n and is_align(first):
        f.align = first
        at = 1
    filled = at > 1
    if at < n and is_sign(load_u8(spec, 16 + at)):
        f.sign = load_u8(spec, 16 + at)
        at += 1
    if at < n and load_u8(spec, 16 + at) == 122:
        f.no_negative_zero = True
        at += 1
    if at < n and load_u8(spec, 16 + at) == 35:
        f.alternate = True
        at += 1
    if not filled and at < n and load_u8(spec, 16 + at) == 48:
        f.fill = 48
        if f.align == 0 and default_align == 62:
            f.align = 61
        at += 1
    while at < n and load_u8(spec, 16 + at) >= 48 and load_u8(spec, 16 + at) <= 57:
        if f.width > 200000000:
            raise_value_error('Too many decimal digits in format string')
        f.width = f.width * 10 + load_u8(spec, 16 + at) - 48
        at += 1
    if at < n and (load_u8(spec, 16 + at) == 44 or load_u8(spec, 16 + at) == 95):
        f.grouping = load_u8(spec, 16 + at)
        at += 1
        if at < n and (load_u8(spec, 16 + at) == 44 or load_u8(spec, 16 + at) == 95):
            if load_u8(spec, 16 + at) == f.grouping:
                raise_value_error("Cannot specify '" + char_text(f.grouping) + "' with '" + char_text(f.grouping) + "'.")
            raise_value_error("Cannot specify both ',' and '_'.")
    if at < n and load_u8(spec, 16 + at) == 46:
        at += 1
        digits: i32 = 0
        precision: i32 = 0
        while at < n and load_u8(spec, 16 + at) >= 48 and load_u8(spec, 16 + at) <= 57:
            if precision > 200000000:
                raise_value_error('Too many decimal digits in format string')
            precision = precision * 10 + load_u8(spec, 16 + at) - 48
            digits += 1
            at += 1
        if digits == 0:
            raise_value_error('Format specifier missing precision')
        f.precision = precision
    if at < n:
        c = point_at(spec, at)
        if at + point_size(c) < n:
            raise_value_error("Invalid format specifier '" + spec + "' for object of type '" + name + "'")
        f.kind = c
    if f.align == 0:
        f.align = default_align
    return f


@inline
def is_align(c: i32) -> bool:
    return c == 60 or c == 62 or c == 61 or c == 94


@inline
def is_sign(c: i32) -> bool:
    return c == 43 or c == 45 or c == 32


@noinline
def raise_unknown_format(kind: i32, name: str) -> None:
    if kind > 32 and kind < 128:
        raise ValueError("Unknown format code '" + char_text(kind) + "' for object of type '" + name + "'")
    raise ValueError("Unknown format code '\\x" + hex_digits(int(kind), 1) + "' for object of type '" + name + "'")


# format(s, spec) of a str.
def format_text(s: str, spec: str) -> str:
    f = parse_spec(spec, 'str', 60)
    if f.kind != 0 and f.kind != 115:
        raise_unknown_format(f.kind, 'str')
    if f.sign != 45:
        raise_value_error('Space not allowed in string format specifier' if f.sign == 32 else 'Sign not allowed in string format specifier')
    if f.alternate:
        raise_value_error('Alternate form (#) not allowed in string format specifier')
    if f.grouping:
        raise_value_error("Cannot specify '" + char_text(f.grouping) + "' with 's'.")
    if f.align == 61:
        raise_value_error("'=' alignment not allowed in string format specifier")
    if f.precision >= 0 and f.precision < point_len(s):
        s = text_range(s, 0, byte_offset(s, f.precision))
    return align_text(s, f.width, f.align, f.fill)


# Pads to a width in code points.
def align_text(s: str, width: i32, align: i32, fill: i32) -> str:
    pad = width - point_len(s)
    if pad <= 0:
        return s
    left: i32 = 0
    if align == 62 or align == 61:
        left = pad
    elif align == 94:
        left = shr_u(pad, 1)
    return pad_text(s, left, pad - left, fill)


# format(n, spec) of an int.
def format_int(n: int, spec: str) -> str:
    f = parse_spec(spec, 'int', 62)
    kind = f.kind
    if kind == 101 or kind == 69 or kind == 102 or kind == 70 or kind == 103 or kind == 71 or kind == 37:
        return format_float_spec(int_to_float(n), f)
    if f.precision >= 0:
        raise_value_error('Precision not allowed in integer format specifier')
    if kind == 99:
        if f.sign != 45:
            raise_value_error("Sign not allowed with integer format specifier 'c'")
        if f.alternate:
            raise_value_error("Alternate form (#) not allowed with integer format specifier 'c'")
        if not is_small(n) or word(n) < 0 or word(n) > 1114111:
            raise_overflow_error('%c arg not in range(0x110000)')
        return align_text(char_text(i32(word(n))), f.width, f.align, f.fill)
    prefix = ''
    magnitude = int_neg(n) if int_sign(n) < 0 else n
    group: i32 = 3
    if kind == 0 or kind == 100 or kind == 110:
        digits = int_text(magnitude)
    else:
        group = 4
        if kind == 120 or kind == 88:
            digits = binary_text(magnitude, 4, '', kind == 88)
            prefix = '0x' if kind == 120 else '0X'
        elif kind == 98:
            digits = binary_text(magnitude, 1, '', False)
            prefix = '0b'
        elif kind == 111:
            digits = binary_text(magnitude, 3, '', False)
            prefix = '0o'
        else:
            raise_unknown_format(kind, 'int')
            digits = ''
        if f.grouping == 44:
            raise_value_error("Cannot specify ',' with '" + char_text(kind) + "'.")
    if not f.alternate:
        prefix = ''
    return number_text(f, int_sign(n) < 0, prefix, digits, '', group)


# Puts sign, prefix, grouped digits and the rest together and pads; with '=' the padding goes behind the sign.
def number_text(f: FormatSpec, negative: bool, prefix: str, digits: str, rest: str, group: i32) -> str:
    sign = ''
    if negative:
        sign = '-'
    elif f.sign != 45:
        sign = char_text(f.sign)
    head = sign + prefix
    if f.grouping:
        # Zero padding is grouped as well: the digits get as many zeros as fit the width.
        room: i32 = 0
        if f.fill == 48 and f.align == 61:
            room = f.width - byte_len(head) - byte_len(rest)
        digits = group_digits(digits, f.grouping, group, room)
    body = digits + rest
    pad = f.width - byte_len(head) - byte_len(body)
    if pad <= 0:
        return head + body
    if f.align == 61:
        return head + pad_text(body, pad, 0, f.fill)
    return align_text(head + body, f.width, f.align, f.fill)


# Digits with separators; zeros in front until at least `room` characters.
def group_digits(digits: str, mark: i32, group: i32, room: i32) -> str:
    n = byte_len(digits)
    while n + div_s(n - 1, group) < room:
        n += 1
    total = n + div_s(n - 1, group)
    r = new_text(total, total)
    at = total
    k: i32 = 0
    while k < n:
        if k and rem_s(k, group) == 0:
            at -= 1
            store_u8(r, mark, 16 + at)
        at -= 1
        store_u8(r, load_u8(digits, 15 + byte_len(digits) - k) if k < byte_len(digits) else 48, 16 + at)
        k += 1
    return r


# format(x, spec) of a float.
def format_float(x: float, spec: str) -> str:
    return format_float_spec(x, parse_spec(spec, 'float', 62))


def format_float_spec(x: float, f: FormatSpec) -> str:
    kind = f.kind
    negative = f64_bits(x) < 0 and x == x
    a = f64_abs(x)
    tail = ''
    precision = f.precision
    if kind == 37:
        a = a * 100.0
        kind = 102
        tail = '%'
    if kind == 110:
        kind = 103
    upper = kind == 69 or kind == 70 or kind == 71
    if upper:
        kind = kind | 32
    if kind != 0 and kind != 101 and kind != 102 and kind != 103:
        raise_unknown_format(f.kind, 'float')
    if a - a != 0.0:
        digits = 'nan' if a != a else 'inf'
        if upper:
            digits = 'NAN' if a != a else 'INF'
        return number_text(f, negative, '', digits + tail, '', 3) if f.grouping == 0 else number_text(f, negative, '', '', digits + tail, 3)
    digits = float_body(a, kind, precision, f.alternate, upper)
    if f.no_negative_zero and negative and is_zero_text(digits):
        negative = False
    # Only the part before the point is grouped.
    at: i32 = 0
    while at < byte_len(digits) and load_u8(digits, 16 + at) >= 48 and load_u8(digits, 16 + at) <= 57:
        at += 1
    whole = text_range(digits, 0, at)
    return number_text(f, negative, '', whole, text_range(digits, at, byte_len(digits)) + tail, 3)


def is_zero_text(digits: str) -> bool:
    at: i32 = 0
    while at < byte_len(digits):
        b = load_u8(digits, 16 + at)
        if b | 32 == 101:
            return True
        if b >= 49 and b <= 57:
            return False
        at += 1
    return True


# A finite non-negative double by format type (0 = none given) without sign or padding.
def float_body(a: float, kind: i32, precision: i32, alternate: bool, upper: bool) -> str:
    if kind == 0 and precision < 0:
        s = float_repr(a)
        return s
    if precision < 0:
        precision = 6
    out = TextBuilder()
    if kind == 102:
        digits = '0' if a == 0.0 else digits_text(scaled_round(a, precision))
        if byte_len(digits) <= precision:
            digits = pad_text(digits, precision + 1 - byte_len(digits), 0, 48)
        put_fixed(out, digits, byte_len(digits) - precision)
        if precision == 0 and alternate:
            out.byte(46)
        return out.take()
    letter: i32 = 69 if upper else 101
    if kind == 101:
        if a == 0.0:
            put_scientific(out, pad_text('0', 0, precision, 48), 0, letter, alternate)
        else:
            digits = significant_digits(a, precision + 1)
            put_scientific(out, digits, load_i32(CELL_SCRATCH, DECIMAL_POINT), letter, alternate)
        return out.take()
    # General: fixed or scientific by the size of the exponent, without trailing zeros.
    if precision == 0:
        precision = 1
    exponent: i32 = 0
    if a == 0.0:
        digits = pad_text('0', 0, precision - 1, 48)
    else:
        digits = significant_digits(a, precision)
        exponent = load_i32(CELL_SCRATCH, DECIMAL_POINT)
    n = byte_len(digits)
    if not alternate:
        while n > 1 and load_u8(digits, 15 + n) == 48:
            n -= 1
        digits = text_range(digits, 0, n)
    # Without a type the result always looks like a float: one digit after the point, and scientific one place earlier.
    limit = precision - 1 if kind == 0 else precision
    if exponent < -4 or exponent >= limit:
        put_scientific(out, digits, exponent, letter, alternate)
        return out.take()
    put_fixed(out, digits, exponent + 1)
    if exponent + 1 >= n:
        if kind == 0:
            out.text('.0')
        elif alternate:
            out.byte(46)
    return out.take()
