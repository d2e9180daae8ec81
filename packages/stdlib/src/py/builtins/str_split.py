# molt: intrinsics
# Splitting and stripping. Blanks are Unicode's, as in CPython; bytes below 128 are decided without decoding.

from molt.intrinsics import i32, is_small, load_u8, word


# str.isspace for one code point.
def is_space_point(c: i32) -> bool:
    if c < 128:
        return c == 32 or c >= 9 and c <= 13 or c >= 28 and c <= 31
    if c < 5760:
        return c == 133 or c == 160
    return c == 5760 or c >= 8192 and c <= 8202 or c == 8232 or c == 8233 or c == 8239 or c == 8287 or c == 12288


# First byte offset at or after `at` whose character is (want = True) or is not (False) a blank; the length when there is none.
def next_space(s: str, at: i32, want: bool) -> i32:
    n = byte_len(s)
    while at < n:
        c = load_u8(s, 16 + at)
        width: i32 = 1
        if c >= 128:
            c = point_at(s, at)
            width = point_size(c)
        if is_space_point(c) == want:
            return at
        at += width
    return n


# End of the last character before `at` that is (or is not) a blank; 0 when there is none.
def prev_space(s: str, at: i32, want: bool) -> i32:
    while at > 0:
        start = at - 1
        while load_u8(s, 16 + start) & 192 == 128:
            start -= 1
        if is_space_point(point_at(s, start)) == want:
            return at
        at = start
    return 0


def split_limit(maxsplit: int) -> i32:
    if is_small(maxsplit) and word(maxsplit) >= 0 and word(maxsplit) < 2147483647:
        return i32(word(maxsplit))
    return 2147483647


def split_spaces(s: str, maxsplit: int) -> 'list[str]':
    limit = split_limit(maxsplit)
    parts: list[str] = []
    n = byte_len(s)
    at = next_space(s, 0, False)
    while at < n:
        if limit == 0:
            parts.append(text_range(s, at, n))
            return parts
        limit -= 1
        end = next_space(s, at, True)
        parts.append(text_range(s, at, end))
        at = next_space(s, end, False)
    return parts


def rsplit_spaces(s: str, maxsplit: int) -> 'list[str]':
    limit = split_limit(maxsplit)
    parts: list[str] = []
    end = prev_space(s, byte_len(s), False)
    while end > 0:
        if limit == 0:
            parts.append(text_range(s, 0, end))
            break
        limit -= 1
        start = prev_space(s, end, True)
        parts.append(text_range(s, start, end))
        end = prev_space(s, start, False)
    parts.reverse()
    return parts


def split_on(s: str, sep: str, maxsplit: int) -> 'list[str]':
    width = byte_len(sep)
    if width == 0:
        raise_value_error('empty separator')
    limit = split_limit(maxsplit)
    parts: list[str] = []
    n = byte_len(s)
    start: i32 = 0
    while limit:
        at = find_bytes(s, sep, start, n)
        if at < 0:
            break
        parts.append(text_range(s, start, at))
        start = at + width
        limit -= 1
    parts.append(text_range(s, start, n))
    return parts


def rsplit_on(s: str, sep: str, maxsplit: int) -> 'list[str]':
    width = byte_len(sep)
    if width == 0:
        raise_value_error('empty separator')
    limit = split_limit(maxsplit)
    parts: list[str] = []
    end = byte_len(s)
    while limit:
        at = rfind_bytes(s, sep, 0, end)
        if at < 0:
            break
        parts.append(text_range(s, at + width, end))
        end = at
        limit -= 1
    parts.append(text_range(s, 0, end))
    parts.reverse()
    return parts


# Line ends of str.splitlines: \n \r \r\n \v \f \x1c-\x1e \x85 U+2028 U+2029.
def is_line_end(c: i32) -> bool:
    return c >= 10 and c <= 13 or c >= 28 and c <= 30 or c == 133 or c == 8232 or c == 8233


def split_lines(s: str, keepends: bool) -> 'list[str]':
    lines: list[str] = []
    n = byte_len(s)
    start: i32 = 0
    at: i32 = 0
    while at < n:
        c = point_at(s, at)
        end = at
        at += point_size(c)
        if is_line_end(c):
            if c == 13 and at < n and load_u8(s, 16 + at) == 10:
                at += 1
            lines.append(text_range(s, start, at if keepends else end))
            start = at
    if start < n:
        lines.append(text_range(s, start, n))
    return lines


# sides: 1 left, 2 right, 3 both.
def strip_text(s: str, chars: 'str | None', sides: i32) -> str:
    start: i32 = 0
    end = byte_len(s)
    if chars is None:
        if sides & 1:
            start = next_space(s, 0, False)
        if sides & 2 and start < end:
            end = prev_space(s, end, False)
        return text_range(s, start, end)
    if sides & 1:
        while start < end and has_point(chars, point_at(s, start)):
            start += sequence_len(load_u8(s, 16 + start))
    if sides & 2:
        while end > start:
            last = end - 1
            while load_u8(s, 16 + last) & 192 == 128:
                last -= 1
            if not has_point(chars, point_at(s, last)):
                break
            end = last
    return text_range(s, start, end)


def has_point(chars: str, c: i32) -> bool:
    at: i32 = 0
    while at < byte_len(chars):
        d = point_at(chars, at)
        if d == c:
            return True
        at += point_size(d)
    return False
