# molt: intrinsics
# bool, None, object: the smallest classes. Operators of bool that give ints are int's; & | ^ of two bools are MIR operations.

from typing import overload
from molt.intrinsics import i64


class bool(int):
    @overload
    @staticmethod
    def _make() -> bool:
        return False

    @overload
    @staticmethod
    def _make(x) -> bool:
        return True if x else False

    def __repr__(self) -> str:
        return 'True' if self else 'False'

    def __str__(self) -> str:
        return 'True' if self else 'False'

    def __bool__(self) -> bool:
        return self

    def __hash__(self) -> i64:
        return 1 if self else 0

    def __format__(self, spec: str) -> str:
        if byte_len(spec) == 0:
            return 'True' if self else 'False'
        return format_int(1 if self else 0, spec)


class NoneType:
    def __repr__(self) -> str:
        return 'None'

    def __str__(self) -> str:
        return 'None'

    def __bool__(self) -> bool:
        return False

    def __format__(self, spec: str) -> str:
        if byte_len(spec) == 0:
            return 'None'
        raise TypeError('unsupported format string passed to NoneType.__format__')
