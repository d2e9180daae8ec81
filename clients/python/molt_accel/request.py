"""What is called and how, as all transports see it, and the errors that all of them raise.

A :class:`Target` is made once per function. One call of it is the target, the tuple of arguments, the deadline and, for few calls, a
:class:`Request`; most calls make no object of their own.
"""

from __future__ import annotations

import re
from time import monotonic
from typing import Any, Callable, Mapping, NamedTuple

from .errors import Busy, DeadlineExceeded, MessageTooLarge, WorkerLost, WorkerNotRunning
from .schema import Export, SchemaSet
from .streams import Streams
from .wire import CALL_HEAD, KEY, TRACE, Progress

#: How long after its deadline a call still waits for the worker's own, better informed answer.
GRACE = 0.1

CRITICALITY = {"sheddable": 0, "normal": 1, "important": 2, "critical": 3}

#: Bytes of CALL before the body, without a trace context and a key.
HEAD_BYTES = CALL_HEAD.size


class CallOptions(NamedTuple):
    """What one call has beside its arguments."""

    trace: bytes | None = None
    key: bytes | None = None
    on_progress: Callable[[Progress], None] | None = None
    deadline: float | None = None


def trace_context(traceparent: str) -> bytes:
    """The 25 bytes of a W3C ``traceparent``: trace id, span id, flags."""
    found = re.fullmatch(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", traceparent)
    if found is None or traceparent.startswith("ff") or not int(found[1], 16) or not int(found[2], 16):
        raise ValueError(f"expected a traceparent such as 00-(32 hex digits)-(16 hex digits)-01, got {traceparent!r}")
    return bytes.fromhex(found[1] + found[2] + found[3])


class Request:
    """One call with what few calls have: a way to stop it, a trace context, a key, somebody who wants to hear of its progress."""

    __slots__ = ("target", "args", "deadline", "expires", "on_sent", "reason", "trace", "key", "on_progress", "_plan")

    def __init__(self, target: Target, args: tuple[Any, ...], deadline: float, options: CallOptions = CallOptions()) -> None:
        self.target = target
        self.args = args
        self.deadline = deadline
        self.expires = monotonic() + deadline
        #: Told how to cancel the call once it is sent; for callers that are not tasks.
        self.on_sent: Callable[[Callable[[str], None]], None] | None = None
        #: Why the call is cancelled when its task is.
        self.reason = "disconnect"
        #: W3C trace context: trace id (16 bytes), span id (8), flags (1).
        self.trace = options.trace
        #: Names a piece of work that may be sent more than once.
        self.key = options.key
        self.on_progress = options.on_progress
        self._plan: Plan | None = None

    @property
    def name(self) -> str:
        return self.target.name

    @property
    def namespace(self) -> Mapping[str, Any] | None:
        return self.target.namespace

    def left(self) -> float:
        """Seconds until the deadline."""
        return self.expires - monotonic()

    def late(self, executed: str) -> DeadlineExceeded:
        return self.target.late(executed, self.deadline)

    def plan_for(self, schemas: SchemaSet) -> Plan:
        """How to call an artifact; the answer of the call is decoded the same way."""
        self._plan = self.target.plan_for(schemas)
        return self._plan

    def decode(self, body: bytes) -> Any:
        """The result of the artifact that was asked last."""
        assert self._plan is not None
        return self._plan.decode(body)

    def head_parts(self) -> tuple[int, bytes]:
        """The head flags, and what follows the head of the CALL."""
        flags, more = 0, b""
        if self.trace is not None:
            if len(self.trace) != 25 or not any(self.trace[:16]) or not any(self.trace[16:24]):
                raise ValueError("a trace context has 25 bytes: trace id, span id, flags, and the ids are not zero")
            flags, more = TRACE, self.trace
        if self.key is not None:
            if not 1 <= len(self.key) <= 64:
                raise ValueError(f"an idempotency key has 1 to 64 bytes, got {len(self.key)}")
            flags, more = flags | KEY, more + bytes((len(self.key),)) + self.key
        return flags, more


class Plan:
    """How a function is called in one artifact: the export, its codecs bound to the function's annotations, and the head of its CALLs."""

    __slots__ = ("export", "export_id", "encode", "decode", "limits", "criticality", "streams", "_ids", "_heads")

    def __init__(
        self,
        export: Export,
        encode: Callable[[tuple[Any, ...]], bytes],
        decode: Callable[[bytes], Any],
        cpu_ms: int = 0,
        memory_kib: int = 0,
        criticality: int = 1,
        streams: Streams | None = None,
    ) -> None:
        self.export = export
        self.export_id = export.id
        self.encode = encode
        self.decode = decode
        #: CPU milliseconds and KiB of memory; 0 for those of the export.
        self.limits = (cpu_ms, memory_kib)
        self.criticality = criticality
        self.streams = streams
        self._ids = bytes.fromhex(export.input_id)[:16], bytes.fromhex(export.output_id)[:16]
        self._heads: dict[int, bytes] = {}

    def head(self, deadline_ms: int) -> bytes:
        """The head of a CALL; most calls have the deadline of another one."""
        found = self._heads.get(deadline_ms)
        if found is None:
            found = self.make_head(deadline_ms, 0)
            if len(self._heads) >= 64:
                self._heads.clear()
            self._heads[deadline_ms] = found
        return found

    def make_head(self, deadline_ms: int, flags: int) -> bytes:
        most = min(0xFFFFFFFF, max(1, deadline_ms))
        return CALL_HEAD.pack(self.export.id, 0, most, *self.limits, self.criticality, flags, *self._ids)

    def payload(self, body: bytes, left: float, request: Request | None) -> bytes:
        """The payload of a CALL with some seconds left."""
        if request is None:
            return self.head(int(left * 1000)) + body
        flags, more = request.head_parts()
        return self.make_head(int(left * 1000), flags) + more + body


class Target:
    """What is called: an export by name, with its limits. ``plans`` has how, per artifact."""

    __slots__ = ("name", "deadline", "plans", "namespace", "gives_items", "_make_plan")

    def __init__(self, name: str, make_plan: Callable[[SchemaSet], Plan], deadline: float, namespace: Mapping[str, Any] | None = None) -> None:
        self.name = name
        self.deadline = deadline
        self.plans: dict[SchemaSet, Plan] = {}
        self.namespace = namespace
        #: Whether the result is a stream.
        self.gives_items = False
        self._make_plan = make_plan

    def plan_for(self, schemas: SchemaSet) -> Plan:
        """How to call an artifact."""
        plan = self.plans.get(schemas)
        if plan is None:
            plan = self._make_plan(schemas)
            self.gives_items = plan.streams is not None and plan.streams.decode is not None
            if len(self.plans) >= 8:
                self.plans.clear()
            self.plans[schemas] = plan
        return plan

    def too_large(self, size: int, most: int) -> MessageTooLarge:
        return MessageTooLarge(f"the arguments of {self.name} take {size} bytes, the connection {most}", hint="send less in one call")

    def late(self, executed: str, deadline: float) -> DeadlineExceeded:
        return DeadlineExceeded(
            f"{self.name} did not end within {deadline:g} s", executed=executed, hint="raise deadline=, or look at the load of the worker"
        )

    def busy(self, what: str) -> Busy:
        return Busy(f"{self.name} was not sent: {what}", after=0.05, hint="start more workers, raise pool=, or send less at once", details={"local": True})

    def lost(self, executed: str, why: str = "") -> WorkerLost:
        return lost(self.name, executed, why)


def lost(name: str, executed: str, why: str = "") -> WorkerLost:
    """The worker went away; ``executed`` is ``no`` when the call had not been sent."""
    if executed == "no":
        hint = "it may have been restarted; repeat the call"
    else:
        hint = "it may have been restarted or killed; its log says why. Repeat the call if running it twice does no harm"
    return WorkerLost(f"the worker went away before {name} was answered{why}", executed=executed, hint=hint)


def not_running(path: str, error: OSError) -> WorkerNotRunning:
    if isinstance(error, FileNotFoundError):
        why = "there is no such socket"
    elif isinstance(error, ConnectionRefusedError):
        why = "nobody listens there"
    else:
        why = str(error)
    return WorkerNotRunning(f"no worker at {path}: {why}", hint="start it with molt worker, or check the socket path", after=0.5)
