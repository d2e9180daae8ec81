"""Exports that compute far longer than any test waits, each in another way."""


def _add(a: int, b: int) -> int:
    return a + b


class Step:
    def __init__(self, size: int) -> None:
        self.size = size

    def next(self, x: int) -> int:
        return (x + self.size) & 0xFFFF


def while_pass() -> int:
    while True:
        pass


def small_calls(n: int) -> int:
    total = 0
    while total >= 0:
        total = _add(total, n) & 0xFFFFFF
    return total


def method_calls() -> int:
    step = Step(3)
    x = 0
    while x >= 0:
        x = step.next(x)
    return x


def for_range() -> int:
    total = 0
    for i in range(10**15):
        total ^= i
    return total


def nested_ranges() -> int:
    total = 0
    for i in range(10**9):
        for j in range(10):
            for k in range(3):
                total += i ^ j ^ k
    return total


def float_range() -> float:
    x = 0.0
    for i in range(10**15):
        x += i * 0.5
    return x


def short_inner() -> int:
    rows = [[1, 2, 3], [4, 5, 6]]
    total = 0
    while total >= 0:
        for row in rows:
            for x in row:
                total = (total + x) & 0xFFFF
    return total


def inner_range(n: int) -> int:
    total = 0
    while total >= 0:
        for i in range(n):
            total = (total + i) & 0xFFFF
    return total


def comprehension() -> int:
    while True:
        squares = [x * x for x in range(1000)]
        if squares[0] != 0:
            return 1


def big_comprehension() -> int:
    return len([x for x in range(10**12) if x < 0])


def generator_sum() -> int:
    return sum(x & 1 for x in range(10**15))


def set_comprehension() -> int:
    return len({x & 7 for x in range(10**13)})


def dict_comprehension() -> int:
    return len({x & 7: x for x in range(10**13)})


def _fib(n: int) -> int:
    return n if n < 2 else _fib(n - 1) + _fib(n - 2)


def recursion() -> int:
    return _fib(90)


def _even(n: int) -> int:
    return 1 if n == 0 else _odd(n - 1) + _odd(n - 1)


def _odd(n: int) -> int:
    return 0 if n == 0 else _even(n - 1) + _even(n - 1)


def mutual_recursion() -> int:
    return _even(200)


def sum_range() -> int:
    return sum(range(10**15))


def max_range() -> int:
    return max(x ^ 5 for x in range(10**15))


def sorts() -> int:
    while True:
        xs = [(i * 7919) % 1000003 for i in range(1000000)]
        xs.sort()
        if xs[0] < 0:
            return 1


def sort_key() -> int:
    xs = [str((i * 7919) % 1000003) for i in range(400000)]
    while True:
        if len(sorted(xs, key=lambda s: s[::-1])) == 0:
            return 1


def bigint_product() -> int:
    x = 3**200000
    while True:
        x = x * x
        if x == 0:
            return 1


def bigint_text() -> int:
    return len(str(7**3000000))


def bigint_power() -> int:
    return pow(3, 10**4000, 10**3000 + 7)


def joins() -> int:
    parts = ['abc'] * 1000000
    while True:
        if len(','.join(parts)) == 0:
            return 1


def membership() -> int:
    xs = list(range(3000000))
    while True:
        if -1 in xs:
            return 1


def text_membership() -> int:
    xs = ['k' + str(i) for i in range(300000)]
    while True:
        if 'x' in xs:
            return 1


def text_search() -> int:
    text = 'a' * 20000000 + 'b'
    while True:
        if text.find('a' * 2000 + 'c') >= 0:
            return 1


def text_replace() -> int:
    text = 'ab' * 5000000
    while True:
        if text.replace('b', 'xyz').count('q') > 0:
            return 1


def splits() -> int:
    text = 'ab,' * 2000000
    while True:
        if len(text.split(',')) == 0:
            return 1


def slices() -> int:
    xs = list(range(4000000))
    while True:
        ys = xs[::-1]
        if ys[0] == 0:
            return 1


def list_equality() -> int:
    xs = list(range(4000000))
    ys = list(range(4000000))
    while True:
        if xs != ys:
            return 1


def tuple_hashes() -> int:
    seen: dict[tuple[int, int], int] = {}
    i = 0
    while i >= 0:
        seen[(i & 1023, i & 511)] = i
        i += 1
    return len(seen)


def garbage() -> int:
    kept: list[list[int]] = []
    i = 0
    while i >= 0:
        kept.append([i, i + 1])
        if len(kept) > 200000:
            kept = []
        i += 1
    return len(kept)


def raises() -> int:
    n = 0
    while n >= 0:
        try:
            raise ValueError('again')
        except ValueError:
            n = (n + 1) & 0xFF
    return n


def repeats() -> int:
    while True:
        xs = [0] * 5000000
        if len(xs) == 0:
            return 1


def formats() -> int:
    n = 0
    while n >= 0:
        n = len(f'{n:>10}{n * 0.1:.3f}') & 0xFF
    return n


def zips() -> int:
    xs = list(range(1000))
    total = 0
    while total >= 0:
        for a, b in zip(xs, xs):
            total = (total + a * b) & 0xFFFF
    return total


def enumerates() -> int:
    total = 0
    while total >= 0:
        for i, x in enumerate('abcdefgh'):
            total = (total + i + len(x)) & 0xFFFF
    return total
