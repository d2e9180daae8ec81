# molt: intrinsics
# Error and gamma functions. erf: the power series below 1.5, the continued fraction for erfc above (Abramowitz and Stegun 7.1.5,
# 7.1.14). Gamma: Lanczos' approximation (g = 6.0246800407767296, 13 terms; coefficients of Boost, public numbers) as CPython uses it.

from molt.intrinsics import CELL_SCRATCH, f64_abs, f64_copysign, f64_div, f64_floor, f64_from_bits, f64_nearest, i32, load_i32, trunc_i64


# exp(-x**2) with the square taken exactly, so that large arguments lose nothing; |x| < 27.3.
def exp_minus_square(x: float) -> float:
    p = two_product(x, x)
    if p > 745.0:
        return 0.0
    r = dd_exp(-p, -low_part())
    return scale_double(r, load_i32(CELL_SCRATCH, EXP_SCALE))


def erf_series(x: float) -> float:
    x2 = x * x
    acc = 0.0
    fk = 25.5
    k: i32 = 25
    while k:
        acc = 2.0 + f64_div(x2 * acc, fk)
        fk = fk - 1.0
        k -= 1
    return acc * x * exp_minus_square(x) * 0.5641895835477563


def erfc_fraction(x: float) -> float:
    if x >= 30.0:
        return 0.0
    x2 = x * x
    a = 0.0
    da = 0.5
    p = 1.0
    p_last = 0.0
    q = da + x2
    q_last = 1.0
    k: i32 = 50
    while k:
        a = a + da
        da = da + 2.0
        b = da + x2
        t = p
        p = b * p - a * p_last
        p_last = t
        t = q
        q = b * q - a * q_last
        q_last = t
        k -= 1
    return f64_div(p, q) * x * exp_minus_square(x) * 0.5641895835477563


def erf_value(x: float) -> float:
    if x != x:
        return x
    a = f64_abs(x)
    if a < 1.5:
        return erf_series(x)
    c = erfc_fraction(a)
    return 1.0 - c if x > 0.0 else c - 1.0


def erfc_value(x: float) -> float:
    if x != x:
        return x
    if f64_abs(x) < 1.5:
        return 1.0 - erf_series(x)
    c = erfc_fraction(f64_abs(x))
    return c if x > 0.0 else 2.0 - c


LANCZOS_G: float = 6.024680040776729583740234375
LANCZOS_G_MINUS_HALF: float = 5.524680040776729583740234375
LANCZOS_LEN: i32 = 13


def lanczos_num(k: i32) -> float:
    if k == 0:
        return 23531376880.410759688572007674451636754734846804940
    if k == 1:
        return 42919803642.649098768957899047001988850926355848959
    if k == 2:
        return 35711959237.355668049440185451547166705960488635843
    if k == 3:
        return 17921034426.037209699919755754458931112671403265390
    if k == 4:
        return 6039542586.3520280050642916443072979210699388420708
    if k == 5:
        return 1439720407.3117216736632230727949123939715485786372
    if k == 6:
        return 248874557.86205415651146038641322942321632125127801
    if k == 7:
        return 31426415.585400194380614231628318205362874684987640
    if k == 8:
        return 2876370.6289353724412254090516208496135991145378768
    if k == 9:
        return 186056.26539522349504029498971604569928220784236328
    if k == 10:
        return 8071.6720023658162106380029022722506138218516325024
    if k == 11:
        return 210.82427775157934587250973392071336271166969580291
    return 2.5066282746310002701649081771338373386264310793408


def lanczos_den(k: i32) -> float:
    if k == 0:
        return 0.0
    if k == 1:
        return 39916800.0
    if k == 2:
        return 120543840.0
    if k == 3:
        return 150917976.0
    if k == 4:
        return 105258076.0
    if k == 5:
        return 45995730.0
    if k == 6:
        return 13339535.0
    if k == 7:
        return 2637558.0
    if k == 8:
        return 357423.0
    if k == 9:
        return 32670.0
    if k == 10:
        return 1925.0
    if k == 11:
        return 66.0
    return 1.0


# The rational function of the approximation; evaluated from the other end for large arguments.
def lanczos_sum(x: float) -> float:
    num = 0.0
    den = 0.0
    if x < 5.0:
        k = LANCZOS_LEN
        while k:
            k -= 1
            num = num * x + lanczos_num(k)
            den = den * x + lanczos_den(k)
    else:
        k = 0
        while k < LANCZOS_LEN:
            num = f64_div(num, x) + lanczos_num(k)
            den = f64_div(den, x) + lanczos_den(k)
            k += 1
    return f64_div(num, den)


# sin(pi x) for finite x.
def sin_pi(x: float) -> float:
    y = float_fmod(f64_abs(x), 2.0)
    n = i32(trunc_i64(f64_nearest(2.0 * y)))
    if n == 0:
        r = sin_value(3.141592653589793 * y)
    elif n == 1:
        r = cos_value(3.141592653589793 * (y - 0.5))
    elif n == 2:
        r = sin_value(3.141592653589793 * (1.0 - y))
    elif n == 3:
        r = -cos_value(3.141592653589793 * (y - 1.5))
    else:
        r = sin_value(3.141592653589793 * (y - 2.0))
    return f64_copysign(1.0, x) * r


def gamma_value(x: float) -> float:
    # Small ints give factorials, exactly.
    if f64_floor(x) == x and x <= 23.0:
        r = 1.0
        k = 2.0
        while k < x:
            r = r * k
            k = k + 1.0
        return r
    a = f64_abs(x)
    if a < 1e-20:
        return f64_div(1.0, x)
    if a > 200.0:
        if x < 0.0:
            return f64_div(0.0, sin_pi(x))
        return f64_from_bits(9218868437227405312)
    y = a + LANCZOS_G_MINUS_HALF
    if a > LANCZOS_G_MINUS_HALF:
        q = y - a
        z = q - LANCZOS_G_MINUS_HALF
    else:
        q = y - LANCZOS_G_MINUS_HALF
        z = q - a
    z = f64_div(z * LANCZOS_G, y)
    if x < 0.0:
        r = f64_div(f64_div(-3.141592653589793, sin_pi(a)), a) * f64_div(exp_value(y), lanczos_sum(a))
        r = r - z * r
        if a < 140.0:
            return f64_div(r, pow_value(y, a - 0.5))
        half = pow_value(y, a * 0.5 - 0.25)
        return f64_div(f64_div(r, half), half)
    r = f64_div(lanczos_sum(a), exp_value(y))
    r = r + z * r
    if a < 140.0:
        return r * pow_value(y, a - 0.5)
    half = pow_value(y, a * 0.5 - 0.25)
    return r * half * half


def lgamma_value(x: float) -> float:
    if f64_floor(x) == x and x <= 2.0:
        return 0.0
    a = f64_abs(x)
    if a < 1e-20:
        return -dd_log(a)
    r = dd_log(lanczos_sum(a)) - LANCZOS_G
    r = r + (a - 0.5) * (dd_log(a + LANCZOS_G - 0.5) - 1.0)
    if x < 0.0:
        r = 1.1447298858494002 - dd_log(f64_abs(sin_pi(a))) - dd_log(a) - r
    return r
