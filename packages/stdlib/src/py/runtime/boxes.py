# molt: intrinsics
# Heap boxes of doubles whose magnitude does not fit a universal word inline.

from molt.intrinsics import TYPE_FLOAT, noinline, ref, store_f64


@noinline
def box_float(x: float) -> ref:
    r = alloc(16, TYPE_FLOAT)
    store_f64(r, x, 8)
    return r
