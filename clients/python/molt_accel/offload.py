"""``@molt_offload``: runs a function in a Molt worker, in process, or as the Python it is.

The function keeps its signature. Its annotations say how results are built; its exports' schemas, which the worker sends, say what is valid.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
import time
from typing import Any, Awaitable, Callable, Coroutine, Sequence, TypeVar, Union, cast, overload

from . import annotations as hint
from . import blocking, inproc, multiplexed, shadow, substitute
from .codec import compile_arguments, compile_codec
from .errors import Cancelled, DeadlineExceeded, InvalidInput, MoltError, SchemaMismatch, WorkerLost, WorkerNotRunning
from .handshake import parse_schemas
from .python_original import call_signature, python_call
from .request import CRITICALITY, CallOptions, Plan, Request, Target, trace_context
from .schema import Export, SchemaSet, mismatch
from .scope import Scope
from .scope import current as current_scope
from .shadow import Outcome, Shadow
from .shadow import running as _running
from .streams import streams_of
from .wire import Progress

in_shadow = _running.get

F = TypeVar("F", bound=Callable[..., Any])

#: A path, several, or what gives one when it is needed (such as ``dev_worker(...)``).
Socket = Union[str, Sequence[str], Callable[[], str], None]

TRANSPORTS = ("unix", "inproc", "python")
DEFAULT_DEADLINE = 5.0
_MISSING: Any = object()
#: Seconds that a repeat gets at least: enough to end in an error of its own.
_LEAST = 0.001


@overload
def molt_offload(function: F) -> F: ...
@overload
def molt_offload(
    *,
    export: str | None = None,
    socket: Socket = None,
    deadline: float = DEFAULT_DEADLINE,
    transport: str | None = None,
    fallback: str | Callable[..., Any] | None = None,
    artifact: str | None = None,
    cpu: float = 0.0,
    memory: int = 0,
    criticality: str = "normal",
    pool: int = 16,
    shadow: float | Shadow = 0.0,
) -> Callable[[F], F]: ...
def molt_offload(function: Any = None, **options: Any) -> Any:
    """Offloads a function, sync or async.

    export       name of the export; default the function's name
    socket       path of the worker's socket, several to spread calls over, or a function that gives one; default $MOLT_SOCKET
    deadline     seconds until a call must have ended, or less if the web request has less left; default 5
    transport    "unix" (a worker), "inproc" (a shared library) or "python" (this function); default $MOLT_TRANSPORT, else "unix"
    fallback     what runs when a call was certainly not executed: "python" for this function, or another callable; default none
    artifact     directory of the built artifact: needed for "inproc"; for "unix" it makes differences of schemas show with their place
    cpu, memory  limits in seconds and bytes; 0 for those of the export
    criticality  "sheddable", "normal", "important" or "critical"
    pool         blocking connections per socket; default 16
    shadow       share of calls beside which this function runs too, in the background, to report differences; or a Shadow with options
    """
    if function is not None:
        return _decorate(function, Offload(function, **options))
    return lambda function: _decorate(function, Offload(function, **options))


def _decorate(function: Any, offload: Offload) -> Any:
    call, call_async = (offload.call, offload.call_async) if offload.shadow is None else (offload.call_shadowed, offload.call_shadowed_async)
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def run(*args: Any, **kwargs: Any) -> Any:
            return await call_async(args, kwargs)

    else:

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            return call(args, kwargs)

    run.offload = offload  # type: ignore[attr-defined]
    return run


class Offload:
    """A function with where and how to run it."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        export: str | None = None,
        socket: Socket = None,
        deadline: float = DEFAULT_DEADLINE,
        transport: str | None = None,
        fallback: str | Callable[..., Any] | None = None,
        artifact: str | None = None,
        cpu: float = 0.0,
        memory: int = 0,
        criticality: str = "normal",
        pool: int = 16,
        shadow: float | Shadow = 0.0,
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
        #: Options and counters of the shadow runs, if there are any.
        self.shadow = shadow if isinstance(shadow, Shadow) else Shadow(shadow) if shadow else None
        self.signature = call_signature(function)
        self._names = tuple(self.signature.parameters)
        for parameter in self.signature.parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(f"molt_offload: {function.__name__} takes *{parameter.name}; exports have fixed parameters")
        self._count = len(self._names)
        self._plain = all(p.kind is p.POSITIONAL_OR_KEYWORD for p in self.signature.parameters.values())
        self._defaults = {p.name: p.default for p in self.signature.parameters.values() if p.default is not p.empty}
        self._expected: SchemaSet | None = None
        self._target = Target(self.name, self._make_plan, deadline, getattr(function, "__globals__", None))
        #: Where ordinary calls go, once the first has found out: what sends them, and the path for async ones.
        self._direct: Callable[..., Any] | None = None
        self._path: str | None = None

    # running

    def calling(
        self,
        *,
        traceparent: str | None = None,
        key: str | bytes | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        deadline: float | None = None,
    ) -> Callable[..., Any]:
        """The function for calls that have something of their own: ``total.offload.calling(key="order-17")(items)``.

        traceparent  W3C trace context, which the worker puts into its logs and hands on
        key          1 to 64 bytes that name a piece of work which may be sent more than once
        on_progress  is called with how far the call has come, whenever the function says so
        deadline     seconds, instead of those of the function
        """
        if deadline is not None and not deadline > 0:
            raise ValueError(f"expected deadline in seconds above 0, got {deadline!r}")
        key = key.encode() if isinstance(key, str) else key
        if key is not None and not 1 <= len(key) <= 64:
            raise ValueError(f"an idempotency key has 1 to 64 bytes, got {len(key)}")
        options = CallOptions(None if traceparent is None else trace_context(traceparent), key, on_progress, deadline)
        somewhere = self._call_somewhere_async if inspect.iscoroutinefunction(self.function) else self._call_somewhere
        return lambda *args, **kwargs: somewhere(args, kwargs, options=options)

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._direct is None or substitute.current is not None or current_scope() is not None or in_shadow():
            return self._call_somewhere(args, kwargs)
        values = args if not kwargs and len(args) == self._count and self._plain else self._bind(args, kwargs)
        began = time.monotonic()
        try:
            return self._direct(self._target, values, self.deadline)
        except MoltError as error:
            if isinstance(error, WorkerLost) and self._repeatable(error):
                return self._call_somewhere(args, kwargs, error, began)
            if not self._may_fall_back(error):
                raise
        return self._call_original(cast(Any, self._fallback), args, kwargs)

    def _call_somewhere(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], lost: WorkerLost | None = None, began: float = 0.0, options: CallOptions = CallOptions()
    ) -> Any:
        """A call that is not like the one before: the first, one of a web request, of a test, or a repeat of one that was lost."""
        transport = self._where()
        if transport == "python":
            return self._call_original(self.function, args, kwargs)
        try:
            # Before the clock of the call starts: a worker of development may have to be built first.
            send = self._sender(transport)
            scope = current_scope()
            request = self._request(args, kwargs, scope, options, None if lost is None else began)
            if scope is not None:
                request.on_sent = functools.partial(scope.enter, request)
            try:
                return send(self._target, request.args, request.deadline, request)
            except WorkerLost as error:
                if lost is not None or not self._repeatable(error):
                    raise
                lost = error
                return send(self._target, request.args, max(_LEAST, request.left()), request)
            finally:
                if scope is not None:
                    scope.leave(request)
        except MoltError as error:
            second = self._second(lost, error)
            if not self._may_fall_back(second):
                if second is error:
                    raise
                raise second from None
            return self._call_original(cast(Any, self._fallback), args, kwargs)

    def _call_original(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return python_call(function, args, kwargs, self.deadline, self._cpu_ms / 1000, self._memory_kib * 1024)

    def _sender(self, transport: str) -> Callable[..., Any]:
        """What sends sync calls, and will send the next ones if it is the only one."""
        if transport == "testing":
            return self._substituted
        if transport == "inproc":
            self._direct = inproc.library_for(self._artifact_dir()).call
            return self._direct
        paths = self._paths()
        pool = min((blocking.pool_for(path, self._pool) for path in paths), key=lambda pool: pool.outstanding)
        if len(paths) == 1 and not callable(self._socket):
            self._direct = pool.call
        return pool.call

    def _substituted(self, target: Target, args: tuple[Any, ...], deadline: float, request: Request) -> Any:
        return request.decode(cast(substitute.Substitute, substitute.current).call(self, request))

    async def call_async(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._path is None or substitute.current is not None or current_scope() is not None or in_shadow():
            return await self._call_somewhere_async(args, kwargs)
        values = args if not kwargs and len(args) == self._count and self._plain else self._bind(args, kwargs)
        began = time.monotonic()
        try:
            return await multiplexed.call(self._path, self._target, values, self.deadline)
        except MoltError as error:
            if isinstance(error, WorkerLost) and self._repeatable(error):
                return await self._call_somewhere_async(args, kwargs, error, began)
            if not self._may_fall_back(error):
                raise
        value = self._call_original(cast(Any, self._fallback), args, kwargs)
        return await cast(Awaitable[Any], value) if inspect.isawaitable(value) else value

    async def _call_somewhere_async(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], lost: WorkerLost | None = None, began: float = 0.0, options: CallOptions = CallOptions()
    ) -> Any:
        transport = self._where()
        if transport == "python":
            return await self._call_original(self.function, args, kwargs)
        try:
            paths = self._paths() if transport == "unix" else ()
            scope = current_scope()
            request = self._request(args, kwargs, scope, options, None if lost is None else began)
            sent = self._send(transport, paths, request, lost is not None)
            return await (sent if scope is None else _stoppable(sent, request, scope))
        except MoltError as error:
            second = self._second(lost, error)
            if not self._may_fall_back(second):
                if second is error:
                    raise
                raise second from None
            value = self._call_original(cast(Any, self._fallback), args, kwargs)
            return await cast(Awaitable[Any], value) if inspect.isawaitable(value) else value

    async def _send(self, transport: str, paths: Sequence[str], request: Request, is_repeat: bool) -> Any:
        if transport == "inproc":
            return await self._run_in_thread(request)
        if transport == "testing":
            return request.decode(await cast(substitute.Substitute, substitute.current).call_async(self, request))
        path = min(paths, key=multiplexed.outstanding)
        if len(paths) == 1 and not callable(self._socket):
            self._path = path
        try:
            return await multiplexed.call(path, self._target, request.args, request.deadline, request)
        except WorkerLost as error:
            if is_repeat or not self._repeatable(error):
                raise
            lost = error
        try:
            return await multiplexed.call(path, self._target, request.args, max(_LEAST, request.left()), request)
        except MoltError as error:
            raise self._second(lost, error) from None

    async def _run_in_thread(self, request: Request) -> Any:
        """An in-process call beside the event loop; whoever cancels the task stops the call too."""
        library = inproc.library_for(self._artifact_dir())
        stops: list[Callable[[str], None]] = []
        request.on_sent = stops.append
        expires = time.monotonic() + request.deadline
        work = functools.partial(library.call_by, self._target, request.args, expires, request.deadline, request)
        try:
            return await asyncio.get_running_loop().run_in_executor(None, work)
        except asyncio.CancelledError:
            for stop in stops:
                stop(request.reason)
            raise

    def call_shadowed(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call whose original may run after it."""
        kept = self._sample(args, kwargs)
        if kept is None:
            return self.call(args, kwargs)
        try:
            value = self.call(args, kwargs)
        except Exception as error:
            self._observe(kept, Outcome(error=error))
            raise
        self._observe(kept, Outcome(value))
        return value

    async def call_shadowed_async(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        kept = self._sample(args, kwargs)
        if kept is None:
            return await self.call_async(args, kwargs)
        try:
            value = await self.call_async(args, kwargs)
        except Exception as error:
            self._observe(kept, Outcome(error=error))
            raise
        self._observe(kept, Outcome(value))
        return value

    def _sample(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        assert self.shadow is not None
        return self.shadow.keep(args, kwargs) if self._where() != "python" and self.shadow.sample() else None

    def _observe(self, kept: tuple[tuple[Any, ...], dict[str, Any]], outcome: Outcome) -> None:
        assert self.shadow is not None
        self.shadow.observe(self.name, self.function, kept, outcome)

    def _repeatable(self, error: MoltError) -> bool:
        """Whether to try once more: nothing ran, or running twice does no harm."""
        return error.executed == "no" or any(plan.export.idempotent for plan in self._target.plans.values())

    def _second(self, lost: WorkerLost | None, error: MoltError) -> MoltError:
        """The error of a repeat: it cannot vouch for the first attempt, and had only the rest of the deadline."""
        if lost is None:
            return error
        executed = lost.executed if error.executed == "no" else error.executed
        if type(error) is DeadlineExceeded:
            return self._target.late(executed, self.deadline)
        error.executed = executed
        return error

    def _may_fall_back(self, error: MoltError) -> bool:
        if self._fallback is None or error.executed != "no":
            return False
        # A wrong argument is wrong here too, and who has no time left or has gone is not waiting for a slower way.
        return not isinstance(error, (InvalidInput, DeadlineExceeded, Cancelled))

    # preparing

    def _where(self) -> str:
        if in_shadow():
            return "python"
        if substitute.current is not None:
            return "testing"
        transport = self._transport or os.environ.get("MOLT_TRANSPORT", "unix")
        if transport not in TRANSPORTS:
            raise ValueError(f"$MOLT_TRANSPORT is {transport!r}, expected one of {', '.join(TRANSPORTS)}")
        return transport

    def _paths(self) -> Sequence[str]:
        socket = self._socket or os.environ.get("MOLT_SOCKET")
        if callable(socket):
            socket = socket()
        if not socket:
            raise WorkerNotRunning(f"no socket is given for {self.name}", hint='pass socket="..." to molt_offload, or set $MOLT_SOCKET')
        return (socket,) if isinstance(socket, str) else socket

    def _artifact_dir(self) -> str:
        artifact = self.artifact or os.environ.get("MOLT_ARTIFACT")
        if not artifact:
            raise WorkerNotRunning(f"no artifact is given for {self.name}", hint='pass artifact="..." to molt_offload, or set $MOLT_ARTIFACT')
        return artifact

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The arguments in order, as the function would get them."""
        if self._plain and len(args) <= self._count:
            rest = self._names[len(args) :]
            found = [kwargs[name] if name in kwargs else self._defaults.get(name, _MISSING) for name in rest]
            if not any(value is _MISSING for value in found) and all(name in rest for name in kwargs):
                return (*args, *found)
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return tuple(bound.arguments[name] for name in self._names)

    def _request(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], scope: Scope | None, options: CallOptions, began: float | None = None
    ) -> Request:
        whole = self.deadline if options.deadline is None else options.deadline
        deadline = whole if scope is None else scope.check(self.name, whole)
        if began is not None:
            deadline = max(_LEAST, min(deadline, whole - (time.monotonic() - began)))
        return Request(self._target, self._bind(args, kwargs), deadline, options)

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
            self._cpu_ms,
            self._memory_kib,
            self._criticality,
            streams_of(export, schemas.types, hints),
        )


async def _stoppable(sent: Coroutine[Any, Any, bytes], request: Request, scope: Scope) -> bytes:
    """Awaits an answer until the scope is cancelled: then this task alone hears of it, as Cancelled, and the worker is told."""
    loop = asyncio.get_running_loop()
    task = cast("asyncio.Task[Any]", asyncio.current_task())
    fired = entered = False

    def fire(reason: str) -> None:
        nonlocal fired
        if entered and not fired:
            fired = True
            request.reason = reason
            task.cancel()

    try:
        # From whichever thread: the call is stopped by its own loop, in a turn of its own.
        entered = True
        scope.enter(request, lambda reason: cast(None, loop.call_soon_threadsafe(fire, reason)))
        return await sent
    except asyncio.CancelledError:
        if not fired or (hasattr(task, "uncancel") and task.uncancel() > 0):
            raise
        raise Cancelled(f"{request.name} was cancelled: {request.reason}", details={"reason": request.reason}) from None
    finally:
        entered = False
        scope.leave(request)
