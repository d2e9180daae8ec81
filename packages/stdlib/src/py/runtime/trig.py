# molt: intrinsics
# Sine, cosine, tangent and their inverses in double-double. Angles are reduced modulo pi/2: by multiples of a split constant
# (Cody and Waite, 1980) up to 10**5, exactly in ints beyond. Inverses take one Newton step from a polynomial start.

from molt.intrinsics import (
    CELL_SCRATCH, f64_abs, f64_bits, f64_copysign, f64_div, f64_nearest, f64_sqrt, i32, int_floordiv, int_shl, int_shr, int_word,
    load_f64, load_i32, noinline, store_f64, store_i32, trunc_i64, word,
)

HALF_PI_1: float = 1.5707963267341256
HALF_PI_2: float = 6.077100506303966e-11
HALF_PI_3: float = 2.0222662487959506e-21
HALF_PI_4: float = 1.0085854035872483e-37
PI_HIGH: float = 3.141592653589793
PI_LOW: float = 1.2246467991473532e-16


# Reduces a finite angle to [-pi/4, pi/4]: the quadrant goes to EXP_SCALE, the reduced angle to REDUCED_HIGH and REDUCED_LOW.
def reduce_angle(x: float) -> None:
    if f64_abs(x) <= 0.7853981633974483:
        store_i32(CELL_SCRATCH, 0, EXP_SCALE)
        store_f64(CELL_SCRATCH, x, REDUCED_HIGH)
        store_f64(CELL_SCRATCH, 0.0, REDUCED_LOW)
        return
    if f64_abs(x) > 100000.0:
        reduce_large(x)
        return
    k = f64_nearest(x * 0.6366197723675814)
    h = two_sum(x - k * HALF_PI_1, -(k * HALF_PI_2))
    l = low_part()
    p = two_product(k, HALF_PI_3)
    q = low_part() + k * HALF_PI_4
    h = dd_add(h, l, -p, -q)
    store_i32(CELL_SCRATCH, i32(trunc_i64(k)) & 3, EXP_SCALE)
    store_f64(CELL_SCRATCH, low_part(), REDUCED_LOW)
    store_f64(CELL_SCRATCH, h, REDUCED_HIGH)


# floor(pi/2 * 2**1200), from two halves, because its size is beyond the doubles that bound constants; `shift` is 600.
@noinline
def scaled_half_pi(shift: i32) -> int:
    high = 6518043813576499567614396574662941853205725930320758529756346294674678463642478116061492973562434162130186664563002114985125569132920968072887375650813181200752343318675935818455173
    low = 3424948260679531850310910789370116118858898140637584014991965479840768157654292684279383975358528385498155197823865440833616679705776882791569180819158672636916155072381333583708426
    return int_shl(high, int(shift)) + low


@noinline
def reduce_large(x: float) -> None:
    a = f64_abs(x)
    n = int_shl(int_word(mantissa_of(a)), int(exponent_of(a) + 1200))
    half_pi = scaled_half_pi(600 + byte_len(''))
    q = int_floordiv(n, half_pi)
    r = n - q * half_pi
    quadrant = i32(word(q & 3))
    if int_cmp(r * 2, half_pi) > 0:
        r = r - half_pi
        quadrant += 1
    # The top 128 bits of the rest, in two doubles.
    h = scaled_int(r)
    l = 0.0
    if h != 0.0 and exponent_of(h) + 1200 >= 0:
        taken = int_shl(int_word(mantissa_of(f64_abs(h))), int(exponent_of(h) + 1200))
        l = scaled_int(r + taken if h < 0.0 else r - taken)
    if x < 0.0:
        h = -h
        l = -l
        quadrant = -quadrant
    store_i32(CELL_SCRATCH, quadrant & 3, EXP_SCALE)
    store_f64(CELL_SCRATCH, h, REDUCED_HIGH)
    store_f64(CELL_SCRATCH, l, REDUCED_LOW)


