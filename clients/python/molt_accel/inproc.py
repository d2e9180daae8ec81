"""The in-process transport: the artifact as a shared library, called through ctypes.

ctypes releases the interpreter lock during a call, so threads run compiled functions side by side. An instance serves one call at a time;
instances are kept in a list and opened as threads need them. Each writes its answers into a buffer of its own, so a call converts five
arguments and one number.
"""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from pathlib import Path
from time import monotonic
from typing import Any

from .errors import MoltError, WorkerFault, WorkerNotRunning
from .handshake import parse_schemas
from .request import Request, Target
from .schema import SchemaSet
from .wire import decode_error

_SUFFIXES = (".so", ".dylib", ".dll")
_MAX_INPUT = 0xFFFFFFFF
_MAX_MS = 0xFFFFFFFF
_BUFFER = 1 << 16
#: Reasons of the ABI for which a call is stopped; every other word is the user's.
_STOPS = {"disconnect": 7, "shutdown": 9}
_USER = 6


class _Instance:
    """One instance of the module with the buffer that it answers into."""

    __slots__ = ("handle", "buffer", "limits", "lib")

    def __init__(self, lib: ctypes.CDLL, artifact: str) -> None:
        handle = ctypes.c_void_p()
        status = lib.molt_inproc_open(os.fsencode(artifact), ctypes.byref(handle))
        if status != 0 or not handle.value:
            raise WorkerFault(f"the library of {artifact} cannot be opened: status {status}", executed="no")
        self.lib = lib
        self.handle = handle.value
        self.buffer = (ctypes.c_char * _BUFFER)()
        self.limits = (0, 0)
        lib.molt_inproc_buffer(self.handle, self.buffer, _BUFFER)

    def limit(self, limits: tuple[int, int]) -> None:
        self.lib.molt_inproc_limits(self.handle, *limits)
        self.limits = limits

    def answer(self, size: int) -> bytes:
        """An answer of that length."""
        if size <= _BUFFER:
            return self.buffer[:size]
        whole = (ctypes.c_char * size)()
        if self.lib.molt_inproc_fetch(self.handle, whole, size) != size:
            raise WorkerFault("the library lost its answer")
        return whole.raw

    def close(self) -> None:
        self.lib.molt_inproc_close(self.handle)


class Library:
    """The loaded library of one artifact, with its schemas."""

    def __init__(self, artifact: str) -> None:
        self.artifact = artifact
        directory = Path(artifact)
        path = _find_library(directory)
        try:
            self.schemas: SchemaSet = parse_schemas((directory / "schemas.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise WorkerNotRunning(f"the artifact {artifact} has no readable schemas.json: {error.strerror}", hint="build it: molt build") from None
        try:
            self._lib = _load(path)
        except (OSError, AttributeError) as error:
            raise WorkerNotRunning(f"cannot load {path}: {error}", hint="build it on this machine: molt build --target native") from None
        self._invoke = self._lib.molt_inproc_invoke
        self._idle: list[_Instance] = []
        _all.add(self)

    def forked(self) -> None:
        """In a forked child: instances that served a thread of the parent cannot be told from others, so all are left behind."""
        self._idle = []

    def call(self, target: Target, args: tuple[Any, ...], deadline: float, request: Request | None = None) -> Any:
        """Runs a call and returns its result."""
        plan = target.plans.get(self.schemas) or target.plan_for(self.schemas)
        try:
            instance = self._idle.pop()
        except IndexError:
            instance = _Instance(self._lib, self.artifact)
        keep = True
        try:
            body = plan.encode(args)
            if request is not None:
                self._prepare(instance, request)
            if instance.limits != plan.limits:
                instance.limit(plan.limits)
            size, milliseconds = len(body), int(deadline * 1000)
            if size > _MAX_INPUT:
                raise target.too_large(size, _MAX_INPUT)
            if not 0 < milliseconds <= _MAX_MS:
                milliseconds = _MAX_MS if milliseconds else 1
            found = self._invoke(instance.handle, plan.export_id, body, size, milliseconds)
            if found < _BUFFER:
                data = instance.buffer[:found]
            else:
                data = instance.answer(found & 0xFFFFFFFF)
            if found >> 32:
                error = _error(found >> 32, data, target)
                # What a trap left behind is not worth trusting.
                keep = error.name not in ("TRAP", "INTERNAL")
                raise error
        finally:
            self._idle.append(instance) if keep else instance.close()
        return plan.decode(data)

    def call_by(self, target: Target, args: tuple[Any, ...], expires: float, deadline: float, request: Request | None = None) -> Any:
        """The same for a call that has waited for a thread to run in: only what is left of its deadline counts."""
        left = expires - monotonic()
        if left <= 0:
            raise target.late("no", deadline)
        return self.call(target, args, left, request)

    def _prepare(self, instance: _Instance, request: Request) -> None:
        """Tells who may want to stop the call how to do that."""
        if request.on_sent is not None:
            number = self._lib.molt_inproc_begun(instance.handle) + 1
            cancel, handle = self._lib.molt_inproc_cancel, instance.handle
            request.on_sent(lambda reason: cancel(handle, number, _STOPS.get(reason, _USER)))


def _error(status: int, data: bytes, target: Target) -> MoltError:
    if not data:
        return WorkerFault(f"the library failed with status {status} and said nothing")
    try:
        return decode_error(data, target.namespace)
    except MoltError as error:
        return WorkerFault(f"the library failed with status {status}: {error.message}")


def _load(path: Path) -> ctypes.CDLL:
    lib = ctypes.CDLL(str(path))
    # Addresses as plain integers: the cheapest conversion there is.
    handle, number = ctypes.c_void_p, ctypes.c_uint32
    for name, result, arguments in (
        ("open", ctypes.c_int, [ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]),
        ("buffer", None, [handle, handle, number]),
        ("limits", None, [handle, number, number]),
        ("invoke", ctypes.c_uint64, [handle, number, ctypes.c_char_p, number, number]),
        ("fetch", number, [handle, handle, number]),
        ("begun", ctypes.c_uint64, [handle]),
        ("cancel", None, [handle, ctypes.c_uint64, number]),
        ("close", None, [handle]),
    ):
        function = getattr(lib, f"molt_inproc_{name}")
        function.restype, function.argtypes = result, arguments
    return lib


def _find_library(directory: Path) -> Path:
    if not directory.is_dir():
        raise WorkerNotRunning(f"there is no artifact directory {directory}", hint="build it: molt build --target native")
    found = sorted(path for path in directory.iterdir() if path.suffix in _SUFFIXES)
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise WorkerNotRunning(
            f"expected one shared library in {directory}, found {names}", hint="build it for this machine: molt build --target native"
        )
    return found[0]


_all: weakref.WeakSet[Library] = weakref.WeakSet()
_libraries: dict[str, Library] = {}
_lock = threading.Lock()


def _in_child() -> None:
    global _lock
    _lock = threading.Lock()
    for library in list(_all):
        library.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def library_for(artifact: str) -> Library:
    """The library of an artifact, loaded once per process."""
    key = os.path.realpath(artifact)
    found = _libraries.get(key)
    if found is None:
        with _lock:
            found = _libraries.get(key) or Library(key)
            _libraries[key] = found
    return found
