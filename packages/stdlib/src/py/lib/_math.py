# molt: intrinsics
# The functions of the math module (math.py has the constants). Elementary functions are computed in double-double (runtime/double_double.py, trig.py) and rounded once, so
# results are the correctly rounded ones in all but very rare cases and do not depend on the target.

from typing import overload
from molt.intrinsics import (
    f64_abs, f64_bits, f64_ceil, f64_copysign, f64_div, f64_floor, f64_from_bits, f64_from_i64, f64_sqrt, f64_trunc, i32, i64, inline,
    int_shr, noinline, shr_u, type_name, word,
)


# Arguments may be ints, bools or floats.
@inline
def real(x) -> float:
    if isinstance(x, float):
        return x
    if isinstance(x, int):
        return int_to_float(x)
    if hasattr(x, '__float__'):
        return x.__float__()
    raise TypeError('must be real number, not ' + type_name(x))


@noinline
def domain_error() -> None:
    raise ValueError('math domain error')


@noinline
def range_error() -> None:
    raise OverflowError('math range error')


def sqrt(x) -> float:
    v = real(x)
    if v < 0.0:
        domain_error()
    return f64_sqrt(v)


def fabs(x) -> float:
    return f64_abs(real(x))


def copysign(x, y) -> float:
    return f64_copysign(real(x), real(y))


def floor(x) -> int:
    if isinstance(x, int):
        return int(x)
    if isinstance(x, float):
        return float_to_int(f64_floor(x))
    return x.__floor__()


def ceil(x) -> int:
    if isinstance(x, int):
        return int(x)
    if isinstance(x, float):
        return float_to_int(f64_ceil(x))
    return x.__ceil__()


def trunc(x) -> int:
    if isinstance(x, int):
        return int(x)
    if isinstance(x, float):
        return float_to_int(f64_trunc(x))
    return x.__trunc__()


def isnan(x) -> bool:
    v = real(x)
    return v != v


def isinf(x) -> bool:
    v = real(x)
    return v - v != 0.0 and v == v


def isfinite(x) -> bool:
    v = real(x)
    return v - v == 0.0


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0) -> bool:
    x = real(a)
    y = real(b)
    relative = real(rel_tol)
    absolute = real(abs_tol)
    if relative < 0.0 or absolute < 0.0:
        raise ValueError('tolerances must be non-negative')
    if x == y:
        return True
    if x - x != 0.0 or y - y != 0.0:
        return False
    diff = f64_abs(y - x)
    return diff <= f64_abs(relative * y) or diff <= f64_abs(relative * x) or diff <= absolute


def exp(x) -> float:
    v = real(x)
    r = exp_value(v)
    if r - r != 0.0 and v - v == 0.0:
        range_error()
    return r


def exp2(x) -> float:
    v = real(x)
    r = pow_value(2.0, v)
    if r - r != 0.0 and v - v == 0.0:
        range_error()
    return r


def expm1(x) -> float:
    v = real(x)
    r = expm1_value(v)
    if r - r != 0.0 and v - v == 0.0:
        range_error()
    return r


@overload
def log(x) -> float:
    if isinstance(x, int):
        return log_int(x)
    return log_value(real(x))


@overload
def log(x, base) -> float:
    top = log(x)
    bottom = log(base)
    if bottom == 0.0:
        raise ZeroDivisionError('float division by zero')
    return f64_div(top, bottom)


def log_value(v: float) -> float:
    if v <= 0.0:
        domain_error()
    if v - v != 0.0:
        return v
    return log_rounded(v)


# Ints beyond the range of doubles have logarithms too.
def log_int(n: int) -> float:
    if n <= 0:
        domain_error()
    bits = int_bit_length(n)
    if bits <= 1000:
        return log_rounded(int_to_float(n))
    drop = bits - 64
    h = dd_log(int_to_float(int_shr(n, int(drop))))
    l = low_part()
    kh = two_product(f64_from_i64(i64(drop)), 0.6931471805599453)
    kl = low_part() + f64_from_i64(i64(drop)) * 2.3190468138462996e-17
    return dd_add(kh, kl, h, l)


def log2(x) -> float:
    if isinstance(x, int):
        if x <= 0:
            domain_error()
        drop = int_bit_length(x) - 64
        if drop > 900:
            return log2_value(int_to_float(int_shr(x, int(drop))), drop)
    v = real(x)
    if v <= 0.0:
        domain_error()
    if v - v != 0.0:
        return v
    return log2_value(v, 0)


