"""The flight records of the demos: those of the npm package vega-datasets where it is installed, else as many made from a seed.

The vega records are 20,000 US flights of early 2001 (BSD-3). Made ones have the same columns and the same airports, and are the same each time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Iterator, NamedTuple

PLACE = Path("node_modules", "vega-datasets", "data", "flights-20k.json")
AIRPORTS = ("DFW", "ORD", "ATL", "LAX", "PHX", "STL", "LAS", "DTW", "MSP", "DEN", "CLT", "EWR")
MADE = 20_000


class FlightRecord(NamedTuple):
    """One flight: when it should leave (local time), how late it was in minutes, and its route."""

    date: str
    delay: int
    distance: int
    origin: str
    destination: str


def flight_records(start: Path | None = None) -> list[FlightRecord]:
    """The records, looking for vega-datasets in `start` (the current folder if not given) and the folders above it."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PLACE).is_file():
            rows = json.loads((folder / PLACE).read_text(encoding="utf-8"))
            return [FlightRecord(row["date"], row["delay"], row["distance"], row["origin"], row["destination"]) for row in rows]
    return list(made_records(MADE))


def made_records(count: int, seed: int = 2001) -> Iterator[FlightRecord]:
    """Flights from a seed: most leave on time, some are hours late."""
    state = seed
    for index in range(count):
        draws = []
        for _ in range(5):
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            draws.append(state >> 16)
        origin = draws[0] % len(AIRPORTS)
        destination = (origin + 1 + draws[1] % (len(AIRPORTS) - 1)) % len(AIRPORTS)
        minute = index * 1440 * 90 // count
        day, minute = divmod(minute, 1440)
        month, day = (1, day) if day < 31 else (2, day - 31) if day < 59 else (3, day - 59)
        delay = draws[2] % 31 - 15 + (draws[3] % 240 if draws[3] % 9 == 0 else 0)
        yield FlightRecord(
            f"2001/{month:02d}/{day + 1:02d} {minute // 60:02d}:{minute % 60:02d}", delay, 100 + draws[4] % 2500, AIRPORTS[origin], AIRPORTS[destination]
        )
