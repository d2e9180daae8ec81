# molt: intrinsics
# The class float. Sums, differences, products and comparisons of two floats are MIR operations; here are the operators that can
# fail, those with ints, and the methods.

from typing import overload
from molt.intrinsics import f64_abs, f64_ceil, f64_div, f64_floor, f64_nearest, i64, inline, is_small, word


class float:
    @overload
    @staticmethod
    def _make() -> float:
        return 0.0

    @overload
    @staticmethod
    def _make(x: float) -> float:
        return x

    @overload
    @staticmethod
    def _make(x: int) -> float:
        return int_to_float(x)

    @overload
    @staticmethod
    def _make(x: str) -> float:
        return parse_float(x)

    @overload
    @staticmethod
    def _make(x: bytes) -> float:
        return parse_float(x.decode('latin-1'))

    def __bool__(self) -> bool:
        return self != 0.0

    def __int__(self) -> int:
        return float_to_int(self)

    def __float__(self) -> float:
        return self

    def __hash__(self) -> i64:
        return float_hash(self)

    def __repr__(self) -> str:
        return float_repr(self)

    def __str__(self) -> str:
        return float_repr(self)

    def __format__(self, spec: str) -> str:
        if byte_len(spec) == 0:
            return float_repr(self)
        return format_float(self, spec)

    def __pos__(self) -> float:
        return self

    def __neg__(self) -> float:
        return -self

    def __abs__(self) -> float:
        return f64_abs(self)

    def __trunc__(self) -> int:
        return float_to_int(self)

    def __floor__(self) -> int:
        return float_to_int(f64_floor(self))

    def __ceil__(self) -> int:
        return float_to_int(f64_ceil(self))

    def __round__(self, ndigits=None):
        if ndigits is None:
            return float_to_int(f64_nearest(self))
        return round_float(self, ndigits)

    @overload
    def __add__(self, other: float) -> float:
        return self + other

    @overload
    def __add__(self, other: int) -> float:
        return self + int_to_float(other)

    @overload
    def __radd__(self, other: int) -> float:
        return int_to_float(other) + self

    @overload
    def __sub__(self, other: float) -> float:
        return self - other

    @overload
    def __sub__(self, other: int) -> float:
        return self - int_to_float(other)

    @overload
    def __mul__(self, other: float) -> float:
        return self * other

    @overload
    def __mul__(self, other: int) -> float:
        return self * int_to_float(other)

    @overload
    @inline
    def __truediv__(self, other: float) -> float:
        if other == 0.0:
            raise_zero_division('float division by zero')
        return f64_div(self, other)

    @overload
    def __truediv__(self, other: int) -> float:
        if is_small(other) and word(other) == 0:
            raise_zero_division('float division by zero')
        return f64_div(self, int_to_float(other))

    @overload
    def __floordiv__(self, other: float) -> float:
        return float_floordiv(self, other)

    @overload
    def __floordiv__(self, other: int) -> float:
        return float_floordiv(self, int_to_float(other))

    @overload
    def __mod__(self, other: float) -> float:
        return float_mod(self, other)

    @overload
    def __mod__(self, other: int) -> float:
        return float_mod(self, int_to_float(other))

    @overload
    def __divmod__(self, other: float) -> 'tuple[float, float]':
        return float_divmod(self, other)

    @overload
    def __divmod__(self, other: int) -> 'tuple[float, float]':
        return float_divmod(self, int_to_float(other))

    @overload
    def __pow__(self, other: float) -> float:
        return float_pow(self, other)

    @overload
    def __pow__(self, other: int) -> float:
        return float_pow(self, int_to_float(other))

    @overload
    def __eq__(self, other: float) -> bool:
        return self == other

    @overload
    def __eq__(self, other: int) -> bool:
        return compare_int_float(other, self) == 0

    @overload
    def __ne__(self, other: float) -> bool:
        return self != other

    @overload
    def __ne__(self, other: int) -> bool:
        return compare_int_float(other, self) != 0

    @overload
    def __lt__(self, other: float) -> bool:
        return self < other

    @overload
    def __lt__(self, other: int) -> bool:
        return compare_int_float(other, self) == 1

    @overload
    def __le__(self, other: float) -> bool:
        return self <= other

    @overload
    def __le__(self, other: int) -> bool:
        order = compare_int_float(other, self)
        return order == 0 or order == 1

    @overload
    def __gt__(self, other: float) -> bool:
        return self > other

    @overload
    def __gt__(self, other: int) -> bool:
        return compare_int_float(other, self) == -1

    @overload
    def __ge__(self, other: float) -> bool:
        return self >= other

    @overload
    def __ge__(self, other: int) -> bool:
        return compare_int_float(other, self) <= 0

    def is_integer(self) -> bool:
        return self - self == 0.0 and f64_floor(self) == self

    @property
    def real(self) -> float:
        return self

    @property
    def imag(self) -> float:
        return 0.0

    def conjugate(self) -> float:
        return self

    def as_integer_ratio(self) -> 'tuple[int, int]':
        return float_ratio(self)

    def hex(self) -> str:
        return float_hex(self)

    @staticmethod
    def fromhex(text: str) -> float:
        return float_from_hex(text)
