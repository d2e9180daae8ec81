"""Tests without a worker: every offloaded function runs its Python original, through the codecs that a worker would use.

>>> from molt_accel.testing import in_memory_worker
>>> with in_memory_worker() as worker:
...     assert total([Item("a", 1.0)]) == 1.2
...     worker.fail("total", Busy("full", after=1.0))
...     with pytest.raises(Busy):
...         total([])

Values are encoded and decoded on the way in and out, so what a worker would refuse is refused here, and nobody shares a list with the caller.
With pytest: ``pytest_plugins = ["molt_accel.pytest_plugin"]``, and tests take the fixture ``molt_worker``.
"""

from __future__ import annotations

import contextlib
import os
import threading
import traceback
from collections import deque
from typing import Any, Callable, Iterator, NamedTuple, Union

from . import substitute
from .annotations import signature_hints
from .codec import compile_codec
from .derive import schemas_of
from .errors import InvalidInput, MoltError, WorkerFault, error_of
from .handshake import parse_schemas
from .offload import Offload
from .python_original import python_call
from .request import Request
from .schema import Export, SchemaSet

#: An error that a call ends with, or what is called with the arguments instead of the original.
Behaviour = Union[MoltError, Callable[..., Any]]


class ReceivedCall(NamedTuple):
    """A call as the worker saw it."""

    export: str
    args: tuple[Any, ...]
    #: Seconds that it had.
    deadline: float


class InMemoryWorker:
    """Stands in for every worker of the process. Without an artifact, schemas are made from annotations."""

    def __init__(self, artifact: str | None = None) -> None:
        #: All calls so far, in order.
        self.calls: list[ReceivedCall] = []
        self._lock = threading.Lock()
        self._planned: dict[str, deque[Behaviour]] = {}
        self._schemas: dict[str, SchemaSet] = {}
        self._artifact = None
        if artifact is not None:
            with open(os.path.join(artifact, "schemas.json"), encoding="utf-8") as file:
                self._artifact = parse_schemas(file.read())

    def fail(self, export: str, error: MoltError, times: int = 1) -> None:
        """Ends the next calls of an export with an error, as a worker might have."""
        self._plan(export, error, times)

    def answer(self, export: str, function: Callable[..., Any], times: int = 1) -> None:
        """Has another function answer the next calls of an export."""
        self._plan(export, function, times)

    def _plan(self, export: str, behaviour: Behaviour, times: int) -> None:
        with self._lock:
            self._planned.setdefault(export, deque()).extend([behaviour] * times)

    # as a substitute

    def call(self, offload: Offload, request: Request) -> bytes:
        schemas, args, function = self._begin(offload, request)
        try:
            value = _apply(offload, function, args)
        except Exception as error:
            raise _raised(error, request) from error
        return _end(offload, request, schemas, value)

    async def call_async(self, offload: Offload, request: Request) -> bytes:
        schemas, args, function = self._begin(offload, request)
        try:
            value = _apply(offload, function, args)
            if hasattr(value, "__await__"):
                value = await value
        except Exception as error:
            raise _raised(error, request) from error
        return _end(offload, request, schemas, value)

    def _begin(self, offload: Offload, request: Request) -> tuple[SchemaSet, tuple[Any, ...], Callable[..., Any]]:
        schemas = self._artifact or self._derived(offload)
        plan = request.plan_for(schemas)
        args = _arguments(offload, plan.export, schemas, plan.encode(request.args))
        with self._lock:
            self.calls.append(ReceivedCall(request.name, args, request.left()))
            planned = self._planned.get(request.name)
            behaviour = planned.popleft() if planned else offload.function
        if isinstance(behaviour, MoltError):
            raise behaviour
        return schemas, args, behaviour

    def _derived(self, offload: Offload) -> SchemaSet:
        found = self._schemas.get(offload.name)
        if found is None or found.export(offload.name) is None:
            found = self._schemas[offload.name] = parse_schemas(schemas_of({offload.name: offload.function}))
        return found


@contextlib.contextmanager
def in_memory_worker(artifact: str | None = None) -> Iterator[InMemoryWorker]:
    """Has calls answered in this process within the block, whatever their transport; one block at a time."""
    if substitute.current is not None:
        raise RuntimeError("there is an in-memory worker already; blocks do not nest")
    worker = InMemoryWorker(artifact)
    substitute.current = worker
    try:
        yield worker
    finally:
        substitute.current = None


def _arguments(offload: Offload, export: Export, schemas: SchemaSet, body: bytes) -> tuple[Any, ...]:
    """The arguments as the worker decodes them; on the wire an input is a tuple."""
    hints = signature_hints(offload.function)
    node = {"kind": "tuple", "items": [param["schema"] for param in export.params]}
    annotation = tuple[tuple(hints.get(param["name"], Any) for param in export.params)]  # type: ignore[misc]
    return tuple(compile_codec(node, schemas.types, annotation, f"{export.name} input").decode(body))


def _apply(offload: Offload, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    positional, keywords = [], {}
    for parameter, value in zip(offload.signature.parameters.values(), args):
        if parameter.kind is parameter.KEYWORD_ONLY:
            keywords[parameter.name] = value
        else:
            positional.append(value)
    return python_call(function, tuple(positional), keywords, offload.deadline)


def _raised(error: Exception, request: Request) -> MoltError:
    """What a worker answers when a function raises."""
    kind, text = type(error).__name__, str(error)
    plain = [arg if isinstance(arg, (str, int, float, bool, type(None))) else str(arg) for arg in error.args]
    details = {"type": kind, "message": text, "args": plain, "traceback": "".join(traceback.format_exception(error))}
    return error_of(501, "yes", "never", 0, "APP_ERROR", f"{kind}: {text}", "", details, request.namespace)


def _end(offload: Offload, request: Request, schemas: SchemaSet, value: Any) -> bytes:
    export = schemas.export(request.name)
    try:
        body = compile_codec(export.result, schemas.types, signature_hints(offload.function).get("return"), f"{request.name} result").encode(value)
    except InvalidInput as error:
        raise WorkerFault(f"{request.name} returned what its annotation does not allow: {error.message}", executed="yes") from None
    if request.left() <= 0:
        raise request.late("yes")
    return body
