# molt: intrinsics
# Iterators that generator expressions compile to: `keep` says whether an item counts (None: all do), `make` gives the value.

from typing import Generic, TypeVar

F = TypeVar('F')
G = TypeVar('G')
I = TypeVar('I')
J = TypeVar('J')
T = TypeVar('T')


class generator(iterator_base, Generic[F, G, I, T]):
    _keep: F
    _make: G
    _it: I
    _value: T

    def __init__(self, keep: F, make: G, iterable) -> None:
        self._keep = keep
        self._make = make
        self._it = stepper(iterable)

    def _advance(self) -> bool:
        while self._it._advance():
            item = self._it._value
            if self._keep is None or self._keep(item):
                self._value = self._make(item)
                return True
        return False


# With further `for` clauses `make` gives an iterator of its own.
class nested_generator(iterator_base, Generic[F, G, I, J, T]):
    _keep: F
    _make: G
    _outer: I
    _inner: J
    _open: bool
    _value: T

    def __init__(self, keep: F, make: G, iterable) -> None:
        self._keep = keep
        self._make = make
        self._outer = stepper(iterable)

    def _advance(self) -> bool:
        while True:
            if self._open:
                if self._inner._advance():
                    self._value = self._inner._value
                    return True
                self._open = False
            if not self._outer._advance():
                return False
            item = self._outer._value
            if self._keep is None or self._keep(item):
                self._inner = self._make(item)
                self._open = True
