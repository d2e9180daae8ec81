# molt: intrinsics
# The rest of the math module's values: hyperbolic functions, sums, roots, error and gamma functions, int algorithms.

from molt.intrinsics import (
    CELL_SCRATCH, clz, f64_abs, f64_bits, f64_copysign, f64_div, f64_from_bits, f64_from_i64, f64_sqrt, i32, i64, int_shl, int_word,
    is_small, load_i32, rem_s, shr_u, trunc_i64, word,
)


def exp_value(x: float) -> float:
    if x != x:
        return x
    if x > 709.8:
        return f64_from_bits(9218868437227405312)
    if x < -745.2:
        return 0.0
    if f64_abs(x) < 708.0:
        r = exp_kernel(x, 0.0)
        l = low_part()
        if rounds_alone(r, l, r * 2e-19):
            return (r + l) * power_of_two(load_i32(CELL_SCRATCH, EXP_SCALE))
    r = dd_exp(x, 0.0)
    return scale_double(r, load_i32(CELL_SCRATCH, EXP_SCALE))


# log(x), correctly rounded, for positive finite x.
def log_rounded(x: float) -> float:
    if x >= 2.2250738585072014e-308:
        r = log_kernel(x)
        l = low_part()
        if rounds_alone(r, l, f64_abs(r) * 4e-19):
            return r + l
    return dd_log(x)


def expm1_value(x: float) -> float:
    if x != x or x == 0.0:
        return x
    if x > 709.8:
        return f64_from_bits(9218868437227405312)
    if x < -40.0:
        return -1.0
    if f64_abs(x) < 1e-5:
        # x + x**2/2 + x**3/6 + x**4/24
        p = two_product(x, x)
        l = low_part()
        return dd_add(x, 0.0, p * 0.5, l * 0.5 + p * x * (1.0 / 6.0) + p * p * (1.0 / 24.0))
    h = dd_exp(x, 0.0)
    l = low_part()
    n = load_i32(CELL_SCRATCH, EXP_SCALE)
    if n > 1000:
        return scale_double(h, n)
    s = power_of_two(n)
    return dd_add(h * s, l * s, -1.0, 0.0)


def log1p_value(x: float) -> float:
    if x - x != 0.0 or f64_abs(x) < 1e-17:
        return x
    h = two_sum(1.0, x)
    l = low_part()
    if f64_abs(x) < 1e-5:
        # x - x**2/2 + x**3/3 - x**4/4
        p = two_product(x, x)
        q = low_part()
        return dd_add(x, 0.0, -0.5 * p, -0.5 * q + p * x * (1.0 / 3.0) - p * p * 0.25)
    r = dd_log(h)
    return dd_add(r, low_part(), f64_div(l, h), 0.0)


# e**x and e**-x in double-double, |x| < 700: combined by the callers. kind 0 sinh, 1 cosh, 2 tanh.
def hyperbolic(x: float, kind: i32) -> float:
    ph = dd_exp(x, 0.0)
    pl = low_part()
    s = power_of_two(load_i32(CELL_SCRATCH, EXP_SCALE))
    ph = ph * s
    pl = pl * s
    nh = dd_div(1.0, 0.0, ph, pl)
    nl = low_part()
    if kind == 1:
        return dd_add(ph, pl, nh, nl) * 0.5
    dh = dd_add(ph, pl, -nh, -nl)
    if kind == 0:
        return dh * 0.5
    dl = low_part()
    sh = dd_add(ph, pl, nh, nl)
    return dd_div(dh, dl, sh, low_part())


# The series of sinh for small arguments, as a double-double.
def sinh_series(x: float) -> float:
    zh = two_product(x, x)
    zl = low_part()
    sh = 1.0
    sl = 0.0
    n = 16.0
    while n >= 2.0:
        ph = dd_mul(sh, sl, zh, zl)
        pl = low_part()
        qh = dd_div(ph, pl, n * (n + 1.0), 0.0)
        ql = low_part()
        sh = dd_add(1.0, 0.0, qh, ql)
        sl = low_part()
        n = n - 2.0
    return dd_mul(sh, sl, x, 0.0)


def sinh_value(x: float) -> float:
    if x - x != 0.0 or f64_abs(x) < 1e-10:
        return x
    a = f64_abs(x)
    if a < 0.5:
        return sinh_series(x)
    if a > 700.0:
        half = dd_exp(a, 0.0)
        r = f64_from_bits(9218868437227405312) if a > 711.0 else scale_double(half, load_i32(CELL_SCRATCH, EXP_SCALE) - 1)
        return f64_copysign(r, x)
    return hyperbolic(x, 0)


