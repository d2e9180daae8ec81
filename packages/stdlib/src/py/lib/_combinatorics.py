# molt: intrinsics
# The combinatoric iterators of itertools: they walk lists of indices in CPython's order and build a tuple for each.

from typing import Generic, TypeVar, overload

T = TypeVar('T')
U = TypeVar('U')
A = TypeVar('A')
V = TypeVar('V')


class combinations(iterator_base, Generic[T]):
    _pool: 'list[T]'
    _picked: 'list[int]'
    _fresh: bool
    _value: 'vtuple[T]'

    def __init__(self, iterable, r: int) -> None:
        if r < 0:
            raise ValueError('r must be non-negative')
        self._pool = list(iterable)
        self._picked = list(range(r))
        self._fresh = True

    # Moves on to the next choice of indices; False after the last.
    def _step(self) -> bool:
        n = len(self._pool)
        r = len(self._picked)
        if self._fresh:
            self._fresh = False
            return r <= n
        i = r - 1
        while i >= 0 and self._picked[i] == i + n - r:
            i -= 1
        if i < 0 or r > n:
            return False
        k = self._picked[i] + 1
        while i < r:
            self._picked[i] = k
            k += 1
            i += 1
        return True

    def _advance(self) -> bool:
        if not self._step():
            return False
        self._value = tuple_of_list([self._pool[i] for i in self._picked])
        return True


class combinations_with_replacement(iterator_base, Generic[T]):
    _pool: 'list[T]'
    _picked: 'list[int]'
    _fresh: bool
    _value: 'vtuple[T]'

    def __init__(self, iterable, r: int) -> None:
        self._pool = list(iterable)
        self._picked = [0] * r
        self._fresh = True

    def _advance(self) -> bool:
        n = len(self._pool)
        r = len(self._picked)
        if self._fresh:
            self._fresh = False
            if n == 0 and r > 0:
                return False
        else:
            i = r - 1
            while i >= 0 and self._picked[i] == n - 1:
                i -= 1
            if i < 0:
                return False
            k = self._picked[i] + 1
            while i < r:
                self._picked[i] = k
                i += 1
        self._value = tuple_of_list([self._pool[i] for i in self._picked])
        return True


class permutations(iterator_base, Generic[T]):
    _pool: 'list[T]'
    _picked: 'list[int]'
    _cycles: 'list[int]'
    _size: int
    _fresh: bool
    _value: 'vtuple[T]'

    def __init__(self, iterable, r: 'int | None' = None) -> None:
        self._pool = list(iterable)
        n = len(self._pool)
        self._size = n if r is None else r
        self._picked = list(range(n))
        self._cycles = list(range(n, n - self._size, -1))
        self._fresh = True

    def _step(self) -> bool:
        n = len(self._pool)
        if self._fresh:
            self._fresh = False
            return self._size <= n
        if self._size > n:
            return False
        i = self._size - 1
        while i >= 0:
            self._cycles[i] -= 1
            if self._cycles[i] != 0:
                j = n - self._cycles[i]
                k = self._picked[i]
                self._picked[i] = self._picked[j]
                self._picked[j] = k
                return True
            # The suffix has gone round: its first index moves to the end.
            self._picked.append(self._picked.pop(i))
            self._cycles[i] = n - i
            i -= 1
        return False

    def _advance(self) -> bool:
        if not self._step():
            return False
        self._value = tuple_of_list([self._pool[i] for i in self._picked[: self._size]])
        return True


class product_two(iterator_base, Generic[T, U, A]):
    _left: 'list[T]'
    _right: 'list[U]'
    _at: int
    _value: A

    def __init__(self, left, right) -> None:
        self._left = list(left)
        self._right = list(right)

    def _advance(self) -> bool:
        n = len(self._right)
        if self._at >= len(self._left) * n:
            return False
        self._value = (self._left[self._at // n], self._right[self._at % n])
        self._at += 1
        return True


class product_three(iterator_base, Generic[T, U, A, V]):
    _first: 'list[T]'
    _second: 'list[U]'
    _third: 'list[V]'
    _at: int
    _value: A

    def __init__(self, first, second, third) -> None:
        self._first = list(first)
        self._second = list(second)
        self._third = list(third)

    def _advance(self) -> bool:
        m = len(self._second)
        n = len(self._third)
        if self._at >= len(self._first) * m * n:
            return False
        k = self._at // n
        self._value = (self._first[k // m], self._second[k % m], self._third[self._at % n])
        self._at += 1
        return True


class product_power(iterator_base, Generic[T]):
    _pool: 'list[T]'
    _picked: 'list[int]'
    _fresh: bool
    _value: 'vtuple[T]'

    def __init__(self, iterable, times: int) -> None:
        self._pool = list(iterable)
        self._picked = [0] * times
        self._fresh = True

    def _advance(self) -> bool:
        n = len(self._pool)
        if self._fresh:
            self._fresh = False
            if n == 0 and len(self._picked) > 0:
                return False
        else:
            i = len(self._picked) - 1
            while i >= 0:
                self._picked[i] += 1
                if self._picked[i] < n:
                    break
                self._picked[i] = 0
                i -= 1
            if i < 0:
                return False
        self._value = tuple_of_list([self._pool[i] for i in self._picked])
        return True


@overload
def product(first, *, repeat: int):
    return product_power(first, repeat)


@overload
def product(first):
    return product_power(first, 1)


@overload
def product(first, second):
    return product_two(first, second)


@overload
def product(first, second, third):
    return product_three(first, second, third)
