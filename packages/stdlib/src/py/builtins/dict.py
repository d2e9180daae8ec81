# molt: intrinsics
# dict: entries in insertion order (hash, key, value; stride 24) and an index table of entry numbers, as in CPython since 3.6.
# The index is probed with CPython's recurrence i = 5i + 1 + perturb. An index slot holds entry number + 1, 0 = empty; a deleted
# entry keeps its slot and has hash -1, which no value has. Entries are addressed by their byte offset in the entry buffer.

from typing import Generic, TypeVar, overload
from molt.intrinsics import (
    addr, div_u, entry_buffer, hash_of, i32, i64, inline, load_elem, load_i32, load_i64, memory_copy, memory_fill, noinline, raw_buffer,
    ref, shr_u, store_elem, store_i32, store_i64,
)

K = TypeVar('K')
V = TypeVar('V')

GONE: i64 = -1
STRIDE: i32 = 24


class dict(Generic[K, V]):
    _len: i32
    _used: i32
    _cap: i32
    _mask: i32
    _index: ref
    _entries: ref

    @overload
    def __init__(self) -> None:
        pass

    @overload
    def __init__(self, source) -> None:
        self._take(source)

    @overload
    def __init__(self, **items) -> None:
        self._take(items)

    @overload
    def __init__(self, source, **items) -> None:
        self._take(source)
        self._take(items)

    def __len__(self) -> int:
        return int(self._len)

    def __bool__(self) -> bool:
        return self._len != 0

    # Offset of the entry of a key; when there is none, -1 - the index slot where the search ended.
    def _find(self, key, h: i64) -> i32:
        mask = self._mask
        if mask == 0:
            return -1
        index = self._index
        entries = self._entries
        perturb = h
        slot = i32(h) & mask
        while True:
            e = load_i32(index, 8 + slot * 4)
            if e == 0:
                return -1 - slot
            at = e * STRIDE - 16
            if load_i64(entries, at) == h:
                k = load_elem(K, entries, at + 8)
                if k is key or k == key:
                    return at
            perturb = shr_u(perturb, 5)
            slot = slot * 5 + 1 + i32(perturb) & mask

    # Rebuilds the table for at least `room` live entries, dropping deleted ones.
    @noinline
    def _rebuild(self, room: i32) -> None:
        size: i32 = 8
        while size <= room:
            size = size << 1
        if size > 67108864:
            raise_memory_error()
        cap = div_u(size * 2, 3)
        entries = entry_buffer(K, V, cap)
        index = raw_buffer(size * 4)
        mask = size - 1
        old = self._entries
        to: i32 = 8
        at: i32 = 8
        end = 8 + self._used * STRIDE
        n: i32 = 0
        while at < end:
            h = load_i64(old, at)
            if h != GONE:
                memory_copy(addr(entries) + to, addr(old) + at, STRIDE)
                to += STRIDE
                n += 1
                perturb = h
                slot = i32(h) & mask
                while load_i32(index, 8 + slot * 4) != 0:
                    perturb = shr_u(perturb, 5)
                    slot = slot * 5 + 1 + i32(perturb) & mask
                store_i32(index, n, 8 + slot * 4)
            at += STRIDE
        self._entries = entries
        self._index = index
        self._mask = mask
        self._cap = cap
        self._used = n

    # Adds a key that is not there; `slot` is where _find ended. The offset of the new entry.
    def _insert(self, key: K, h: i64, slot: i32) -> i32:
        if self._used == self._cap:
            self._rebuild(self._len * 3)
            slot = -1 - self._find(key, h)
        n = self._used
        at = 8 + n * STRIDE
        store_i64(self._entries, h, at)
        store_elem(K, self._entries, key, at + 8)
        store_i32(self._index, n + 1, 8 + slot * 4)
        self._used = n + 1
        self._len += 1
        return at

    # Deletes the entry at an offset.
    def _remove(self, at: i32) -> None:
        p = addr(self._entries) + at
        memory_fill(p, 0, STRIDE)
        store_i64(p, GONE)
        self._len -= 1

    # Offset of the next live entry after the one at `at` (start with -16), or -1 at the end.
    def _next(self, at: i32) -> i32:
        end = 8 + self._used * STRIDE
        at += STRIDE
        while at < end:
            if load_i64(self._entries, at) != GONE:
                return at
            at += STRIDE
        return -1

    @inline
    def _key_at(self, at: i32) -> K:
        return load_elem(K, self._entries, at + 8)

    @inline
    def _value_at(self, at: i32) -> V:
        return load_elem(V, self._entries, at + 16)

    def __getitem__(self, key) -> V:
        at = self._find(key, hash_of(key))
        if at < 0:
            raise KeyError(key)
        return load_elem(V, self._entries, at + 16)

    def __setitem__(self, key: K, value: V) -> None:
        check_writable(self)
        h = hash_of(key)
        at = self._find(key, h)
        if at < 0:
            at = self._insert(key, h, -1 - at)
        store_elem(V, self._entries, value, at + 16)

    def __delitem__(self, key) -> None:
        check_writable(self)
        at = self._find(key, hash_of(key))
        if at < 0:
            raise KeyError(key)
        self._remove(at)

    def __contains__(self, key) -> bool:
        return self._find(key, hash_of(key)) >= 0

    @overload
    def get(self, key) -> 'V | None':
        at = self._find(key, hash_of(key))
        if at < 0:
            return None
        return load_elem(V, self._entries, at + 16)

    @overload
    def get(self, key, default):
        at = self._find(key, hash_of(key))
        if at < 0:
            return default
        return load_elem(V, self._entries, at + 16)

    def setdefault(self, key: K, default: V = None) -> V:
        check_writable(self)
        h = hash_of(key)
        at = self._find(key, h)
        if at < 0:
            at = self._insert(key, h, -1 - at)
            store_elem(V, self._entries, default, at + 16)
            return default
        return load_elem(V, self._entries, at + 16)

    @overload
    def pop(self, key) -> V:
        check_writable(self)
        at = self._find(key, hash_of(key))
        if at < 0:
            raise KeyError(key)
        value = load_elem(V, self._entries, at + 16)
        self._remove(at)
        return value

    @overload
    def pop(self, key, default):
        check_writable(self)
        at = self._find(key, hash_of(key))
        if at < 0:
            return default
        value = load_elem(V, self._entries, at + 16)
        self._remove(at)
        return value

    def popitem(self) -> 'tuple[K, V]':
        check_writable(self)
        if self._len == 0:
            raise KeyError('popitem(): dictionary is empty')
        at = 8 + (self._used - 1) * STRIDE
        while load_i64(self._entries, at) == GONE:
            at -= STRIDE
        key = load_elem(K, self._entries, at + 8)
        value = load_elem(V, self._entries, at + 16)
        self._remove(at)
        return key, value

    def clear(self) -> None:
        check_writable(self)
        self._len = 0
        self._used = 0
        self._cap = 0
        self._mask = 0

    def copy(self) -> 'dict[K, V]':
        r = dict[K, V]()
        r._copy_from(self)
        return r

    # Takes over the entries of another dict of the same type; this one is empty.
    def _copy_from(self, other: 'dict[K, V]') -> None:
        if other._len == 0:
            return
        self._entries = other._entries
        self._used = other._used
        self._len = other._len
        self._rebuild(other._len * 3)

    @overload
    def update(self) -> None:
        pass

    @overload
    def update(self, source) -> None:
        self._take(source)

    @overload
    def update(self, **items) -> None:
        self._take(items)

    @overload
    def update(self, source, **items) -> None:
        self._take(source)
        self._take(items)

    # Stores all items of a dict, of something with keys(), or of an iterable of pairs.
    def _take(self, source) -> None:
        check_writable(self)
        if isinstance(source, dict):
            at = source._next(-16)
            n = source._len
            while at >= 0:
                self[source._key_at(at)] = source._value_at(at)
                if source._len != n:
                    raise RuntimeError('dict mutated during update')
                at = source._next(at)
        elif hasattr(source, 'keys'):
            for key in source.keys():
                self[key] = source[key]
        else:
            number = 0
            for item in source:
                if not hasattr(item, '__iter__'):
                    raise TypeError('cannot convert dictionary update sequence element #' + str(number) + ' to a sequence')
                if hasattr(item, '__len__') and len(item) != 2:
                    raise ValueError('dictionary update sequence element #' + str(number) + ' has length ' + str(len(item)) + '; 2 is required')
                key, value = item
                self[key] = value
                number += 1

    def keys(self) -> 'dict_keys[K, V]':
        return dict_keys(self)

    def values(self) -> 'dict_values[K, V]':
        return dict_values(self)

    def items(self) -> 'dict_items[K, V]':
        return dict_items(self)

    def __iter__(self) -> 'dict_key_iterator[K, V]':
        return dict_key_iterator(self)

    def __reversed__(self) -> 'list_iterator[K]':
        keys = list(self)
        keys.reverse()
        return list_iterator(keys)

    def __eq__(self, other) -> bool:
        if not isinstance(other, dict):
            return False
        if self._len != other._len:
            return False
        at = self._next(-16)
        while at >= 0:
            key = self._key_at(at)
            there = other._find(key, load_i64(self._entries, at))
            if there < 0:
                return False
            x = self._value_at(at)
            y = other._value_at(there)
            if not (x is y or x == y):
                return False
            at = self._next(at)
        return True

    def __ne__(self, other) -> bool:
        return not self == other

    def __or__(self, other: 'dict[K, V]') -> 'dict[K, V]':
        r = self.copy()
        r._take(other)
        return r

    def __ior__(self, other) -> 'dict[K, V]':
        self._take(other)
        return self

    def __repr__(self) -> str:
        if repr_enter(self):
            return '{...}'
        out = TextBuilder()
        out.byte(123)
        at = self._next(-16)
        first: i32 = 1
        while at >= 0:
            if not first:
                out.text(', ')
            first = 0
            out.text(repr(self._key_at(at)))
            out.text(': ')
            out.text(repr(self._value_at(at)))
            at = self._next(at)
        out.byte(125)
        repr_leave()
        return out.take()

    @staticmethod
    def fromkeys(iterable, value=None):
        r = {}
        for key in iterable:
            r[key] = value
        return r
