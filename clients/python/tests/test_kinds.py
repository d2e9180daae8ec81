"""Every kind of schema, against the golden vectors that all implementations share."""

import base64
import json
import math
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from molt_accel import Capability, Err, InvalidInput, Ok, ProtocolError, Tagged
from molt_accel.codec import compile_codec

CASES = json.loads((Path(__file__).resolve().parents[3] / "packages/schema-ir/golden/kinds.json").read_text())
MICROSECONDS = {"us": 1, "ms": 1000, "s": 1_000_000}


def value_of(schema, value, types):
    """The Python value that the JSON of a vector stands for."""
    kind = schema["kind"]
    if kind == "ref":
        return value_of(types[schema["name"]], value, types)
    if kind in ("int", "duration"):
        number = int(value)
        return timedelta(microseconds=number * MICROSECONDS[schema["unit"]]) if kind == "duration" else number
    if kind in ("float", "float32"):
        return float(value)
    if kind == "bytes":
        return base64.b64decode(value)
    if kind == "decimal":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "time":
        return time.fromisoformat(value)
    if kind == "timestamp":
        found = datetime.fromisoformat(value.rstrip("Z"))
        return found.replace(tzinfo=timezone.utc) if schema["zone"] == "utc" else found
    if kind == "uuid":
        return UUID(value)
    if kind == "capability":
        return Capability(value["capability"])
    if kind == "optional":
        return None if value is None else value_of(schema["of"], value, types)
    if kind in ("list", "array"):
        return [value_of(schema["of"], item, types) for item in value]
    if kind == "tuple":
        return tuple(value_of(item, part, types) for item, part in zip(schema["items"], value))
    if kind == "map":
        return {value_of(schema["key"], k, types): value_of(schema["value"], v, types) for k, v in value.items()}
    if kind == "record":
        return {f["name"]: value_of(f["schema"], value[f["name"]], types) for f in schema["fields"] if f["name"] in value}
    if kind == "table":
        return {f["name"]: [value_of(f["schema"], item, types) for item in value[f["name"]]] for f in schema["fields"]}
    if kind == "enum":
        return int(value) if isinstance(value, str) and value.isdigit() else value
    if kind == "union":
        variant = next(v["schema"] for v in schema["variants"] if v["tag"] == value["tag"])
        return Tagged(value["tag"], value_of(variant, value["value"], types))
    if kind == "result":
        side = "ok" if "ok" in value else "error"
        return {"ok": Ok, "error": Err}[side](value_of(schema[side], value[side], types))
    return value


def same(a, b):
    if isinstance(b, Tagged) and not isinstance(a, Tagged):
        return same(a, b.value)
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a == b


VALUES = [(case, item) for case in CASES for item in case["values"]]
REFUSED = [(case, item) for case in CASES for item in case["refused"]]


@pytest.mark.parametrize("case, item", VALUES, ids=lambda part: part.get("name", part.get("hex", ""))[:40])
def test_values_have_their_bytes(case, item):
    codec = compile_codec(case["schema"], case["types"])
    value = value_of(case["schema"], item["value"], case["types"])
    data = bytes.fromhex(item["hex"])
    assert codec.encode(value) == data
    decoded = codec.decode(data)
    assert same(decoded, value) or case["schema"]["kind"] == "ref"
    assert codec.encode(decoded) == data


@pytest.mark.parametrize("case, item", REFUSED, ids=lambda part: part.get("name", part.get("why", "")))
def test_other_bytes_are_refused(case, item):
    with pytest.raises(ProtocolError):
        compile_codec(case["schema"], case["types"]).decode(bytes.fromhex(item["hex"]))


UTC = {"kind": "timestamp", "unit": "us", "zone": "utc"}
NAIVE = {"kind": "timestamp", "unit": "ms", "zone": "naive"}
MONEY = {"kind": "decimal", "precision": 5, "scale": 2}
SMALL = {"kind": "float32"}
RESULT = {"kind": "result", "ok": {"kind": "bool"}, "error": {"kind": "str", "maxBytes": 9}}
TABLE = {"kind": "table", "fields": [{"name": "a", "schema": {"kind": "bool"}}, {"name": "b", "schema": {"kind": "bool"}}], "maxRows": 3}