# n / 2**1200; n may be beyond the range of doubles.
def scaled_int(n: int) -> float:
    bits = int_bit_length(n)
    if bits <= 64:
        return int_to_float(n) * power_of_two(-600) * power_of_two(-600)
    drop = bits - 64
    # A sticky bit keeps the rounding right.
    top = int_shr(n, int(drop))
    if int_shl(top, int(drop)) != n:
        top = top | 1
    return int_to_float(top) * power_of_two(drop - 1200 + 600) * power_of_two(-600)


# Sine of a reduced angle (double-double), |h| <= pi/4.
def sin_kernel(h: float, l: float) -> float:
    if f64_abs(h) < 1e-150:
        set_low(l)
        return h
    zh = dd_mul(h, l, h, l)
    zl = low_part()
    # 1 - z/(2 3) (1 - z/(4 5) (...)): tail in double, the first four terms in double-double.
    tail = 1.0
    n = 26.0
    while n > 9.0:
        tail = 1.0 - f64_div(zh * tail, n * (n + 1.0))
        n = n - 2.0
    sh = tail
    sl = 0.0
    while n >= 2.0:
        ph = dd_mul(sh, sl, zh, zl)
        pl = low_part()
        qh = dd_div(ph, pl, n * (n + 1.0), 0.0)
        ql = low_part()
        sh = dd_add(1.0, 0.0, -qh, -ql)
        sl = low_part()
        n = n - 2.0
    return dd_mul(sh, sl, h, l)


def cos_kernel(h: float, l: float) -> float:
    zh = dd_mul(h, l, h, l)
    zl = low_part()
    tail = 1.0
    n = 27.0
    while n > 10.0:
        tail = 1.0 - f64_div(zh * tail, n * (n + 1.0))
        n = n - 2.0
    sh = tail
    sl = 0.0
    while n >= 1.0:
        ph = dd_mul(sh, sl, zh, zl)
        pl = low_part()
        qh = dd_div(ph, pl, n * (n + 1.0), 0.0)
        ql = low_part()
        sh = dd_add(1.0, 0.0, -qh, -ql)
        sl = low_part()
        n = n - 2.0
    set_low(sl)
    return sh


# Sine or cosine (turn = 1) of a finite angle, as a double-double.
def dd_sin(x: float, turn: i32) -> float:
    reduce_angle(x)
    quadrant = load_i32(CELL_SCRATCH, EXP_SCALE) + turn
    h = load_f64(CELL_SCRATCH, REDUCED_HIGH)
    l = load_f64(CELL_SCRATCH, REDUCED_LOW)
    r = cos_kernel(h, l) if quadrant & 1 else sin_kernel(h, l)
    if quadrant & 2:
        set_low(-low_part())
        return -r
    return r


def sin_value(x: float) -> float:
    a = f64_abs(x)
    if a < 1e-8:
        return x if a < 1e-100 else x - x * x * x * 0.16666666666666666
    if a <= 0.7853981633974483:
        r = sin_near(a)
        l = low_part()
        if rounds_alone(r, l, r * 4e-19):
            return f64_copysign(r + l, x)
    elif a <= 100000.0:
        r = turn_fast(x, 0)
        l = low_part()
        if rounds_alone(r, l, f64_abs(r) * 4e-19):
            return r + l
    return dd_sin(x, 0)


def cos_value(x: float) -> float:
    if f64_abs(x) <= 100000.0:
        r = turn_fast(x, 1)
        l = low_part()
        if rounds_alone(r, l, f64_abs(r) * 4e-19):
            return r + l
    return dd_sin(x, 1)


