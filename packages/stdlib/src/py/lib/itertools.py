# itertools as plain Python: lazy generators with CPython's signatures and order of evaluation.


def count(start=0, step=1):
    n = start
    while True:
        yield n
        n = n + step


def cycle(iterable):
    saved = []
    for x in iterable:
        saved.append(x)
        yield x
    while saved:
        for x in saved:
            yield x


def repeat(x, times=None):
    if times is None:
        while True:
            yield x
    else:
        for _ in range(times):
            yield x


def chain(*iterables):
    for iterable in iterables:
        for x in iterable:
            yield x


def chain_from_iterable(iterables):
    for iterable in iterables:
        for x in iterable:
            yield x


def accumulate(iterable, func=None, *, initial=None):
    it = iter(iterable)
    if initial is None:
        try:
            total = next(it)
        except StopIteration:
            return
    else:
        total = initial
    yield total
    for x in it:
        if func is None:
            total = total + x
        else:
            total = func(total, x)
        yield total


def islice(iterable, first, stop=-1, step=1):
    low = 0 if stop == -1 else first
    high = first if stop == -1 else stop
    if low is None:
        low = 0
    if high is not None and high < 0 or low < 0:
        raise ValueError('Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.')
    if step is None:
        step = 1
    if step < 1:
        raise ValueError('Step for islice() must be a positive integer or None.')
    wanted = low
    i = 0
    if high is not None and high == 0:
        return
    for x in iterable:
        if high is not None and i >= high:
            return
        if i == wanted:
            yield x
            wanted += step
        i += 1
        if high is not None and i >= high:
            return


def takewhile(predicate, iterable):
    for x in iterable:
        if not predicate(x):
            return
        yield x


def dropwhile(predicate, iterable):
    dropping = True
    for x in iterable:
        if dropping and predicate(x):
            continue
        dropping = False
        yield x


def filterfalse(predicate, iterable):
    for x in iterable:
        if predicate is None:
            if not x:
                yield x
        elif not predicate(x):
            yield x


def starmap(func, iterable):
    for args in iterable:
        yield func(*args)


def compress(data, selectors):
    for x, wanted in zip(data, selectors):
        if wanted:
            yield x


def pairwise(iterable):
    first = True
    previous = None
    for x in iterable:
        if not first:
            yield previous, x
        first = False
        previous = x


def batched(iterable, n):
    if n < 1:
        raise ValueError('n must be at least one')
    batch = []
    for x in iterable:
        batch.append(x)
        if len(batch) == n:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def zip_longest(first, second, fillvalue=None):
    left = list(first)
    right = list(second)
    for i in range(max(len(left), len(right))):
        yield (left[i] if i < len(left) else fillvalue), (right[i] if i < len(right) else fillvalue)


def groupby(iterable, key=None):
    group = []
    current = None
    first = True
    for x in iterable:
        k = x if key is None else key(x)
        if first:
            current = k
            first = False
        elif not k == current:
            yield current, group
            group = []
            current = k
        group.append(x)
    if not first:
        yield current, group


def product(first, second=None, third=None, *, repeat=1):
    if second is None:
        pools = [list(first) for _ in range(repeat)]
        indices = [0] * len(pools)
        for pool in pools:
            if not pool:
                return
        while True:
            yield tuple([pool[i] for pool, i in zip(pools, indices)])
            k = len(pools) - 1
            while k >= 0:
                indices[k] += 1
                if indices[k] < len(pools[k]):
                    break
                indices[k] = 0
                k -= 1
            if k < 0:
                return
    elif third is None:
        seconds = list(second)
        for a in first:
            for b in seconds:
                yield a, b
    else:
        seconds = list(second)
        thirds = list(third)
        for a in first:
            for b in seconds:
                for c in thirds:
                    yield a, b, c


def permutations(iterable, r=None):
    pool = list(iterable)
    n = len(pool)
    r = n if r is None else r
    if r > n:
        return
    indices = list(range(n))
    cycles = list(range(n, n - r, -1))
    yield tuple([pool[i] for i in indices[:r]])
    while n:
        i = r - 1
        while i >= 0:
            cycles[i] -= 1
            if cycles[i] == 0:
                indices[i:] = indices[i + 1 :] + indices[i : i + 1]
                cycles[i] = n - i
                i -= 1
            else:
                j = cycles[i]
                indices[i], indices[-j] = indices[-j], indices[i]
                yield tuple([pool[k] for k in indices[:r]])
                break
        if i < 0:
            return


def combinations(iterable, r):
    pool = list(iterable)
    n = len(pool)
    if r > n:
        return
    indices = list(range(r))
    yield tuple([pool[i] for i in indices])
    while True:
        i = r - 1
        while i >= 0 and indices[i] == i + n - r:
            i -= 1
        if i < 0:
            return
        indices[i] += 1
        for j in range(i + 1, r):
            indices[j] = indices[j - 1] + 1
        yield tuple([pool[k] for k in indices])


def combinations_with_replacement(iterable, r):
    pool = list(iterable)
    n = len(pool)
    if not n and r:
        return
    indices = [0] * r
    yield tuple([pool[i] for i in indices])
    while True:
        i = r - 1
        while i >= 0 and indices[i] == n - 1:
            i -= 1
        if i < 0:
            return
        value = indices[i] + 1
        for j in range(i, r):
            indices[j] = value
        yield tuple([pool[k] for k in indices])