@pytest.mark.parametrize(
    "schema, value, message",
    [
        (MONEY, 1.5, "expected Decimal, got float 1.5"),
        (MONEY, Decimal("1.005"), "3 digits before and 2 after"),
        (MONEY, Decimal("1000"), "3 digits before"),
        (MONEY, Decimal("NaN"), "digits"),
        (MONEY, Decimal("-Infinity"), "digits"),
        (MONEY, Decimal("1e1000000"), "digits"),
        (MONEY, Decimal("1e-1000000"), "digits"),
        ({"kind": "date"}, datetime(2024, 1, 1), "expected date, got datetime"),
        ({"kind": "time", "unit": "s"}, time(1, 2, 3, 4), "a whole number of s"),
        ({"kind": "time", "unit": "us"}, time(1, 2, tzinfo=timezone.utc), "without a time zone"),
        (UTC, datetime(2024, 1, 1), "a datetime with a time zone"),
        (UTC, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), "the years 1 to 9999"),
        (UTC, date(2024, 1, 1), "expected datetime"),
        (NAIVE, datetime(2024, 1, 1, tzinfo=timezone.utc), "a datetime without a time zone"),
        (NAIVE, datetime(2024, 1, 1, 0, 0, 0, 1), "a whole number of ms"),
        ({"kind": "duration", "unit": "s", "min": 0, "max": 9}, timedelta(seconds=10), "a duration from 0 to 9 s"),
        ({"kind": "duration", "unit": "s", "min": 0, "max": 9}, 5, "expected timedelta"),
        ({"kind": "uuid"}, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "expected UUID"),
        (SMALL, 0.1, "a float that 32 bits hold"),
        (SMALL, 1e300, "a float that 32 bits hold"),
        ({"kind": "array", "of": {"kind": "bool"}, "length": 2}, [True], "exactly 2 items, got 1"),
        (RESULT, True, "Ok or Err"),
        (RESULT, Err(5), r"\.error: expected str"),
        (TABLE, {"a": [True]}, "columns a, b"),
        (TABLE, {"a": [True], "b": []}, "columns of one length, got 1, 0"),
        (TABLE, {"a": [True], "b": [1]}, r"\.b\[0\]: expected bool"),
        (TABLE, {"a": [True] * 4, "b": [True] * 4}, r"\.a: expected at most 3 items"),
        ({"kind": "capability", "grant": "db"}, 3, "Capability of db"),
        ({"kind": "capability", "grant": "db"}, Capability(-1), "the index of a capability"),
        ({"kind": "stream", "of": {"kind": "bool"}, "maxItems": 9}, 5, "an iterable or None"),
    ],
)
def test_what_does_not_fit_is_refused(schema, value, message):
    with pytest.raises(InvalidInput, match=message):
        compile_codec(schema, {}).encode(value)


def test_times_in_other_zones_become_utc():
    codec = compile_codec(UTC, {})
    value = datetime(2024, 5, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    assert codec.decode(codec.encode(value)) == value and codec.decode(codec.encode(value)).tzinfo is timezone.utc


def test_decimals_are_exact_whatever_their_exponent():
    codec = compile_codec(MONEY, {})
    for text, expected in (("1", "1.00"), ("1E+2", "100.00"), ("1.500000", "1.50"), ("-0", "0.00"), ("0E+7", "0.00"), ("-0.01", "-0.01")):
        assert str(codec.decode(codec.encode(Decimal(text)))) == expected
    assert codec.encode(7) == codec.encode(Decimal(7))


def test_results_are_built_by_their_annotation():
    schema = {"kind": "result", "ok": {"kind": "ref", "name": "P"}, "error": {"kind": "str", "maxBytes": 9}}
    types = {"P": {"kind": "record", "name": "P", "fields": [{"name": "x", "schema": {"kind": "bool"}}]}}
    from typing import NamedTuple

    class P(NamedTuple):
        x: bool

    codec = compile_codec(schema, types, Ok[P] | Err[str])
    assert codec.decode(codec.encode(Ok(P(True)))) == Ok(P(True))
    assert codec.decode(codec.encode(Err("no"))) == Err("no")


def test_unions_tell_the_kinds_apart():
    kinds = {
        "Decimal": MONEY, "date": {"kind": "date"}, "datetime": UTC, "timedelta": {"kind": "duration", "unit": "us", "min": 0, "max": 9**9},
        "UUID": {"kind": "uuid"},
    }  # fmt: skip
    schema = {"kind": "union", "name": "U", "variants": [{"tag": tag, "schema": of} for tag, of in kinds.items()]}
    codec = compile_codec(schema, {})
    for value in (Decimal("1.50"), date(2024, 1, 1), datetime(2024, 1, 1, tzinfo=timezone.utc), timedelta(seconds=1), UUID(int=5)):
        assert codec.decode(codec.encode(value)) == value
