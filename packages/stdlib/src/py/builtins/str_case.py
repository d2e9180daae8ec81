# molt: intrinsics
# Case conversion. ASCII strings are converted byte by byte; others through the mapping tables, with mappings to several
# characters (a sharp s to SS) and the final sigma as the Unicode standard has them.

from molt.intrinsics import i32, inline, load_i32, load_u8, lt_u, noinline, rem_s, shr_u, store_u8


# The mapped code point by the runs of a table; the code point itself when no run holds it.
@noinline
def map_point(table: bytes, c: i32) -> i32:
    at: i32 = 16
    end = 16 + load_i32(table, 8)
    start: i32 = 128
    while at < end:
        field: i32 = 0
        count: i32 = 0
        step: i32 = 0
        while field < 4:
            value: i32 = 0
            shift: i32 = 0
            while True:
                b = load_u8(table, at)
                at += 1
                value |= (b & 127) << shift
                if b < 128:
                    break
                shift += 7
            if field == 0:
                start += value
                if start > c:
                    return c
            elif field == 1:
                count = value
            elif field == 2:
                step = value
            elif c <= start + (count - 1) * step and rem_s(c - start, step) == 0:
                return c + (shr_u(value, 1) ^ -(value & 1))
            field += 1
    return c


# Appends the mapping of a character to several, when `special` has one.
@noinline
def put_special(out: TextBuilder, special: str, c: i32) -> bool:
    at: i32 = 0
    while at < byte_len(special):
        d = point_at(special, at)
        at += point_size(d)
        count = load_u8(special, 16 + at) - 48
        at += 1
        while count:
            e = point_at(special, at)
            at += point_size(e)
            if d == c:
                out.point(e)
            count -= 1
        if d == c:
            return True
    return False


@inline
def ascii_lower(b: i32) -> i32:
    return b + 32 if lt_u(b - 65, 26) else b


@inline
def ascii_upper(b: i32) -> i32:
    return b - 32 if lt_u(b - 97, 26) else b


def put_lower(out: TextBuilder, c: i32) -> None:
    if c < 128:
        out.byte(ascii_lower(c))
    elif not put_special(out, LOWER_SPECIAL, c):
        out.point(map_point(TO_LOWER, c))


def put_upper(out: TextBuilder, c: i32) -> None:
    if c < 128:
        out.byte(ascii_upper(c))
    elif not put_special(out, UPPER_SPECIAL, c):
        out.point(map_point(TO_UPPER, c))


def put_title(out: TextBuilder, c: i32) -> None:
    if c < 128:
        out.byte(ascii_upper(c))
    elif not put_special(out, TITLE_SPECIAL, c):
        d = map_point(TO_TITLE, c)
        if d != c or is_title_point(c):
            out.point(d)
        else:
            put_upper(out, c)


# Lower case of a capital sigma (U+03A3): final form after a cased letter when no cased letter follows.
def put_sigma(out: TextBuilder, s: str, at: i32) -> None:
    k = at
    final = False
    while k > 0:
        k -= 1
        while load_u8(s, 16 + k) & 192 == 128:
            k -= 1
        c = point_at(s, k)
        if not is_ignorable(c):
            final = is_cased(c)
            break
    k = at + 2
    while final and k < byte_len(s):
        c = point_at(s, k)
        k += point_size(c)
        if not is_ignorable(c):
            if is_cased(c):
                final = False
            break
    out.point(962 if final else 963)


def is_ignorable(c: i32) -> bool:
    if c < 128:
        return c == 39 or c == 46 or c == 58 or c == 94 or c == 96
    return in_ranges(IGNORABLE_RANGES, c)


def is_cased(c: i32) -> bool:
    return is_lower_point(c) or is_upper_point(c) or is_title_point(c)


def lower_text(s: str) -> str:
    n = byte_len(s)
    if is_ascii_text(s):
        r = new_text(n, n)
        k: i32 = 0
        while k < n:
            store_u8(r, ascii_lower(load_u8(s, 16 + k)), 16 + k)
            k += 1
        return r
    return lower_wide(s)


@noinline
def lower_wide(s: str) -> str:
    out = TextBuilder()
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        if c == 931:
            put_sigma(out, s, at)
        else:
            put_lower(out, c)
        at += point_size(c)
    return out.take()


def upper_text(s: str) -> str:
    n = byte_len(s)
    if is_ascii_text(s):
        r = new_text(n, n)
        k: i32 = 0
        while k < n:
            store_u8(r, ascii_upper(load_u8(s, 16 + k)), 16 + k)
            k += 1
        return r
    return upper_wide(s)


@noinline
def upper_wide(s: str) -> str:
    out = TextBuilder()
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        put_upper(out, c)
        at += point_size(c)
    return out.take()


def casefold_text(s: str) -> str:
    if is_ascii_text(s):
        return lower_text(s)
    out = TextBuilder()
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        at += point_size(c)
        if c >= 128 and put_special(out, FOLD_SPECIAL, c):
            continue
        d = map_point(TO_FOLD, c) if c >= 128 else c
        if d != c:
            out.point(d)
        else:
            put_lower(out, c)
    return out.take()


def swapcase_text(s: str) -> str:
    out = TextBuilder()
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        if is_upper_point(c):
            if c == 931:
                put_sigma(out, s, at)
            else:
                put_lower(out, c)
        elif is_lower_point(c):
            put_upper(out, c)
        else:
            out.point(c)
        at += point_size(c)
    return out.take()


def capitalize_text(s: str) -> str:
    if byte_len(s) == 0:
        return s
    out = TextBuilder()
    c = point_at(s, 0)
    put_title(out, c)
    at = point_size(c)
    while at < byte_len(s):
        c = point_at(s, at)
        if c == 931:
            put_sigma(out, s, at)
        else:
            put_lower(out, c)
        at += point_size(c)
    return out.take()


def title_text(s: str) -> str:
    out = TextBuilder()
    previous = False
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        if not previous:
            put_title(out, c)
        elif c == 931:
            put_sigma(out, s, at)
        else:
            put_lower(out, c)
        previous = is_cased(c)
        at += point_size(c)
    return out.take()