def cosh_value(x: float) -> float:
    a = f64_abs(x)
    if a != a:
        return x
    if a > 700.0:
        if a > 711.0:
            return f64_from_bits(9218868437227405312)
        half = dd_exp(a, 0.0)
        return scale_double(half, load_i32(CELL_SCRATCH, EXP_SCALE) - 1)
    return hyperbolic(a, 1)


def tanh_value(x: float) -> float:
    if x != x or f64_abs(x) < 1e-10:
        return x
    if f64_abs(x) > 22.0:
        return f64_copysign(1.0, x)
    if f64_abs(x) < 0.5:
        sh = sinh_series(x)
        sl = low_part()
        # cosh = sqrt(1 + sinh**2)
        ph = dd_mul(sh, sl, sh, sl)
        pl = low_part()
        qh = dd_add(1.0, 0.0, ph, pl)
        ch = dd_sqrt(qh, low_part())
        return dd_div(sh, sl, ch, low_part())
    return hyperbolic(x, 2)


# log of a double-double.
def log_wide(h: float, l: float) -> float:
    r = dd_log(h)
    return dd_add(r, low_part(), f64_div(l, h), 0.0)


def asinh_value(x: float) -> float:
    if x - x != 0.0 or f64_abs(x) < 1e-8:
        return x
    a = f64_abs(x)
    if a > 1e150:
        h = dd_log(a)
        return f64_copysign(dd_add(h, low_part(), 0.6931471805599453, 2.3190468138462996e-17), x)
    ph = two_product(a, a)
    pl = low_part()
    qh = dd_add(1.0, 0.0, ph, pl)
    sh = dd_sqrt(qh, low_part())
    sl = low_part()
    if a < 0.1:
        # log1p(a + a**2 / (1 + sqrt(1 + a**2))) = 2 artanh(u / (2 + u)) without cancellation
        dh = dd_add(1.0, 0.0, sh, sl)
        th = dd_div(ph, pl, dh, low_part())
        uh = dd_add(a, 0.0, th, low_part())
        ul = low_part()
        eh = dd_add(2.0, 0.0, uh, ul)
        rh = dd_div(uh, ul, eh, low_part())
        return f64_copysign(2.0 * artanh_series(rh, low_part()), x)
    th = dd_add(sh, sl, a, 0.0)
    return f64_copysign(log_wide(th, low_part()), x)


# artanh of a small double-double by its series.
def artanh_series(h: float, l: float) -> float:
    zh = dd_mul(h, l, h, l)
    zl = low_part()
    th = 0.0
    tl = 0.0
    n = 21.0
    while n >= 1.0:
        ph = dd_mul(th, tl, zh, zl)
        pl = low_part()
        ih = dd_div(1.0, 0.0, n, 0.0)
        il = low_part()
        th = dd_add(ih, il, ph, pl)
        tl = low_part()
        n = n - 2.0
    return dd_mul(th, tl, h, l)


def acosh_value(x: float) -> float:
    if x - x != 0.0:
        return x
    if x > 1e150:
        h = dd_log(x)
        return dd_add(h, low_part(), 0.6931471805599453, 2.3190468138462996e-17)
    ah = x - 1.0
    bh = two_sum(x, 1.0)
    bl = low_part()
    ph = dd_mul(ah, 0.0, bh, bl)
    sh = dd_sqrt(ph, low_part())
    sl = low_part()
    # u = x - 1 + sqrt(x**2 - 1); log1p(u)
    uh = dd_add(sh, sl, ah, 0.0)
    ul = low_part()
    if uh < 0.1:
        eh = dd_add(2.0, 0.0, uh, ul)
        rh = dd_div(uh, ul, eh, low_part())
        return 2.0 * artanh_series(rh, low_part())
    th = dd_add(1.0, 0.0, uh, ul)
    return log_wide(th, low_part())


def atanh_value(x: float) -> float:
    if x != x or f64_abs(x) < 1e-10:
        return x
    if f64_abs(x) < 0.1:
        return artanh_series(x, 0.0)
    nh = two_sum(1.0, x)
    nl = low_part()
    dh = two_sum(1.0, -x)
    qh = dd_div(nh, nl, dh, low_part())
    return 0.5 * log_wide(qh, low_part())


# Cube root: a start from the logarithm, one Newton step in double-double.
def cube_root(a: float) -> float:
    y = exp_value(dd_log(a) * (1.0 / 3.0))
    if a < 1e-290:
        return cube_root(a * 1073741824.0 * 1073741824.0 * 1073741824.0) * f64_div(1.0, 1073741824.0)
    p = two_product(y, y)
    q = low_part()
    ch = dd_mul(p, q, y, 0.0)
    cl = low_part()
    rest = (a - ch) - cl
    return y + f64_div(rest, 3.0 * y * y)


