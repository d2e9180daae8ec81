# molt: intrinsics
# defaultdict, Counter, OrderedDict and deque.

from typing import Generic, TypeVar
from molt.intrinsics import addr, elem_buffer, hash_of, i32, inline, load_elem, memory_copy, memory_fill, noinline, ref, size_of, store_elem

K = TypeVar('K')
V = TypeVar('V')
F = TypeVar('F')
T = TypeVar('T')


class OrderedDict(dict[K, V]):
    def move_to_end(self, key, last: bool = True) -> None:
        value = self.pop(key)
        if last:
            self[key] = value
        else:
            rest = list(self.items())
            self.clear()
            self[key] = value
            for k, v in rest:
                self[k] = v

    def __repr__(self) -> str:
        if len(self) == 0:
            return 'OrderedDict()'
        return 'OrderedDict(' + repr(list(self.items())) + ')'


class defaultdict(dict[K, V], Generic[K, V, F]):
    default_factory: F

    def __init__(self, default_factory=None, source=None) -> None:
        self.default_factory = default_factory
        if source is not None:
            self._take(source)

    def __getitem__(self, key: K) -> V:
        h = hash_of(key)
        at = self._find(key, h)
        if at < 0:
            if self.default_factory is None:
                raise KeyError(key)
            value = self.default_factory()
            self[key] = value
            return value
        return self._value_at(at)

    def __repr__(self) -> str:
        return 'defaultdict(' + repr(self.default_factory) + ', ' + dict.__repr__(self) + ')'


class Counter(dict[K, V]):
    def __init__(self, source=None) -> None:
        if source is not None:
            self.update(source)

    def __getitem__(self, key) -> int:
        at = self._find(key, hash_of(key))
        if at < 0:
            return 0
        return self._value_at(at)

    def update(self, source) -> None:
        if isinstance(source, dict):
            for key, n in source.items():
                self[key] = self[key] + n
        else:
            for key in source:
                self[key] = self[key] + 1

    def subtract(self, source) -> None:
        if isinstance(source, dict):
            for key, n in source.items():
                self[key] = self[key] - n
        else:
            for key in source:
                self[key] = self[key] - 1

    def most_common(self, n: 'int | None' = None) :
        ranked = sorted(self.items(), key=lambda item: item[1], reverse=True)
        if n is None:
            return ranked
        return ranked[:n]

    def total(self) -> int:
        return sum(self.values())

    def elements(self) :
        out = []
        for key, n in self.items():
            while n > 0:
                out.append(key)
                n -= 1
        return list_iterator(out)

    def __repr__(self) -> str:
        if len(self) == 0:
            return 'Counter()'
        parts = [repr(item[0]) + ': ' + str(item[1]) for item in self.most_common()]
        return 'Counter({' + ', '.join(parts) + '})'


