"""What a call may raise, each with what to do about it.

Every error says whether the function was executed (``no``, ``maybe``, ``yes``) and whether a repeat may help (``never``, ``after`` some
seconds, ``elsewhere``). An exception of the function itself arrives as an :class:`AppError` that is also an instance of that exception's
type where Python knows it, so ``except ValueError`` works as it did before the call was offloaded.
"""

from __future__ import annotations

import builtins
from typing import Any, Mapping

EXECUTED = ("no", "maybe", "yes")
RETRY = ("never", "after", "elsewhere")


class MoltError(Exception):
    """A call that did not return a result."""

    code = 603
    name = "INTERNAL"
    executed = "maybe"
    retry = "never"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        executed: str | None = None,
        retry: str | None = None,
        after: float = 0.0,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        Exception.__init__(self, message)
        self.message = message
        self.hint = hint
        if executed is not None:
            self.executed = executed
        if retry is not None:
            self.retry = retry
        #: Seconds after which a repeat may succeed, for ``retry == "after"``.
        self.after = after
        self.details: dict[str, Any] = dict(details or {})

    def __str__(self) -> str:
        text = f"MOLT5{self.code}: {self.message}"
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class ProtocolError(MoltError):
    """The peer does not speak the protocol of this client."""

    code, name = 101, "PROTOCOL_ERROR"


class VersionUnsupported(ProtocolError):
    """Client and worker have no protocol version in common."""

    code, name, executed = 102, "VERSION_UNSUPPORTED", "no"


class MessageTooLarge(MoltError):
    """The input is larger than the connection takes."""

    code, name, executed = 103, "FRAME_TOO_LARGE", "no"


class Unauthorized(MoltError):
    """This process may not use the worker."""

    code, name, executed = 104, "UNAUTHORIZED", "no"


class MissingExport(MoltError):
    """The worker has no export of that name; the message lists near names."""

    code, name, executed = 201, "UNKNOWN_EXPORT", "no"


class SchemaMismatch(MoltError):
    """Caller and worker were built from different schemas."""

    code, name, executed = 202, "SCHEMA_MISMATCH", "no"


class InvalidInput(MoltError, ValueError):
    """An argument does not fit its schema; the message says where."""

    code, name, executed = 203, "INVALID_INPUT", "no"


class CapabilityDenied(MoltError):
    """The function used a capability that the worker does not grant."""

    code, name = 204, "CAPABILITY_DENIED"


class ResultTooLarge(MoltError):
    """The result exceeds its bound."""

    code, name, executed = 205, "RESULT_TOO_LARGE", "yes"


class Busy(MoltError):
    """All slots are taken and the queue is full."""

    code, name, executed, retry = 301, "BUSY", "no", "after"


class Shed(Busy):
    """Dropped by the worker under overload."""

    code, name = 302, "SHED"


class DeadlineUnmeetable(Busy):
    """The worker's queue is longer than the deadline."""

    code, name, retry = 303, "DEADLINE_UNMEETABLE", "elsewhere"


class Draining(Busy):
    """The worker is shutting down."""

    code, name, retry = 304, "DRAINING", "elsewhere"


class DeadlineExceeded(MoltError, TimeoutError):
    """The call did not end within its deadline."""

    code, name = 401, "DEADLINE_EXCEEDED"


class CpuExceeded(MoltError):
    """The call used up its CPU time."""

    code, name, executed = 402, "CPU_EXCEEDED", "yes"


class MemoryExceeded(MoltError):
    """The call used up its memory."""

    code, name, executed = 403, "MEMORY_EXCEEDED", "yes"


class Cancelled(MoltError):
    """The call was cancelled; ``details["reason"]`` says by whom."""

    code, name = 404, "CANCELLED"


