# molt: intrinsics
# Stable sorting of lists by `<` alone: natural merge sort with insertion-sorted short runs, in the spirit of timsort
# (Tim Peters, listsort.txt): runs in the input are used, equal elements keep their order, sorted input takes n - 1 compares.
# Elements move in buffers of their own width; with a key function the keys are sorted and the elements carried along.

from typing import Generic, TypeVar
from molt.intrinsics import addr, elem_buffer, i32, load_elem, load_i32, memory_copy, raw_buffer, ref, shr_u, size_of, store_elem, store_i32

MIN_RUN: i32 = 24

T = TypeVar('T')
K = TypeVar('K')


def sort_list(xs: 'list[T]', key, reverse: bool) -> None:
    n = xs._len
    if n < 2:
        if n == 1 and key is not None:
            key(xs._item(0))
        return
    # Reversing before and after keeps equal elements in order.
    if reverse:
        xs.reverse()
    if key is None:
        sort_keys(xs, n)
    else:
        sort_by(xs, [key(x) for x in xs], n)
    if xs._len != n:
        raise_value_error('list modified during sort')
    if reverse:
        xs.reverse()


# Sorts the elements of a list by themselves.
def sort_keys(xs: 'list[T]', n: i32) -> None:
    data = xs._data
    width = size_of(T)
    low: i32 = 0
    # Short runs are found or made first.
    starts = raw_buffer(shr_u(n, 3) * 4 + 64)
    runs: i32 = 0
    while low < n:
        high = run_end_of(xs, data, low, n)
        if high - low < MIN_RUN and high < n:
            want = low + MIN_RUN
            if want > n:
                want = n
            insert_run(xs, data, low, high, want)
            high = want
        store_i32(starts, low, 8 + runs * 4)
        runs += 1
        low = high
    if runs == 1:
        return
    other = elem_buffer(T, n)
    # Rounds of merges of neighbouring runs, from one buffer to the other.
    source = data
    target = other
    while runs > 1:
        made: i32 = 0
        k: i32 = 0
        while k < runs:
            low = load_i32(starts, 8 + k * 4)
            if k + 1 == runs:
                memory_copy(addr(target) + 8 + low * width, addr(source) + 8 + low * width, (n - low) * width)
                k += 1
            else:
                middle = load_i32(starts, 12 + k * 4)
                high = n if k + 2 == runs else load_i32(starts, 16 + k * 4)
                merge_runs(xs, source, target, low, middle, high)
                k += 2
            store_i32(starts, low, 8 + made * 4)
            made += 1
        runs = made
        swap = source
        source = target
        target = swap
    if addr(source) != addr(data):
        memory_copy(addr(data) + 8, addr(source) + 8, n * width)


# End of the run that starts at low: ascending, or strictly descending and then turned round.
def run_end_of(xs: 'list[T]', data: ref, low: i32, n: i32) -> i32:
    width = size_of(T)
    k = low + 1
    if k == n:
        return n
    last = load_elem(T, data, 8 + k * width)
    if last < load_elem(T, data, 8 + low * width):
        k += 1
        while k < n:
            x = load_elem(T, data, 8 + k * width)
            if not x < last:
                break
            last = x
            k += 1
        i = low
        j = k - 1
        while i < j:
            x = load_elem(T, data, 8 + i * width)
            store_elem(T, data, load_elem(T, data, 8 + j * width), 8 + i * width)
            store_elem(T, data, x, 8 + j * width)
            i += 1
            j -= 1
        return k
    k += 1
    while k < n:
        x = load_elem(T, data, 8 + k * width)
        if x < last:
            break
        last = x
        k += 1
    return k


# Extends the sorted range [low, sorted) to [low, high) by binary insertion.
def insert_run(xs: 'list[T]', data: ref, low: i32, done: i32, high: i32) -> None:
    width = size_of(T)
    while done < high:
        x = load_elem(T, data, 8 + done * width)
        left = low
        right = done
        while left < right:
            middle = shr_u(left + right, 1)
            if x < load_elem(T, data, 8 + middle * width):
                right = middle
            else:
                left = middle + 1
        p = addr(data) + 8 + left * width
        memory_copy(p + width, p, (done - left) * width)
        store_elem(T, data, x, 8 + left * width)
        done += 1


def merge_runs(xs: 'list[T]', source: ref, target: ref, low: i32, middle: i32, high: i32) -> None:
    width = size_of(T)
    i = low
    j = middle
    to = low
    x = load_elem(T, source, 8 + i * width)
    y = load_elem(T, source, 8 + j * width)
    while True:
        if y < x:
            store_elem(T, target, y, 8 + to * width)
            to += 1
            j += 1
            if j == high:
                memory_copy(addr(target) + 8 + to * width, addr(source) + 8 + i * width, (middle - i) * width)
                return
            y = load_elem(T, source, 8 + j * width)
        else:
            store_elem(T, target, x, 8 + to * width)
            to += 1
            i += 1
            if i == middle:
                memory_copy(addr(target) + 8 + to * width, addr(source) + 8 + j * width, (high - j) * width)
                return
            x = load_elem(T, source, 8 + i * width)


# A key with the place its element came from; places never compare, so order among equal keys is kept by stability.
class sort_slot(Generic[K]):
    _key: K
    _place: i32

    def __init__(self, key: K, place: i32) -> None:
        self._key = key
        self._place = place

    def __lt__(self, other: 'sort_slot[K]') -> bool:
        return self._key < other._key


# Sorts slots of keys, then moves the elements to their places.
def sort_by(xs: 'list[T]', keys: 'list[K]', n: i32) -> None:
    slots = list[sort_slot[K]]()
    slots._grow(n)
    k: i32 = 0
    while k < n:
        slots.append(sort_slot(keys._item(k), k))
        k += 1
    sort_keys(slots, n)
    width = size_of(T)
    moved = elem_buffer(T, n)
    k = 0
    while k < n:
        store_elem(T, moved, load_elem(T, xs._data, 8 + slots._item(k)._place * width), 8 + k * width)
        k += 1
    memory_copy(addr(xs._data) + 8, addr(moved) + 8, n * width)
