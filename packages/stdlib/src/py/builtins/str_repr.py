# molt: intrinsics
# repr of strings and ascii(): quotes, backslash escapes, and \x \u \U for what is not printable.

from molt.intrinsics import addr, i32, load_u8, memory_copy, shr_u, store_u8


def text_repr(s: str) -> str:
    return quoted_text(s, False)


def quoted_text(s: str, ascii_only: bool) -> str:
    n = byte_len(s)
    quote: i32 = 39
    plain: i32 = 1
    at: i32 = 0
    single: i32 = 0
    double: i32 = 0
    while at < n:
        b = load_u8(s, 16 + at)
        if b == 39:
            single = 1
        elif b == 34:
            double = 1
        elif b < 32 or b == 92 or b >= 127:
            plain = 0
        at += 1
    if single and not double:
        quote = 34
    elif single:
        plain = 0
    if plain:
        r = new_text(n + 2, n + 2)
        store_u8(r, quote, 16)
        memory_copy(addr(r) + 17, addr(s) + 16, n)
        store_u8(r, quote, 17 + n)
        return r
    out = TextBuilder()
    out.byte(quote)
    at = 0
    while at < n:
        c = point_at(s, at)
        at += point_size(c)
        if c == quote or c == 92:
            out.byte(92)
            out.byte(c)
        elif c == 10:
            out.text('\\n')
        elif c == 13:
            out.text('\\r')
        elif c == 9:
            out.text('\\t')
        elif c >= 32 and c < 127:
            out.byte(c)
        elif c < 127 or c == 127:
            out.text('\\x')
            put_hex(out, c, 2)
        elif not ascii_only and is_printable_point(c):
            out.point(c)
        elif c < 256:
            out.text('\\x')
            put_hex(out, c, 2)
        elif c < 65536:
            out.text('\\u')
            put_hex(out, c, 4)
        else:
            out.text('\\U')
            put_hex(out, c, 8)
    out.byte(quote)
    return out.take()


def put_hex(out: TextBuilder, c: i32, width: i32) -> None:
    while width:
        width -= 1
        d = shr_u(c, width * 4) & 15
        out.byte(d + 48 if d < 10 else d + 87)
