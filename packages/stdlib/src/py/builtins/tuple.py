# molt: intrinsics
# Tuples whose length is not known at compile time. Tuples of known length are compiler objects and never reach this file,
# except through tuple(...) of an iterable and slices.

from typing import Generic, TypeVar, overload
from molt.intrinsics import addr, elem_buffer, hash_of, i32, i64, load_elem, memory_copy, ref, size_of, store_elem

T = TypeVar('T')


class vtuple(Generic[T]):
    _len: i32
    _data: ref

    # Over a buffer that holds the items already.
    def __init__(self, data: ref, n: i32) -> None:
        self._data = data
        self._len = n

    def __len__(self) -> int:
        return int(self._len)

    def __bool__(self) -> bool:
        return self._len != 0

    def __getitem__(self, i: int) -> T:
        k = checked_index(i, self._len)
        if k < 0:
            raise_index_error(2, i)
        return load_elem(T, self._data, 8 + k * size_of(T))

    def __getslice__(self, start, stop, step) -> 'vtuple[T]':
        n = self._len
        width = size_of(T)
        if step is None:
            low = slice_low(start, n)
            high = slice_high(stop, n)
            if high < low:
                high = low
            data = elem_buffer(T, high - low)
            memory_copy(addr(data) + 8, addr(self._data) + 8 + low * width, (high - low) * width)
            return vtuple[T](data, high - low)
        by = slice_step(step)
        low = stepped_start(start, n, by)
        count = stepped_count(low, stepped_stop(stop, n, by), by)
        data = elem_buffer(T, count)
        k: i32 = 0
        while k < count:
            store_elem(T, data, load_elem(T, self._data, 8 + (low + k * by) * width), 8 + k * width)
            k += 1
        return vtuple[T](data, count)

    def __iter__(self) -> 'tuple_iterator[T]':
        return tuple_iterator(self)

    def __contains__(self, x) -> bool:
        k: i32 = 0
        while k < self._len:
            y = load_elem(T, self._data, 8 + k * size_of(T))
            if y is x or y == x:
                return True
            k += 1
        return False

    def __add__(self, other: 'vtuple[T]') -> 'vtuple[T]':
        width = size_of(T)
        n = self._len
        data = elem_buffer(T, n + other._len)
        memory_copy(addr(data) + 8, addr(self._data) + 8, n * width)
        memory_copy(addr(data) + 8 + n * width, addr(other._data) + 8, other._len * width)
        return vtuple[T](data, n + other._len)

    def __mul__(self, times: int) -> 'vtuple[T]':
        width = size_of(T)
        n = self._len
        count = repeat_count(times, n * width)
        data = elem_buffer(T, n * count)
        k: i32 = 0
        while k < count:
            memory_copy(addr(data) + 8 + k * n * width, addr(self._data) + 8, n * width)
            k += 1
        return vtuple[T](data, n * count)

    def __rmul__(self, times: int) -> 'vtuple[T]':
        return self * times

    def __eq__(self, other: 'vtuple[T]') -> bool:
        n = self._len
        if n != other._len:
            return False
        k: i32 = 0
        while k < n:
            x = load_elem(T, self._data, 8 + k * size_of(T))
            y = load_elem(T, other._data, 8 + k * size_of(T))
            if not (x is y or x == y):
                return False
            k += 1
        return True

    def __ne__(self, other: 'vtuple[T]') -> bool:
        return not self == other

    # Index of the first difference, or the shorter length.
    def _mismatch(self, other: 'vtuple[T]') -> i32:
        n = self._len if self._len < other._len else other._len
        k: i32 = 0
        while k < n:
            x = load_elem(T, self._data, 8 + k * size_of(T))
            y = load_elem(T, other._data, 8 + k * size_of(T))
            if not (x is y or x == y):
                return k
            k += 1
        return n

    def __lt__(self, other: 'vtuple[T]') -> bool:
        k = self._mismatch(other)
        if k == self._len or k == other._len:
            return self._len < other._len
        return load_elem(T, self._data, 8 + k * size_of(T)) < load_elem(T, other._data, 8 + k * size_of(T))

    def __le__(self, other: 'vtuple[T]') -> bool:
        k = self._mismatch(other)
        if k == self._len or k == other._len:
            return self._len <= other._len
        return load_elem(T, self._data, 8 + k * size_of(T)) <= load_elem(T, other._data, 8 + k * size_of(T))

    def __gt__(self, other: 'vtuple[T]') -> bool:
        return other < self

    def __ge__(self, other: 'vtuple[T]') -> bool:
        return other <= self

    # CPython's tuple hash: xxHash's lane mixing over the items' hashes.
    def __hash__(self) -> i64:
        acc = HASH_PRIME_5
        k: i32 = 0
        while k < self._len:
            acc = hash_lane(acc, hash_of(load_elem(T, self._data, 8 + k * size_of(T))))
            k += 1
        return hash_lanes_end(acc, k)

    def __repr__(self) -> str:
        if repr_enter(self):
            return '(...)'
        out = TextBuilder()
        out.byte(40)
        k: i32 = 0
        while k < self._len:
            if k:
                out.text(', ')
            out.text(repr(load_elem(T, self._data, 8 + k * size_of(T))))
            k += 1
        if k == 1:
            out.byte(44)
        out.byte(41)
        repr_leave()
        return out.take()

    def index(self, x, start=None, stop=None) -> int:
        high = search_high(stop, self._len)
        k = search_low(start, self._len)
        while k < high:
            y = load_elem(T, self._data, 8 + k * size_of(T))
            if y is x or y == x:
                return int(k)
            k += 1
        raise ValueError('tuple.index(x): x not in tuple')

    def count(self, x) -> int:
        found: i32 = 0
        k: i32 = 0
        while k < self._len:
            y = load_elem(T, self._data, 8 + k * size_of(T))
            if y is x or y == x:
                found += 1
            k += 1
        return int(found)


class tuple_iterator(Generic[T]):
    _tuple: 'vtuple[T]'
    _at: i32
    _value: T

    def __init__(self, t: 'vtuple[T]') -> None:
        self._tuple = t

    def _advance(self) -> bool:
        k = self._at
        if k >= self._tuple._len:
            return False
        self._value = load_elem(T, self._tuple._data, 8 + k * size_of(T))
        self._at = k + 1
        return True

    def __iter__(self) -> 'tuple_iterator[T]':
        return self

    def __next__(self) -> T:
        if not self._advance():
            raise_stop_iteration()
        return self._value


# The class by name; its values are compiler tuples and vtuple.
class tuple:
    @overload
    @staticmethod
    def _make():
        return ()

    @overload
    @staticmethod
    def _make(iterable):
        return tuple_from(iterable)