# A ring buffer: room is a power of two, the first element at _head.
class deque(Generic[T]):
    _len: i32
    _head: i32
    _room: i32
    _data: ref
    maxlen: 'int | None'
    _changes: i32

    def __init__(self, iterable=None, maxlen: 'int | None' = None) -> None:
        self._room = 8
        self._data = elem_buffer(T, 8)
        self.maxlen = maxlen
        if iterable is not None:
            self.extend(iterable)

    def __len__(self) -> int:
        return int(self._len)

    def __bool__(self) -> bool:
        return self._len != 0

    @inline
    def _item(self, k: i32) -> T:
        return load_elem(T, self._data, 8 + (self._head + k & self._room - 1) * size_of(T))

    @inline
    def _put(self, k: i32, x: T) -> None:
        store_elem(T, self._data, x, 8 + (self._head + k & self._room - 1) * size_of(T))

    @noinline
    def _grow(self) -> None:
        data = elem_buffer(T, self._room * 2)
        width = size_of(T)
        first = self._room - self._head
        memory_copy(addr(data) + 8, addr(self._data) + 8 + self._head * width, first * width)
        memory_copy(addr(data) + 8 + first * width, addr(self._data) + 8, self._head * width)
        self._data = data
        self._head = 0
        self._room = self._room * 2

    def append(self, x: T) -> None:
        if self._len == self._room:
            self._grow()
        self._put(self._len, x)
        self._len += 1
        self._changes += 1
        limit = self.maxlen
        if limit is not None and int(self._len) > limit:
            self.popleft()

    def appendleft(self, x: T) -> None:
        if self._len == self._room:
            self._grow()
        self._head = self._head - 1 & self._room - 1
        self._len += 1
        self._put(0, x)
        self._changes += 1
        limit = self.maxlen
        if limit is not None and int(self._len) > limit:
            self.pop()

    def pop(self) -> T:
        if self._len == 0:
            raise IndexError('pop from an empty deque')
        self._len -= 1
        self._changes += 1
        x = self._item(self._len)
        memory_fill(addr(self._data) + 8 + (self._head + self._len & self._room - 1) * size_of(T), 0, size_of(T))
        return x

    def popleft(self) -> T:
        if self._len == 0:
            raise IndexError('pop from an empty deque')
        x = self._item(0)
        memory_fill(addr(self._data) + 8 + self._head * size_of(T), 0, size_of(T))
        self._head = self._head + 1 & self._room - 1
        self._len -= 1
        self._changes += 1
        return x

    def extend(self, iterable) -> None:
        for x in iterable:
            self.append(x)

    def extendleft(self, iterable) -> None:
        for x in iterable:
            self.appendleft(x)

    def clear(self) -> None:
        self._len = 0
        self._head = 0
        self._room = 8
        self._data = elem_buffer(T, 8)
        self._changes += 1

    def rotate(self, n: int = 1) -> None:
        if self._len < 2:
            return
        k = n % int(self._len)
        while k > 0:
            self.appendleft(self.pop())
            k -= 1

    def copy(self) -> 'deque[T]':
        r = deque[T]()
        r.maxlen = self.maxlen
        r.extend(self)
        return r

    def reverse(self) -> None:
        low: i32 = 0
        high = self._len - 1
        while low < high:
            x = self._item(low)
            self._put(low, self._item(high))
            self._put(high, x)
            low += 1
            high -= 1

    def count(self, x) -> int:
        found = 0
        for y in self:
            if y == x:
                found += 1
        return found

    def remove(self, x) -> None:
        k: i32 = 0
        while k < self._len:
            if self._item(k) == x:
                while k + 1 < self._len:
                    self._put(k, self._item(k + 1))
                    k += 1
                self.pop()
                return
            k += 1
        raise ValueError('deque.remove(x): x not in deque')

    def __getitem__(self, i: int) -> T:
        k = checked_index(i, self._len)
        if k < 0:
            raise_index_error(8, i)
        return self._item(k)

    def __setitem__(self, i: int, x: T) -> None:
        k = checked_index(i, self._len)
        if k < 0:
            raise_index_error(8, i)
        self._put(k, x)

    def __contains__(self, x) -> bool:
        for y in self:
            if y is x or y == x:
                return True
        return False

    def __eq__(self, other: 'deque[T]') -> bool:
        if self._len != other._len:
            return False
        k: i32 = 0
        while k < self._len:
            if not self._item(k) == other._item(k):
                return False
            k += 1
        return True

    def __iter__(self) -> 'deque_iterator[T]':
        return deque_iterator(self)

    def __reversed__(self) -> 'list_iterator[T]':
        xs = list(self)
        xs.reverse()
        return list_iterator(xs)

    def __repr__(self) -> str:
        limit = self.maxlen
        if limit is not None:
            return 'deque(' + repr(list(self)) + ', maxlen=' + str(limit) + ')'
        return 'deque(' + repr(list(self)) + ')'


class deque_iterator(Generic[T]):
    _deque: 'deque[T]'
    _at: i32
    _changes: i32
    _value: T

    def __init__(self, d: 'deque[T]') -> None:
        self._deque = d
        self._changes = d._changes

    def _advance(self) -> bool:
        if self._at >= self._deque._len:
            return False
        if self._changes != self._deque._changes:
            raise RuntimeError('deque mutated during iteration')
        self._value = self._deque._item(self._at)
        self._at += 1
        return True

    def __iter__(self) -> 'deque_iterator[T]':
        return self

    def __next__(self) -> T:
        if not self._advance():
            raise_stop_iteration()
        return self._value
