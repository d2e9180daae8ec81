# itertools: the iterators live in _itertools.py and _combinatorics.py.

from _combinatorics import combinations, combinations_with_replacement, permutations, product
from _itertools import (
    accumulate, chain, compress, count, cycle, dropwhile, filterfalse, groupby, islice, pairwise, repeat, starmap, takewhile, zip_longest,
)
