# molt: intrinsics
# list: a growable buffer of elements at their own width. The compiler relies on the first four fields and their order.
# Room grows by half, so appends are amortised constant.

from typing import Generic, TypeVar, overload
from molt.intrinsics import (
    addr, elem_buffer, i32, i64, inline, list_get, list_set, load_elem, memory_copy, memory_fill, noinline, ref, same_type, shr_u,
    size_of, store_elem,
)

T = TypeVar('T')


class list(Generic[T]):
    _len: i32
    _cap: i32
    _data: ref
    _flags: i32

    @overload
    def __init__(self) -> None:
        pass

    @overload
    def __init__(self, iterable) -> None:
        self.extend(iterable)

    def __len__(self) -> int:
        return int(self._len)

    def __bool__(self) -> bool:
        return self._len != 0

    # The element at a machine index that is known to be in range.
    @inline
    def _item(self, k: i32) -> T:
        return load_elem(T, self._data, 8 + k * size_of(T))

    @inline
    def _put(self, k: i32, x: T) -> None:
        store_elem(T, self._data, x, 8 + k * size_of(T))

    # Half as much again, so that appending costs constant time on average; a fresh list gets what it needs.
    @noinline
    def _grow(self, need: i32) -> None:
        cap = self._cap + shr_u(self._cap, 1)
        if cap < need:
            cap = need
        cap = cap + 3 & -4
        if need < 0 or i64(cap) * i64(size_of(T)) > 2147483000:
            raise_memory_error()
        data = elem_buffer(T, cap)
        old = self._data
        if self._len:
            memory_copy(addr(data) + 8, addr(old) + 8, self._len * size_of(T))
        self._data = data
        self._cap = cap

    # Room for at least this many elements.
    @inline
    def _reserve(self, need: i32) -> None:
        if need > self._cap:
            self._grow(need)

    @inline
    def append(self, x: T) -> None:
        check_writable(self)
        n = self._len
        if n == self._cap:
            self._grow(n + 1)
        store_elem(T, self._data, x, 8 + n * size_of(T))
        self._len = n + 1

    def extend(self, iterable) -> None:
        check_writable(self)
        if isinstance(iterable, list) and same_type(type(iterable), list[T]):
            self._extend_list(iterable)
        else:
            for x in iterable:
                self.append(x)

    def _extend_list(self, other: 'list[T]') -> None:
        n = other._len
        if n == 0:
            return
        self._reserve(self._len + n)
        width = size_of(T)
        memory_copy(addr(self._data) + 8 + self._len * width, addr(other._data) + 8, n * width)
        self._len += n

    def insert(self, index: int, x: T) -> None:
        check_writable(self)
        n = self._len
        check_ssize(index)
        k = clamp_bound(index, n)
        if n == self._cap:
            self._grow(n + 1)
        width = size_of(T)
        p = addr(self._data) + 8 + k * width
        memory_copy(p + width, p, (n - k) * width)
        store_elem(T, self._data, x, 8 + k * width)
        self._len = n + 1

    def pop(self, index: int = -1) -> T:
        check_writable(self)
        n = self._len
        if n == 0:
            raise_index_error(6, 0)
        k = checked_index(index, n)
        if k < 0:
            check_ssize(index)
            raise_index_error(7, index)
        x = self._item(k)
        self._close_gap(k, k + 1)
        return x

    # Removes elements [low, high); the freed tail is cleared so that the collector sees no stale references.
    def _close_gap(self, low: i32, high: i32) -> None:
        width = size_of(T)
        data = addr(self._data) + 8
        n = self._len
        if high < n:
            memory_copy(data + low * width, data + high * width, (n - high) * width)
        self._len = n - (high - low)
        memory_fill(data + self._len * width, 0, (high - low) * width)

    def remove(self, x) -> None:
        check_writable(self)
        k = self._find(x, 0, self._len)
        if k < 0:
            raise_value_error('list.remove(x): x not in list')
        self._close_gap(k, k + 1)

    def clear(self) -> None:
        check_writable(self)
        self._close_gap(0, self._len)

    def copy(self) -> 'list[T]':
        r = list[T]()
        r._extend_list(self)
        return r

    # Machine index of the first element equal to x in [low, high), or -1.
    def _find(self, x, low: i32, high: i32) -> i32:
        k = low
        while k < high and k < self._len:
            y = self._item(k)
            if y is x or y == x:
                return k
            k += 1
        return -1

    def index(self, x, start=None, stop=None) -> int:
        k = self._find(x, search_low(start, self._len), search_high(stop, self._len))
        if k < 0:
            raise ValueError(repr(x) + ' is not in list')
        return int(k)

    def count(self, x) -> int:
        found: i32 = 0
        k: i32 = 0
        while k < self._len:
            y = self._item(k)
            if y is x or y == x:
                found += 1
            k += 1
        return int(found)

    def __contains__(self, x) -> bool:
        return self._find(x, 0, self._len) >= 0

    def reverse(self) -> None:
        check_writable(self)
        low: i32 = 0
        high = self._len - 1
        while low < high:
            x = self._item(low)
            self._put(low, self._item(high))
            self._put(high, x)
            low += 1
            high -= 1

    def sort(self, *, key=None, reverse: bool = False) -> None:
        check_writable(self)
        sort_list(self, key, reverse)

    def __getitem__(self, i: int) -> T:
        return list_get(self, i)

    def __setitem__(self, i: int, x: T) -> None:
        list_set(self, i, x)

    def __delitem__(self, i: int) -> None:
        check_writable(self)
        k = checked_index(i, self._len)
        if k < 0:
            raise_index_error(1, i)
        self._close_gap(k, k + 1)

    def __getslice__(self, start, stop, step) -> 'list[T]':
        n = self._len
        r = list[T]()
        width = size_of(T)
        if step is None:
            low = slice_low(start, n)
            count = slice_high(stop, n) - low
            if count > 0:
                r._grow(count)
                memory_copy(addr(r._data) + 8, addr(self._data) + 8 + low * width, count * width)
                r._len = count
            return r
        by = slice_step(step)
        low = stepped_start(start, n, by)
        count = stepped_count(low, stepped_stop(stop, n, by), by)
        if count > 0:
            r._grow(count)
            k: i32 = 0
            while k < count:
                r._put(k, self._item(low + k * by))
                k += 1
            r._len = count
        return r

    def __setslice__(self, start, stop, step, value) -> None:
        check_writable(self)
        if not hasattr(value, '__iter__'):
            raise TypeError('can only assign an iterable' if step is None else 'must assign iterable to extended slice')
        items = list[T](value)
        n = self._len
        if step is None:
            low = slice_low(start, n)
            high = slice_high(stop, n)
            if high < low:
                high = low
            self._splice(low, high, items)
            return
        by = slice_step(step)
        low = stepped_start(start, n, by)
        high = stepped_stop(stop, n, by)
        if by == 1:
            self._splice(low, high if high > low else low, items)
            return
        count = stepped_count(low, high, by)
        if count != items._len:
            raise ValueError(
                'attempt to assign sequence of size ' + str(int(items._len)) + ' to extended slice of size ' + str(int(count))
            )
        k: i32 = 0
        while k < count:
            self._put(low + k * by, items._item(k))
            k += 1

    # Replaces [low, high) by the items of another list.
    def _splice(self, low: i32, high: i32, items: 'list[T]') -> None:
        n = self._len
        grown = n - (high - low) + items._len
        width = size_of(T)
        if items._len <= high - low:
            memory_copy(addr(self._data) + 8 + low * width, addr(items._data) + 8, items._len * width)
            self._close_gap(low + items._len, high)
            return
        self._reserve(grown)
        data = addr(self._data) + 8
        memory_copy(data + (low + items._len) * width, data + high * width, (n - high) * width)
        memory_copy(data + low * width, addr(items._data) + 8, items._len * width)
        self._len = grown

    def __delslice__(self, start, stop, step) -> None:
        check_writable(self)
        n = self._len
        if step is None:
            low = slice_low(start, n)
            high = slice_high(stop, n)
            if high > low:
                self._close_gap(low, high)
            return
        by = slice_step(step)
        low = stepped_start(start, n, by)
        count = stepped_count(low, stepped_stop(stop, n, by), by)
        if count == 0:
            return
        if by < 0:
            low = low + (count - 1) * by
            by = -by
        # Moves what stays between the removed elements down, then the tail.
        to = low
        k = low
        removed: i32 = 0
        while k < n:
            if removed < count and k == low + removed * by:
                removed += 1
            else:
                self._put(to, self._item(k))
                to += 1
            k += 1
        self._close_gap(to, n)

    def __add__(self, other: 'list[T]') -> 'list[T]':
        r = list[T]()
        r._reserve(self._len + other._len)
        r._extend_list(self)
        r._extend_list(other)
        return r

    def __iadd__(self, other) -> 'list[T]':
        self.extend(other)
        return self

    def __mul__(self, times: int) -> 'list[T]':
        n = self._len
        width = size_of(T)
        count = repeat_count(times, n * width)
        r = list[T]()
        if count == 0:
            return r
        r._grow(n * count)
        data = addr(r._data) + 8
        memory_copy(data, addr(self._data) + 8, n * width)
        r._len = n * count
        total = n * count * width
        done = n * width
        while done < total:
            step = done if done <= total - done else total - done
            memory_copy(data + done, data, step)
            done += step
        return r

    def __rmul__(self, times: int) -> 'list[T]':
        return self * times

    def __imul__(self, times: int) -> 'list[T]':
        check_writable(self)
        r = self * times
        self._len = r._len
        self._cap = r._cap
        self._data = r._data
        return self

    def __eq__(self, other: 'list[T]') -> bool:
        if self is other:
            return True
        if self._len != other._len:
            return False
        return self._mismatch(other) == self._len

    def __ne__(self, other: 'list[T]') -> bool:
        return not self == other

    # Index of the first difference, or the shorter length.
    def _mismatch(self, other: 'list[T]') -> i32:
        k: i32 = 0
        while k < self._len and k < other._len:
            x = self._item(k)
            y = other._item(k)
            if not (x is y or x == y):
                return k
            k += 1
        return k

    def __lt__(self, other: 'list[T]') -> bool:
        k = self._mismatch(other)
        if k >= self._len or k >= other._len:
            return self._len < other._len
        return self._item(k) < other._item(k)

    def __le__(self, other: 'list[T]') -> bool:
        k = self._mismatch(other)
        if k >= self._len or k >= other._len:
            return self._len <= other._len
        return self._item(k) <= other._item(k)

    def __gt__(self, other: 'list[T]') -> bool:
        return other < self

    def __ge__(self, other: 'list[T]') -> bool:
        return other <= self

    def __iter__(self) -> 'list_iterator[T]':
        return list_iterator(self)

    def __reversed__(self) -> 'list_reverse_iterator[T]':
        return list_reverse_iterator(self)

    def __repr__(self) -> str:
        if repr_enter(self):
            return '[...]'
        out = TextBuilder()
        out.byte(91)
        k: i32 = 0
        while k < self._len:
            if k:
                out.text(', ')
            out.text(repr(self._item(k)))
            k += 1
        out.byte(93)
        repr_leave()
        return out.take()


class list_iterator(Generic[T]):
    _list: 'list[T]'
    _at: i32
    _value: T

    def __init__(self, xs: 'list[T]') -> None:
        self._list = xs

    def _advance(self) -> bool:
        k = self._at
        xs = self._list
        if k >= xs._len:
            # An iterator that has ended stays ended, even when the list grows.
            self._at = 2147483647
            return False
        self._value = xs._item(k)
        self._at = k + 1
        return True

    def __iter__(self) -> 'list_iterator[T]':
        return self

    def __next__(self) -> T:
        if not self._advance():
            raise_stop_iteration()
        return self._value


class list_reverse_iterator(Generic[T]):
    _list: 'list[T]'
    _at: i32
    _value: T

    def __init__(self, xs: 'list[T]') -> None:
        self._list = xs
        self._at = xs._len

    def _advance(self) -> bool:
        k = self._at - 1
        if k < 0 or k >= self._list._len:
            self._at = 0
            return False
        self._value = self._list._item(k)
        self._at = k
        return True

    def __iter__(self) -> 'list_reverse_iterator[T]':
        return self

    def __next__(self) -> T:
        if not self._advance():
            raise_stop_iteration()
        return self._value
