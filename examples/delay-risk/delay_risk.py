"""How late is a route really? A bootstrap over its latest flights.

The CPU part of the demos: typed Python that imports `dataclasses` only. It runs as it is under CPython, and Molt compiles it. A seed goes in
with the delays, and the numbers drawn are integers of 32 bits, so both give the same answer to the last bit.
"""

from dataclasses import dataclass


@dataclass
class DelayRisk:
    """The mean delay with the interval that 95 % of the resamples fall into, and the share of flights that are late."""

    flights: int
    mean: float
    mean_low: float
    mean_high: float
    late: float


def delay_risk(delays: list[int], slack: int, resamples: int, seed: int) -> DelayRisk:
    """The mean delay in minutes, and the share of flights that are late by more than `slack` minutes."""
    count = len(delays)
    if count == 0:
        raise ValueError('no flights to resample')
    if resamples < 1:
        raise ValueError(f'expected at least 1 resample, got {resamples}')
    totals: list[int] = []
    state = seed & 0xFFFFFFFF
    for _ in range(resamples):
        total = 0
        for _ in range(count):
            # A linear congruence modulo 2**32; its high bits choose the flight.
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            total += delays[(state * count) >> 32]
        totals.append(total)
    totals.sort()
    low = resamples * 25 // 1000
    late = sum([1 for delay in delays if delay > slack])
    return DelayRisk(count, sum(delays) / count, totals[low] / count, totals[resamples - 1 - low] / count, late / count)
