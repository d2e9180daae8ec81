# molt: intrinsics
# The builtin functions. Most are templates: they compile once per argument type, and conditions on types fold.

from typing import overload
from molt.intrinsics import hash_of, i32, is_small, type_name, word


def abs(x):
    if hasattr(x, '__abs__'):
        return x.__abs__()
    raise TypeError("bad operand type for abs(): '" + type_name(x) + "'")


def divmod(a, b):
    return a.__divmod__(b)


def round(x, ndigits=None):
    if not hasattr(x, '__round__'):
        raise TypeError('type ' + type_name(x) + " doesn't define __round__ method")
    if ndigits is None:
        return x.__round__()
    return x.__round__(ndigits)


@overload
def pow(base: int, exponent: int, mod: int) -> int:
    return int_power_mod(base, exponent, mod)


@overload
def pow(base, exponent):
    return base**exponent


def hash(x) -> int:
    return int_from_i64(hash_of(x))


def repr(x) -> str:
    return x.__repr__()


def ascii(x) -> str:
    return escape_non_ascii(repr(x))


def ord(c: str) -> int:
    if point_len(c) != 1:
        raise TypeError('ord() expected a character, but string of length ' + str(len(c)) + ' found')
    return int(point_at(c, 0))


def chr(i: int) -> str:
    if not is_small(i):
        raise_overflow_error('Python int too large to convert to C int')
    w = word(i)
    if w < 0 or w > 1114111:
        raise_value_error('chr() arg not in range(0x110000)')
    return char_text(i32(w))


def hex(i: int) -> str:
    return binary_text(i, 4, '0x', False)


def oct(i: int) -> str:
    return binary_text(i, 3, '0o', False)


def bin(i: int) -> str:
    return binary_text(i, 1, '0b', False)


def sum(iterable, start=0):
    if isinstance(start, str):
        raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
    total = start
    for x in iterable:
        total = total + x
    return total


def any(iterable) -> bool:
    for x in iterable:
        if x:
            return True
    return False


def all(iterable) -> bool:
    for x in iterable:
        if not x:
            return False
    return True


@overload
def min():
    raise TypeError('min expected at least 1 argument, got 0')


@overload
def min(first, second):
    return second if second < first else first


@overload
def min(first, *rest, key=None, default=...):
    if len(rest) == 0:
        if default is not ...:
            return extreme_or(first, key, True, default)
        return extreme_of('min', first, key, True)
    best = first
    if key is None:
        for x in rest:
            if x < best:
                best = x
        return best
    rank = key(first)
    for x in rest:
        r = key(x)
        if r < rank:
            best = x
            rank = r
    return best


@overload
def max():
    raise TypeError('max expected at least 1 argument, got 0')


@overload
def max(first, second):
    return second if second > first else first


@overload
def max(first, *rest, key=None, default=...):
    if len(rest) == 0:
        if default is not ...:
            return extreme_or(first, key, False, default)
        return extreme_of('max', first, key, False)
    best = first
    if key is None:
        for x in rest:
            if x > best:
                best = x
        return best
    rank = key(first)
    for x in rest:
        r = key(x)
        if r > rank:
            best = x
            rank = r
    return best


# min and max of one iterable; the first of equal items wins.
def extreme_of(name: str, iterable, key, lowest: bool):
    it = stepper(iterable)
    if not it._advance():
        raise ValueError(name + '() arg is an empty sequence')
    best = it._value
    if key is None:
        while it._advance():
            x = it._value
            if lowest:
                if x < best:
                    best = x
            elif x > best:
                best = x
        return best
    rank = key(best)
    while it._advance():
        x = it._value
        r = key(x)
        if lowest:
            if r < rank:
                best = x
                rank = r
        elif r > rank:
            best = x
            rank = r
    return best


# min(iterable, default=...) and max(iterable, default=...).
def extreme_or(iterable, key, lowest: bool, default):
    it = stepper(iterable)
    if not it._advance():
        return default
    best = it._value
    rank = key(best) if key is not None else best
    while it._advance():
        x = it._value
        r = key(x) if key is not None else x
        if r < rank if lowest else r > rank:
            best = x
            rank = r
    return best


def sorted(iterable, *, key=None, reverse: bool = False):
    xs = list(iterable)
    sort_list(xs, key, reverse)
    return xs


# `x in iterable` where the iterable has no `__contains__`.
def contains_item(iterable, x) -> bool:
    for item in iterable:
        if item is x or item == x:
            return True
    return False


def iter(x):
    if hasattr(x, '__iter__'):
        return x.__iter__()
    if hasattr(x, '__getitem__'):
        return sequence_iterator(x)
    raise TypeError("'" + type_name(x) + "' object is not iterable")


@overload
def next(it):
    if hasattr(it, '__next__'):
        return it.__next__()
    raise TypeError("'" + type_name(it) + "' object is not an iterator")


@overload
def next(it, default):
    if isinstance(it, list_iterator):
        return it._value if it._advance() else default
    try:
        return it.__next__()
    except StopIteration:
        return default


# print(*items): the compiler takes calls with a known number of items apart itself.
def print_items(*args, sep: 'str | None' = None, end: 'str | None' = None, file=None, flush: bool = False) -> None:
    between = ' ' if sep is None else sep
    last = '\n' if end is None else end
    if file is not None:
        first_item = True
        for x in args:
            if not first_item:
                file.write(between)
            first_item = False
            file.write(str(x))
        file.write(last)
        return
    print_begin(1)
    k: i32 = 0
    for x in args:
        if k:
            print_str(between)
        k = 1
        print_str(str(x))
    print_end(last, flush)


def input(prompt='') -> str:
    text = str(prompt)
    if byte_len(text) != 0:
        write_text(1, text)
    flush_output()
    line = read_line()
    if line is None:
        raise EOFError('EOF when reading a line')
    return line


# repr with \x, \u and \U for everything outside ASCII.
def escape_non_ascii(s: str) -> str:
    if is_ascii_text(s):
        return s
    out = TextBuilder()
    at: i32 = 0
    while at < byte_len(s):
        c = point_at(s, at)
        at += point_size(c)
        if c < 128:
            out.byte(c)
        elif c < 256:
            out.text('\\x')
            put_hex(out, c, 2)
        elif c < 65536:
            out.text('\\u')
            put_hex(out, c, 4)
        else:
            out.text('\\U')
            put_hex(out, c, 8)
    return out.take()


def exit(code=None) -> None:
    raise SystemExit(code)


def quit(code=None) -> None:
    raise SystemExit(code)
