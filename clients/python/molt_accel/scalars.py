"""Scalars whose Python value is not what travels: decimals as text, dates and times as counts, UUIDs as bytes.

For every kind there is a function to the wire and one from it. What the wire form cannot hold exactly is refused, never rounded.
"""

from __future__ import annotations

import re
import struct
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from .fault import Convert, Fault, said
from .schema import Node
from .values import Capability

#: Python types of these kinds, for unions to tell by.
EXACT: dict[str, type] = {
    "float32": float, "decimal": Decimal, "date": date, "time": time, "timestamp": datetime, "duration": timedelta, "uuid": UUID,
    "capability": Capability,
}  # fmt: skip

_FIRST_DAY = date(1970, 1, 1).toordinal()
_MIN_DAY, _MAX_DAY = 1 - _FIRST_DAY, date.max.toordinal() - _FIRST_DAY
_EPOCHS = {"utc": datetime(1970, 1, 1, tzinfo=timezone.utc), "naive": datetime(1970, 1, 1)}
#: Microseconds in a unit.
_UNITS = {"us": 1, "ms": 1_000, "s": 1_000_000}
_DAY = 86_400_000_000
_MICROSECOND = timedelta(microseconds=1)
_MIN_TIME = (datetime.min - _EPOCHS["naive"]) // _MICROSECOND
_MAX_TIME = (datetime.max - _EPOCHS["naive"]) // _MICROSECOND
_MAX_INDEX = 0xFFFFFFFF
_single = struct.Struct("<f")


def _count(microseconds: int, unit: str, value: Any) -> int:
    """A number of units that is exact."""
    count, rest = divmod(microseconds, _UNITS[unit])
    if rest:
        raise Fault(f"a whole number of {unit}", said(value))
    return count


def _whole(value: Any, low: int, high: int, what: str) -> int:
    """A count from the wire."""
    if type(value) is not int or not low <= value <= high:
        raise Fault(f"{what} as an int from {low} to {high}", said(value))
    return value


def fits_single(value: float) -> bool:
    """Whether 32 bits hold a float."""
    try:
        return value != value or _single.unpack(_single.pack(value))[0] == value
    except OverflowError:
        return False


# decimal


def decimal_to_wire(node: Node) -> Convert:
    precision, scale = int(node["precision"]), int(node["scale"])
    expected = f"a decimal of at most {precision - scale} digits before and {scale} after the point"

    def encode(value: Any) -> str:
        if type(value) is int:
            value = Decimal(value)
        if not isinstance(value, Decimal):
            raise Fault("Decimal", said(value))
        sign, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int) or (value and value.adjusted() >= precision - scale):
            raise Fault(expected, said(value))
        number, shift = int("".join(map(str, digits))) if value else 0, exponent + scale
        if number and shift >= 0:
            number *= 10**shift
        elif number:
            number, rest = divmod(number, 10**-shift) if -shift <= len(digits) else (0, 1)
            if rest:
                raise Fault(expected, said(value))
        text = str(number).rjust(scale + 1, "0")
        text = f"{text[:-scale]}.{text[-scale:]}" if scale else text
        return f"-{text}" if sign and number else text

    return encode


def decimal_from_wire(node: Node) -> Convert:
    precision, scale = int(node["precision"]), int(node["scale"])
    whole = f"[1-9][0-9]{{0,{precision - scale - 1}}}|0" if precision > scale else "0"
    fraction = rf"\.[0-9]{{{scale}}}" if scale else ""
    form = re.compile(rf"(?!-[0.]*\Z)-?(?:{whole}){fraction}")

    def decode(text: Any) -> Decimal:
        if type(text) is not str or not form.fullmatch(text):
            raise Fault(f"a decimal of at most {precision - scale} digits before and exactly {scale} after the point", said(text))
        return Decimal(text)

    return decode


# date, time, timestamp, duration


def date_to_wire(node: Node) -> Convert:
    def encode(value: Any) -> int:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise Fault("date", said(value))
        return value.toordinal() - _FIRST_DAY

    return encode


def date_from_wire(node: Node) -> Convert:
    return lambda value: date.fromordinal(_whole(value, _MIN_DAY, _MAX_DAY, "a day") + _FIRST_DAY)


def time_to_wire(node: Node) -> Convert:
    unit = node["unit"]

    def encode(value: Any) -> int:
        if not isinstance(value, time):
            raise Fault("time", said(value))
        if value.tzinfo is not None or value.fold:
            raise Fault("a time without a time zone", said(value))
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return _count(seconds * 1_000_000 + value.microsecond, unit, value)

    return encode


def time_from_wire(node: Node) -> Convert:
    factor = _UNITS[node["unit"]]
    last = _DAY // factor - 1

    def decode(value: Any) -> time:
        seconds, microsecond = divmod(_whole(value, 0, last, "a time") * factor, 1_000_000)
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60, microsecond)

    return decode


def timestamp_to_wire(node: Node) -> Convert:
    unit, zone = node["unit"], node["zone"]
    epoch, aware = _EPOCHS[zone], zone == "utc"
    expected = "a datetime with a time zone" if aware else "a datetime without a time zone"

    def encode(value: Any) -> int:
        if not isinstance(value, datetime):
            raise Fault("datetime", said(value))
        if (value.utcoffset() is not None) is not aware or (not aware and value.tzinfo is not None):
            raise Fault(expected, said(value))
        microseconds = (value - epoch) // _MICROSECOND
        if not _MIN_TIME <= microseconds <= _MAX_TIME:
            raise Fault("a time of the years 1 to 9999 in UTC", said(value))
        return _count(microseconds, unit, value)

    return encode


def timestamp_from_wire(node: Node) -> Convert:
    factor, epoch = _UNITS[node["unit"]], _EPOCHS[node["zone"]]
    low, high = -(-_MIN_TIME // factor), _MAX_TIME // factor
    return lambda value: epoch + timedelta(microseconds=_whole(value, low, high, "a time") * factor)


def duration_to_wire(node: Node) -> Convert:
    unit, low, high = node["unit"], int(node["min"]), int(node["max"])

    def encode(value: Any) -> int:
        if not isinstance(value, timedelta):
            raise Fault("timedelta", said(value))
        count = _count(value // _MICROSECOND, unit, value)
        if not low <= count <= high:
            raise Fault(f"a duration from {low} to {high} {unit}", said(value))
        return count

    return encode


def duration_from_wire(node: Node) -> Convert:
    factor, low, high = _UNITS[node["unit"]], int(node["min"]), int(node["max"])

    def decode(value: Any) -> timedelta:
        days, rest = divmod(_whole(value, low, high, "a duration") * factor, _DAY)
        return timedelta(days, 0, rest)

    return decode


# uuid, capability


def uuid_to_wire(node: Node) -> Convert:
    def encode(value: Any) -> bytes:
        if not isinstance(value, UUID):
            raise Fault("UUID", said(value))
        return value.bytes

    return encode


def uuid_from_wire(node: Node) -> Convert:
    def decode(value: Any) -> UUID:
        if type(value) is not bytes or len(value) != 16:
            raise Fault("a UUID of 16 bytes", said(value))
        return UUID(bytes=value)

    return decode


def capability_to_wire(node: Node) -> Convert:
    def encode(value: Any) -> int:
        if not isinstance(value, Capability):
            raise Fault(f"Capability of {node['grant']}", said(value))
        return _whole(value.index, 0, _MAX_INDEX, "the index of a capability")

    return encode


def capability_from_wire(node: Node) -> Convert:
    return lambda value: Capability(_whole(value, 0, _MAX_INDEX, "a capability"))
