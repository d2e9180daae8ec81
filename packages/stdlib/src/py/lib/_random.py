# molt: intrinsics
# The generator of the random module: the Mersenne Twister (Matsumoto and Nishimura, 1998; MT19937) seeded and drawn from as CPython does, so that
# random.seed(n) gives the same stream.

from molt.intrinsics import (
    addr, f64_floor, f64_from_i64, f64_sqrt, host_entropy, i32, i64_u, int_neg, int_word, load_i32, memory_copy, noinline, raw_buffer,
    ref, shr_u, store_i32,
)

N: i32 = 624
M: i32 = 397


class Random:
    _state: ref
    _index: i32
    _next_gauss: float
    _has_gauss: bool

    def __init__(self, x: 'int | None' = None) -> None:
        self._state = raw_buffer(2496)
        self.seed(x)

    def seed(self, a: 'int | None' = None) -> None:
        self._has_gauss = False
        if a is None:
            key = raw_buffer(32)
            host_entropy(addr(key) + 8, 32)
            self._seed_key(key, 8)
            return
        n = int_neg(a) if a < 0 else a
        x = big_of(n)
        count = limb_count(x)
        key = raw_buffer((count + 1) * 4)
        memory_copy(addr(key) + 8, addr(x) + 12, count * 4)
        self._seed_key(key, count if count > 0 else 1)

    # init_genrand(19650218), then init_by_array(key).
    def _seed_key(self, key: ref, length: i32) -> None:
        s = self._state
        store_i32(s, 19650218, 8)
        i: i32 = 1
        while i < N:
            before = load_i32(s, 4 + i * 4)
            store_i32(s, 1812433253 * (before ^ shr_u(before, 30)) + i, 8 + i * 4)
            i += 1
        i = 1
        j: i32 = 0
        k: i32 = N if N > length else length
        while k:
            before = load_i32(s, 4 + i * 4)
            store_i32(s, (load_i32(s, 8 + i * 4) ^ (before ^ shr_u(before, 30)) * 1664525) + load_i32(key, 8 + j * 4) + j, 8 + i * 4)
            i += 1
            j += 1
            if i >= N:
                store_i32(s, load_i32(s, 8 + 623 * 4), 8)
                i = 1
            if j >= length:
                j = 0
            k -= 1
        k = N - 1
        while k:
            before = load_i32(s, 4 + i * 4)
            store_i32(s, (load_i32(s, 8 + i * 4) ^ (before ^ shr_u(before, 30)) * 1566083941) - i, 8 + i * 4)
            i += 1
            if i >= N:
                store_i32(s, load_i32(s, 8 + 623 * 4), 8)
                i = 1
            k -= 1
        store_i32(s, -2147483648, 8)
        self._index = N

    @noinline
    def _refill(self) -> None:
        s = self._state
        k: i32 = 0
        while k < N:
            after = k + 1 if k + 1 < N else 0
            far = k + M if k + M < N else k + M - N
            y = load_i32(s, 8 + k * 4) & -2147483648 | load_i32(s, 8 + after * 4) & 2147483647
            x = load_i32(s, 8 + far * 4) ^ shr_u(y, 1)
            if y & 1:
                x ^= -1727483681
            store_i32(s, x, 8 + k * 4)
            k += 1
        self._index = 0

    # The next 32 random bits.
    def _bits(self) -> i32:
        if self._index >= N:
            self._refill()
        y = load_i32(self._state, 8 + self._index * 4)
        self._index += 1
        y ^= shr_u(y, 11)
        y ^= y << 7 & -1658038656
        y ^= y << 15 & -272236544
        return y ^ shr_u(y, 18)

    def random(self) -> float:
        a = i64_u(shr_u(self._bits(), 5))
        b = i64_u(shr_u(self._bits(), 6))
        return (f64_from_i64(a) * 67108864.0 + f64_from_i64(b)) * (1.0 / 9007199254740992.0)

    def getrandbits(self, k: int) -> int:
        if k < 0:
            raise ValueError('number of bits must be non-negative')
        n = repeat_count(k, 1)
        if n == 0:
            return 0
        if n <= 32:
            return int_word(i64_u(shr_u(self._bits(), 32 - n)))
        words = shr_u(n + 31, 5)
        r = new_big(words)
        i: i32 = 0
        while i < words:
            w = self._bits()
            if n < 32:
                w = shr_u(w, 32 - n)
            store_i32(r, w, 12 + i * 4)
            n -= 32
            i += 1
        return finish_big(r, False)

    # A random int in [0, n).
    def _below(self, n: int) -> int:
        k = int(int_bit_length(n))
        r = self.getrandbits(k)
        while r >= n:
            r = self.getrandbits(k)
        return r

    def randrange(self, start: int, stop: 'int | None' = None, step: int = 1) -> int:
        low = 0
        high = start
        if stop is not None:
            low = start
            high = stop
        width = high - low
        if step == 1:
            if width > 0:
                return low + self._below(width)
            if stop is None:
                raise ValueError('empty range for randrange()')
            raise ValueError('empty range for randrange() (' + str(low) + ', ' + str(high) + ', ' + str(width) + ')')
        if step == 0:
            raise ValueError('zero step for randrange()')
        n = (width + step - 1) // step if step > 0 else (width + step + 1) // step
        if n <= 0:
            raise ValueError('empty range for randrange()')
        return low + step * self._below(n)

    def randint(self, a: int, b: int) -> int:
        return self.randrange(a, b + 1)

    def choice(self, seq):
        if len(seq) == 0:
            raise IndexError('Cannot choose from an empty sequence')
        return seq[self._below(len(seq))]

    def shuffle(self, x) -> None:
        i = len(x) - 1
        while i > 0:
            j = self._below(i + 1)
            x[i], x[j] = x[j], x[i]
            i -= 1

    def choices(self, population, weights=None, *, cum_weights=None, k: int = 1):
        result = []
        n = len(population)
        if weights is None:
            while k > 0:
                result.append(population[float_to_int(f64_floor(self.random() * n))])
                k -= 1
            return result
        cumulative: list[float] = []
        total = 0.0
        for w in weights:
            total = total + w
            cumulative.append(total)
        while k > 0:
            x = self.random() * total
            low = 0
            high = n - 1
            while low < high:
                middle = (low + high) // 2
                if x < cumulative[middle]:
                    high = middle
                else:
                    low = middle + 1
            result.append(population[low])
            k -= 1
        return result

    def sample(self, population, k: int):
        n = len(population)
        if k < 0 or k > n:
            raise ValueError('Sample larger than population or is negative')
        size = 21
        if k > 5:
            size += 4 ** log4_ceil(k * 3)
        result = []
        if n <= size:
            pool = list(population)
            i = 0
            while i < k:
                j = self._below(n - i)
                result.append(pool[j])
                pool[j] = pool[n - i - 1]
                i += 1
        else:
            selected: set[int] = set()
            i = 0
            while i < k:
                j = self._below(n)
                while j in selected:
                    j = self._below(n)
                selected.add(j)
                result.append(population[j])
                i += 1
        return result

    def uniform(self, a, b) -> float:
        return a + (b - a) * self.random()

    def gauss(self, mu=0.0, sigma=1.0) -> float:
        if self._has_gauss:
            self._has_gauss = False
            return mu + self._next_gauss * sigma
        angle = self.random() * 6.283185307179586
        radius = f64_sqrt(-2.0 * dd_log(1.0 - self.random()))
        self._next_gauss = sin_value(angle) * radius
        self._has_gauss = True
        return mu + cos_value(angle) * radius * sigma

    def expovariate(self, lambd) -> float:
        return -dd_log(1.0 - self.random()) / lambd

    def triangular(self, low=0.0, high=1.0) -> float:
        u = self.random()
        c = 0.5
        if u > c:
            return high + (low - high) * f64_sqrt((1.0 - u) * (1.0 - c))
        return low + (high - low) * f64_sqrt(u * c)


# ceil(log(n, 4)).
def log4_ceil(n: int) -> int:
    k = 0
    p = 1
    while p < n:
        p = p * 4
        k += 1
    return k
