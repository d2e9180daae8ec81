# molt: intrinsics
# range: three ints and a length. `for` over a literal range call is compiled to a counting loop and does not come here.

from typing import overload
from molt.intrinsics import hash_of, i64


class range:
    start: int
    stop: int
    step: int
    _count: int

    @overload
    def __init__(self, stop: int) -> None:
        self.start = 0
        self.stop = stop
        self.step = 1
        self._count = stop if stop > 0 else 0

    @overload
    def __init__(self, start: int, stop: int, step: int = 1) -> None:
        if step == 0:
            raise_value_error('range() arg 3 must not be zero')
        self.start = start
        self.stop = stop
        self.step = step
        self._count = range_count(start, stop, step)

    def __len__(self) -> int:
        if self._count > 9223372036854775807:
            raise_overflow_error('Python int too large to convert to C ssize_t')
        return self._count

    def __bool__(self) -> bool:
        return self._count != 0

    def __getitem__(self, i: int) -> int:
        k = i
        if k < 0:
            k = k + self._count
        if k < 0 or k >= self._count:
            raise_index_error(5, i)
        return self.start + k * self.step

    def __getslice__(self, start, stop, step) -> 'range':
        by = 1 if step is None else step
        if by == 0:
            raise_value_error('slice step cannot be zero')
        n = self._count
        low = range_bound(start, n, by, 0 if by > 0 else n - 1)
        high = range_bound(stop, n, by, n if by > 0 else -1)
        return range(self.start + low * self.step, self.start + high * self.step, self.step * by)

    def __contains__(self, x) -> bool:
        if isinstance(x, int):
            return self._position(x) >= 0
        for y in self:
            if y == x:
                return True
        return False

    # Index of a value, or -1.
    def _position(self, x: int) -> int:
        offset = x - self.start
        if self._count == 0 or offset % self.step != 0:
            return -1
        k = offset // self.step
        return k if 0 <= k < self._count else -1

    def index(self, x: int) -> int:
        k = self._position(x)
        if k < 0:
            raise ValueError(str(x) + ' is not in range')
        return k

    def count(self, x) -> int:
        return 1 if x in self else 0

    def __iter__(self) -> 'range_iterator':
        return range_iterator(self.start, self.step, self._count)

    def __reversed__(self) -> 'range_iterator':
        return range_iterator(self.start + (self._count - 1) * self.step, -self.step, self._count)

    def __eq__(self, other: 'range') -> bool:
        n = self._count
        if n != other._count:
            return False
        if n == 0:
            return True
        return self.start == other.start and (n == 1 or self.step == other.step)

    def __ne__(self, other: 'range') -> bool:
        return not self == other

    def __hash__(self) -> i64:
        n = self._count
        if n == 0:
            return hash_of((n, None, None))
        if n == 1:
            return hash_of((n, self.start, None))
        return hash_of((n, self.start, self.step))

    def __repr__(self) -> str:
        text = 'range(' + str(self.start) + ', ' + str(self.stop)
        if self.step != 1:
            text = text + ', ' + str(self.step)
        return text + ')'


def range_count(start: int, stop: int, step: int) -> int:
    if step > 0:
        return (stop - start + step - 1) // step if stop > start else 0
    return (start - stop - step - 1) // -step if stop < start else 0


# A slice bound of a range: clamped like those of lists, but of any size.
def range_bound(bound, n: int, by: int, default: int) -> int:
    if bound is None:
        return default
    k = bound
    if k < 0:
        k = k + n
        if k < 0:
            return 0 if by > 0 else -1
    if by > 0:
        return k if k < n else n
    return k if k < n else n - 1


class range_iterator:
    _at: int
    _step: int
    _left: int
    _value: int

    def __init__(self, start: int, step: int, count: int) -> None:
        self._at = start
        self._step = step
        self._left = count

    def _advance(self) -> bool:
        if self._left <= 0:
            return False
        self._left -= 1
        self._value = self._at
        self._at = self._at + self._step
        return True

    def __iter__(self) -> 'range_iterator':
        return self

    def __next__(self) -> int:
        if not self._advance():
            raise_stop_iteration()
        return self._value

    def __length_hint__(self) -> int:
        return self._left
