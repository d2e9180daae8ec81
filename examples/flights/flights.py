"""Punctuality report over US flight records.

An ordinary typed Python module: it knows nothing of Molt and runs unchanged under CPython. A request carries a list of
flights; the answer carries statistics per airport, per route and per hour of the day, a histogram of delays, a score that
tells how well the flights connect to each other, and the report as text.
"""

import math
from dataclasses import dataclass, field
from typing import Optional

EARTH_RADIUS_KM = 6371.0088
KM_PER_MILE = 1.609344
LATE_AFTER_MINUTES = 15
MINUTES_PER_DAY = 24 * 60
DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


@dataclass
class Flight:
    """One flight as recorded: local time 'YYYY/MM/DD HH:MM', delay in minutes (negative when early), distance in miles."""

    date: str
    delay: int
    distance: int
    origin: str
    destination: str


@dataclass
class DelayStats:
    """What the delays of a group of flights look like, in minutes."""

    count: int
    late: int
    mean: float
    deviation: float
    median: float
    p90: float
    worst: int


@dataclass
class AirportStats:
    """Traffic and delays of one airport; delays are those of the departures."""

    code: str
    departures: int
    arrivals: int
    miles: int
    delays: Optional[DelayStats]
    destinations: list[str] = field(default_factory=list)


@dataclass
class HourStats:
    """Delays of the flights that leave within one hour of the day."""

    hour: int
    delays: DelayStats


@dataclass
class RouteStats:
    """One direction of a route."""

    origin: str
    destination: str
    flights: int
    mean_delay: float
    minutes_per_1000_miles: float


@dataclass
class Report:
    """The answer to one request."""

    flights: int
    first: str
    last: str
    overall: DelayStats
    airports: list[AirportStats]
    hours: list[HourStats]
    routes: list[RouteStats]
    histogram: dict[str, int]
    score: float
    text: str


@dataclass(frozen=True)
class Position:
    """A place on the globe in radians, with the cosine of its latitude at hand."""

    latitude: float
    longitude: float
    cos_latitude: float


# --- time -------------------------------------------------------------------------------------------------------------------


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def parse_minutes(date: str) -> int:
    """Minutes since 1970 of a 'YYYY/MM/DD HH:MM' time; ValueError when it is not one."""
    parts = date.split(' ')
    if len(parts) != 2:
        raise ValueError(f'not a date and a time: {date!r}')
    day_parts = parts[0].split('/')
    time_parts = parts[1].split(':')
    if len(day_parts) != 3 or len(time_parts) != 2:
        raise ValueError(f'not a date and a time: {date!r}')
    year, month, day = [int(part) for part in day_parts]
    hour, minute = [int(part) for part in time_parts]
    if not 1970 <= year <= 9999:
        raise ValueError(f'year {year} is out of range in {date!r}')
    if not 1 <= month <= 12:
        raise ValueError(f'month {month} is out of range in {date!r}')
    longest = DAYS_IN_MONTH[month - 1] + (1 if month == 2 and is_leap(year) else 0)
    if not 1 <= day <= longest:
        raise ValueError(f'day {day} is out of range in {date!r}')
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise ValueError(f'time is out of range in {date!r}')
    leap_days = (year - 1969) // 4 - (year - 1901) // 100 + (year - 1601) // 400
    days = (year - 1970) * 365 + leap_days + DAYS_BEFORE_MONTH[month - 1] + day - 1
    if month > 2 and is_leap(year):
        days += 1
    return days * MINUTES_PER_DAY + hour * 60 + minute


# --- validation -------------------------------------------------------------------------------------------------------------


def check_code(code: str, role: str, index: int) -> None:
    if len(code) != 3 or not code.isalpha() or not code.isupper():
        raise ValueError(f'flight {index}: {role} must be three capital letters, got {code!r}')


def check_flight(flight: Flight, index: int) -> None:
    """Raises ValueError that names the first thing wrong with a flight."""
    check_code(flight.origin, 'origin', index)
    check_code(flight.destination, 'destination', index)
    if flight.distance <= 0:
        raise ValueError(f'flight {index}: distance must be positive, got {flight.distance}')
    if abs(flight.delay) > 2 * MINUTES_PER_DAY:
        raise ValueError(f'flight {index}: delay of {flight.delay:,} minutes is not credible')


# --- statistics -------------------------------------------------------------------------------------------------------------


def percentile(ordered: list[int], share: float) -> float:
    """Linear interpolation between the two nearest ranks of a sorted, non-empty list."""
    rank = (len(ordered) - 1) * share
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


