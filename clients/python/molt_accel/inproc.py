"""The in-process transport: the artifact as a shared library, called through ctypes.

ctypes releases the interpreter lock during a call, so threads run compiled functions side by side. An instance serves one call at a time;
instances are kept in a pool and opened as threads need them.
"""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path

from .errors import MessageTooLarge, MoltError, WorkerFault, WorkerNotRunning
from .handshake import parse_schemas
from .request import Request
from .schema import SchemaSet
from .wire import decode_error

_SUFFIXES = (".so", ".dylib", ".dll")
_MAX_INPUT = 0xFFFFFFFF


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
            self._lib = ctypes.CDLL(str(path))
            self._open, self._call, self._free, self._close = _functions(self._lib)
        except (OSError, AttributeError) as error:
            raise WorkerNotRunning(f"cannot load {path}: {error}", hint="build it on this machine: molt build --target native") from None
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._idle: list[int] = []

    def call(self, request: Request) -> bytes:
        """Runs a request and returns the body of its result."""
        plan = request.plan_for(self.schemas)
        body = plan.encode(request.args)
        if len(body) > _MAX_INPUT:
            raise MessageTooLarge(f"the arguments of {request.name} take {len(body)} bytes")
        left = request.left()
        if left <= 0:
            raise request.late("no")
        instance = self._take()
        out = ctypes.POINTER(ctypes.c_uint8)()
        size = ctypes.c_uint32()
        status = self._call(
            instance, plan.export.name.encode(), body, len(body), min(0xFFFFFFFF, max(1, int(left * 1000))), ctypes.byref(out), ctypes.byref(size)
        )
        try:
            data = ctypes.string_at(out, size.value) if out else b""
        finally:
            if out:
                self._free(out)
        error = None if status == 0 else self._error(status, data, request)
        if error is None or error.name not in ("TRAP", "INTERNAL"):
            with self._lock:
                self._idle.append(instance)
        else:
            # What a trap left behind is not worth trusting.
            self._close(instance)
        if error is not None:
            raise error
        return data

    def _error(self, status: int, data: bytes, request: Request) -> MoltError:
        if not data:
            return WorkerFault(f"the library failed with status {status} and said nothing")
        try:
            return decode_error(data, request.namespace)
        except MoltError as error:
            return WorkerFault(f"the library failed with status {status}: {error.message}")

    def _take(self) -> int:
        if self._pid != os.getpid():
            self._start()
        with self._lock:
            if self._idle:
                return self._idle.pop()
        instance = ctypes.c_void_p()
        status = self._open(os.fsencode(self.artifact), ctypes.byref(instance))
        if status != 0 or not instance.value:
            raise WorkerFault(f"the library of {self.artifact} cannot be opened: status {status}", executed="no")
        return instance.value


def _functions(lib: ctypes.CDLL) -> tuple[ctypes._FuncPointer, ...]:  # type: ignore[name-defined]
    byte_p = ctypes.POINTER(ctypes.c_uint8)
    lib.molt_inproc_open.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
    lib.molt_inproc_open.restype = ctypes.c_int
    lib.molt_inproc_call.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.POINTER(byte_p), ctypes.POINTER(ctypes.c_uint32),
    ]  # fmt: skip
    lib.molt_inproc_call.restype = ctypes.c_int
    lib.molt_inproc_free.argtypes = [byte_p]
    lib.molt_inproc_free.restype = None
    lib.molt_inproc_close.argtypes = [ctypes.c_void_p]
    lib.molt_inproc_close.restype = None
    return lib.molt_inproc_open, lib.molt_inproc_call, lib.molt_inproc_free, lib.molt_inproc_close


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


_libraries: dict[str, Library] = {}
_lock = threading.Lock()


def library_for(artifact: str) -> Library:
    """The library of an artifact, loaded once per process."""
    key = os.path.realpath(artifact)
    found = _libraries.get(key)
    if found is None:
        with _lock:
            found = _libraries.get(key) or Library(key)
            _libraries[key] = found
    return found