class AppError(MoltError):
    """The function raised an exception.

    ``exception_type`` is the name of its type, ``exception_message`` its text, ``args`` its arguments as far as they are plain values, and
    ``remote_traceback`` the traceback in the worker. Python 3.11 and later print that traceback as a note below the local one.
    """

    code, name, executed = 501, "APP_ERROR", "yes"

    def __init__(self, message: str, **parts: Any) -> None:
        MoltError.__init__(self, message, **parts)
        args = self.details.get("args")
        if isinstance(args, list):
            self.args = tuple(args)
        if self.remote_traceback and hasattr(self, "add_note"):
            self.add_note(f"In the worker:\n{self.remote_traceback.rstrip()}")

    def __str__(self) -> str:
        text = f"MOLT5{self.code}: {self.exception_type}: {self.exception_message}"
        return f"{text}\n  hint: {self.hint}" if self.hint else text

    @property
    def exception_type(self) -> str:
        return str(self.details.get("type", "Exception"))

    @property
    def exception_message(self) -> str:
        if "message" in self.details:
            return str(self.details["message"])
        prefix = f"{self.exception_type}: "
        return self.message[len(prefix) :] if self.message.startswith(prefix) else self.message

    @property
    def remote_traceback(self) -> str:
        return str(self.details.get("traceback", ""))


class Trap(MoltError):
    """The function was stopped by the machine, such as by a stack overflow."""

    code, name, executed = 502, "TRAP", "yes"


class WorkerLost(MoltError, ConnectionError):
    """The connection ended before the answer came."""

    code, name, retry = 601, "WORKER_LOST", "elsewhere"


class StoreUnavailable(MoltError):
    """The worker's job store does not answer."""

    code, name, retry = 602, "STORE_UNAVAILABLE", "after"


class WorkerFault(MoltError):
    """A fault of Molt itself."""

    code, name = 603, "INTERNAL"


class WorkerNotRunning(MoltError, ConnectionError):
    """Nothing listens at the socket."""

    code, name, executed, retry = 604, "WORKER_NOT_RUNNING", "no", "after"


BY_CODE: dict[int, type[MoltError]] = {
    cls.code: cls
    for cls in (
        ProtocolError, VersionUnsupported, MessageTooLarge, Unauthorized, MissingExport, SchemaMismatch, InvalidInput, CapabilityDenied,
        ResultTooLarge, Busy, Shed, DeadlineUnmeetable, Draining, DeadlineExceeded, CpuExceeded, MemoryExceeded, Cancelled, AppError, Trap,
        WorkerLost, StoreUnavailable, WorkerFault, WorkerNotRunning,
    )
}  # fmt: skip

_app_errors: dict[type[BaseException], type[AppError]] = {}

#: Exceptions that change the flow of the caller merely by their type.
_NOT_AS_SELF = (StopIteration, StopAsyncIteration, GeneratorExit, KeyboardInterrupt, SystemExit)


def app_error_class(kind: str, namespace: Mapping[str, Any] | None = None) -> type[AppError]:
    """The class for an exception type: an AppError that is also of that type, if the type is known here."""
    short = kind.rpartition(".")[2]
    base = (namespace or {}).get(short, getattr(builtins, short, None))
    if not isinstance(base, type) or not issubclass(base, Exception) or issubclass(base, (*_NOT_AS_SELF, MoltError)):
        return AppError
    made = _app_errors.get(base)
    if made is None:
        try:
            made = type(short, (AppError, base), {"__module__": AppError.__module__, "__doc__": f"{short} raised by an offloaded function."})
        except TypeError:  # two exception types whose instances have different layouts
            made = AppError
        _app_errors[base] = made
    return made


def error_of(
    code: int,
    executed: str,
    retry: str,
    after_ms: int,
    name: str,
    message: str,
    hint: str,
    details: Mapping[str, Any],
    namespace: Mapping[str, Any] | None = None,
) -> MoltError:
    """The exception of an ERROR frame. A code of a later version keeps its advice and becomes a WorkerFault."""
    cls = BY_CODE.get(code)
    if cls is None:
        cls, message = WorkerFault, f"{name} ({code}): {message}"
    elif cls is AppError:
        cls = app_error_class(str(details.get("type", "")), namespace)
    elif cls is InvalidInput and details.get("path") and str(details["path"]) not in message:
        message = f"{details['path']}: {message}"
    return cls(message, hint=hint, executed=executed, retry=retry, after=after_ms / 1000, details=details)
