# molt: intrinsics
# Grows a string piece by piece (repr of containers, json, format): amortised appends to one raw buffer.

from molt.intrinsics import addr, i32, memory_copy, noinline, raw_buffer, ref, store_u8


class TextBuilder:
    _data: ref
    _len: i32
    _cap: i32
    _points: i32

    def __init__(self) -> None:
        self._data = raw_buffer(56)
        self._cap = 56

    @noinline
    def _grow(self, extra: i32) -> None:
        cap = self._cap * 2
        if cap < self._len + extra:
            cap = (self._len + extra + 15) & -8
        if cap < 0:
            raise_memory_error()
        data = raw_buffer(cap)
        memory_copy(addr(data) + 8, addr(self._data) + 8, self._len)
        self._data = data
        self._cap = cap

    def text(self, s: str) -> None:
        n = byte_len(s)
        if n > self._cap - self._len:
            self._grow(n)
        memory_copy(addr(self._data) + 8 + self._len, addr(s) + 16, n)
        self._len += n
        self._points += point_len(s)

    # Part of a string by byte offsets.
    def part(self, s: str, start: i32, end: i32) -> None:
        n = end - start
        if n <= 0:
            return
        if n > self._cap - self._len:
            self._grow(n)
        to = addr(self._data) + 8 + self._len
        memory_copy(to, addr(s) + 16 + start, n)
        self._len += n
        self._points += n if is_ascii_text(s) else count_points(to, to + n)

    # One ASCII character.
    def byte(self, b: i32) -> None:
        if self._len == self._cap:
            self._grow(1)
        store_u8(self._data, b, 8 + self._len)
        self._len += 1
        self._points += 1

    def point(self, c: i32) -> None:
        if self._cap - self._len < 4:
            self._grow(4)
        self._len += put_point(addr(self._data) + 8 + self._len, c)
        self._points += 1

    # The same character several times.
    def fill(self, c: i32, count: i32) -> None:
        while count > 0:
            self.point(c)
            count -= 1

    # Raw bytes from anywhere; the caller accounts for code points when the result is to be text.
    def bytes(self, p: i32, n: i32) -> None:
        if n > self._cap - self._len:
            self._grow(n)
        memory_copy(addr(self._data) + 8 + self._len, p, n)
        self._len += n

    def take_bytes(self) -> bytes:
        n = self._len
        b = new_bytes(n)
        memory_copy(addr(b) + 16, addr(self._data) + 8, n)
        return b

    def take(self) -> str:
        n = self._len
        s = new_text(n, self._points)
        memory_copy(addr(s) + 16, addr(self._data) + 8, n)
        return s
