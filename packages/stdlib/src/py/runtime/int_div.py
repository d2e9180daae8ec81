# molt: intrinsics
# Quotients and remainders of ints of any size, rounding towards minus infinity: Knuth, TAOCP volume 2, 4.3.1, algorithm D,
# with 32-bit limbs. Divisors are not zero: the operators test that before.

from molt.intrinsics import (
    addr, clz, div_s, div_u, gt_u, i32, i64, i64_u, int_word, is_small, load_i32, load_i64, lt_u, noinline, raw_buffer, rem_s, shr_u, store_i32, store_i64, word,
)


# q = a / d in place for one limb; the remainder. q may be a.
def div_limb(q: i32, a: i32, n: i32, d: i32) -> i32:
    rest: i64 = 0
    by = i64_u(d)
    while n:
        n -= 1
        rest = rest << 32 | i64_u(load_i32(a + n * 4))
        quotient = div_u(rest, by)
        store_i32(q + n * 4, i32(quotient))
        rest -= quotient * by
    return i32(rest)


# out[0 .. n] = a << shift, n limbs in, n + 1 out.
def shift_limbs(out: i32, a: i32, n: i32, shift: i32) -> None:
    carry: i64 = 0
    k: i32 = 0
    left = i64(shift)
    while k < n - 1:
        w = load_i64(a + k * 4)
        store_i64(out + k * 4, w << left | carry)
        # In two steps, since a shift by 64 is one by 0.
        carry = shr_u(shr_u(w, 1), 63 - left)
        k += 2
    while k < n:
        carry |= i64_u(load_i32(a + k * 4)) << left
        store_i32(out + k * 4, i32(carry))
        carry = shr_u(carry, 32)
        k += 1
    store_i32(out + n * 4, i32(carry))


# Algorithm D: u has n + 1 limbs, v has m >= 2 with the top bit set, n >= m. q gets n - m + 1 limbs, u becomes the remainder.
def div_limbs(q: i32, u: i32, n: i32, v: i32, m: i32) -> None:
    top = i64_u(load_i32(v + m * 4 - 4))
    second = i64_u(load_i32(v + m * 4 - 8))
    j = n - m
    while j >= 0:
        at = u + j * 4
        head = i64_u(load_i32(at + m * 4)) << 32 | i64_u(load_i32(at + m * 4 - 4))
        guess = div_u(head, top)
        rest = head - guess * top
        while shr_u(guess, 32) != 0 or gt_u(guess * second, rest << 32 | i64_u(load_i32(at + m * 4 - 8))):
            guess -= 1
            rest += top
            if shr_u(rest, 32) != 0:
                break
        # Subtract guess * v from u[j .. j+m].
        borrow: i64 = 0
        carry: i64 = 0
        k: i32 = 0
        while k < m - 1:
            w = load_i64(v + k * 4)
            low = guess * (w & 4294967295) + carry
            high = guess * shr_u(w, 32)
            carry = shr_u(high + shr_u(low, 32), 32)
            y = low + (high << 32)
            x = load_i64(at + k * 4)
            d = x - y
            store_i64(at + k * 4, d - borrow)
            borrow = i64(lt_u(x, y)) | i64(lt_u(d, borrow))
            k += 2
        borrow = -borrow
        while k < m:
            carry += guess * i64_u(load_i32(v + k * 4))
            borrow += i64_u(load_i32(at + k * 4)) - (carry & 4294967295)
            store_i32(at + k * 4, i32(borrow))
            borrow >>= 32
            carry = shr_u(carry, 32)
            k += 1
        borrow += i64_u(load_i32(at + m * 4)) - carry
        store_i32(at + m * 4, i32(borrow))
        if borrow < 0:
            guess -= 1
            over = add_limbs(at, at, m, v, m)
            store_i32(at + m * 4, load_i32(at + m * 4) + over)
        store_i32(q + j * 4, i32(guess))
        j -= 1


# a // b when want is 0, a % b when it is 1.
def divide_big(a: int, b: int, want: i32) -> int:
    x = big_of(a)
    y = big_of(b)
    n = limb_count(x)
    m = limb_count(y)
    a_negative = is_negative_big(x)
    b_negative = is_negative_big(y)
    mixed = a_negative != b_negative
    if compare_limbs(addr(x) + 12, n, addr(y) + 12, m) < 0:
        # The quotient is 0 or, with mixed signs, -1.
        if n == 0:
            return 0
        if want == 0:
            return -1 if mixed else 0
        return add_signed(x, y, 0) if mixed else a
    quotient = new_big(n - m + 2)
    # A quotient that is not rounded down does not need the remainder.
    needed = want == 1 or mixed
    remainder = new_big(m if needed else 1)
    if m == 1:
        rest = div_limb(addr(quotient) + 12, addr(x) + 12, n, load_i32(y, 12))
        store_i32(remainder, rest, 12)
        exact = rest == 0
    else:
        shift = clz(load_i32(y, 8 + m * 4))
        work = raw_buffer((n + m + 2) * 4)
        u = addr(work) + 8
        v = u + (n + 1) * 4
        shift_limbs(u, addr(x) + 12, n, shift)
        shift_limbs(v, addr(y) + 12, m, shift)
        div_limbs(addr(quotient) + 12, u, n, v, m)
        exact = True
        to = addr(remainder) + 12
        k: i32 = 0 if needed else m
        while k < m:
            w = i64_u(load_i32(u + k * 4)) | i64_u(load_i32(u + k * 4 + 4)) << 32
            limb = i32(shr_u(w, i64(shift)))
            store_i32(to + k * 4, limb)
            if limb != 0:
                exact = False
            k += 1
    if want == 0:
        if mixed and not exact:
            # Round down: the magnitude of the quotient grows by one.
            p = addr(quotient) + 12
            while True:
                w = i64_u(load_i32(p)) + 1
                store_i32(p, i32(w))
                if shr_u(w, 32) == 0:
                    break
                p += 4
        return finish_big(quotient, mixed)
    if mixed and not exact:
        # The remainder takes the sign of the divisor: |b| - |r|.
        sub_limbs(addr(remainder) + 12, addr(y) + 12, m, addr(remainder) + 12, m)
    return finish_big(remainder, b_negative)


@noinline
def int_floordiv(a: int, b: int) -> int:
    if is_small(a) and is_small(b):
        x = word(a)
        y = word(b)
        q = div_s(x, y)
        if q * y != x and (x < 0) != (y < 0):
            q -= 1
        return int_from_i64(q)
    return divide_big(a, b, 0)


@noinline
def int_mod(a: int, b: int) -> int:
    if is_small(a) and is_small(b):
        y = word(b)
        r = rem_s(word(a), y)
        if r != 0 and (r < 0) != (y < 0):
            r += y
        return int_word(r)
    return divide_big(a, b, 1)
