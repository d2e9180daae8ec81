# molt: intrinsics
# time: clocks of the host.

from molt.intrinsics import f64_from_i64, host_clock


def time() -> float:
    return f64_from_i64(host_clock(0)) * 1e-9


def time_ns() -> int:
    return int_from_i64(host_clock(0))


def monotonic() -> float:
    return f64_from_i64(host_clock(1)) * 1e-9


def monotonic_ns() -> int:
    return int_from_i64(host_clock(1))


def perf_counter() -> float:
    return f64_from_i64(host_clock(1)) * 1e-9


def perf_counter_ns() -> int:
    return int_from_i64(host_clock(1))


def process_time() -> float:
    return f64_from_i64(host_clock(2)) * 1e-9


def process_time_ns() -> int:
    return int_from_i64(host_clock(2))
