# molt: intrinsics
# Reads the Molt MessagePack profile from a memory range and refuses every other way of writing the same value: lengths and ints
# in their shortest form, doubles only, well-formed UTF-8. Lengths are compared with the bytes that are left before anything is
# allocated, and nesting is bounded. Errors carry the offset and what was expected.

from molt.intrinsics import addr, f64_from_bits, gt_u, i32, i64, i64_u, load_u8, lt_u, memory_copy, noinline, ref

MAX_DEPTH: i32 = 64


class DecodeError(ValueError):
    offset: int
    what: str

    def __init__(self, offset: int, what: str) -> None:
        self.offset = offset
        self.what = what
        self.args = vals_of((what + ' at byte ' + str(offset),))


class PackReader:
    _owner: ref
    _start: i32
    _at: i32
    _end: i32
    _depth: i32

    # `owner` keeps the memory of the range alive.
    def __init__(self, owner: ref, start: i32, size: i32) -> None:
        self._owner = owner
        self._start = start
        self._at = start
        self._end = start + size

    @noinline
    def fail(self, what: str) -> None:
        raise DecodeError(int(self._at - self._start), what)

    # The next byte without taking it; -1 at the end.
    def peek(self) -> i32:
        return load_u8(self._at) if lt_u(self._at, self._end) else -1

    def end(self) -> None:
        if self._at != self._end:
            self.fail('bytes after the value')

    def _need(self, n: i32) -> None:
        if gt_u(n, self._end - self._at):
            self.fail('message ends early')

    # The big-endian number in the next `size` bytes.
    def _word(self, size: i32) -> i64:
        self._need(size)
        w: i64 = 0
        p = self._at
        while size:
            w = w << 8 | i64_u(load_u8(p))
            p += 1
            size -= 1
        self._at = p
        return w

    def try_nil(self) -> bool:
        if self.peek() != 192:
            return False
        self._at += 1
        return True

    def nil(self) -> None:
        if not self.try_nil():
            self.fail('expected nil')

    def bool(self) -> bool:
        b = self.peek()
        if b != 194 and b != 195:
            self.fail('expected bool')
        self._at += 1
        return b == 195

    def int(self) -> int:
        b = self.peek()
        if b >= 0 and b < 128:
            self._at += 1
            return int(b)
        if b >= 224:
            self._at += 1
            return int(b - 256)
        if b < 204 or b > 211:
            self.fail('expected int')
        self._at += 1
        if b <= 207:
            size: i32 = 1 << b - 204
            w = self._word(size)
            least: i64 = 128
            if size > 1:
                least = i64(1) << i64(size * 4)
            if lt_u(w, least):
                self._at -= size + 1
                self.fail('int not in its shortest form')
            return int_from_u64(w)
        size = 1 << b - 208
        w = self._word(size)
        bits = i64(64 - size * 8)
        w = w << bits >> bits
        limit: i64 = -32
        if size > 1:
            limit = i64(-1) << i64(size * 4 - 1)
        if w >= limit:
            self._at -= size + 1
            self.fail('int not in its shortest form')
        return int_from_i64(w)

    def float(self) -> float:
        if self.peek() != 203:
            self.fail('expected float')
        self._at += 1
        w = self._word(8)
        x = f64_from_bits(w)
        if x != x and w != 9221120237041090560:
            self._at -= 9
            self.fail('NaN not in its one form')
        return x

    # The length behind a head byte of 8, 16 or 32 bits; `least` is the smallest length that needs the form.
    def _sized(self, first: i32, b: i32, least: i32) -> i32:
        size: i32 = 1 << b - first
        self._at += 1
        w = self._word(size)
        if w < i64(least) or size > 1 and w < i64(1) << i64(size * 4):
            self._at -= size + 1
            self.fail('length not in its shortest form')
        if w > 2147483000:
            self.fail('message ends early')
        return i32(w)

    def str(self) -> str:
        b = self.peek()
        n: i32 = 0
        if b >= 160 and b < 192:
            n = b & 31
            self._at += 1
        elif b >= 217 and b <= 219:
            n = self._sized(217, b, 32)
        else:
            self.fail('expected str')
        self._need(n)
        if invalid_utf8(self._at, n) >= 0:
            self.fail('str is not UTF-8')
        s = text_of(self._at, n)
        self._at += n
        return s

    def bin(self) -> bytes:
        b = self.peek()
        if b < 196 or b > 198:
            self.fail('expected bin')
        n = self._sized(196, b, 0)
        self._need(n)
        r = new_bytes(n)
        memory_copy(addr(r) + 16, self._at, n)
        self._at += n
        return r

    # The number of items of an array; every item takes at least one byte, so more than are left is refused here.
    def array(self) -> i32:
        b = self.peek()
        n: i32 = 0
        if b >= 144 and b < 160:
            n = b & 15
            self._at += 1
        elif b == 220 or b == 221:
            n = self._wide(b - 220)
        else:
            self.fail('expected array')
        self._need(n)
        self._enter()
        return n

    # The number of members of a map.
    def map(self) -> i32:
        b = self.peek()
        n: i32 = 0
        if b >= 128 and b < 144:
            n = b & 15
            self._at += 1
        elif b == 222 or b == 223:
            n = self._wide(b - 222)
        else:
            self.fail('expected map')
        if n > 1073741823:
            self.fail('message ends early')
        self._need(n * 2)
        self._enter()
        return n

    # A container length of 16 or 32 bits.
    def _wide(self, form: i32) -> i32:
        self._at += 1
        w = self._word(4 if form else 2)
        if w < 16 or form and w < 65536:
            self._at -= 5 if form else 3
            self.fail('length not in its shortest form')
        if w > 2147483000:
            self.fail('message ends early')
        return i32(w)

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.fail('nested too deeply')

    # After the last item of an array or map.
    def leave(self) -> None:
        self._depth -= 1