def tan_value(x: float) -> float:
    if f64_abs(x) < 1e-9:
        return x if f64_abs(x) < 1e-100 else x + x * x * x * 0.3333333333333333
    if f64_abs(x) <= 100000.0:
        s = turn_fast(x, 0)
        t = low_part()
        c = turn_fast(x, 1)
        u = low_part()
        q = f64_div(s, c)
        p = two_product(q, c)
        l = f64_div(((s - p) - low_part()) + t - q * u, c)
        if rounds_alone(q, l, f64_abs(q) * 1e-18):
            return q + l
    sh = dd_sin(x, 0)
    sl = low_part()
    ch = dd_sin(x, 1)
    return dd_div(sh, sl, ch, low_part())


# atan of a double-double (h, l), any size: a double-double.
def dd_atan(h: float, l: float) -> float:
    if h < 0.0:
        r = dd_atan(-h, -l)
        set_low(-low_part())
        return -r
    if h > 1.0:
        # pi/2 - atan(1/x)
        if h > 1e300:
            set_low(PI_LOW * 0.5)
            return PI_HIGH * 0.5
        ih = dd_div(1.0, 0.0, h, l)
        th = dd_atan(ih, low_part())
        tl = low_part()
        return dd_add(PI_HIGH * 0.5, PI_LOW * 0.5, -th, -tl)
    if h < 1e-9:
        # x - x**3 / 3
        return fast_sum(h, l - h * h * h * (1.0 / 3.0))
    # A start good to ten digits, then Newton: y + (h cos y - sin y) / (cos y + h sin y), which triples the digits.
    y = atan_start(h)
    sh = sin_kernel(y, 0.0)
    sl = low_part()
    ch = cos_kernel(y, 0.0)
    cl = low_part()
    ph = dd_mul(ch, cl, h, l)
    pl = low_part()
    nh = dd_add(ph, pl, -sh, -sl)
    nl = low_part()
    qh = dd_mul(sh, sl, h, l)
    ql = low_part()
    dh = dd_add(qh, ql, ch, cl)
    dl = low_part()
    eh = dd_div(nh, nl, dh, dl)
    el = low_part()
    return dd_add(y, 0.0, eh, el - eh * eh * eh * (1.0 / 3.0))


# atan(x) for 0 <= x <= 1 to about ten digits: half-angle once, then the series.
def atan_start(x: float) -> float:
    t = f64_div(x, 1.0 + f64_sqrt(1.0 + x * x))
    t = f64_div(t, 1.0 + f64_sqrt(1.0 + t * t))
    z = t * t
    s = 0.0
    n = 13.0
    while n >= 1.0:
        s = f64_div(1.0, n) - z * s
        n = n - 2.0
    return 4.0 * t * s


def atan_value(x: float) -> float:
    if x != x or x == 0.0:
        return x
    if x - x != 0.0:
        return f64_copysign(PI_HIGH * 0.5, x)
    a = f64_abs(x)
    if a > 1e-100 and a < 1e100:
        r = atan_quotient(a, 1.0)
        l = low_part()
        if rounds_alone(r, l, r * 1e-18):
            return f64_copysign(r + l, x)
    return dd_atan(x, 0.0)


def atan2_value(y: float, x: float) -> float:
    if x != x or y != y:
        return x + y
    if y == 0.0:
        return f64_copysign(PI_HIGH, y) if f64_bits(x) < 0 else y
    if x - x != 0.0:
        if y - y != 0.0:
            return f64_copysign(PI_HIGH * 0.25 if x > 0.0 else PI_HIGH * 0.75, y)
        return f64_copysign(0.0 if x > 0.0 else PI_HIGH, y)
    if x == 0.0 or y - y != 0.0:
        return f64_copysign(PI_HIGH * 0.5, y)
    # Scaled so that the quotient's parts are normal numbers.
    ey = exponent_of(y)
    ex = exponent_of(x)
    if ey - ex > 120:
        return f64_copysign(PI_HIGH * 0.5, y)
    if ex - ey > 120 and x > 0.0:
        return f64_div(y, x)
    ay = f64_abs(y)
    ax = f64_abs(x)
    if ax > 1e200 or ay > 1e200:
        ax = ax * power_of_two(-400)
        ay = ay * power_of_two(-400)
    elif ax < 1e-200 or ay < 1e-200:
        ax = ax * power_of_two(400)
        ay = ay * power_of_two(400)
    rh = atan_quotient(ay, ax)
    rl = low_part()
    if x < 0.0:
        rh = two_sum(PI_HIGH, -rh)
        rl = low_part() + (PI_LOW - rl)
    if rounds_alone(rh, rl, rh * 1e-18):
        return f64_copysign(rh + rl, y)
    qh = dd_div(ay, 0.0, ax, 0.0)
    rh = dd_atan(qh, low_part())
    if x < 0.0:
        rl = low_part()
        rh = dd_add(PI_HIGH, PI_LOW, -rh, -rl)
    return f64_copysign(rh, y)


