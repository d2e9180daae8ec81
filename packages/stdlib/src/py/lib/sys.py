# sys: arguments, exit, limits, standard streams.

from _sys import (
    InputStream, OutputStream, arguments, exit, get_int_max_str_digits, getrecursionlimit, getsizeof, intern, set_int_max_str_digits,
    setrecursionlimit,
)

maxsize = 9223372036854775807
maxunicode = 1114111
byteorder = 'little'
platform = 'linux'
version = '3.11.7 (Molt)'
version_info = (3, 11, 7, 'final', 0)
stdin = InputStream()
stdout = OutputStream(1)
stderr = OutputStream(2)
argv = arguments()


class float_info:
    max = 1.7976931348623157e308
    min = 2.2250738585072014e-308
    epsilon = 2.220446049250313e-16
    dig = 15
    mant_dig = 53
    max_exp = 1024
    min_exp = -1021
    max_10_exp = 308
    min_10_exp = -307
    radix = 2
    rounds = 1
