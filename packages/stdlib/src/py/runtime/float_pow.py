# molt: intrinsics
# x ** y for doubles, with C99's special cases and Python's errors: exp(y log x) in double-double, about 0.501 units in the
# last place at worst; small integer exponents by repeated squaring in double-double.

from molt.intrinsics import (
    CELL_SCRATCH, f64_abs, f64_copysign, f64_div, f64_floor, f64_from_bits, f64_sqrt, i32, load_i32, noinline, trunc_i64,
)


def is_odd_integer(y: float) -> bool:
    if f64_abs(y) >= 9007199254740992.0 or f64_floor(y) != y:
        return False
    return trunc_i64(y) & 1 == 1


def float_pow(x: float, y: float) -> float:
    if x == 0.0 and y < 0.0:
        raise_zero_division('0.0 cannot be raised to a negative power')
    if x < 0.0 and x - x == 0.0 and y - y == 0.0 and f64_floor(y) != y:
        raise_value_error('negative number cannot be raised to a fractional power')
    r = pow_value(x, y)
    if r - r != 0.0 and x - x == 0.0 and y - y == 0.0:
        raise_pow_overflow()
    return r


@noinline
def raise_pow_overflow() -> None:
    raise OverflowError(34, 'Numerical result out of range')


# The value alone; infinite on overflow, NaN for a negative base with a fractional exponent.
def pow_value(x: float, y: float) -> float:
    if y == 0.0 or x == 1.0:
        return 1.0
    if x != x or y != y:
        return x + y
    a = f64_abs(x)
    odd = is_odd_integer(y)
    if y - y != 0.0:
        if a == 1.0:
            return 1.0
        return f64_abs(y) if (y > 0.0) == (a > 1.0) else 0.0
    if a == 0.0 or a - a != 0.0:
        r = a if y > 0.0 else f64_div(1.0, a)
        return f64_copysign(r, x) if odd else r
    if x < 0.0:
        if f64_floor(y) != y:
            return f64_from_bits(9221120237041090560)
        r = pow_positive(a, y)
        return -r if odd else r
    return pow_positive(x, y)


# x > 0 finite, y finite and not 0.
def pow_positive(x: float, y: float) -> float:
    if y == 1.0:
        return x
    if y == 2.0:
        return x * x
    if y == 0.5:
        return f64_sqrt(x)
    if y == -1.0:
        return f64_div(1.0, x)
    if f64_abs(y) <= 64.0 and f64_floor(y) == y and x < 1e4 and x > 1e-4:
        return pow_small(x, i32(trunc_i64(y)))
    if x >= 2.2250738585072014e-308 and f64_abs(y) < 1e15:
        h = log_kernel(x)
        l = low_part()
        p = two_product(y, h)
        q = low_part() + y * l
        if f64_abs(p) < 700.0:
            r = exp_kernel(p, q)
            s = low_part()
            # The error of the logarithm counts y times.
            if rounds_alone(r, s, r * (2e-19 + f64_abs(y) * (5.5e-20 + f64_abs(h) * 1e-22))):
                return (r + s) * power_of_two(load_i32(CELL_SCRATCH, EXP_SCALE))
    h = dd_log(x)
    l = low_part()
    size = y * h
    if size > 710.0:
        return f64_from_bits(9218868437227405312)
    if size < -746.0:
        return 0.0
    p = two_product(y, h)
    q = low_part() + y * l
    p = fast_sum(p, q)
    r = dd_exp(p, low_part())
    return scale_double(r, load_i32(CELL_SCRATCH, EXP_SCALE))


def pow_small(x: float, n: i32) -> float:
    count = n if n > 0 else -n
    rh = 1.0
    rl = 0.0
    bh = x
    bl = 0.0
    while True:
        if count & 1:
            rh = dd_mul(rh, rl, bh, bl)
            rl = low_part()
        count >>= 1
        if count == 0:
            break
        bh = dd_mul(bh, bl, bh, bl)
        bl = low_part()
    if n < 0:
        return dd_div(1.0, 0.0, rh, rl)
    return rh
