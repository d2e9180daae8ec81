# molt: intrinsics
# The class int. Sums, differences, products, bitwise operators and comparisons of two ints are MIR operations and never come
# here; this class has the operators that can fail, those with floats, and the methods.

from typing import overload
from molt.intrinsics import (
    big, f64_div, f64_from_i64, i32, i64, int_add, int_and, int_eq, int_floordiv, int_lt, int_mod, int_mul, int_neg, int_or, int_shl,
    int_shr, int_sub, int_word, int_xor, is_small, word,
)


class int:
    @overload
    @staticmethod
    def _make() -> int:
        return 0

    @overload
    @staticmethod
    def _make(x: int) -> int:
        return x

    @overload
    @staticmethod
    def _make(x: float) -> int:
        return float_to_int(x)

    @overload
    @staticmethod
    def _make(x: str) -> int:
        return parse_int(x, 10)

    @overload
    @staticmethod
    def _make(x: bytes) -> int:
        return parse_int(x.decode('latin-1'), 10)

    @overload
    @staticmethod
    def _make(x: str, base: int) -> int:
        if base != 0 and base < 2 or base > 36:
            raise_value_error('int() base must be >= 2 and <= 36, or 0')
        return parse_int(x, i32(word(base)))

    @overload
    @staticmethod
    def _make(x, base: int) -> int:
        raise TypeError("int() can't convert non-string with explicit base")

    def __bool__(self) -> bool:
        return not is_small(self) or word(self) != 0

    def __int__(self) -> int:
        return self

    def __index__(self) -> int:
        return self

    def __float__(self) -> float:
        return int_to_float(self)

    def __hash__(self) -> i64:
        if is_small(self):
            return small_hash(word(self))
        return big_hash(big(self))

    def __str__(self) -> str:
        return int_text(self)

    def __repr__(self) -> str:
        return int_text(self)

    def __format__(self, spec: str) -> str:
        if byte_len(spec) == 0:
            return int_text(self)
        return format_int(self, spec)

    def __pos__(self) -> int:
        return self

    def __neg__(self) -> int:
        return int_neg(self)

    def __abs__(self) -> int:
        if int_sign(self) < 0:
            return int_neg(self)
        return self

    def __invert__(self) -> int:
        return int_sub(-1, self)

    def __trunc__(self) -> int:
        return self

    def __floor__(self) -> int:
        return self

    def __ceil__(self) -> int:
        return self

    def __round__(self, ndigits=None) -> int:
        if ndigits is None:
            return self
        return round_int(self, ndigits)

    # arithmetic with an int

    @overload
    def __add__(self, other: int) -> int:
        return int_add(self, other)

    @overload
    def __add__(self, other: float) -> float:
        return int_to_float(self) + other

    @overload
    def __radd__(self, other: float) -> float:
        return other + int_to_float(self)

    @overload
    def __sub__(self, other: int) -> int:
        return int_sub(self, other)

    @overload
    def __sub__(self, other: float) -> float:
        return int_to_float(self) - other

    @overload
    def __mul__(self, other: int) -> int:
        return int_mul(self, other)

    @overload
    def __mul__(self, other: float) -> float:
        return int_to_float(self) * other

    @overload
    def __truediv__(self, other: int) -> float:
        if is_small(other) and word(other) == 0:
            raise_zero_division('division by zero')
        if is_small(self) and is_small(other):
            a = word(self)
            b = word(other)
            # Up to 2**53 both are exact doubles, and one division rounds correctly.
            if a <= 9007199254740992 and a >= -9007199254740992 and b <= 9007199254740992 and b >= -9007199254740992:
                return f64_div(f64_from_i64(a), f64_from_i64(b))
        return divide_ints(self, other)

    @overload
    def __truediv__(self, other: float) -> float:
        if other == 0.0:
            raise_zero_division('float division by zero')
        return f64_div(int_to_float(self), other)

    @overload
    def __floordiv__(self, other: int) -> int:
        if is_small(other) and word(other) == 0:
            raise_zero_division('integer division or modulo by zero')
        return int_floordiv(self, other)

    @overload
    def __floordiv__(self, other: float) -> float:
        return float_floordiv(int_to_float(self), other)

    @overload
    def __mod__(self, other: int) -> int:
        if is_small(other) and word(other) == 0:
            raise_zero_division('integer modulo by zero')
        return int_mod(self, other)

    @overload
    def __mod__(self, other: float) -> float:
        return float_mod(int_to_float(self), other)

    @overload
    def __divmod__(self, other: int) -> 'tuple[int, int]':
        if is_small(other) and word(other) == 0:
            raise_zero_division('integer division or modulo by zero')
        q = int_floordiv(self, other)
        return q, int_sub(self, int_mul(q, other))

    @overload
    def __divmod__(self, other: float) -> 'tuple[float, float]':
        return float_divmod(int_to_float(self), other)

    # A negative power of an int is a float. Powers by a literal that is not negative are compiled to int_power itself.
    @overload
    def __pow__(self, other: int) -> 'int | float':
        if int_sign(other) < 0:
            return float_pow(int_to_float(self), int_to_float(other))
        return int_power(self, other)

    @overload
    def __pow__(self, other: float) -> float:
        return float_pow(int_to_float(self), other)

    def __and__(self, other: int) -> int:
        return int_and(self, other)

    def __or__(self, other: int) -> int:
        return int_or(self, other)

    def __xor__(self, other: int) -> int:
        return int_xor(self, other)

    def __lshift__(self, other: int) -> int:
        if int_sign(other) < 0:
            raise_value_error('negative shift count')
        if is_small(self):
            w = word(self)
            if is_small(other) and word(other) < 62:
                count = word(other)
                r = w << count
                if r >> count == w and fits_small(r):
                    return int_word(r)
            if w == 0:
                return 0
        if not is_small(other) or word(other) > 16000000000:
            raise_overflow_error('too many digits in integer')
        if word(other) > 2000000000:
            raise_memory_error()
        return int_shl(self, other)

    def __rshift__(self, other: int) -> int:
        if int_sign(other) < 0:
            raise_value_error('negative shift count')
        return int_shr(self, other)

    # comparison; with a float it is exact

    @overload
    def __eq__(self, other: int) -> bool:
        return int_eq(self, other)

    @overload
    def __eq__(self, other: float) -> bool:
        return compare_int_float(self, other) == 0

    @overload
    def __ne__(self, other: int) -> bool:
        return not int_eq(self, other)

    @overload
    def __ne__(self, other: float) -> bool:
        return compare_int_float(self, other) != 0

    @overload
    def __lt__(self, other: int) -> bool:
        return int_lt(self, other)

    @overload
    def __lt__(self, other: float) -> bool:
        return compare_int_float(self, other) == -1

    @overload
    def __le__(self, other: int) -> bool:
        return not int_lt(other, self)

    @overload
    def __le__(self, other: float) -> bool:
        return compare_int_float(self, other) <= 0

    @overload
    def __gt__(self, other: int) -> bool:
        return int_lt(other, self)

    @overload
    def __gt__(self, other: float) -> bool:
        return compare_int_float(self, other) == 1

    @overload
    def __ge__(self, other: int) -> bool:
        return not int_lt(self, other)

    @overload
    def __ge__(self, other: float) -> bool:
        order = compare_int_float(self, other)
        return order == 0 or order == 1

    # methods

    @property
    def real(self) -> int:
        return self

    @property
    def imag(self) -> int:
        return 0

    @property
    def numerator(self) -> int:
        return self

    @property
    def denominator(self) -> int:
        return 1

    def bit_length(self) -> int:
        return int(int_bit_length(self))

    def bit_count(self) -> int:
        return int(int_bit_count(self))

    def conjugate(self) -> int:
        return self

    def is_integer(self) -> bool:
        return True

    def as_integer_ratio(self) -> 'tuple[int, int]':
        return self, 1

    def to_bytes(self, length: int = 1, byteorder: str = 'big', *, signed: bool = False) -> bytes:
        return int_to_bytes(self, length, byteorder, signed)

    @staticmethod
    def from_bytes(data, byteorder: str = 'big', *, signed: bool = False) -> int:
        if isinstance(data, bytes):
            return int_from_bytes(data, byteorder, signed)
        return int_from_bytes(bytes(data), byteorder, signed)
