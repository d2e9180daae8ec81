# molt: intrinsics
# Searching, splitting, stripping and showing bytes.

from molt.intrinsics import addr, i32, load_i32, load_u8, memory_copy, type_name, word


def bytes_range(b: bytes, start: i32, end: i32) -> bytes:
    n = end - start
    if n <= 0:
        return b''
    if n == load_i32(b, 8):
        return b
    r = new_bytes(n)
    memory_copy(addr(r) + 16, addr(b) + 16 + start, n)
    return r


def bytes_find(b: bytes, needle: bytes, start: i32, end: i32) -> i32:
    n = load_i32(needle, 8)
    if n == 0:
        return start if start <= end else -1
    first = load_u8(needle, 16)
    at = start
    while at <= end - n:
        if load_u8(b, 16 + at) == first and equal_bytes(addr(b) + 16 + at, addr(needle) + 16, n):
            return at
        at += 1
    return -1


# From an iterable of ints.
def bytes_from(source) -> bytes:
    out = TextBuilder()
    for item in source:
        if not isinstance(item, int):
            raise TypeError("'" + type_name(item) + "' object cannot be interpreted as an integer")
        if item < 0 or item > 255:
            raise_value_error('bytes must be in range(0, 256)')
        out.byte(i32(word(item)))
    return out.take_bytes()


def bytes_split(b: bytes, sep: 'bytes | None', limit: i32) -> 'list[bytes]':
    parts: list[bytes] = []
    n = load_i32(b, 8)
    at: i32 = 0
    if sep is None:
        while True:
            while at < n and is_blank(load_u8(b, 16 + at)):
                at += 1
            if at == n:
                return parts
            start = at
            if limit == 0:
                at = n
                while is_blank(load_u8(b, 15 + at)):
                    at -= 1
                parts.append(bytes_range(b, start, at))
                return parts
            limit -= 1
            while at < n and not is_blank(load_u8(b, 16 + at)):
                at += 1
            parts.append(bytes_range(b, start, at))
    width = load_i32(sep, 8)
    if width == 0:
        raise_value_error('empty separator')
    while limit:
        there = bytes_find(b, sep, at, n)
        if there < 0:
            break
        parts.append(bytes_range(b, at, there))
        at = there + width
        limit -= 1
    parts.append(bytes_range(b, at, n))
    return parts


def bytes_strip(b: bytes, chars: 'bytes | None', sides: i32) -> bytes:
    start: i32 = 0
    end = load_i32(b, 8)
    if sides & 1:
        while start < end and strips_byte(chars, load_u8(b, 16 + start)):
            start += 1
    if sides & 2:
        while end > start and strips_byte(chars, load_u8(b, 15 + end)):
            end -= 1
    return bytes_range(b, start, end)


def strips_byte(chars: 'bytes | None', c: i32) -> bool:
    if chars is None:
        return is_blank(c)
    k: i32 = 0
    while k < load_i32(chars, 8):
        if load_u8(chars, 16 + k) == c:
            return True
        k += 1
    return False


def bytes_from_hex(text: str) -> bytes:
    out = TextBuilder()
    n = byte_len(text)
    at: i32 = 0
    while at < n:
        b = load_u8(text, 16 + at)
        if is_blank(b):
            at += 1
            continue
        high = digit_value(b)
        low = digit_value(load_u8(text, 17 + at)) if at + 1 < n else 99
        if high > 15 or low > 15:
            bad = at if high > 15 else at + 1
            raise ValueError('non-hexadecimal number found in fromhex() arg at position ' + str(int(bad)))
        out.byte(high << 4 | low)
        at += 2
    return out.take_bytes()


def bytes_repr(b: bytes) -> str:
    n = load_i32(b, 8)
    quote: i32 = 39
    at: i32 = 0
    while at < n:
        c = load_u8(b, 16 + at)
        if c == 34:
            quote = 39
            break
        if c == 39:
            quote = 34
        at += 1
    out = TextBuilder()
    out.byte(98)
    out.byte(quote)
    at = 0
    while at < n:
        c = load_u8(b, 16 + at)
        if c == quote or c == 92:
            out.byte(92)
            out.byte(c)
        elif c == 9:
            out.text('\\t')
        elif c == 10:
            out.text('\\n')
        elif c == 13:
            out.text('\\r')
        elif c < 32 or c >= 127:
            out.text('\\x')
            put_hex(out, c, 2)
        else:
            out.byte(c)
        at += 1
    out.byte(quote)
    return out.take()
