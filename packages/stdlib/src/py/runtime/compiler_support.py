# molt: intrinsics
# What compiled code needs besides the slow paths: hashes of fixed tuples, unpacking checks, exception contexts, object identity.

from molt.intrinsics import (
    CELL_EXC_HANDLED, TYPE_BOOL, TYPE_FLOAT, addr, cast, hash_of, i32, i64, i64_u, load_ref, ref, type_name, val, val_type, word,
)


def tuple_hash_start() -> i64:
    return 2870177450012600261


def tuple_hash_step(h: i64, x: i64) -> i64:
    return hash_lane(h, x)


def tuple_hash_end(h: i64, n: i32) -> i64:
    return hash_lanes_end(h, n)


# The result of a user-defined __hash__ as a machine word.
def hash_of_int(n: int) -> i64:
    return hash_of(n)


# What `len` gives for the result of a user-defined `__len__`.
def checked_length(n) -> int:
    if not isinstance(n, int):
        raise TypeError("'" + type_name(n) + "' object cannot be interpreted as an integer")
    if n < 0:
        raise ValueError('__len__() should return >= 0')
    return n


# The truth of an object by the result of its `__bool__`.
def checked_truth(b) -> bool:
    if not isinstance(b, bool):
        raise TypeError('__bool__ should return bool, returned ' + type_name(b))
    return b


# After collecting the items of an iterable: do they fill the targets?
def check_unpack(items, expected: int, star: bool) -> None:
    have = len(items)
    if have < expected:
        if star:
            raise ValueError('not enough values to unpack (expected at least ' + str(expected) + ', got ' + str(have) + ')')
        raise ValueError('not enough values to unpack (expected ' + str(expected) + ', got ' + str(have) + ')')
    if have > expected and not star:
        raise ValueError('too many values to unpack (expected ' + str(expected) + ')')


# A new exception remembers the one whose handler runs.
def raising(exc: BaseException) -> None:
    handled = load_ref(CELL_EXC_HANDLED, 0)
    if addr(handled) == 0 or addr(handled) == addr(exc):
        return
    exc.__context__ = cast(BaseException, handled)


def object_repr(name: str, x: ref) -> str:
    return '<' + name + ' object at ' + hex(int(addr(x))) + '>'


# Python's address-like number of an object.
def identity_of(x: ref) -> int:
    return int(addr(x))


def identity_hash(x: ref) -> i64:
    return i64_u(addr(x)) >> 3


# One piece of an f-string after another.
def concat_text(a: str, b: str) -> str:
    return a + b


# Calls with arguments whose number or names are known only at run time.
def raise_too_many(start: str, count: int) -> None:
    raise TypeError(start + str(count) + ' were given')


# The keyword arguments of `f(**m)`: a dict of their own.
def keywords_of(m):
    out = {}
    for k in m.keys():
        if not isinstance(k, str):
            raise TypeError('keywords must be strings')
        out[k] = m[k]
    return out


def keywords_join(first, m):
    for k in m.keys():
        if k in first:
            raise TypeError("got multiple values for keyword argument '" + k + "'")
    out = {}
    for k in first.keys():
        out[k] = first[k]
    for k in m.keys():
        out[k] = m[k]
    return out


# Every name must be one that the function takes (`known`; '*' takes all) and that no other argument gave. Names end with a comma.
def check_keywords(m, known: str, given: str, label: str) -> None:
    for k in m.keys():
        name = ',' + k + ','
        if name in given:
            raise TypeError(label + "() got multiple values for argument '" + k + "'")
        if known != '*' and name not in known:
            raise TypeError(label + "() got an unexpected keyword argument '" + k + "'")


# What is left for `**kwargs`.
def keywords_rest(m, known: str):
    out = {}
    for k in m.keys():
        if ',' + k + ',' not in known:
            out[k] = m[k]
    return out


# A value known to be a float, an int or a bool, as a float.
def number_as_float(x: val) -> float:
    kind = val_type(x)
    if kind == TYPE_FLOAT:
        return cast(float, x)
    if kind == TYPE_BOOL:
        return 1.0 if cast(bool, x) else 0.0
    return int_to_float(cast(int, x))


# More is not reserved before the items are there.
RESERVE_MOST: i32 = 1048576


# Room in the list of a comprehension for one item per item of an iterable.
@inline
def reserve_for(items, iterable) -> None:
    if isinstance(iterable, list):
        items._reserve(iterable._len)


@inline
def reserve_range(items, start, stop) -> None:
    if isinstance(start, int) and isinstance(stop, int):
        n = stop - start
        if n > 0:
            items._reserve(i32(word(n)) if n <= int(RESERVE_MOST) else RESERVE_MOST)