# log2(v * 2**extra); powers of two are exact.
def log2_value(v: float, extra: i32) -> float:
    bits = f64_bits(v)
    if bits & 4503599627370495 == 0 and bits >= 4503599627370496:
        return f64_from_i64(shr_u(bits, 52) - 1023 + i64(extra))
    h = dd_log(v)
    l = low_part()
    h = dd_mul(h, l, 1.4426950408889634, 2.0355273740931033e-17)
    l = low_part()
    return dd_add(f64_from_i64(i64(extra)), 0.0, h, l)


def log10(x) -> float:
    if isinstance(x, int):
        if x <= 0:
            domain_error()
        if int_bit_length(x) > 1000:
            log_int(x)
            h = log_int(x)
            return dd_mul(h, low_part(), 0.4342944819032518, 1.098319650216765e-17)
    v = real(x)
    if v <= 0.0:
        domain_error()
    if v - v != 0.0:
        return v
    h = dd_log(v)
    return dd_mul(h, low_part(), 0.4342944819032518, 1.098319650216765e-17)


def log1p(x) -> float:
    v = real(x)
    if v <= -1.0:
        domain_error()
    return log1p_value(v)


def pow(x, y) -> float:
    a = real(x)
    b = real(y)
    if a == 0.0 and b < 0.0 and b - b == 0.0:
        domain_error()
    r = pow_value(a, b)
    if a - a == 0.0 and b - b == 0.0:
        if r != r:
            domain_error()
        if r - r != 0.0:
            range_error()
    return r


def cbrt(x) -> float:
    v = real(x)
    if v == 0.0 or v - v != 0.0:
        return v
    return f64_copysign(cube_root(f64_abs(v)), v)


def sin(x) -> float:
    v = real(x)
    if v - v != 0.0:
        if v == v:
            domain_error()
        return v
    return sin_value(v)


def cos(x) -> float:
    v = real(x)
    if v - v != 0.0:
        if v == v:
            domain_error()
        return v
    return cos_value(v)


def tan(x) -> float:
    v = real(x)
    if v - v != 0.0:
        if v == v:
            domain_error()
        return v
    return tan_value(v)


def asin(x) -> float:
    v = real(x)
    if v > 1.0 or v < -1.0:
        domain_error()
    return asin_value(v) if v == v else v


def acos(x) -> float:
    v = real(x)
    if v > 1.0 or v < -1.0:
        domain_error()
    return acos_value(v) if v == v else v


def atan(x) -> float:
    return atan_value(real(x))


def atan2(y, x) -> float:
    return atan2_value(real(y), real(x))


def sinh(x) -> float:
    v = real(x)
    r = sinh_value(v)
    if r - r != 0.0 and v - v == 0.0:
        range_error()
    return r


def cosh(x) -> float:
    v = real(x)
    r = cosh_value(v)
    if r - r != 0.0 and v - v == 0.0:
        range_error()
    return r


def tanh(x) -> float:
    return tanh_value(real(x))


def asinh(x) -> float:
    return asinh_value(real(x))


def acosh(x) -> float:
    v = real(x)
    if v < 1.0:
        domain_error()
    return acosh_value(v)


def atanh(x) -> float:
    v = real(x)
    if v >= 1.0 or v <= -1.0:
        domain_error()
    return atanh_value(v)


def degrees(x) -> float:
    return real(x) * 57.29577951308232


def radians(x) -> float:
    return real(x) * 0.017453292519943295


def fmod(x, y) -> float:
    a = real(x)
    b = real(y)
    if a != a or b != b:
        return a + b
    if a - a != 0.0 or b == 0.0:
        domain_error()
    return float_fmod(a, b)


# Remainder of the quotient rounded to the nearest int, ties to even.
def remainder(x, y) -> float:
    a = real(x)
    b = real(y)
    if a != a or b != b:
        return a + b
    if a - a != 0.0 or b == 0.0:
        domain_error()
    if b - b != 0.0:
        return a
    p = f64_abs(a)
    q = f64_abs(b)
    m = float_fmod(p, q)
    c = q - m
    if m < c:
        r = m
    elif m > c:
        r = -c
    else:
        r = m - 2.0 * float_fmod(0.5 * (p - m), q)
    return f64_copysign(1.0, a) * r


