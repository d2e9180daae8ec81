# molt: intrinsics
# The classes set and frozenset over the shared table: which operations each has and what they return.

from typing import TypeVar, overload
from molt.intrinsics import hash_of, i32, i64, shr_u

T = TypeVar('T')


class set(set_base[T]):
    @overload
    def __init__(self) -> None:
        pass

    @overload
    def __init__(self, source) -> None:
        self._update(source)

    def add(self, key: T) -> None:
        check_writable(self)
        self._add(key, hash_of(key))

    def remove(self, key) -> None:
        check_writable(self)
        if not self._discard(key, hash_of(key)):
            raise KeyError(key)

    def discard(self, key) -> None:
        check_writable(self)
        self._discard(key, hash_of(key))

    def pop(self) -> T:
        check_writable(self)
        if self._used == 0:
            raise KeyError('pop from an empty set')
        k = self._finger & self._mask
        while not self._slot_live(k):
            k = k + 1 & self._mask
        key = self._slot_key(k)
        self._kill(k)
        self._finger = k + 1
        return key

    def clear(self) -> None:
        check_writable(self)
        self._used = 0
        self._fill = 0
        self._mask = 0
        self._finger = 0

    def copy(self) -> 'set[T]':
        r = set[T]()
        r._merge(self)
        return r

    def update(self, *others) -> None:
        check_writable(self)
        for other in others:
            self._update(other)

    def intersection_update(self, *others) -> None:
        check_writable(self)
        for other in others:
            r = set[T]()
            r._intersect(self, other)
            self._become(r)

    # Takes over the table of a temporary set.
    def _become(self, r: 'set[T]') -> None:
        self._used = r._used
        self._fill = r._fill
        self._mask = r._mask
        self._table = r._table

    def difference_update(self, *others) -> None:
        check_writable(self)
        for other in others:
            if other is self:
                self.clear()
            else:
                self._difference_update(other)

    def symmetric_difference_update(self, other) -> None:
        check_writable(self)
        if other is self:
            self.clear()
        elif isinstance(other, set_base):
            self._toggle(other)
        else:
            self._toggle(set[T](other))

    def union(self, *others) -> 'set[T]':
        r = self.copy()
        for other in others:
            r._update(other)
        return r

    def intersection(self, *others) -> 'set[T]':
        r = self
        if len(others) == 0:
            return self.copy()
        for other in others:
            shared = set[T]()
            shared._intersect(r, other)
            r = shared
        return r

    def difference(self, *others) -> 'set[T]':
        r = self
        if len(others) == 0:
            return self.copy()
        for other in others:
            rest = set[T]()
            rest._subtract(r, other)
            r = rest
        return r

    def symmetric_difference(self, other) -> 'set[T]':
        r = set[T](other)
        r._toggle(self)
        return r

    def __or__(self, other: 'set_base[T]') -> 'set[T]':
        r = self.copy()
        r._merge(other)
        return r

    def __and__(self, other: 'set_base[T]') -> 'set[T]':
        r = set[T]()
        r._intersect(self, other)
        return r

    def __sub__(self, other: 'set_base[T]') -> 'set[T]':
        r = set[T]()
        r._subtract(self, other)
        return r

    def __xor__(self, other: 'set_base[T]') -> 'set[T]':
        r = set[T]()
        r._merge(other)
        r._toggle(self)
        return r

    def __ior__(self, other: 'set_base[T]') -> 'set[T]':
        self.update(other)
        return self

    def __iand__(self, other: 'set_base[T]') -> 'set[T]':
        self.intersection_update(other)
        return self

    def __isub__(self, other: 'set_base[T]') -> 'set[T]':
        self.difference_update(other)
        return self

    def __ixor__(self, other: 'set_base[T]') -> 'set[T]':
        self.symmetric_difference_update(other)
        return self

    def __repr__(self) -> str:
        if self._used == 0:
            return 'set()'
        if repr_enter(self):
            return 'set(...)'
        text = self._braces()
        repr_leave()
        return text


class frozenset(set_base[T]):
    @overload
    def __init__(self) -> None:
        pass

    @overload
    def __init__(self, source) -> None:
        self._update(source)

    def copy(self) -> 'frozenset[T]':
        return self

    def union(self, *others) -> 'frozenset[T]':
        r = frozenset[T](self)
        for other in others:
            r._update(other)
        return r

    def intersection(self, *others) -> 'frozenset[T]':
        r = self
        for other in others:
            shared = frozenset[T]()
            shared._intersect(r, other)
            r = shared
        return r

    def difference(self, *others) -> 'frozenset[T]':
        r = self
        for other in others:
            rest = frozenset[T]()
            rest._subtract(r, other)
            r = rest
        return r

    def symmetric_difference(self, other) -> 'frozenset[T]':
        r = frozenset[T](other)
        r._toggle(self)
        return r

    def __or__(self, other: 'set_base[T]') -> 'frozenset[T]':
        r = frozenset[T](self)
        r._merge(other)
        return r

    def __and__(self, other: 'set_base[T]') -> 'frozenset[T]':
        r = frozenset[T]()
        r._intersect(self, other)
        return r

    def __sub__(self, other: 'set_base[T]') -> 'frozenset[T]':
        r = frozenset[T]()
        r._subtract(self, other)
        return r

    def __xor__(self, other: 'set_base[T]') -> 'frozenset[T]':
        r = frozenset[T]()
        r._merge(other)
        r._toggle(self)
        return r

    # CPython's order-independent hash: shuffled hashes of the items, xored.
    def __hash__(self) -> i64:
        h: i64 = 0
        k: i32 = 0
        while k <= self._mask and self._mask != 0:
            if self._slot_live(k):
                x = self._slot_hash(k)
                h ^= (x ^ 89869747 ^ x << 16) * 3644798167
            k += 1
        h ^= (i64(self._used) + 1) * 1927868237
        h ^= shr_u(h, 11) ^ shr_u(h, 25)
        h = h * 69069 + 907133923
        return 590923713 if h == -1 else h

    def __repr__(self) -> str:
        if self._used == 0:
            return 'frozenset()'
        return 'frozenset(' + self._braces() + ')'


# A display of constants: CPython updates an empty set from a frozenset it built at compile time.
def set_of_constants(built: 'set[T]') -> 'set[T]':
    # the compiler interns constants, which adds the items once more in table order
    interned = set[T]()
    for x in built:
        interned.add(x)
    r = set[T]()
    r._merge(interned)
    return r
