# molt: intrinsics
# Lazy iterators over other iterators: enumerate, zip, map, filter, reversed. Each steps its source with `_advance` and
# leaves the item in `_value`; sources that only have `__next__` are wrapped by `stepper`.

from typing import Generic, TypeVar
from molt.intrinsics import i32, type_name

I = TypeVar('I')
J = TypeVar('J')
K = TypeVar('K')
F = TypeVar('F')
T = TypeVar('T')


# What classes of iterators share: they step with `_advance`, which leaves the item in `_value`.
class iterator_base:
    def __iter__(self):
        return self

    def __next__(self):
        if not self._advance():
            raise_stop_iteration()
        return self._value


# An iterator over anything iterable that has `_advance` and `_value`.
def stepper(iterable):
    it = iter(iterable)
    if hasattr(it, '_advance'):
        return it
    return next_adapter(it)


# Steps an iterator that signals its end by StopIteration.
class next_adapter(Generic[I, T]):
    _it: I
    _value: T

    def __init__(self, it: I) -> None:
        self._it = it

    def _advance(self) -> bool:
        try:
            self._value = self._it.__next__()
        except StopIteration:
            return False
        return True

    def __iter__(self):
        return self

    def __next__(self):
        return self._it.__next__()


class enumerate(iterator_base, Generic[I, T]):
    _it: I
    _count: int
    _value: 'tuple[int, T]'

    def __init__(self, iterable, start: int = 0) -> None:
        self._it = stepper(iterable)
        self._count = start

    def _advance(self) -> bool:
        if not self._it._advance():
            return False
        self._value = (self._count, self._it._value)
        self._count += 1
        return True


class zip_two(iterator_base, Generic[I, J, T]):
    _left: I
    _right: J
    _strict: bool
    _value: T

    def __init__(self, left, right, strict: bool) -> None:
        self._left = stepper(left)
        self._right = stepper(right)
        self._strict = strict

    def _advance(self) -> bool:
        if not self._left._advance():
            if self._strict and self._right._advance():
                raise ValueError('zip() argument 2 is longer than argument 1')
            return False
        if not self._right._advance():
            if self._strict:
                raise ValueError('zip() argument 2 is shorter than argument 1')
            return False
        self._value = (self._left._value, self._right._value)
        return True


class zip_three(iterator_base, Generic[I, J, K, T]):
    _first: I
    _second: J
    _third: K
    _strict: bool
    _value: T

    def __init__(self, first, second, third, strict: bool) -> None:
        self._first = stepper(first)
        self._second = stepper(second)
        self._third = stepper(third)
        self._strict = strict

    def _advance(self) -> bool:
        if not self._first._advance():
            if self._strict:
                if self._second._advance():
                    raise ValueError('zip() argument 2 is longer than argument 1')
                if self._third._advance():
                    raise ValueError('zip() argument 3 is longer than arguments 1-2')
            return False
        if not self._second._advance():
            if self._strict:
                raise ValueError('zip() argument 2 is shorter than argument 1')
            return False
        if not self._third._advance():
            if self._strict:
                raise ValueError('zip() argument 3 is shorter than arguments 1-2')
            return False
        self._value = (self._first._value, self._second._value, self._third._value)
        return True


class zip_one(iterator_base, Generic[I, T]):
    _it: I
    _value: T

    def __init__(self, iterable) -> None:
        self._it = stepper(iterable)

    def _advance(self) -> bool:
        if not self._it._advance():
            return False
        self._value = (self._it._value,)
        return True


# zip of any number of lists of one type, `zip(*rows)`: the rows are known only at run time.
class zip_rows(iterator_base, Generic[I, T]):
    _rows: 'list[I]'
    _value: 'vtuple[T]'

    def __init__(self, rows) -> None:
        self._rows = [stepper(row) for row in rows]

    def _advance(self) -> bool:
        n = self._rows._len
        if n == 0:
            return False
        items = []
        k: i32 = 0
        while k < n:
            it = self._rows._item(k)
            if not it._advance():
                return False
            items.append(it._value)
            k += 1
        self._value = tuple_of_list(items)
        return True


