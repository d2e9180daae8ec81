"""The in-memory worker, and schemas made from annotations."""

import asyncio
import enum
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Optional, TypedDict, Union

import molt_accel as m
import pytest
import sample
from fake_worker import SCHEMAS
from molt_accel import molt_offload
from molt_accel.derive import schemas_of
from molt_accel.testing import in_memory_worker

pytest_plugins = ["molt_accel.pytest_plugin"]


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Point(NamedTuple):
    x: int
    y: float


class Options(TypedDict):
    name: str
    on: bool


@dataclass
class Node:
    value: int
    children: "list[Node]" = field(default_factory=list)


class Empty(Exception):
    pass


def everything(
    node: Node, point: Point, colour: Colour, options: Options, mode: Literal["a", "b"], pairs: dict[str, tuple[int, str]], size: Optional[int], data: bytes
) -> tuple[Node, Point, Colour, Options, str, dict[str, tuple[int, str]], Optional[int], bytes]:
    assert isinstance(node, Node) and isinstance(point, Point) and isinstance(colour, Colour)
    return node, point, colour, options, mode, pairs, size, data


def first(values: list[int]) -> int:
    if not values:
        raise Empty("nothing", 3)
    values.append(9)
    return values[0]


def test_values_of_all_kinds_pass_through_the_codecs(molt_worker):
    args = (Node(1, [Node(2)]), Point(1, 2.5), Colour.BLUE, {"name": "n", "on": True}, "b", {"k": (1, "x")}, None, b"\0")
    assert molt_offload(everything)(*args) == args
    assert molt_worker.calls[0].export == "everything"
    assert 4 < molt_worker.calls[0].deadline <= 5


def test_a_worker_shares_nothing_with_its_caller(molt_worker):
    values = [1, 2]
    assert molt_offload(first)(values) == 1
    assert values == [1, 2]


def test_what_a_worker_would_refuse_is_refused(molt_worker):
    with pytest.raises(m.InvalidInput, match=r"first.values\[1\]: expected int, got str"):
        molt_offload(first)([1, "2"])
    with pytest.raises(m.InvalidInput):
        molt_offload(first)([2**63])
    assert molt_worker.calls == []


def test_exceptions_come_as_from_a_worker(molt_worker):
    with pytest.raises(Empty) as info:
        molt_offload(first)([])
    error = info.value
    assert isinstance(error, m.AppError)
    assert (error.args, error.executed, error.exception_message) == (("nothing", 3), "yes", "('nothing', 3)")
    assert "in first" in error.remote_traceback


def test_planned_errors_and_answers(molt_worker):
    call = molt_offload(first)
    molt_worker.fail("first", m.Busy("full", after=1.0), times=2)
    molt_worker.answer("first", lambda values: 42)
    for _ in range(2):
        with pytest.raises(m.Busy) as info:
            call([1])
        assert info.value.after == 1.0
    assert (call([1]), call([1])) == (42, 1)


def test_fallbacks_work_as_with_a_worker(molt_worker):
    molt_worker.fail("first", m.WorkerNotRunning("none"))
    assert molt_offload(fallback=lambda values: -1)(first)([5]) == -1


def test_async_functions(molt_worker):
    async def slow_first(values: list[int]) -> int:
        await asyncio.sleep(0)
        return values[0]

    assert asyncio.run(molt_offload(slow_first)([7])) == 7


def test_a_result_that_does_not_fit_its_annotation_is_found(molt_worker):
    def wrong(a: int) -> str:
        return a  # type: ignore[return-value]

    with pytest.raises(m.WorkerFault, match="wrong returned what its annotation does not allow"):
        molt_offload(wrong)(1)


def test_a_call_that_takes_too_long_is_late(molt_worker):
    import time

    def slow(a: int) -> int:
        time.sleep(0.05)
        return a

    with pytest.raises(m.DeadlineExceeded):
        molt_offload(deadline=0.01)(slow)(1)


def test_an_artifact_gives_its_own_schemas(tmp_path: Path):
    (tmp_path / "schemas.json").write_text(SCHEMAS)
    with in_memory_worker(str(tmp_path)):
        assert molt_offload(sample.total)([sample.Item("a", 10.0, sample.Kind.TOY)]) == 12.0
        with pytest.raises(m.MissingExport, match="did you mean total"):
            molt_offload(export="totl")(sample.total)([])


def test_the_worker_is_gone_after_the_block_and_blocks_do_not_nest():
    with in_memory_worker():
        with pytest.raises(RuntimeError, match="do not nest"), in_memory_worker():
            pass
    with pytest.raises(m.WorkerNotRunning):
        molt_offload(socket="/nonexistent/sock")(first)([1])


def test_keyword_only_parameters(molt_worker):
    def scaled(a: int, *, by: int = 2) -> int:
        return a * by

    assert molt_offload(scaled)(3, by=5) == 15
    assert molt_offload(scaled)(3) == 6


@pytest.mark.parametrize(
    ("function", "where"),
    [
        (lambda a: a, "f: the parameter a has no annotation"),
        (lambda: None, "f: the result has no annotation"),
    ],
)
def test_missing_annotations_are_named(function, where):
    with pytest.raises(TypeError, match=where):
        schemas_of({"f": function})


def test_types_that_cannot_cross_are_named():
    def f(a: list[set[int]]) -> None: ...

    with pytest.raises(TypeError, match=r"f.a\[\]: no schema can be made of set\[int\]"):
        schemas_of({"f": f})


def test_derived_schemas_look_like_those_of_a_build():
    def f(a: Annotated[int, "note"], b: Union[Point, Node, None]) -> list[Colour]: ...

    schemas = json.loads(schemas_of({"f": f}))
    assert sorted(schemas["types"]) == ["Colour", "Node", "Point"]
    assert schemas["exports"][0]["params"][0]["schema"] == {"kind": "int", "min": str(-(2**63)), "max": str(2**63 - 1)}
    union = schemas["exports"][0]["params"][1]["schema"]
    assert union["kind"] == "optional" and [v["tag"] for v in union["of"]["variants"]] == ["Point", "Node"]
