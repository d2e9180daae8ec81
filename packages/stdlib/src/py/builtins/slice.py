# molt: intrinsics
# slice objects, which only user-defined __getitem__ sees; slices of builtin sequences are compiled to __getslice__.

from molt.intrinsics import to_val, val


class slice:
    start: val
    stop: val
    step: val

    def __init__(self, start, stop=None, step=None) -> None:
        self.start = to_val(start)
        self.stop = to_val(stop)
        self.step = to_val(step)

    def indices(self, length: int) -> 'tuple[int, int, int]':
        by = 1
        step = self.step
        if isinstance(step, int):
            by = step
        if by == 0:
            raise_value_error('slice step cannot be zero')
        low = bound_of(self.start, length, by, 0 if by > 0 else length - 1)
        high = bound_of(self.stop, length, by, length if by > 0 else -1)
        return low, high, by

    def __eq__(self, other: 'slice') -> bool:
        return self.start == other.start and self.stop == other.stop and self.step == other.step

    def __repr__(self) -> str:
        return 'slice(' + repr(self.start) + ', ' + repr(self.stop) + ', ' + repr(self.step) + ')'


def bound_of(bound: val, n: int, by: int, default: int) -> int:
    if isinstance(bound, int):
        return range_bound(bound, n, by, default)
    return default
