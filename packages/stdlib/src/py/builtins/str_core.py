# molt: intrinsics
# Comparison, hashing, repetition, stepped slices, joining and padding of strings.

from molt.intrinsics import (
    CELL_HASH_KEY, addr, i32, i64, i64_u, inline, is_small, load_i64, load_u8, memory_copy, memory_fill, noinline, rem_s, shr_u,
    store_i32, store_u8, to_val, type_name, val, word,
)


def compare_text(a: str, b: str) -> i32:
    return compare_bytes(addr(a) + 16, byte_len(a), addr(b) + 16, byte_len(b))


# Multiply-xorshift over 8-byte words, keyed so that colliding inputs cannot be prepared. Cached in the header; never 0 there.
@noinline
def text_hash(s: str) -> i32:
    n = byte_len(s)
    if n == 0:
        return 0
    h = bytes_hash(addr(s) + 16, n)
    store_i32(s, h, 4)
    return h


def bytes_hash(p: i32, n: i32) -> i32:
    h = load_i64(CELL_HASH_KEY) ^ i64(n) * -7046029254386353131
    end = p + n
    while end - p >= 8:
        h = (h ^ load_i64(p)) * -4417276706812531889
        h ^= shr_u(h, 32)
        p += 8
    tail: i64 = 0
    while p != end:
        tail = tail << 8 | i64_u(load_u8(p))
        p += 1
    h = (h ^ tail) * -4417276706812531889
    h ^= shr_u(h, 29)
    h = h * -7046029254386353131
    folded = i32(shr_u(h, 32))
    # 0 marks "not computed", -1 is no hash value.
    if folded == 0 or folded == -1:
        return 2
    return folded


def repeat_text(s: str, times: int) -> str:
    n = byte_len(s)
    count = repeat_count(times, n)
    if count == 0:
        return ''
    if count == 1:
        return s
    total = n * count
    r = new_text(total, point_len(s) * count)
    to = addr(r) + 16
    if n == 1:
        memory_fill(to, load_u8(s, 16), total)
        return r
    memory_copy(to, addr(s) + 16, n)
    done = n
    while done < total:
        # Doubles what is there already.
        step = done if done <= total - done else total - done
        memory_copy(to + done, to, step)
        done += step
    return r


def stepped_text(s: str, start: i32, step: i32, count: i32) -> str:
    if count == 0:
        return ''
    if is_ascii_text(s):
        r = new_text(count, count)
        k: i32 = 0
        while k < count:
            store_u8(r, load_u8(s, 16 + start + k * step), 16 + k)
            k += 1
        return r
    out = TextBuilder()
    at = byte_offset(s, start)
    while True:
        out.point(point_at(s, at))
        count -= 1
        if count == 0:
            return out.take()
        move = step
        while move > 0:
            at += sequence_len(load_u8(s, 16 + at))
            move -= 1
        while move < 0:
            at -= 1
            while load_u8(s, 16 + at) & 192 == 128:
                at -= 1
            move += 1


def join_list(sep: str, items) -> str:
    n: i32 = items._len
    if n == 0:
        return ''
    if n == 1:
        return text_item(items, 0)
    total = i64(byte_len(sep)) * i64(n - 1)
    points = i64(point_len(sep)) * i64(n - 1)
    k: i32 = 0
    while k < n:
        item = text_item(items, k)
        total += i64(byte_len(item))
        points += i64(point_len(item))
        k += 1
    r = new_text_checked(total, points)
    to = addr(r) + 16
    between = byte_len(sep)
    k = 0
    while k < n:
        if k and between:
            memory_copy(to, addr(sep) + 16, between)
            to += between
        item = text_item(items, k)
        memory_copy(to, addr(item) + 16, byte_len(item))
        to += byte_len(item)
        k += 1
    return r


# Items that are not known to be strings (list of values) are tested one by one.
@inline
def text_item(items, k: i32) -> str:
    item = items._item(k)
    if isinstance(item, str):
        return item
    raise TypeError('sequence item ' + str(int(k)) + ': expected str instance, ' + type_name(item) + ' found')


# Code points missing to a width.
def pad_width(s: str, width: int) -> i32:
    if not is_small(width):
        if width < 0:
            return 0
        raise_overflow_error('Python int too large to convert to C ssize_t')
    missing = word(width) - i64(point_len(s))
    if missing <= 0:
        return 0
    if missing > 536870000:
        raise_memory_error()
    return i32(missing)


def pad_point(fillchar: str) -> i32:
    if point_len(fillchar) != 1:
        raise_type_error('The fill character must be exactly one character long')
    return point_at(fillchar, 0)


def pad_text(s: str, left: i32, right: i32, fill: i32) -> str:
    if left + right == 0:
        return s
    width = point_size(fill)
    n = byte_len(s)
    r = new_text_checked(i64(n) + i64(left + right) * i64(width), i64(point_len(s) + left + right))
    to = fill_points(addr(r) + 16, fill, left)
    memory_copy(to, addr(s) + 16, n)
    fill_points(to + n, fill, right)
    return r


# Writes a code point several times; the address after the last.
def fill_points(to: i32, fill: i32, count: i32) -> i32:
    if fill < 128:
        memory_fill(to, fill, count)
        return to + count
    while count > 0:
        to += put_point(to, fill)
        count -= 1
    return to


def zero_fill(s: str, pad: i32) -> str:
    if pad == 0:
        return s
    r = pad_text(s, pad, 0, 48)
    if byte_len(s):
        b = load_u8(s, 16)
        if b == 43 or b == 45:
            store_u8(r, b, 16)
            store_u8(r, 48, 16 + pad)
    return r


def expand_tabs(s: str, tabsize: int) -> str:
    size = i32(word(tabsize)) if is_small(tabsize) else 8
    out = TextBuilder()
    column: i32 = 0
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        at += point_size(c)
        if c == 9:
            if size > 0:
                blanks = size - rem_s(column, size)
                out.fill(32, blanks)
                column += blanks
        else:
            out.point(c)
            column += 1
            if c == 10 or c == 13:
                column = 0
    return out.take()


def translate_text(s: str, table) -> str:
    out = TextBuilder()
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        at += point_size(c)
        if int(c) in table:
            to = table[int(c)]
            if isinstance(to, str):
                out.text(to)
            elif isinstance(to, int):
                out.point(i32(word(to)))
            elif to is not None:
                raise TypeError('character mapping must return integer, None or str')
        else:
            out.point(c)
    return out.take()


def make_translation(x, y, z) -> 'dict[int, val]':
    table: dict[int, val] = {}
    if y is None:
        for key, value in x.items():
            if isinstance(key, str):
                if len(key) != 1:
                    raise ValueError('string keys in translate table must be of length 1')
                table[ord(key)] = to_val(value)
            else:
                table[key] = to_val(value)
        return table
    if len(x) != len(y):
        raise ValueError('the first two maketrans arguments must have equal length')
    for a, b in zip(x, y):
        table[ord(a)] = to_val(ord(b))
    if z is not None:
        for c in z:
            table[ord(c)] = to_val(None)
    return table
