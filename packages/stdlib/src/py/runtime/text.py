# molt: intrinsics
# Raw construction and walking of strings: UTF-8 bytes from offset 16, byte length at 8, code points at 12.
# Equal lengths mean ASCII, which is what makes indexing and slicing direct.

from molt.intrinsics import (
    TYPE_BYTES, TYPE_STR, addr, cast, i32, i64, inline, load_i32, load_i64, load_u8, memory_copy, popcnt, shr_u, store_i32, store_u8,
)


def new_text(nbytes: i32, points: i32) -> str:
    r = alloc(16 + nbytes, TYPE_STR)
    store_i32(r, nbytes, 8)
    store_i32(r, points, 12)
    return cast(str, r)


# A string whose size is computed in 64 bits; refuses sizes that cannot exist before anything is allocated.
def new_text_checked(nbytes: i64, points: i64) -> str:
    if nbytes > 2147483000:
        raise_memory_error()
    return new_text(i32(nbytes), i32(points))


def new_bytes(n: i32) -> bytes:
    r = alloc(16 + n, TYPE_BYTES)
    store_i32(r, n, 8)
    store_i32(r, n, 12)
    return cast(bytes, r)


@inline
def byte_len(s: str) -> i32:
    return load_i32(s, 8)


@inline
def point_len(s: str) -> i32:
    return load_i32(s, 12)


@inline
def is_ascii_text(s: str) -> bool:
    return load_i32(s, 8) == load_i32(s, 12)


# Bytes of the UTF-8 sequence that starts with this byte.
@inline
def sequence_len(lead: i32) -> i32:
    if lead < 128:
        return 1
    if lead < 224:
        return 2
    if lead < 240:
        return 3
    return 4


# The code point whose sequence starts at byte `at`.
def point_at(s: str, at: i32) -> i32:
    b = load_u8(s, 16 + at)
    if b < 128:
        return b
    c = load_u8(s, 17 + at) & 63
    if b < 224:
        return (b & 31) << 6 | c
    d = load_u8(s, 18 + at) & 63
    if b < 240:
        return (b & 15) << 12 | c << 6 | d
    return (b & 7) << 18 | c << 12 | d << 6 | load_u8(s, 19 + at) & 63


@inline
def point_size(c: i32) -> i32:
    if c < 128:
        return 1
    if c < 2048:
        return 2
    if c < 65536:
        return 3
    return 4


# Writes a code point at an absolute address; the number of bytes written.
def put_point(p: i32, c: i32) -> i32:
    if c < 128:
        store_u8(p, c)
        return 1
    if c < 2048:
        store_u8(p, 192 | c >> 6)
        store_u8(p, 128 | c & 63, 1)
        return 2
    if c < 65536:
        store_u8(p, 224 | c >> 12)
        store_u8(p, 128 | c >> 6 & 63, 1)
        store_u8(p, 128 | c & 63, 2)
        return 3
    store_u8(p, 240 | c >> 18)
    store_u8(p, 128 | c >> 12 & 63, 1)
    store_u8(p, 128 | c >> 6 & 63, 2)
    store_u8(p, 128 | c & 63, 3)
    return 4


# Number of code points in a byte range: bytes that do not continue a sequence. Eight bytes at a time.
def count_points(p: i32, end: i32) -> i32:
    n: i32 = end - p
    while end - p >= 8:
        w = load_i64(p)
        p += 8
        # Continuation bytes are 10xxxxxx: bit 7 set, bit 6 clear.
        n -= i32(popcnt(shr_u(w, 7) & shr_u(~w, 6) & 72340172838076673))
    while p != end:
        if load_u8(p) & 192 == 128:
            n -= 1
        p += 1
    return n


# Byte offset of code point `index` (0 <= index <= length).
def byte_offset(s: str, index: i32) -> i32:
    if is_ascii_text(s):
        return index
    if index * 2 > point_len(s):
        # Walk from the nearer end.
        rest = point_len(s) - index
        at = byte_len(s)
        while rest:
            at -= 1
            while load_u8(s, 16 + at) & 192 == 128:
                at -= 1
            rest -= 1
        return at
    at: i32 = 0
    while index:
        at += sequence_len(load_u8(s, 16 + at))
        index -= 1
    return at


# Code point index of a byte offset.
def point_index(s: str, at: i32) -> i32:
    if is_ascii_text(s):
        return at
    p = addr(s) + 16
    return count_points(p, p + at)


# A new string with a byte range of another; whole strings are returned as they are.
def text_range(s: str, start: i32, end: i32) -> str:
    n = end - start
    if n == byte_len(s):
        return s
    if n <= 0:
        return ''
    p = addr(s) + 16 + start
    points = n if is_ascii_text(s) else count_points(p, p + n)
    r = new_text(n, points)
    memory_copy(addr(r) + 16, addr(s) + 16 + start, n)
    return r


# A string from bytes anywhere in memory that are known to be UTF-8.
def text_of(p: i32, n: i32) -> str:
    r = new_text(n, count_points(p, p + n))
    memory_copy(addr(r) + 16, p, n)
    return r


# A one-character string.
def char_text(c: i32) -> str:
    r = new_text(point_size(c), 1)
    put_point(addr(r) + 16, c)
    return r


# -1, 0, 1 by unsigned bytes; for UTF-8 this is code point order.
def compare_bytes(a: i32, n: i32, b: i32, m: i32) -> i32:
    shorter = n if n < m else m
    end = a + shorter
    while end - a >= 8 and load_i64(a) == load_i64(b):
        a += 8
        b += 8
    while a != end:
        x = load_u8(a)
        y = load_u8(b)
        if x != y:
            return -1 if x < y else 1
        a += 1
        b += 1
    if n == m:
        return 0
    return -1 if n < m else 1


def equal_bytes(a: i32, b: i32, n: i32) -> bool:
    end = a + n
    while end - a >= 8:
        if load_i64(a) != load_i64(b):
            return False
        a += 8
        b += 8
    while a != end:
        if load_u8(a) != load_u8(b):
            return False
        a += 1
        b += 1
    return True


@inline
def equal_text(a: str, b: str) -> bool:
    n = byte_len(a)
    if n != byte_len(b):
        return False
    return equal_bytes(addr(a) + 16, addr(b) + 16, n)