def zip(*iterables, strict: bool = False):
    # the arguments were spread from a value of unknown length
    if hasattr(iterables, '_data'):
        return zip_rows(list(iterables))
    if len(iterables) == 0:
        return zip_none()
    if len(iterables) == 1:
        return zip_one(iterables[0])
    if len(iterables) == 2:
        return zip_two(iterables[0], iterables[1], strict)
    if len(iterables) == 3:
        return zip_three(iterables[0], iterables[1], iterables[2], strict)
    return zip_rows(iterables)


def zip_none():
    return iter(())


class map_one(iterator_base, Generic[F, I, T]):
    _func: F
    _it: I
    _value: T

    def __init__(self, func: F, iterable) -> None:
        self._func = func
        self._it = stepper(iterable)

    def _advance(self) -> bool:
        if not self._it._advance():
            return False
        self._value = self._func(self._it._value)
        return True


class map_two(iterator_base, Generic[F, I, J, T]):
    _func: F
    _left: I
    _right: J
    _value: T

    def __init__(self, func: F, left, right) -> None:
        self._func = func
        self._left = stepper(left)
        self._right = stepper(right)

    def _advance(self) -> bool:
        if not self._left._advance() or not self._right._advance():
            return False
        self._value = self._func(self._left._value, self._right._value)
        return True


class map_three(iterator_base, Generic[F, I, J, K, T]):
    _func: F
    _first: I
    _second: J
    _third: K
    _value: T

    def __init__(self, func: F, first, second, third) -> None:
        self._func = func
        self._first = stepper(first)
        self._second = stepper(second)
        self._third = stepper(third)

    def _advance(self) -> bool:
        if not self._first._advance() or not self._second._advance() or not self._third._advance():
            return False
        self._value = self._func(self._first._value, self._second._value, self._third._value)
        return True


def map(func, *iterables):
    if len(iterables) == 1:
        return map_one(func, iterables[0])
    if len(iterables) == 2:
        return map_two(func, iterables[0], iterables[1])
    return map_three(func, iterables[0], iterables[1], iterables[2])


class filter(iterator_base, Generic[F, I, T]):
    _func: F
    _it: I
    _value: T

    def __init__(self, func: F, iterable) -> None:
        self._func = func
        self._it = stepper(iterable)

    def _advance(self) -> bool:
        while self._it._advance():
            x = self._it._value
            if self._func is None:
                if x:
                    self._value = x
                    return True
            elif self._func(x):
                self._value = x
                return True
        return False


def reversed(x):
    if hasattr(x, '__reversed__'):
        return x.__reversed__()
    if hasattr(x, '__getitem__') and hasattr(x, '__len__'):
        return sequence_reverse_iterator(x)
    raise TypeError("'" + type_name(x) + "' object is not reversible")


# reversed() of a sequence that has only __len__ and __getitem__.
class sequence_reverse_iterator(iterator_base, Generic[I, T]):
    _source: I
    _at: int
    _value: T

    def __init__(self, source: I) -> None:
        self._source = source
        self._at = len(source)

    def _advance(self) -> bool:
        if self._at <= 0:
            return False
        self._at -= 1
        self._value = self._source[self._at]
        return True


# iter() of a sequence that has only __getitem__: ends at IndexError.
class sequence_iterator(iterator_base, Generic[I, T]):
    _source: I
    _at: int
    _value: T

    def __init__(self, source: I) -> None:
        self._source = source

    def _advance(self) -> bool:
        try:
            self._value = self._source[self._at]
        except IndexError:
            return False
        self._at += 1
        return True


# tuple(iterable): the list's buffer becomes the tuple's.
def tuple_from(iterable):
    xs = list(iterable)
    return tuple_of_list(xs)


def tuple_of_list(xs: 'list[T]') -> 'vtuple[T]':
    return vtuple[T](xs._data, xs._len)
