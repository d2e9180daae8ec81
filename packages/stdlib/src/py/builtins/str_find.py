# molt: intrinsics
# Searching in strings. Byte offsets inside, code point indices outside; UTF-8 makes a byte match a text match.
# The search looks for the first byte with a word-at-a-time skip, then compares; good for the short needles of programs.

from molt.intrinsics import addr, i32, is_small, load_u8, word


def has_bytes_at(s: str, part: str, at: i32) -> bool:
    n = byte_len(part)
    if at < 0 or at + n > byte_len(s):
        return False
    return equal_bytes(addr(s) + 16 + at, addr(part) + 16, n)


# Byte offset of the first occurrence in bytes [start, end), or -1.
def find_bytes(s: str, needle: str, start: i32, end: i32) -> i32:
    n = byte_len(needle)
    if n == 0:
        return start if start <= end else -1
    first = load_u8(needle, 16)
    at = start
    last = end - n
    if n == 1:
        while at <= last:
            if load_u8(s, 16 + at) == first:
                return at
            at += 1
        return -1
    final = load_u8(needle, 15 + n)
    while at <= last:
        if load_u8(s, 16 + at) == first and load_u8(s, 15 + n + at) == final:
            if equal_bytes(addr(s) + 16 + at, addr(needle) + 16, n):
                return at
        at += 1
    return -1


def rfind_bytes(s: str, needle: str, start: i32, end: i32) -> i32:
    n = byte_len(needle)
    at = end - n
    while at >= start:
        if equal_bytes(addr(s) + 16 + at, addr(needle) + 16, n):
            return at
        at -= 1
    return -1


# The code point bounds low and high come from search_low and search_high; low may lie beyond the end.
def find_in(s: str, sub: str, low: i32, high: i32) -> int:
    if low > high:
        return -1
    at = find_bytes(s, sub, byte_offset(s, low), byte_offset(s, high))
    if at < 0:
        return -1
    return int(point_index(s, at))


def rfind_in(s: str, sub: str, low: i32, high: i32) -> int:
    if low > high:
        return -1
    at = rfind_bytes(s, sub, byte_offset(s, low), byte_offset(s, high))
    if at < 0:
        return -1
    return int(point_index(s, at))


def count_in(s: str, sub: str, low: i32, high: i32) -> int:
    if low > high:
        return 0
    n = byte_len(sub)
    if n == 0:
        return int(high - low + 1)
    at = byte_offset(s, low)
    end = byte_offset(s, high)
    found: i32 = 0
    while True:
        at = find_bytes(s, sub, at, end)
        if at < 0:
            return int(found)
        found += 1
        at += n


# A prefix may be a tuple of prefixes.
def starts_with(s: str, prefix, low: i32, high: i32) -> bool:
    if isinstance(prefix, str):
        if low > high:
            return False
        at = byte_offset(s, low)
        return at + byte_len(prefix) <= byte_offset(s, high) and has_bytes_at(s, prefix, at)
    for one in prefix:
        if starts_with(s, one, low, high):
            return True
    return False


def ends_with(s: str, suffix, low: i32, high: i32) -> bool:
    if isinstance(suffix, str):
        if low > high:
            return False
        at = byte_offset(s, high) - byte_len(suffix)
        return at >= byte_offset(s, low) and has_bytes_at(s, suffix, at)
    for one in suffix:
        if ends_with(s, one, low, high):
            return True
    return False


def replace_text(s: str, old: str, new: str, count: int) -> str:
    limit: i32 = 2147483647
    if is_small(count) and word(count) >= 0 and word(count) < 2147483647:
        limit = i32(word(count))
    if limit == 0:
        return s
    n = byte_len(old)
    if n == 0:
        return interleave(s, new, limit)
    at = find_bytes(s, old, 0, byte_len(s))
    if at < 0:
        return s
    out = TextBuilder()
    start: i32 = 0
    while at >= 0 and limit:
        out.part(s, start, at)
        out.text(new)
        start = at + n
        limit -= 1
        at = find_bytes(s, old, start, byte_len(s))
    out.part(s, start, byte_len(s))
    return out.take()


# Replacement of the empty string: before every character and at the end.
def interleave(s: str, new: str, limit: i32) -> str:
    out = TextBuilder()
    at: i32 = 0
    while at < byte_len(s) and limit:
        out.text(new)
        limit -= 1
        n = sequence_len(load_u8(s, 16 + at))
        out.part(s, at, at + n)
        at += n
    if limit:
        out.text(new)
    out.part(s, at, byte_len(s))
    return out.take()
