# functools as plain Python: closures over the function.


def reduce(function, iterable, initial=None):
    it = iter(iterable)
    if initial is None:
        try:
            value = next(it)
        except StopIteration:
            raise TypeError('reduce() of empty iterable with no initial value') from None
    else:
        value = initial
    for x in it:
        value = function(value, x)
    return value


def wraps(wrapped):
    def decorate(wrapper):
        return wrapper

    return decorate


def cache(function):
    results = {}

    def wrapper(*args):
        if args in results:
            return results[args]
        value = function(*args)
        results[args] = value
        return value

    return wrapper


def lru_cache(maxsize=128, typed=False):
    def decorate(function):
        results = {}

        def wrapper(*args):
            if args in results:
                value = results.pop(args)
                results[args] = value
                return value
            value = function(*args)
            if maxsize is not None and len(results) >= maxsize:
                for oldest in results:
                    break
                del results[oldest]
            results[args] = value
            return value

        return wrapper

    return decorate


def partial(function, *first):
    def call(*rest):
        return function(*first, *rest)

    return call


class ComparedKey:
    def __init__(self, compare, value):
        self.compare = compare
        self.value = value

    def __lt__(self, other):
        return self.compare(self.value, other.value) < 0


def cmp_to_key(compare):
    def make(value):
        return ComparedKey(compare, value)

    return make
