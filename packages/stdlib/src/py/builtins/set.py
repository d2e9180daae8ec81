# molt: intrinsics
# set and frozenset. The table algorithm is CPython's (Objects/setobject.c): open addressing with ten linear probes, then the
# recurrence i = 5i + 1 + perturb; growth to four (later two) times the used slots at three fifths full; the same special cases
# in union, intersection and difference. So sets of numbers and tuples print in CPython's order.
# A slot is hash (i64) and key; stored hash 0 = empty, DUMMY = deleted, and a real hash of 0 is stored as -1, which no value has.

from typing import Generic, TypeVar
from molt.intrinsics import (
    addr, entry_buffer, hash_of, i32, i64, inline, load_elem, load_i64, memory_copy, memory_fill, noinline, ref, shr_u, store_elem,
    store_i64,
)

T = TypeVar('T')

DUMMY: i64 = -9223372036854775808
SLOT: i32 = 16
LINEAR_PROBES: i32 = 9


@inline
def stored_hash(h: i64) -> i64:
    return h if h != 0 else -1


class set_base(Generic[T]):
    _used: i32
    _fill: i32
    _mask: i32
    _finger: i32
    _table: ref

    def __len__(self) -> int:
        return int(self._used)

    def __bool__(self) -> bool:
        return self._used != 0

    @inline
    def _slot_key(self, k: i32) -> T:
        return load_elem(T, self._table, 16 + k * SLOT)

    @inline
    def _slot_live(self, k: i32) -> bool:
        h = load_i64(self._table, 8 + k * SLOT)
        return h != 0 and h != DUMMY

    # The true hash of the key in a live slot.
    @inline
    def _slot_hash(self, k: i32) -> i64:
        h = load_i64(self._table, 8 + k * SLOT)
        return h if h != -1 else 0

    # Slot of a key with this hash, or -1.
    def _find(self, key, h: i64) -> i32:
        if self._used == 0:
            return -1
        mask = self._mask
        table = self._table
        stored = stored_hash(h)
        perturb = h
        i = i32(h) & mask
        while True:
            last = i + LINEAR_PROBES if i + LINEAR_PROBES <= mask else i
            k = i
            while k <= last:
                there = load_i64(table, 8 + k * SLOT)
                if there == 0:
                    return -1
                if there == stored:
                    other = load_elem(T, table, 16 + k * SLOT)
                    if other is key or other == key:
                        return k
                k += 1
            perturb = shr_u(perturb, 5)
            i = i * 5 + 1 + i32(perturb) & mask

    def _has(self, key, h: i64) -> bool:
        return self._find(key, h) >= 0

    # Adds a key unless it is there.
    def _add(self, key: T, h: i64) -> None:
        if self._mask == 0:
            self._mask = 7
            self._table = entry_buffer(T, None, 8)
        mask = self._mask
        table = self._table
        stored = stored_hash(h)
        perturb = h
        i = i32(h) & mask
        while True:
            last = i + LINEAR_PROBES if i + LINEAR_PROBES <= mask else i
            k = i
            while k <= last:
                there = load_i64(table, 8 + k * SLOT)
                if there == 0:
                    store_i64(table, stored, 8 + k * SLOT)
                    store_elem(T, table, key, 16 + k * SLOT)
                    self._fill += 1
                    self._used += 1
                    if self._fill * 5 >= mask * 3:
                        self._resize(self._grown())
                    return
                if there == stored:
                    other = load_elem(T, table, 16 + k * SLOT)
                    if other is key or other == key:
                        return
                k += 1
            perturb = shr_u(perturb, 5)
            i = i * 5 + 1 + i32(perturb) & mask

    @inline
    def _grown(self) -> i32:
        return self._used * 2 if self._used > 50000 else self._used * 4

    # Puts a key that is not there into a table without deleted slots.
    def _insert_clean(self, key: T, h: i64) -> None:
        mask = self._mask
        table = self._table
        perturb = h
        i = i32(h) & mask
        while True:
            last = i + LINEAR_PROBES if i + LINEAR_PROBES <= mask else i
            k = i
            while k <= last:
                if load_i64(table, 8 + k * SLOT) == 0:
                    store_i64(table, stored_hash(h), 8 + k * SLOT)
                    store_elem(T, table, key, 16 + k * SLOT)
                    return
                k += 1
            perturb = shr_u(perturb, 5)
            i = i * 5 + 1 + i32(perturb) & mask

    # A new table with more slots than `wanted`; deleted slots vanish.
    @noinline
    def _resize(self, wanted: i32) -> None:
        size: i32 = 8
        while size <= wanted:
            size = size << 1
        if size > 67108864 or size < 0:
            raise_memory_error()
        old = self._table
        slots = self._mask + 1 if self._mask != 0 else 0
        self._table = entry_buffer(T, None, size)
        self._mask = size - 1
        self._fill = self._used
        k: i32 = 0
        while k < slots:
            h = load_i64(old, 8 + k * SLOT)
            if h != 0 and h != DUMMY:
                self._insert_clean(load_elem(T, old, 16 + k * SLOT), h if h != -1 else 0)
            k += 1

    # Deletes a key; whether it was there.
    def _discard(self, key, h: i64) -> bool:
        k = self._find(key, h)
        if k < 0:
            return False
        self._kill(k)
        return True

    def _kill(self, k: i32) -> None:
        memory_fill(addr(self._table) + 16 + k * SLOT, 0, 8)
        store_i64(self._table, i64(DUMMY), 8 + k * SLOT)
        self._used -= 1

    # Adds all keys of another table.
    def _merge(self, other: 'set_base[T]') -> None:
        if other is self or other._used == 0:
            return
        mask = self._mask if self._mask != 0 else 7
        if (self._fill + other._used) * 5 >= mask * 3:
            self._resize((self._used + other._used) * 2)
        elif self._mask == 0:
            self._resize(0)
        slots = other._mask + 1
        if self._fill == 0:
            self._used = other._used
            self._fill = other._used
            if self._mask == other._mask and other._fill == other._used:
                memory_copy(addr(self._table) + 8, addr(other._table) + 8, slots * SLOT)
                return
            k: i32 = 0
            while k < slots:
                if other._slot_live(k):
                    self._insert_clean(other._slot_key(k), other._slot_hash(k))
                k += 1
            return
        k = 0
        while k < slots:
            if other._slot_live(k):
                self._add(other._slot_key(k), other._slot_hash(k))
            k += 1

    def _update(self, source) -> None:
        if isinstance(source, set_base):
            self._merge(source)
        elif isinstance(source, dict):
            mask = self._mask if self._mask != 0 else 7
            if (self._fill + source._len) * 5 >= mask * 3:
                self._resize((self._used + source._len) * 2)
            for key in source:
                self._add(key, hash_of(key))
        else:
            for key in source:
                self._add(key, hash_of(key))

    def _difference_update(self, other) -> None:
        if isinstance(other, set_base):
            if shr_u(other._used, 3) > self._used:
                common = set[T]()
                common._intersect(self, other)
                self._discard_all(common)
            else:
                self._discard_all(other)
        else:
            for key in other:
                self._discard(key, hash_of(key))
        if self._fill - self._used > shr_u(self._mask, 2):
            self._resize(self._grown())

    def _discard_all(self, other) -> None:
        k: i32 = 0
        while k <= other._mask and other._mask != 0:
            if other._slot_live(k):
                self._discard(other._slot_key(k), other._slot_hash(k))
            k += 1

    # Fills this empty set with what two others share; the smaller one is walked, the second when both are as large.
    def _intersect(self, a, b) -> None:
        if isinstance(b, set_base):
            if b._used > a._used:
                self._add_shared(a, b)
            else:
                self._add_shared(b, a)
        else:
            for key in b:
                h = hash_of(key)
                if a._has(key, h):
                    self._add(key, h)

    def _add_shared(self, walked, other) -> None:
        k: i32 = 0
        while k <= walked._mask and walked._mask != 0:
            if walked._slot_live(k) and other._has(walked._slot_key(k), walked._slot_hash(k)):
                self._add(walked._slot_key(k), walked._slot_hash(k))
            k += 1

    # Fills this empty set with what is in a but not in b.
    def _subtract(self, a, b) -> None:
        if isinstance(b, set_base):
            if shr_u(a._used, 2) <= b._used:
                k: i32 = 0
                while k <= a._mask and a._mask != 0:
                    if a._slot_live(k) and not b._has(a._slot_key(k), a._slot_hash(k)):
                        self._add(a._slot_key(k), a._slot_hash(k))
                    k += 1
                return
        self._merge(a)
        self._difference_update(b)

    # Removes what both have and adds what only the other has.
    def _toggle(self, other: 'set_base[T]') -> None:
        k: i32 = 0
        while k <= other._mask and other._mask != 0:
            if other._slot_live(k):
                key = other._slot_key(k)
                h = other._slot_hash(k)
                if not self._discard(key, h):
                    self._add(key, h)
            k += 1

    def _within(self, other) -> bool:
        if self._used > other._used:
            return False
        k: i32 = 0
        while k <= self._mask and self._mask != 0:
            if self._slot_live(k) and not other._has(self._slot_key(k), self._slot_hash(k)):
                return False
            k += 1
        return True

    def __contains__(self, key) -> bool:
        return self._find(key, hash_of(key)) >= 0

    def __iter__(self) -> 'set_iterator[T]':
        return set_iterator(self)

    def __eq__(self, other: 'set_base[T]') -> bool:
        return self._used == other._used and self._within(other)

    def __ne__(self, other: 'set_base[T]') -> bool:
        return not (self._used == other._used and self._within(other))

    def __le__(self, other: 'set_base[T]') -> bool:
        return self._within(other)

    def __lt__(self, other: 'set_base[T]') -> bool:
        return self._used < other._used and self._within(other)

    def __ge__(self, other: 'set_base[T]') -> bool:
        return other._within(self)

    def __gt__(self, other: 'set_base[T]') -> bool:
        return other._used < self._used and other._within(self)

    def issubset(self, other) -> bool:
        if isinstance(other, set_base):
            return self._within(other)
        return self._within(set[T](other))

    def issuperset(self, other) -> bool:
        for key in other:
            if not self._has(key, hash_of(key)):
                return False
        return True

    def isdisjoint(self, other) -> bool:
        for key in other:
            if self._has(key, hash_of(key)):
                return False
        return True

    # '{1, 2}'; the callers say what an empty one looks like.
    def _braces(self) -> str:
        out = TextBuilder()
        out.byte(123)
        left = self._used
        k: i32 = 0
        while left:
            if self._slot_live(k):
                out.text(repr(self._slot_key(k)))
                left -= 1
                if left:
                    out.text(', ')
            k += 1
        out.byte(125)
        return out.take()


class set_iterator(Generic[T]):
    _set: 'set_base[T]'
    _at: i32
    _size: i32
    _value: T

    def __init__(self, s: 'set_base[T]') -> None:
        self._set = s
        self._size = s._used

    def _advance(self) -> bool:
        s = self._set
        if s._used != self._size:
            self._size = -1
            raise RuntimeError('Set changed size during iteration')
        k = self._at
        if s._used == 0:
            return False
        while k <= s._mask:
            if s._slot_live(k):
                self._value = s._slot_key(k)
                self._at = k + 1
                return True
            k += 1
        self._at = k
        return False

    def __iter__(self) -> 'set_iterator[T]':
        return self

    def __next__(self) -> T:
        if not self._advance():
            raise_stop_iteration()
        return self._value
