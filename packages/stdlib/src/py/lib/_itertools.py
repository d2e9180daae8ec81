# molt: intrinsics
# itertools: lazy iterators over other iterators. Each steps its sources with `_advance` and leaves the item in `_value`.
# The combinatoric ones are in _combinatorics.py.

from typing import Generic, TypeVar, overload
from molt.intrinsics import i32

A = TypeVar('A')
B = TypeVar('B')
F = TypeVar('F')
T = TypeVar('T')


class count(Generic[T]):
    _at: T
    _step: T
    _value: T

    def __init__(self, start=0, step=1) -> None:
        self._at = start
        self._step = step

    def _advance(self) -> bool:
        self._value = self._at
        self._at = self._at + self._step
        return True

    def __iter__(self):
        return self

    def __next__(self):
        self._advance()
        return self._value


class cycle(iterator_base, Generic[T]):
    _items: 'list[T]'
    _at: i32
    _value: T

    def __init__(self, iterable) -> None:
        self._items = list(iterable)

    def _advance(self) -> bool:
        n: i32 = self._items._len
        if n == 0:
            return False
        self._value = self._items._item(self._at)
        self._at = self._at + 1 if self._at + 1 < n else 0
        return True


class repeat(iterator_base, Generic[T]):
    _left: int
    _value: T

    def __init__(self, x, times: 'int | None' = None) -> None:
        self._value = x
        self._left = -1 if times is None else times if times > 0 else 0

    def _advance(self) -> bool:
        if self._left == 0:
            return False
        if self._left > 0:
            self._left -= 1
        return True


# All items of the iterables that an iterable gives.
class chain_nested(iterator_base, Generic[A, B, T]):
    _outer: A
    _inner: B
    _open: bool
    _value: T

    def __init__(self, iterables) -> None:
        self._outer = stepper(iterables)

    def _advance(self) -> bool:
        while True:
            if self._open:
                if self._inner._advance():
                    self._value = self._inner._value
                    return True
                self._open = False
            if not self._outer._advance():
                return False
            self._inner = stepper(self._outer._value)
            self._open = True


class chain_two(iterator_base, Generic[A, B, T]):
    _first: A
    _second: B
    _value: T

    def __init__(self, first, second) -> None:
        self._first = stepper(first)
        self._second = stepper(second)

    def _advance(self) -> bool:
        if self._first._advance():
            self._value = self._first._value
            return True
        if self._second._advance():
            self._value = self._second._value
            return True
        return False


class chain:
    @staticmethod
    def _make(*iterables):
        if len(iterables) == 1:
            return stepper(iterables[0])
        if len(iterables) == 2:
            return chain_two(iterables[0], iterables[1])
        if len(iterables) == 3:
            return chain_two(chain_two(iterables[0], iterables[1]), iterables[2])
        return chain_nested(iterables)

    @staticmethod
    def from_iterable(iterables):
        return chain_nested(iterables)


class accumulate(iterator_base, Generic[A, F, T]):
    _it: A
    _func: F
    _started: bool
    _value: T

    def __init__(self, iterable, func=None, *, initial=None) -> None:
        self._it = stepper(iterable)
        self._func = func
        if initial is not None:
            self._value = initial

    def _advance(self) -> bool:
        if not self._it._advance():
            return False
        if not self._started:
            self._started = True
            self._value = self._it._value
        elif self._func is None:
            self._value = self._value + self._it._value
        else:
            self._value = self._func(self._value, self._it._value)
        return True


class islice(iterator_base, Generic[A, T]):
    _it: A
    _next: int
    _stop: int
    _step: int
    _at: int
    _value: T

    @overload
    def __init__(self, iterable, stop: 'int | None') -> None:
        self._it = stepper(iterable)
        self._stop = -1 if stop is None else stop
        self._step = 1
        if stop is not None and stop < 0:
            raise ValueError('Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.')

    @overload
    def __init__(self, iterable, start: 'int | None', stop: 'int | None', step: 'int | None' = None) -> None:
        self._it = stepper(iterable)
        self._next = 0 if start is None else start
        self._stop = -1 if stop is None else stop
        self._step = 1 if step is None else step
        if self._next < 0 or stop is not None and stop < 0:
            raise ValueError('Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.')
        if self._step < 1:
            raise ValueError('Step for islice() must be a positive integer or None.')

    def _advance(self) -> bool:
        while True:
            if self._stop >= 0 and self._next >= self._stop:
                return False
            if not self._it._advance():
                return False
            self._at += 1
            if self._at - 1 == self._next:
                self._value = self._it._value
                self._next += self._step
                return True


