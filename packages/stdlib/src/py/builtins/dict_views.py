# molt: intrinsics
# Views and iterators of dict. Iterating notices when the dict changes size, as CPython does.

from typing import Generic, TypeVar
from molt.intrinsics import hash_of, i32, noinline

K = TypeVar('K')
V = TypeVar('V')


@noinline
def raise_dict_changed() -> None:
    raise RuntimeError('dictionary changed size during iteration')


class dict_key_iterator(Generic[K, V]):
    _dict: 'dict[K, V]'
    _at: i32
    _size: i32
    _value: K

    def __init__(self, d: 'dict[K, V]') -> None:
        self._dict = d
        self._at = -16
        self._size = d._len

    def _advance(self) -> bool:
        d = self._dict
        if d._len != self._size:
            self._size = -1
            raise_dict_changed()
        at = d._next(self._at)
        if at < 0:
            self._at = 1073741824
            return False
        self._at = at
        self._value = d._key_at(at)
        return True

    def __iter__(self) -> 'dict_key_iterator[K, V]':
        return self

    def __next__(self) -> K:
        if not self._advance():
            raise_stop_iteration()
        return self._value


class dict_value_iterator(Generic[K, V]):
    _dict: 'dict[K, V]'
    _at: i32
    _size: i32
    _value: V

    def __init__(self, d: 'dict[K, V]') -> None:
        self._dict = d
        self._at = -16
        self._size = d._len

    def _advance(self) -> bool:
        d = self._dict
        if d._len != self._size:
            self._size = -1
            raise_dict_changed()
        at = d._next(self._at)
        if at < 0:
            self._at = 1073741824
            return False
        self._at = at
        self._value = d._value_at(at)
        return True

    def __iter__(self) -> 'dict_value_iterator[K, V]':
        return self

    def __next__(self) -> V:
        if not self._advance():
            raise_stop_iteration()
        return self._value


class dict_item_iterator(Generic[K, V]):
    _dict: 'dict[K, V]'
    _at: i32
    _size: i32
    _value: 'tuple[K, V]'

    def __init__(self, d: 'dict[K, V]') -> None:
        self._dict = d
        self._at = -16
        self._size = d._len

    def _advance(self) -> bool:
        d = self._dict
        if d._len != self._size:
            self._size = -1
            raise_dict_changed()
        at = d._next(self._at)
        if at < 0:
            self._at = 1073741824
            return False
        self._at = at
        self._value = (d._key_at(at), d._value_at(at))
        return True

    def __iter__(self) -> 'dict_item_iterator[K, V]':
        return self

    def __next__(self) -> 'tuple[K, V]':
        if not self._advance():
            raise_stop_iteration()
        return self._value


class dict_keys(Generic[K, V]):
    _dict: 'dict[K, V]'

    def __init__(self, d: 'dict[K, V]') -> None:
        self._dict = d

    def __len__(self) -> int:
        return int(self._dict._len)

    def __contains__(self, key) -> bool:
        return key in self._dict

    def __iter__(self) -> 'dict_key_iterator[K, V]':
        return dict_key_iterator(self._dict)

    def __reversed__(self) -> 'list_iterator[K]':
        return reversed(self._dict)

    def __eq__(self, other) -> bool:
        if len(self) != len(other):
            return False
        for key in self:
            if key not in other:
                return False
        return True

    def __ne__(self, other) -> bool:
        return not self == other

    def __and__(self, other) -> 'set[K]':
        r = set[K]()
        for key in other:
            if key in self._dict:
                r.add(key)
        return r

    def __or__(self, other) -> 'set[K]':
        r = set[K](self)
        r.update(other)
        return r

    def __sub__(self, other) -> 'set[K]':
        r = set[K](self)
        r.difference_update(other)
        return r

    def __xor__(self, other) -> 'set[K]':
        r = set[K](self)
        r.symmetric_difference_update(other)
        return r

    def isdisjoint(self, other) -> bool:
        for key in other:
            if key in self._dict:
                return False
        return True

    def __repr__(self) -> str:
        return 'dict_keys(' + repr(list(self)) + ')'


class dict_values(Generic[K, V]):
    _dict: 'dict[K, V]'

    def __init__(self, d: 'dict[K, V]') -> None:
        self._dict = d

    def __len__(self) -> int:
        return int(self._dict._len)

    def __iter__(self) -> 'dict_value_iterator[K, V]':
        return dict_value_iterator(self._dict)

    def __contains__(self, x) -> bool:
        for y in self:
            if y is x or y == x:
                return True
        return False

    def __reversed__(self) -> 'list_iterator[V]':
        values = list(self)
        values.reverse()
        return list_iterator(values)

    def __repr__(self) -> str:
        return 'dict_values(' + repr(list(self)) + ')'


class dict_items(Generic[K, V]):
    _dict: 'dict[K, V]'

    def __init__(self, d: 'dict[K, V]') -> None:
        self._dict = d

    def __len__(self) -> int:
        return int(self._dict._len)

    def __iter__(self) -> 'dict_item_iterator[K, V]':
        return dict_item_iterator(self._dict)

    def __contains__(self, item) -> bool:
        key, value = item
        at = self._dict._find(key, hash_of(key))
        if at < 0:
            return False
        return self._dict._value_at(at) == value

    def __reversed__(self) -> 'list_iterator[tuple[K, V]]':
        items = list(self)
        items.reverse()
        return list_iterator(items)

    def __eq__(self, other) -> bool:
        if len(self) != len(other):
            return False
        for item in self:
            if item not in other:
                return False
        return True

    def __ne__(self, other) -> bool:
        return not self == other

    def __repr__(self) -> str:
        return 'dict_items(' + repr(list(self)) + ')'