# x * 2**n with one rounding.
def scale_exact(x: float, n: i32) -> float:
    bits = f64_bits(x)
    biased = i32(shr_u(bits, 52)) & 2047
    if biased != 0 and biased + n >= 1 and biased + n <= 2046:
        return f64_from_bits(bits + (i64(n) << 52))
    m = mantissa_of(f64_abs(x))
    e = exponent_of(x) + n
    top = 63 - i32(clz(m)) + e
    if top > 1023:
        return f64_copysign(f64_from_bits(9218868437227405312), x)
    if e >= -1074:
        r = f64_from_i64(m)
        if e > 0:
            return f64_copysign(r * power_of_two(e), x)
        return f64_copysign(scale_down(m, e), x)
    drop = i64(-1074 - e)
    if drop > 54:
        return f64_copysign(0.0, x)
    half = i64(1) << drop - 1
    rest = m & half * 2 - 1
    k = shr_u(m, drop)
    if rest > half or rest == half and k & 1 != 0:
        k += 1
    return f64_copysign(f64_from_bits(k), x)


# Euclidean length, scaled by the largest coordinate, squares in double-double.
def norm(xs: 'list[float]') -> float:
    largest = 0.0
    bad = 0.0
    for x in xs:
        a = f64_abs(x)
        if a != a:
            bad = a
        elif a > largest:
            largest = a
    if largest - largest != 0.0:
        return largest
    if bad != bad:
        return bad
    if largest == 0.0:
        return 0.0
    shift = exponent_of(largest) + 52
    sh = 0.0
    sl = 0.0
    for x in xs:
        v = scale_exact(x, -shift)
        p = two_product(v, v)
        q = low_part()
        sh = dd_add(sh, sl, p, q)
        sl = low_part()
    r = dd_sqrt(sh, sl)
    return scale_exact(r, shift)


# Exact sum: partial sums that do not overlap (Shewchuk, 1997), rounded once at the end, half-even across the last two.
def exact_sum(xs: 'list[float]') -> float:
    partials: list[float] = []
    special = 0.0
    infinite = 0.0
    for value in xs:
        x = value
        if x - x != 0.0:
            if x == x:
                infinite += x
            special += x
            continue
        kept: i32 = 0
        k: i32 = 0
        n: i32 = partials._len
        while k < n:
            y = partials._item(k)
            if f64_abs(x) < f64_abs(y):
                t = x
                x = y
                y = t
            s = x + y
            low = y - (s - x)
            if low != 0.0:
                partials._put(kept, low)
                kept += 1
            x = s
            k += 1
        if x - x != 0.0:
            raise_overflow_error('intermediate overflow in fsum')
        if kept < n:
            partials._close_gap(kept, n)
        partials.append(x)
    if special != 0.0 or special != special:
        if infinite != infinite:
            raise_value_error('-inf + inf in fsum')
        return special
    n = partials._len
    if n == 0:
        return 0.0
    n -= 1
    high = partials._item(n)
    low = 0.0
    while n > 0:
        x = high
        n -= 1
        y = partials._item(n)
        high = x + y
        low = y - (high - x)
        if low != 0.0:
            break
    # A tie that the remaining partials break.
    if n > 0 and (low < 0.0 and partials._item(n - 1) < 0.0 or low > 0.0 and partials._item(n - 1) > 0.0):
        y = low * 2.0
        x = high + y
        if y == x - high:
            high = x
    return high


def gcd_of(a: int, b: int) -> int:
    if a < 0:
        a = -a
    if b < 0:
        b = -b
    while b != 0:
        if is_small(a) and is_small(b):
            x = word(a)
            y = word(b)
            while y != 0:
                z = rem_s(x, y)
                x = y
                y = z
            return int_word(x)
        a, b = b, a % b
    return a


# low * (low + 1) * ... * high by halves, so that factors stay of equal size.
def product_range(low: int, high: int) -> int:
    if low > high:
        return 1
    if high - low < 8:
        r = low
        while low < high:
            low += 1
            r = r * low
        return r
    middle = (low + high) // 2
    return product_range(low, middle) * product_range(middle + 1, high)


# floor(sqrt(n)): from the double root for words, by Newton's method for longer ones.
def int_root(n: int) -> int:
    if is_small(n):
        w = word(n)
        r = trunc_i64(f64_sqrt(f64_from_i64(w)))
        while r * r > w:
            r -= 1
        while (r + 1) * (r + 1) <= w:
            r += 1
        return int_word(r)
    x = int_shl(1, int(shr_u(int_bit_length(n) + 1, 1)))
    while True:
        y = (x + n // x) // 2
        if y >= x:
            return x
        x = y