def delay_stats(delays: list[int]) -> DelayStats:
    if not delays:
        raise ValueError('no delays to describe')
    count = len(delays)
    mean = sum(delays) / count
    variance = sum([(delay - mean) ** 2 for delay in delays]) / count
    ordered = sorted(delays)
    return DelayStats(
        count=count,
        late=len([delay for delay in delays if delay > LATE_AFTER_MINUTES]),
        mean=round(mean, 2),
        deviation=round(math.sqrt(variance), 2),
        median=round(percentile(ordered, 0.5), 2),
        p90=round(percentile(ordered, 0.9), 2),
        worst=ordered[-1],
    )


def airport_stats(flights: list[Flight]) -> list[AirportStats]:
    """Every airport seen, the busiest first, equal ones by code."""
    delays: dict[str, list[int]] = {}
    arrivals: dict[str, int] = {}
    miles: dict[str, int] = {}
    destinations: dict[str, dict[str, int]] = {}
    for flight in flights:
        delays.setdefault(flight.origin, []).append(flight.delay)
        arrivals[flight.destination] = arrivals.get(flight.destination, 0) + 1
        miles[flight.origin] = miles.get(flight.origin, 0) + flight.distance
        reached = destinations.setdefault(flight.origin, {})
        reached[flight.destination] = reached.get(flight.destination, 0) + 1
    result: list[AirportStats] = []
    for code in sorted(set(delays) | set(arrivals)):
        own = delays.get(code)
        stats = AirportStats(
            code=code,
            departures=len(own) if own is not None else 0,
            arrivals=arrivals.get(code, 0),
            miles=miles.get(code, 0),
            delays=delay_stats(own) if own is not None else None,
        )
        reached_here = destinations.get(code)
        if reached_here is not None:
            favourites = sorted(reached_here.items(), key=lambda item: (-item[1], item[0]))
            stats.destinations = [destination for destination, _ in favourites[:3]]
        result.append(stats)
    result.sort(key=lambda airport: airport.departures + airport.arrivals, reverse=True)
    return result


def hour_stats(flights: list[Flight], minutes: list[int]) -> list[HourStats]:
    by_hour: dict[int, list[int]] = {}
    for flight, minute in zip(flights, minutes):
        hour = minute % MINUTES_PER_DAY // 60
        if hour not in by_hour:
            by_hour[hour] = []
        by_hour[hour].append(flight.delay)
    return [HourStats(hour, delay_stats(by_hour[hour])) for hour in sorted(by_hour)]


def route_stats(flights: list[Flight], limit: int = 10) -> list[RouteStats]:
    """The routes with the most delay for their length."""
    groups: dict[tuple[str, str], list[Flight]] = {}
    for flight in flights:
        groups.setdefault((flight.origin, flight.destination), []).append(flight)
    routes: list[RouteStats] = []
    for (origin, destination), group in groups.items():
        minutes = sum([flight.delay for flight in group])
        miles = sum([flight.distance for flight in group])
        routes.append(RouteStats(origin, destination, len(group), round(minutes / len(group), 2), round(minutes / miles * 1000, 2)))
    routes.sort(key=lambda route: (-route.minutes_per_1000_miles, route.origin, route.destination))
    return routes[:limit]


def bucket(delay: int) -> str:
    if delay < 0:
        return 'early'
    if delay <= LATE_AFTER_MINUTES:
        return 'on time'
    if delay < 60:
        return 'late'
    return 'very late'


def delay_histogram(flights: list[Flight]) -> dict[str, int]:
    histogram = {'early': 0, 'on time': 0, 'late': 0, 'very late': 0}
    for flight in flights:
        histogram[bucket(flight.delay)] += 1
    return histogram


# --- route score ------------------------------------------------------------------------------------------------------------


def position_of(code: str) -> Position:
    """A made-up place within the United States for an airport code: the records carry no coordinates."""
    first, second, third = [ord(letter) - ord('A') for letter in code]
    latitude = math.radians(25.0 + (first * 26 + third) * 24.0 / 675.0)
    longitude = math.radians(-124.0 + (second * 26 + first) * 57.0 / 675.0)
    return Position(latitude, longitude, math.cos(latitude))


def great_circle_km(a: Position, b: Position) -> float:
    """Haversine distance."""
    half_latitude = math.sin((b.latitude - a.latitude) / 2.0)
    half_longitude = math.sin((b.longitude - a.longitude) / 2.0)
    square = half_latitude * half_latitude + a.cos_latitude * b.cos_latitude * half_longitude * half_longitude
    return 2.0 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, square)))


