# collections: the classes live in _collections.py.

from _collections import Counter, OrderedDict, defaultdict, deque