# The square root of a double-double.
def dd_sqrt(h: float, l: float) -> float:
    if h == 0.0:
        set_low(0.0)
        return 0.0
    r = f64_sqrt(h)
    p = two_product(r, r)
    e = (h - p - low_part()) + l
    return fast_sum(r, f64_div(e, r + r))


# asin(x) = atan(x / sqrt((1 - x)(1 + x))), |x| <= 1.
def asin_value(x: float) -> float:
    if f64_abs(x) < 1e-9:
        return x + x * x * x * (1.0 / 6.0)
    a = f64_abs(x)
    if a <= 0.7:
        r = asin_fast(a)
        l = low_part()
        if rounds_alone(r, l, r * 6e-19):
            return f64_copysign(r + l, x)
    ch = cosine_of_sine(x)
    cl = low_part()
    if ch == 0.0:
        return f64_copysign(PI_HIGH * 0.5, x)
    rh = atan_of_pairs(f64_abs(x), 0.0, ch, cl)
    rl = low_part()
    if rounds_alone(rh, rl, rh * 2e-18):
        return f64_copysign(rh + rl, x)
    qh = dd_div(x, 0.0, ch, cl)
    return dd_atan(qh, low_part())


# sqrt(1 - x**2) as a double-double.
def cosine_of_sine(x: float) -> float:
    ah = two_sum(1.0, -x)
    al = low_part()
    bh = two_sum(1.0, x)
    bl = low_part()
    ph = dd_mul(ah, al, bh, bl)
    return dd_sqrt(ph, low_part())


def acos_value(x: float) -> float:
    if x == 1.0:
        return 0.0
    ch = cosine_of_sine(x)
    cl = low_part()
    if x == 0.0:
        return PI_HIGH * 0.5
    rh = atan_of_pairs(ch, cl, f64_abs(x), 0.0)
    rl = low_part()
    if x < 0.0:
        rh = two_sum(PI_HIGH, -rh)
        rl = low_part() + (PI_LOW - rl)
    if rounds_alone(rh, rl, rh * 2e-18):
        return rh + rl
    if x > 0.0:
        qh = dd_div(ch, cl, x, 0.0)
        return dd_atan(qh, low_part())
    qh = dd_div(ch, cl, -x, 0.0)
    rh = dd_atan(qh, low_part())
    rl = low_part()
    return dd_add(PI_HIGH, PI_LOW, -rh, -rl)


# atan of the quotient of two positive double-doubles, as hi + lo by the fast road.
def atan_of_pairs(yh: float, yl: float, xh: float, xl: float) -> float:
    swapped = yh > xh
    if swapped:
        t = yh
        yh = xh
        xh = t
        t = yl
        yl = xl
        xl = t
    q = f64_div(yh, xh)
    u = two_product(q, xh)
    r = atan_kernel(q, f64_div(((yh - u) - low_part()) + yl - q * xl, xh))
    if swapped:
        rl = low_part()
        h = two_sum(1.5707963267948966, -r)
        return fast_sum(h, low_part() + (6.123233995736766e-17 - rl))
    return r