def modf(x) -> 'tuple[float, float]':
    v = real(x)
    if v - v != 0.0:
        return (v, v) if v != v else (f64_copysign(0.0, v), v)
    whole = f64_trunc(v)
    return f64_copysign(v - whole, v), whole


def frexp(x) -> 'tuple[float, int]':
    v = real(x)
    if v == 0.0 or v - v != 0.0:
        return v, 0
    shift: i32 = 0
    if f64_abs(v) < 2.2250738585072014e-308:
        v = v * 18014398509481984.0
        shift = -54
    bits = f64_bits(v)
    n = (i32(shr_u(bits, 52)) & 2047) - 1022 + shift
    return f64_from_bits(bits & -9218868437227405313 | 4602678819172646912), int(n)


def ldexp(x, i: int) -> float:
    v = real(x)
    if v == 0.0 or v - v != 0.0:
        return v
    if i > 5000:
        range_error()
    if i < -5000:
        return f64_copysign(0.0, v)
    r = scale_exact(v, i32(word(i)))
    if r - r != 0.0:
        range_error()
    return r


def nextafter(x, y) -> float:
    a = real(x)
    b = real(y)
    if a != a or b != b:
        return a + b
    if a == b:
        return b
    if a == 0.0:
        return f64_copysign(5e-324, b)
    bits = f64_bits(a)
    return f64_from_bits(bits + 1 if (b > a) == (a > 0.0) else bits - 1)


def ulp(x) -> float:
    v = f64_abs(real(x))
    if v - v != 0.0:
        return v
    if v == 1.7976931348623157e308:
        return 1.99584030953472e292
    return f64_from_bits(f64_bits(v) + 1) - v


def hypot(*coordinates) -> float:
    xs = [real(c) for c in coordinates]
    return norm(xs)


def dist(p, q) -> float:
    if len(p) != len(q):
        raise ValueError('both points must have the same number of dimensions')
    xs = [real(a) - real(b) for a, b in zip(p, q)]
    return norm(xs)


def fsum(seq) -> float:
    return exact_sum([real(x) for x in seq])


def erf(x) -> float:
    return erf_value(real(x))


def erfc(x) -> float:
    return erfc_value(real(x))


def gamma(x) -> float:
    v = real(x)
    if v - v != 0.0:
        if v < 0.0:
            domain_error()
        return v
    if v == 0.0 or v < 0.0 and f64_floor(v) == v:
        domain_error()
    r = gamma_value(v)
    if r - r != 0.0:
        range_error()
    return r


def lgamma(x) -> float:
    v = real(x)
    if v - v != 0.0:
        return f64_abs(v)
    if v <= 0.0 and f64_floor(v) == v:
        domain_error()
    return lgamma_value(v)


def gcd(*integers) -> int:
    r = 0
    for n in integers:
        r = gcd_of(r, n)
    return r


def lcm(*integers) -> int:
    r = 1
    for n in integers:
        if n == 0:
            return 0
        r = r // gcd_of(r, n) * n
        if r < 0:
            r = -r
    return r


def factorial(n: int) -> int:
    if n < 0:
        raise ValueError('factorial() not defined for negative values')
    if n > 100000000:
        raise OverflowError('factorial() argument should not exceed 2147483647')
    return product_range(1, n)


def isqrt(n: int) -> int:
    if n < 0:
        raise ValueError('isqrt() argument must be nonnegative')
    return int_root(n)


def comb(n: int, k: int) -> int:
    if n < 0:
        raise ValueError('n must be a non-negative integer')
    if k < 0:
        raise ValueError('k must be a non-negative integer')
    if k > n:
        return 0
    if k > n - k:
        k = n - k
    r = 1
    i = 0
    while i < k:
        r = r * (n - i) // (i + 1)
        i += 1
    return r


def perm(n: int, k: 'int | None' = None) -> int:
    if n < 0:
        raise ValueError('n must be a non-negative integer')
    if k is None:
        return factorial(n)
    if k < 0:
        raise ValueError('k must be a non-negative integer')
    if k > n:
        return 0
    return product_range(n - k + 1, n)


def prod(iterable, *, start=1):
    r = start
    for x in iterable:
        r = r * x
    return r