class takewhile(iterator_base, Generic[F, A, T]):
    _func: F
    _it: A
    _done: bool
    _value: T

    def __init__(self, predicate, iterable) -> None:
        self._func = predicate
        self._it = stepper(iterable)

    def _advance(self) -> bool:
        if self._done or not self._it._advance():
            return False
        if not self._func(self._it._value):
            self._done = True
            return False
        self._value = self._it._value
        return True


class dropwhile(iterator_base, Generic[F, A, T]):
    _func: F
    _it: A
    _open: bool
    _value: T

    def __init__(self, predicate, iterable) -> None:
        self._func = predicate
        self._it = stepper(iterable)

    def _advance(self) -> bool:
        while self._it._advance():
            if self._open or not self._func(self._it._value):
                self._open = True
                self._value = self._it._value
                return True
        return False


class filterfalse(iterator_base, Generic[F, A, T]):
    _func: F
    _it: A
    _value: T

    def __init__(self, predicate, iterable) -> None:
        self._func = predicate
        self._it = stepper(iterable)

    def _advance(self) -> bool:
        while self._it._advance():
            x = self._it._value
            if self._func is None:
                if not x:
                    self._value = x
                    return True
            elif not self._func(x):
                self._value = x
                return True
        return False


class pairwise(iterator_base, Generic[A, B, T]):
    _it: A
    _last: B
    _open: bool
    _value: T

    def __init__(self, iterable) -> None:
        self._it = stepper(iterable)

    def _advance(self) -> bool:
        if not self._open:
            if not self._it._advance():
                return False
            self._open = True
            self._last = self._it._value
        if not self._it._advance():
            return False
        self._value = (self._last, self._it._value)
        self._last = self._it._value
        return True


# Groups of equal neighbours (by key); each group is a list.
class groupby(iterator_base, Generic[A, B, F, T]):
    _it: A
    _key: F
    _ahead: bool
    _ended: bool
    _mark: B
    _value: T

    def __init__(self, iterable, key=None) -> None:
        self._it = stepper(iterable)
        self._key = key

    def _advance(self) -> bool:
        if not self._ahead:
            if self._ended or not self._it._advance():
                return False
        group = [self._it._value]
        mark = key_of(self._key, self._it._value)
        self._ahead = False
        while True:
            if not self._it._advance():
                self._ended = True
                break
            if not key_of(self._key, self._it._value) == mark:
                self._ahead = True
                break
            group.append(self._it._value)
        self._value = (mark, list_iterator(group))
        return True


def key_of(key, x):
    if key is None:
        return x
    return key(x)


class starmap(iterator_base, Generic[F, A, T]):
    _func: F
    _it: A
    _value: T

    def __init__(self, func, iterable) -> None:
        self._func = func
        self._it = stepper(iterable)

    def _advance(self) -> bool:
        if not self._it._advance():
            return False
        self._value = self._func(*self._it._value)
        return True


class compress(iterator_base, Generic[A, B, T]):
    _data: A
    _selectors: B
    _value: T

    def __init__(self, data, selectors) -> None:
        self._data = stepper(data)
        self._selectors = stepper(selectors)

    def _advance(self) -> bool:
        while self._data._advance() and self._selectors._advance():
            if self._selectors._value:
                self._value = self._data._value
                return True
        return False


class zip_longest(iterator_base, Generic[A, B, F, T]):
    _left: A
    _right: B
    _fill: F
    _value: T

    def __init__(self, left, right, *, fillvalue=None) -> None:
        self._left = stepper(left)
        self._right = stepper(right)
        self._fill = fillvalue

    def _advance(self) -> bool:
        left = self._left._advance()
        right = self._right._advance()
        if left:
            if right:
                self._value = (self._left._value, self._right._value)
            else:
                self._value = (self._left._value, self._fill)
            return True
        if right:
            self._value = (self._fill, self._right._value)
        return right
