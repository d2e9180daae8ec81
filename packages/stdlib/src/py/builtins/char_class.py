# molt: intrinsics
# Classes of characters: str.isalpha and its kin for one code point and for whole strings.
# ASCII is decided by comparison; the rest by walking the boundaries of a table (see scripts/unicode-tables.py).

from molt.intrinsics import i32, inline, load_i32, load_u8, lt_u, noinline

CLASS_ALPHA: i32 = 0
CLASS_ALNUM: i32 = 1
CLASS_DECIMAL: i32 = 2
CLASS_DIGIT: i32 = 3
CLASS_NUMERIC: i32 = 4
CLASS_SPACE: i32 = 5
CLASS_PRINTABLE: i32 = 6


# Whether a code point from 128 up lies in the ranges of a table.
@noinline
def in_ranges(table: bytes, c: i32) -> bool:
    at: i32 = 16
    end = 16 + load_i32(table, 8)
    bound: i32 = 128
    inside = False
    while at < end:
        shift: i32 = 0
        while True:
            b = load_u8(table, at)
            at += 1
            bound += (b & 127) << shift
            if b < 128:
                break
            shift += 7
        if bound > c:
            return inside
        inside = not inside
    return inside


@inline
def is_ascii_letter(c: i32) -> bool:
    return lt_u((c | 32) - 97, 26)


@inline
def is_ascii_digit(c: i32) -> bool:
    return lt_u(c - 48, 10)


def is_alpha_point(c: i32) -> bool:
    return is_ascii_letter(c) if c < 128 else in_ranges(ALPHA_RANGES, c)


def is_numeric_point(c: i32) -> bool:
    return is_ascii_digit(c) if c < 128 else in_ranges(NUMERIC_RANGES, c)


def is_digit_point(c: i32) -> bool:
    return is_ascii_digit(c) if c < 128 else in_ranges(DIGIT_RANGES, c)


def is_decimal_point_char(c: i32) -> bool:
    return is_ascii_digit(c) if c < 128 else decimal_point_value(c) < 10


def is_printable_point(c: i32) -> bool:
    return c >= 32 and c < 127 if c < 128 else in_ranges(PRINTABLE_RANGES, c)


def is_lower_point(c: i32) -> bool:
    return c >= 97 and c <= 122 if c < 128 else in_ranges(LOWER_RANGES, c)


def is_upper_point(c: i32) -> bool:
    return c >= 65 and c <= 90 if c < 128 else in_ranges(UPPER_RANGES, c)


def is_title_point(c: i32) -> bool:
    return c >= 128 and in_ranges(TITLE_RANGES, c)


# The digit 0-9 a decimal character from 128 up stands for; 99 for others.
def decimal_point_value(c: i32) -> i32:
    at: i32 = 16
    end = 16 + load_i32(DECIMAL_STARTS, 8)
    start: i32 = 128
    while at < end:
        shift: i32 = 0
        while True:
            b = load_u8(DECIMAL_STARTS, at)
            at += 1
            start += (b & 127) << shift
            if b < 128:
                break
            shift += 7
        if c < start:
            return 99
        if c < start + 10:
            return c - start
    return 99


@inline
def is_class(c: i32, kind: i32) -> bool:
    if kind == CLASS_ALPHA:
        return is_alpha_point(c)
    if kind == CLASS_ALNUM:
        return is_alpha_point(c) or is_numeric_point(c)
    if kind == CLASS_DECIMAL:
        return is_decimal_point_char(c)
    if kind == CLASS_DIGIT:
        return is_digit_point(c)
    if kind == CLASS_NUMERIC:
        return is_numeric_point(c)
    if kind == CLASS_SPACE:
        return is_space_point(c)
    return is_printable_point(c)


# True when the string is not empty and every character is of the class. Inlined per method, so that only its table is reached.
@inline
def every_point(s: str, kind: i32) -> bool:
    n = byte_len(s)
    at: i32 = 0
    while at < n:
        c = point_at(s, at)
        if not is_class(c, kind):
            return False
        at += point_size(c)
    return n != 0


def is_identifier(s: str) -> bool:
    n = byte_len(s)
    at: i32 = 0
    while at < n:
        c = point_at(s, at)
        if c < 128:
            if not (is_ascii_letter(c) or c == 95 or at != 0 and is_ascii_digit(c)):
                return False
        elif not (in_ranges(ID_START_RANGES, c) if at == 0 else in_ranges(ID_RANGES, c)):
            return False
        at += point_size(c)
    return n != 0


# At least one cased character and none of the other case.
def is_lower_text(s: str) -> bool:
    cased = False
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        if is_upper_point(c) or is_title_point(c):
            return False
        if is_lower_point(c):
            cased = True
        at += point_size(c)
    return cased


def is_upper_text(s: str) -> bool:
    cased = False
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        if is_lower_point(c) or is_title_point(c):
            return False
        if is_upper_point(c):
            cased = True
        at += point_size(c)
    return cased


def is_title_text(s: str) -> bool:
    cased = False
    previous = False
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        if is_upper_point(c) or is_title_point(c):
            if previous:
                return False
            previous = True
            cased = True
        elif is_lower_point(c):
            if not previous:
                return False
            cased = True
        else:
            previous = False
        at += point_size(c)
    return cased
