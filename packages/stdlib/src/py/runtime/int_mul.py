# molt: intrinsics
# Products of ints of any size: schoolbook for short operands, Karatsuba (Karatsuba and Ofman, 1962) for long ones.
# Addresses are used freely inside, because nothing here allocates between taking and using them.

from molt.intrinsics import addr, i32, i64, i64_u, load_i32, load_i64, memory_copy, memory_fill, noinline, raw_buffer, ref, shr_u, store_i32, store_i64

KARATSUBA_LIMBS: i32 = 40


# out[0 .. n+m) = a * b for n >= 1. Two limbs of b at a time; no sum below exceeds 64 bits.
def mul_limbs(out: i32, a: i32, n: i32, b: i32, m: i32) -> None:
    end = b + (m & -2) * 4
    x = i64_u(load_i32(a))
    carry: i64 = 0
    to = out
    p = b
    while p != end:
        w = load_i64(p)
        low = x * (w & 4294967295) + carry
        high = x * shr_u(w, 32)
        store_i64(to, low + (high << 32))
        carry = shr_u(high + shr_u(low, 32), 32)
        p += 8
        to += 8
    if m & 1:
        carry += x * i64_u(load_i32(p))
        store_i32(to, i32(carry))
        carry = shr_u(carry, 32)
        to += 4
    store_i32(to, i32(carry))
    k: i32 = 1
    while k < n:
        add_row(out + k * 4, i64_u(load_i32(a + k * 4)), b, m)
        k += 1


# out[0 .. m] += x * b, where out[m] is not set before.
def add_row(out: i32, x: i64, b: i32, m: i32) -> None:
    carry: i64 = 0
    to = out
    p = b
    end = b + (m & -2) * 4
    while p != end:
        w = load_i64(p)
        before = load_i64(to)
        low = x * (w & 4294967295) + (before & 4294967295) + carry
        high = x * shr_u(w, 32) + shr_u(before, 32)
        store_i64(to, low + (high << 32))
        carry = shr_u(high + shr_u(low, 32), 32)
        p += 8
        to += 8
    if m & 1:
        carry += x * i64_u(load_i32(p)) + i64_u(load_i32(to))
        store_i32(to, i32(carry))
        carry = shr_u(carry, 32)
        to += 4
    store_i32(to, i32(carry))


# out[0 .. 2n) = a * b for equal lengths; t is scratch of 6n + 256 limbs at the outermost call.
def karatsuba(out: i32, a: i32, b: i32, n: i32, t: i32) -> None:
    if n < KARATSUBA_LIMBS:
        mul_limbs(out, a, n, b, n)
        return
    high = shr_u(n, 1)
    low = n - high
    karatsuba(out, a, b, low, t)
    karatsuba(out + low * 8, a + low * 4, b + low * 4, high, t)
    size = low + 1
    sum_a = t
    sum_b = t + size * 4
    middle = t + size * 8
    store_i32(sum_a + low * 4, add_limbs(sum_a, a, low, a + low * 4, high))
    store_i32(sum_b + low * 4, add_limbs(sum_b, b, low, b + low * 4, high))
    karatsuba(middle, sum_a, sum_b, size, t + size * 16)
    sub_limbs(middle, middle, size * 2, out, low * 2)
    sub_limbs(middle, middle, size * 2, out + low * 8, high * 2)
    # The middle term has at most low + high + 1 significant limbs, so it fits below the top of out.
    room = 2 * n - low
    width = size * 2 if size * 2 < room else room
    add_limbs(out + low * 4, out + low * 4, room, middle, width)


# Magnitudes a (n limbs) times b (m limbs), n >= m.
def mul_long(a: ref, n: i32, b: ref, m: i32, negative: bool) -> int:
    r = new_big(n + m)
    scratch = raw_buffer((6 * m + 256 + 2 * m + m) * 4)
    t = addr(scratch) + 8
    part = t + (6 * m + 256) * 4
    piece = part + m * 8
    done: i32 = 0
    while done < n:
        # The longer operand goes in pieces as long as the shorter one.
        size = n - done if n - done < m else m
        memory_fill(piece, 0, m * 4)
        memory_copy(piece, addr(a) + 12 + done * 4, size * 4)
        karatsuba(part, piece, addr(b) + 12, m, t)
        to = addr(r) + 12 + done * 4
        add_limbs(to, to, n + m - done, part, size + m)
        done += size
    return finish_big(r, negative)


def mul_signed(a: ref, b: ref) -> int:
    n = limb_count(a)
    m = limb_count(b)
    if n == 0 or m == 0:
        return 0
    if i64(n) + i64(m) > 500000000:
        raise_memory_error()
    negative = is_negative_big(a) != is_negative_big(b)
    if m >= KARATSUBA_LIMBS and n >= KARATSUBA_LIMBS:
        if n < m:
            return mul_long(b, m, a, n, negative)
        return mul_long(a, n, b, m, negative)
    r = new_big_unfilled(n + m)
    # The inner loop goes over the longer operand.
    if n < m:
        mul_limbs(addr(r) + 12, addr(a) + 12, n, addr(b) + 12, m)
    else:
        mul_limbs(addr(r) + 12, addr(b) + 12, m, addr(a) + 12, n)
    return finish_big(r, negative)


@noinline
def int_mul(a: int, b: int) -> int:
    return mul_signed(big_of(a), big_of(b))
