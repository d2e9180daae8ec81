# molt: intrinsics
# bytes: the layout of str (length at 8, bytes from 16) without the meaning. bytearray is in bytearray.py.

from typing import overload
from molt.intrinsics import addr, i32, i64, load_i32, load_u8, memory_copy, shr_u, store_i32, store_u8, word


class bytes:
    @overload
    @staticmethod
    def _make() -> 'bytes':
        return b''

    @overload
    @staticmethod
    def _make(text: str, encoding: str, errors: str = 'strict') -> 'bytes':
        return encode_text(text, encoding, errors)

    @overload
    @staticmethod
    def _make(count: int) -> 'bytes':
        if count < 0:
            raise_value_error('negative count')
        return new_bytes(repeat_count(count, 1))

    @overload
    @staticmethod
    def _make(source: 'bytes') -> 'bytes':
        return source

    @overload
    @staticmethod
    def _make(source) -> 'bytes':
        return bytes_from(source)

    def __len__(self) -> int:
        return int(load_i32(self, 8))

    def __bool__(self) -> bool:
        return load_i32(self, 8) != 0

    def __bytes__(self) -> 'bytes':
        return self

    def __getitem__(self, i: int) -> int:
        k = checked_index(i, load_i32(self, 8))
        if k < 0:
            raise_index_error(4, i)
        return int(load_u8(self, 16 + k))

    def __getslice__(self, start, stop, step) -> 'bytes':
        n = load_i32(self, 8)
        if step is None:
            return bytes_range(self, slice_low(start, n), slice_high(stop, n))
        by = slice_step(step)
        low = stepped_start(start, n, by)
        count = stepped_count(low, stepped_stop(stop, n, by), by)
        r = new_bytes(count)
        k: i32 = 0
        while k < count:
            store_u8(r, load_u8(self, 16 + low + k * by), 16 + k)
            k += 1
        return r

    def __iter__(self) -> 'bytes_iterator':
        return bytes_iterator(self)

    def __hash__(self) -> i64:
        h = load_i32(self, 4)
        if h == 0 and load_i32(self, 8) != 0:
            h = bytes_hash(addr(self) + 16, load_i32(self, 8))
            store_i32(self, h, 4)
        return i64(h)

    def __eq__(self, other: 'bytes') -> bool:
        n = load_i32(self, 8)
        return n == load_i32(other, 8) and equal_bytes(addr(self) + 16, addr(other) + 16, n)

    def __ne__(self, other: 'bytes') -> bool:
        return not self == other

    def __lt__(self, other: 'bytes') -> bool:
        return compare_bytes(addr(self) + 16, load_i32(self, 8), addr(other) + 16, load_i32(other, 8)) < 0

    def __le__(self, other: 'bytes') -> bool:
        return compare_bytes(addr(self) + 16, load_i32(self, 8), addr(other) + 16, load_i32(other, 8)) <= 0

    def __gt__(self, other: 'bytes') -> bool:
        return compare_bytes(addr(self) + 16, load_i32(self, 8), addr(other) + 16, load_i32(other, 8)) > 0

    def __ge__(self, other: 'bytes') -> bool:
        return compare_bytes(addr(self) + 16, load_i32(self, 8), addr(other) + 16, load_i32(other, 8)) >= 0

    def __add__(self, other: 'bytes') -> 'bytes':
        n = load_i32(self, 8)
        m = load_i32(other, 8)
        if i64(n) + i64(m) > 2147483000:
            raise_memory_error()
        r = new_bytes(n + m)
        memory_copy(addr(r) + 16, addr(self) + 16, n)
        memory_copy(addr(r) + 16 + n, addr(other) + 16, m)
        return r

    def __mul__(self, times: int) -> 'bytes':
        n = load_i32(self, 8)
        count = repeat_count(times, n)
        r = new_bytes(n * count)
        k: i32 = 0
        while k < count:
            memory_copy(addr(r) + 16 + k * n, addr(self) + 16, n)
            k += 1
        return r

    def __rmul__(self, times: int) -> 'bytes':
        return self * times

    @overload
    def __contains__(self, needle: 'bytes') -> bool:
        return bytes_find(self, needle, 0, load_i32(self, 8)) >= 0

    @overload
    def __contains__(self, byte: int) -> bool:
        if byte < 0 or byte > 255:
            raise_value_error('byte must be in range(0, 256)')
        b = i32(word(byte))
        k: i32 = 0
        while k < load_i32(self, 8):
            if load_u8(self, 16 + k) == b:
                return True
            k += 1
        return False

    def __repr__(self) -> str:
        return bytes_repr(self)

    def __str__(self) -> str:
        return bytes_repr(self)

    def decode(self, encoding: str = 'utf-8', errors: str = 'strict') -> str:
        return decode_bytes(self, encoding, errors)

    @overload
    def hex(self, sep: str) -> str:
        parts: list[str] = []
        k: i32 = 0
        while k < load_i32(self, 8):
            parts.append(bytes_range(self, k, k + 1).hex())
            k += 1
        return sep.join(parts)

    @overload
    def hex(self) -> str:
        n = load_i32(self, 8)
        r = new_text_checked(i64(n) * 2, i64(n) * 2)
        k: i32 = 0
        while k < n:
            b = load_u8(self, 16 + k)
            high = shr_u(b, 4)
            low = b & 15
            store_u8(r, high + 48 if high < 10 else high + 87, 16 + k * 2)
            store_u8(r, low + 48 if low < 10 else low + 87, 17 + k * 2)
            k += 1
        return r

    @staticmethod
    def fromhex(text: str) -> 'bytes':
        return bytes_from_hex(text)

    def find(self, sub: 'bytes', start=None, end=None) -> int:
        n = load_i32(self, 8)
        low = search_low(start, n)
        return -1 if low > n else int(bytes_find(self, sub, low, search_high(end, n)))

    def rfind(self, sub: 'bytes', start=None, end=None) -> int:
        n = load_i32(self, 8)
        low = search_low(start, n)
        at = search_high(end, n) - load_i32(sub, 8)
        while at >= low:
            if equal_bytes(addr(self) + 16 + at, addr(sub) + 16, load_i32(sub, 8)):
                return int(at)
            at -= 1
        return -1

    def index(self, sub: 'bytes', start=None, end=None) -> int:
        at = self.find(sub, start, end)
        if at < 0:
            raise_value_error('subsection not found')
        return at

    def count(self, sub: 'bytes') -> int:
        n = load_i32(self, 8)
        width = load_i32(sub, 8)
        if width == 0:
            return int(n + 1)
        found: i32 = 0
        at = bytes_find(self, sub, 0, n)
        while at >= 0:
            found += 1
            at = bytes_find(self, sub, at + width, n)
        return int(found)

    def startswith(self, prefix: 'bytes') -> bool:
        n = load_i32(prefix, 8)
        return n <= load_i32(self, 8) and equal_bytes(addr(self) + 16, addr(prefix) + 16, n)

    def endswith(self, suffix: 'bytes') -> bool:
        n = load_i32(suffix, 8)
        at = load_i32(self, 8) - n
        return at >= 0 and equal_bytes(addr(self) + 16 + at, addr(suffix) + 16, n)

    def split(self, sep: 'bytes | None' = None, maxsplit: int = -1) -> 'list[bytes]':
        return bytes_split(self, sep, split_limit(maxsplit))

    def join(self, items) -> 'bytes':
        out = TextBuilder()
        first = True
        for item in items:
            if not first:
                out.bytes(addr(self) + 16, load_i32(self, 8))
            first = False
            out.bytes(addr(item) + 16, load_i32(item, 8))
        return out.take_bytes()

    def replace(self, old: 'bytes', new: 'bytes') -> 'bytes':
        n = load_i32(self, 8)
        width = load_i32(old, 8)
        out = TextBuilder()
        at: i32 = 0
        while width:
            there = bytes_find(self, old, at, n)
            if there < 0:
                break
            out.bytes(addr(self) + 16 + at, there - at)
            out.bytes(addr(new) + 16, load_i32(new, 8))
            at = there + width
        out.bytes(addr(self) + 16 + at, n - at)
        return out.take_bytes()

    def strip(self, chars: 'bytes | None' = None) -> 'bytes':
        return bytes_strip(self, chars, 3)

    def lstrip(self, chars: 'bytes | None' = None) -> 'bytes':
        return bytes_strip(self, chars, 1)

    def rstrip(self, chars: 'bytes | None' = None) -> 'bytes':
        return bytes_strip(self, chars, 2)

    def partition(self, sep: 'bytes') -> 'tuple[bytes, bytes, bytes]':
        n = load_i32(self, 8)
        at = bytes_find(self, sep, 0, n)
        if load_i32(sep, 8) == 0:
            raise_value_error('empty separator')
        if at < 0:
            return self, b'', b''
        return bytes_range(self, 0, at), sep, bytes_range(self, at + load_i32(sep, 8), n)

    def ljust(self, width: int, fill: 'bytes' = b' ') -> 'bytes':
        pad = int(load_i32(self, 8))
        return self + fill * (width - pad)

    def rjust(self, width: int, fill: 'bytes' = b' ') -> 'bytes':
        pad = int(load_i32(self, 8))
        return fill * (width - pad) + self

    def center(self, width: int, fill: 'bytes' = b' ') -> 'bytes':
        pad = width - int(load_i32(self, 8))
        if pad <= 0:
            return self
        left = pad // 2 + (pad & width & 1)
        return fill * left + self + fill * (pad - left)

    def zfill(self, width: int) -> 'bytes':
        pad = width - int(load_i32(self, 8))
        if pad <= 0:
            return self
        if load_i32(self, 8) and (load_u8(self, 16) == 45 or load_u8(self, 16) == 43):
            return bytes_range(self, 0, 1) + b'0' * pad + bytes_range(self, 1, load_i32(self, 8))
        return b'0' * pad + self

    def removeprefix(self, prefix: 'bytes') -> 'bytes':
        return bytes_range(self, load_i32(prefix, 8), load_i32(self, 8)) if self.startswith(prefix) else self

    def removesuffix(self, suffix: 'bytes') -> 'bytes':
        return bytes_range(self, 0, load_i32(self, 8) - load_i32(suffix, 8)) if self.endswith(suffix) else self

    def isdigit(self) -> bool:
        k: i32 = 0
        while k < load_i32(self, 8):
            if not is_ascii_digit(load_u8(self, 16 + k)):
                return False
            k += 1
        return k != 0

    def isalpha(self) -> bool:
        k: i32 = 0
        while k < load_i32(self, 8):
            if not is_ascii_letter(load_u8(self, 16 + k)):
                return False
            k += 1
        return k != 0

    def lower(self) -> 'bytes':
        n = load_i32(self, 8)
        r = new_bytes(n)
        k: i32 = 0
        while k < n:
            store_u8(r, ascii_lower(load_u8(self, 16 + k)), 16 + k)
            k += 1
        return r

    def upper(self) -> 'bytes':
        n = load_i32(self, 8)
        r = new_bytes(n)
        k: i32 = 0
        while k < n:
            store_u8(r, ascii_upper(load_u8(self, 16 + k)), 16 + k)
            k += 1
        return r


class bytes_iterator:
    _bytes: bytes
    _at: i32
    _value: int

    def __init__(self, data: bytes) -> None:
        self._bytes = data

    def _advance(self) -> bool:
        k = self._at
        if k >= load_i32(self._bytes, 8):
            return False
        self._value = int(load_u8(self._bytes, 16 + k))
        self._at = k + 1
        return True

    def __iter__(self) -> 'bytes_iterator':
        return self

    def __next__(self) -> int:
        if not self._advance():
            raise_stop_iteration()
        return self._value
