"""One call as the transports see it, and the errors that all of them raise."""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping, NamedTuple

from .errors import Busy, DeadlineExceeded, MessageTooLarge, WorkerLost, WorkerNotRunning
from .handshake import Worker
from .schema import Export, SchemaSet
from .wire import CALL, CALL_HEAD, encode_call, encode_message

#: How long after its deadline a call still waits for the worker's own, better informed answer.
GRACE = 0.1

CRITICALITY = {"sheddable": 0, "normal": 1, "important": 2, "critical": 3}


class Plan(NamedTuple):
    """How a function is called in one artifact: the export, and its codecs bound to the function's annotations."""

    export: Export
    encode: Callable[[tuple[Any, ...]], bytes]
    decode: Callable[[bytes], Any]
    input_id: bytes
    output_id: bytes


class Request:
    """The arguments of one call. The transport asks for its plan once it knows the worker."""

    __slots__ = ("name", "args", "_plan_for", "_plan", "deadline", "expires", "cpu_ms", "memory_kib", "criticality", "namespace", "on_sent", "reason")

    def __init__(
        self,
        name: str,
        args: tuple[Any, ...],
        plan_for: Callable[[Any], Plan],
        deadline: float,
        cpu_ms: int = 0,
        memory_kib: int = 0,
        criticality: int = 1,
        namespace: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.args = args
        self._plan_for = plan_for
        self._plan: Plan | None = None
        self.deadline = deadline
        self.expires = time.monotonic() + deadline
        self.cpu_ms = cpu_ms
        self.memory_kib = memory_kib
        self.criticality = criticality
        self.namespace = namespace
        #: Told how to cancel the call once it is sent; for callers that are not tasks.
        self.on_sent: Callable[[Callable[[str], None]], None] | None = None
        #: Why the call is cancelled when its task is.
        self.reason = "disconnect"

    def plan_for(self, schemas: SchemaSet) -> Plan:
        """How to call this worker; the answer of the call is decoded the same way."""
        self._plan = self._plan_for(schemas)
        return self._plan

    def decode(self, body: bytes) -> Any:
        """The result of the worker that was asked last."""
        assert self._plan is not None
        return self._plan.decode(body)

    def left(self) -> float:
        """Seconds until the deadline."""
        return self.expires - time.monotonic()

    def frames(self, plan: Plan, worker: Worker, call_id: int) -> bytes:
        """The CALL, ready to be sent."""
        body = plan.encode(self.args)
        most = worker.hello.max_message - CALL_HEAD.size
        if len(body) > most:
            raise MessageTooLarge(f"the arguments of {self.name} take {len(body)} bytes, the connection {most}", hint="send less in one call")
        left = self.left()
        if left <= 0:
            raise self.late("no")
        payload = encode_call(
            plan.export.id, min(0xFFFFFFFF, max(1, int(left * 1000))), self.cpu_ms, self.memory_kib, self.criticality, plan.input_id, plan.output_id, body
        )
        return encode_message(CALL, call_id, payload, worker.hello.max_frame)

    def late(self, executed: str) -> DeadlineExceeded:
        return DeadlineExceeded(
            f"{self.name} did not end within {self.deadline:g} s", executed=executed, hint="raise deadline=, or look at the load of the worker"
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
