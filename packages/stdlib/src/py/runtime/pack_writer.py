# molt: intrinsics
# Writes the Molt MessagePack profile: always the shortest form, always doubles, one NaN. Bytes collect in a TextBuilder.

from molt.intrinsics import addr, big, f64_bits, i32, i64, is_small, load_i32, load_i64, lt_u, noinline, shr_u, type_name, word


# A result is beyond a bound of its schema. No program catches it: it is raised after the export has returned.
class BoundError(BaseException):
    what: str

    def __init__(self, what: str) -> None:
        self.what = what


@noinline
def raise_beyond_bound(what: str) -> None:
    raise BoundError(what)


class PackWriter:
    _out: TextBuilder

    def __init__(self) -> None:
        self._out = TextBuilder()

    def take(self) -> bytes:
        return self._out.take_bytes()

    def nil(self) -> None:
        self._out.byte(192)

    def bool(self, x: bool) -> None:
        self._out.byte(195 if x else 194)

    # A head byte, then the low `size` bytes of a word, most significant first.
    def _head(self, head: i32, w: i64, size: i32) -> None:
        self._out.byte(head)
        while size:
            size -= 1
            self._out.byte(i32(shr_u(w, i64(size * 8))) & 255)

    # Ints between -2**63 and 2**64 - 1.
    def int(self, n: int) -> None:
        w: i64 = 0
        if is_small(n):
            w = word(n)
            if w < 0:
                self._negative(w)
                return
        else:
            r = big(n)
            w = load_i64(r, 12)
            count = load_i32(r, 8)
            if count == -2 and (w > 0 or w << 1 == 0):
                self._head(211, -w, 8)
                return
            if count != 2:
                raise_beyond_bound('an int of more than 64 bits')
        if w >= 0 and w < 128:
            self._out.byte(i32(w))
        elif lt_u(w, 256):
            self._head(204, w, 1)
        elif lt_u(w, 65536):
            self._head(205, w, 2)
        elif lt_u(w, i64(4294967296)):
            self._head(206, w, 4)
        else:
            self._head(207, w, 8)

    def _negative(self, w: i64) -> None:
        if w >= -32:
            self._out.byte(i32(w) & 255)
        elif w >= -128:
            self._head(208, w, 1)
        elif w >= -32768:
            self._head(209, w, 2)
        elif w >= -2147483648:
            self._head(210, w, 4)
        else:
            self._head(211, w, 8)

    def float(self, x: float) -> None:
        self._head(203, f64_bits(x) if x == x else i64(9221120237041090560), 8)

    def str(self, s: str) -> None:
        n = byte_len(s)
        if n < 32:
            self._out.byte(160 | n)
        else:
            self._length(217, n)
        self._out.bytes(addr(s) + 16, n)

    def bin(self, b: bytes) -> None:
        n = load_i32(b, 8)
        self._length(196, n)
        self._out.bytes(addr(b) + 16, n)

    # A length in one, two or four bytes; the three head bytes follow one another.
    def _length(self, head: i32, n: i32) -> None:
        if n < 256:
            self._head(head, i64(n), 1)
        elif n < 65536:
            self._head(head + 1, i64(n), 2)
        else:
            self._head(head + 2, i64(n), 4)

    def array(self, n: i32) -> None:
        if n < 16:
            self._out.byte(144 | n)
        elif n < 65536:
            self._head(220, i64(n), 2)
        else:
            self._head(221, i64(n), 4)

    def map(self, n: i32) -> None:
        if n < 16:
            self._out.byte(128 | n)
        elif n < 65536:
            self._head(222, i64(n), 2)
        else:
            self._head(223, i64(n), 4)


# The exception of a failed call: type, text, traceback, and the arguments, those that are no plain values as their repr.
def put_failure(w: PackWriter, e: BaseException) -> None:
    w.array(4)
    w.str(type_name(e))
    w.str(str(e))
    w.str(traceback_text(e))
    w.array(i32(len(e.args)))
    for x in e.args:
        if x is None:
            w.nil()
        elif isinstance(x, bool):
            w.bool(x)
        elif isinstance(x, int) and is_small(x):
            w.int(x)
        elif isinstance(x, float):
            w.float(x)
        elif isinstance(x, str):
            w.str(x)
        else:
            w.str(repr(x))