def pair_scores(flights: list[Flight], minutes: list[int]) -> float:
    places: dict[str, Position] = {}
    for flight in flights:
        for code in (flight.origin, flight.destination):
            if code not in places:
                places[code] = position_of(code)
    starts = [places[flight.origin] for flight in flights]
    ends = [places[flight.destination] for flight in flights]
    lengths = [flight.distance * KM_PER_MILE for flight in flights]
    total = 0.0
    for i in range(len(flights)):
        end = ends[i]
        landed = minutes[i] + flights[i].delay + 30.0 + lengths[i] / 12.5
        for j in range(i + 1, len(flights)):
            gap_km = great_circle_km(end, starts[j])
            slack = minutes[j] - landed
            if slack < 45.0:
                wait = 1.0 + (45.0 - slack) / 60.0
            else:
                wait = 1.0 + (slack - 45.0) / 360.0
            total += (lengths[i] + lengths[j]) / (100.0 + gap_km) / (wait * wait)
    return total


def route_score(flights: list[Flight]) -> float:
    """How well each flight is continued by the later ones of the list, averaged over all pairs; 0 for fewer than two flights."""
    for index, flight in enumerate(flights):
        check_flight(flight, index)
    if len(flights) < 2:
        return 0.0
    minutes = [parse_minutes(flight.date) for flight in flights]
    pairs = len(flights) * (len(flights) - 1) // 2
    return round(pair_scores(flights, minutes) / pairs, 6)


# --- report -----------------------------------------------------------------------------------------------------------------


def bar(share: float, width: int = 30) -> str:
    return '#' * round(share * width)


def render(report: Report) -> str:
    overall = report.overall
    lines = [
        f'{report.flights:,} flights from {report.first} to {report.last}',
        f'delay: mean {overall.mean:+.2f} +/- {overall.deviation:.2f} min, median {overall.median:g}, 90 % within {overall.p90:g}',
        f'late: {overall.late} ({overall.late / report.flights:.1%}), connection score {report.score:.4f}',
        '',
        f'{"airport":<8}{"out":>6}{"in":>6}{"miles":>10}{"mean":>9}{"p90":>9}  next',
    ]
    for airport in report.airports[:10]:
        stats = airport.delays
        if stats is None:
            figures = f'{"-":>9}{"-":>9}'
        else:
            figures = f'{stats.mean:>+9.2f}{stats.p90:>9.1f}'
        onward = ', '.join(airport.destinations) or '-'
        lines.append(f'{airport.code:<8}{airport.departures:>6}{airport.arrivals:>6}{airport.miles:>10,}{figures}  {onward}')
    lines.append('')
    for entry in report.hours:
        lines.append(f'{entry.hour:02d}h {entry.delays.count:>5} {entry.delays.mean:>+8.2f} {bar(entry.delays.count / report.flights)}')
    lines.append('')
    for name, count in report.histogram.items():
        lines.append(f'{name:>9}: {count:>5} {bar(count / report.flights)}')
    return '\n'.join(lines) + '\n'


def analyse(flights: list[Flight]) -> Report:
    """The whole report; ValueError when the list is empty or a record is wrong."""
    if not flights:
        raise ValueError('no flights to analyse')
    for index, flight in enumerate(flights):
        check_flight(flight, index)
    minutes = [parse_minutes(flight.date) for flight in flights]
    dates = sorted([flight.date for flight in flights])
    report = Report(
        flights=len(flights),
        first=dates[0],
        last=dates[-1],
        overall=delay_stats([flight.delay for flight in flights]),
        airports=airport_stats(flights),
        hours=hour_stats(flights, minutes),
        routes=route_stats(flights),
        histogram=delay_histogram(flights),
        score=route_score(flights),
        text='',
    )
    report.text = render(report)
    return report


if __name__ == '__main__':
    sample = [
        Flight('2001/01/01 00:47', 66, 1750, 'DTW', 'LAS'),
        Flight('2001/01/01 01:10', 95, 2399, 'HNL', 'SFO'),
        Flight('2001/01/01 01:24', -5, 407, 'LAS', 'OAK'),
        Flight('2001/01/01 01:39', 4, 256, 'LAS', 'PHX'),
        Flight('2001/01/01 06:02', -6, 377, 'MHT', 'BWI'),
        Flight('2001/01/01 06:05', -27, 370, 'MDT', 'DTW'),
    ]
    print(analyse(sample).text, end='')
    try:
        analyse([Flight('2001/02/30 00:00', 0, 100, 'DTW', 'LAS')])
    except ValueError as error:
        print(f'refused: {error}')
