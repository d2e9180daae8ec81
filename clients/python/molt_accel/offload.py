"""``@molt_offload``: runs a function in a Molt worker, in process, or as the Python it is.

The function keeps its signature. Its annotations say how results are built; its exports' schemas, which the worker sends, say what is valid.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
from typing import Any, Awaitable, Callable, Sequence, TypeVar, cast, overload

from . import annotations as hint
from . import blocking, inproc, multiplexed
from .codec import compile_arguments, compile_codec
from .errors import InvalidInput, MoltError, SchemaMismatch, WorkerLost, WorkerNotRunning
from .handshake import parse_schemas
from .request import CRITICALITY, Plan, Request
from .schema import Export, SchemaSet, mismatch

F = TypeVar("F", bound=Callable[..., Any])

TRANSPORTS = ("unix", "inproc", "python")
DEFAULT_DEADLINE = 5.0


@overload
def molt_offload(function: F) -> F: ...
@overload
def molt_offload(
    *,
    export: str | None = None,
    socket: str | Sequence[str] | None = None,
    deadline: float = DEFAULT_DEADLINE,
    transport: str | None = None,
    fallback: str | Callable[..., Any] | None = None,
    artifact: str | None = None,
    cpu: float = 0.0,
    memory: int = 0,
    criticality: str = "normal",
    pool: int = 16,
) -> Callable[[F], F]: ...
def molt_offload(function: Any = None, **options: Any) -> Any:
    """Offloads a function, sync or async.

    export       name of the export; default the function's name
    socket       path of the worker's socket, or several to spread calls over; default $MOLT_SOCKET
    deadline     seconds until a call must have ended; default 5
    transport    "unix" (a worker), "inproc" (a shared library) or "python" (this function); default $MOLT_TRANSPORT, else "unix"
    fallback     what runs when a call was certainly not executed: "python" for this function, or another callable; default none
    artifact     directory of the built artifact: needed for "inproc"; for "unix" it makes differences of schemas show with their place
    cpu, memory  limits in seconds and bytes; 0 for those of the export
    criticality  "sheddable", "normal", "important" or "critical"
    pool         blocking connections per socket; default 16
    """
    if function is not None:
        return _decorate(function, Offload(function, **options))
    return lambda function: _decorate(function, Offload(function, **options))


def _decorate(function: Any, offload: Offload) -> Any:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def run(*args: Any, **kwargs: Any) -> Any:
            return await offload.call_async(args, kwargs)

    else:

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            return offload.call(args, kwargs)

    run.offload = offload  # type: ignore[attr-defined]
    return run


class Offload:
    """A function with where and how to run it."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        export: str | None = None,
        socket: str | Sequence[str] | None = None,
        deadline: float = DEFAULT_DEADLINE,
        transport: str | None = None,
        fallback: str | Callable[..., Any] | None = None,
        artifact: str | None = None,
        cpu: float = 0.0,
        memory: int = 0,
        criticality: str = "normal",
        pool: int = 16,
    ) -> None:
        if not deadline > 0:
            raise ValueError(f"molt_offload: expected deadline in seconds above 0, got {deadline!r}")
        if transport is not None and transport not in TRANSPORTS:
            raise ValueError(f"molt_offload: expected transport to be one of {', '.join(TRANSPORTS)}, got {transport!r}")
        if criticality not in CRITICALITY:
            raise ValueError(f"molt_offload: expected criticality to be one of {', '.join(CRITICALITY)}, got {criticality!r}")
        if not (fallback is None or fallback == "python" or callable(fallback)):
            raise ValueError(f'molt_offload: expected fallback to be "python" or a callable, got {fallback!r}')
        if pool < 1:
            raise ValueError(f"molt_offload: expected pool of at least 1, got {pool!r}")
        self.function = function
        self.name = export or function.__name__
        self.deadline = deadline
        self.artifact = artifact
        self._socket = socket
        self._transport = transport
        self._fallback = function if fallback == "python" else fallback
        self._cpu_ms = int(cpu * 1000)
        self._memory_kib = (memory + 1023) // 1024
        self._criticality = CRITICALITY[criticality]
        self._pool = pool
        self._signature = inspect.signature(function)
        self._names = tuple(self._signature.parameters)
        for parameter in self._signature.parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(f"molt_offload: {function.__name__} takes *{parameter.name}; exports have fixed parameters")
        self._positional = all(p.kind is not p.KEYWORD_ONLY for p in self._signature.parameters.values())
        self._plans: dict[SchemaSet, Plan] = {}
        self._expected: SchemaSet | None = None

    # running

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        transport = self._where()
        if transport == "python":
            return self.function(*args, **kwargs)
        request = self._request(args, kwargs)
        try:
            if transport == "inproc":
                library = inproc.library_for(self._artifact_dir())
                return request.decode(library.call(request))
            pool = min((blocking.pool_for(path, self._pool) for path in self._paths()), key=lambda pool: pool.outstanding)
            try:
                body = pool.call(request)
            except WorkerLost as error:
                if not self._repeatable(error):
                    raise
                body = pool.call(request)
            return request.decode(body)
        except MoltError as error:
            if not self._may_fall_back(error):
                raise
            return cast(Any, self._fallback)(*args, **kwargs)

    async def call_async(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        transport = self._where()
        if transport == "python":
            return await self.function(*args, **kwargs)
        request = self._request(args, kwargs)
        try:
            if transport == "inproc":
                library = inproc.library_for(self._artifact_dir())
                body = await asyncio.get_running_loop().run_in_executor(None, library.call, request)
                return request.decode(body)
            path = min(self._paths(), key=multiplexed.outstanding)
            try:
                body = await multiplexed.call(path, request)
            except WorkerLost as error:
                if not self._repeatable(error):
                    raise
                body = await multiplexed.call(path, request)
            return request.decode(body)
        except MoltError as error:
            if not self._may_fall_back(error):
                raise
            value = cast(Any, self._fallback)(*args, **kwargs)
            return await cast(Awaitable[Any], value) if inspect.isawaitable(value) else value

    def _repeatable(self, error: MoltError) -> bool:
        """Whether to try once more: nothing ran, or running twice does no harm."""
        return error.executed == "no" or any(plan.export.idempotent for plan in self._plans.values())

    def _may_fall_back(self, error: MoltError) -> bool:
        return self._fallback is not None and error.executed == "no" and not isinstance(error, InvalidInput)

    # preparing

    def _where(self) -> str:
        transport = self._transport or os.environ.get("MOLT_TRANSPORT", "unix")
        if transport not in TRANSPORTS:
            raise ValueError(f"$MOLT_TRANSPORT is {transport!r}, expected one of {', '.join(TRANSPORTS)}")
        return transport

    def _paths(self) -> Sequence[str]:
        socket = self._socket or os.environ.get("MOLT_SOCKET")
        if not socket:
            raise WorkerNotRunning(f"no socket is given for {self.name}", hint='pass socket="..." to molt_offload, or set $MOLT_SOCKET')
        return (socket,) if isinstance(socket, str) else socket

    def _artifact_dir(self) -> str:
        artifact = self.artifact or os.environ.get("MOLT_ARTIFACT")
        if not artifact:
            raise WorkerNotRunning(f"no artifact is given for {self.name}", hint='pass artifact="..." to molt_offload, or set $MOLT_ARTIFACT')
        return artifact

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        if kwargs or len(args) != len(self._names) or not self._positional:
            bound = self._signature.bind(*args, **kwargs)
            bound.apply_defaults()
            args = tuple(bound.arguments[name] for name in self._names)
        return Request(
            self.name,
            args,
            self._plan,
            self.deadline,
            self._cpu_ms,
            self._memory_kib,
            self._criticality,
            getattr(self.function, "__globals__", None),
        )

    def _plan(self, schemas: SchemaSet) -> Plan:
        plan = self._plans.get(schemas)
        if plan is None:
            plan = self._make_plan(schemas)
            if len(self._plans) >= 8:
                self._plans.clear()
            self._plans[schemas] = plan
        return plan

    def _make_plan(self, schemas: SchemaSet) -> Plan:
        export = schemas.export(self.name)
        params = tuple(param["name"] for param in export.params)
        if params != self._names:
            raise SchemaMismatch(
                f"{self.name} takes ({', '.join(self._names)}) here and ({', '.join(params)}) in the worker",
                hint="build both sides from the same source: molt build, then restart the worker",
            )
        if self.artifact is not None:
            if self._expected is None:
                with open(os.path.join(self.artifact, "schemas.json"), encoding="utf-8") as file:
                    self._expected = parse_schemas(file.read())
            difference = mismatch(self.name, self._expected, schemas)
            if difference is not None:
                raise difference
        try:
            return self._compile(export, schemas)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"{type(error).__name__}: {error}"
            raise SchemaMismatch(f"the schemas of {self.name} are damaged: {what}", hint="build the artifact again: molt build") from error

    def _compile(self, export: Export, schemas: SchemaSet) -> Plan:
        hints = hint.signature_hints(self.function)
        return Plan(
            export,
            compile_arguments(export.params, schemas.types, hints, self.name).encode,
            compile_codec(export.result, schemas.types, hints.get("return"), f"{self.name} result").decode,
            bytes.fromhex(export.input_id)[:16],
            bytes.fromhex(export.output_id)[:16],
        )
