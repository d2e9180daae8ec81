"""How late is a route really? A bootstrap over its latest flights.

The CPU part of the demos: typed Python that imports `dataclasses` only. It runs as it is under CPython, and Molt compiles it. A seed goes in
with the delays, and the numbers drawn are integers of 32 bits, so both give the same answer to the last bit.
"""

from dataclasses import dataclass


@dataclass
class DelayRisk:
    """Means over the flights, each with the interval that 95 % of the resamples fall into."""

    flights: int
    mean: float
    mean_low: float
    mean_high: float
    late: float
    late_low: float
    late_high: float


def delay_risk(delays: list[int], slack: int, resamples: int, seed: int) -> DelayRisk:
    """The mean delay in minutes, and the share of flights that are late by more than `slack` minutes."""
    count = len(delays)
    if count == 0:
        raise ValueError('no flights to resample')
    if resamples < 1:
        raise ValueError(f'expected at least 1 resample, got {resamples}')
    late = [1 if delay > slack else 0 for delay in delays]
    totals: list[int] = []
    lates: list[int] = []
    state = seed & 0xFFFFFFFF
    for _ in range(resamples):
        total = 0
        over = 0
        for _ in range(count):
            # A linear congruence modulo 2**32; its high bits choose the flight.
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            pick = (state * count) >> 32
            total += delays[pick]
            over += late[pick]
        totals.append(total)
        lates.append(over)
    totals.sort()
    lates.sort()
    low = resamples * 25 // 1000
    high = resamples - 1 - low
    return DelayRisk(
        count,
        sum(delays) / count,
        totals[low] / count,
        totals[high] / count,
        sum(late) / count,
        lates[low] / count,
        lates[high] / count,
    )
