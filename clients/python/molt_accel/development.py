"""A worker that starts with the program, for development: built when the source changed, kept alive, gone with the program.

>>> risk = molt_offload(socket=dev_worker("delay_risk.py"))(delay_risk)

Nothing happens before the first call. Then the artifact is built if its sources changed, and a guardian process starts the worker at a socket that only
this user can open, starts it again when it ends by itself, and ends it when the program and all its forks are gone, however they went.
In production, let your process manager start ``molt_worker``: it restarts, limits and logs better than a program that has other things to do.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Iterator, Sequence

from .errors import WorkerNotRunning

START_SECONDS = 20.0


class DevWorker:
    """States: idle -> running, at the first call; a failed start leaves it idle, and stop() makes it so again."""

    def __init__(self, source: str | os.PathLike[str], *, exports: Sequence[str] = (), out: str | os.PathLike[str] | None = None, flags: Sequence[str] = ()) -> None:
        self.source = Path(source).resolve()
        #: Where the artifact lies.
        self.out = Path(out).resolve() if out is not None else self.source.parent / ".molt" / self.source.stem
        self._exports = tuple(exports)
        self._flags = tuple(flags)
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._guardian: subprocess.Popen[bytes] | None = None
        self._folder = ""
        self._refused: tuple[str, WorkerNotRunning] | None = None

    def __call__(self) -> str:
        """The path of the socket, after whatever is needed for somebody to listen there."""
        if self._pid != os.getpid():
            self._after_fork()
        path = os.path.join(self._folder, "worker.sock")
        if self._guardian is not None and os.path.exists(self._folder):
            return path
        with self._lock:
            if self._guardian is None or not os.path.exists(self._folder):
                self._start()
            return os.path.join(self._folder, "worker.sock")

    def build(self) -> Path:
        """Builds the artifact unless it is of the present sources; WorkerNotRunning with what the compiler says."""
        self.out.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(self.out.parent / f"{self.out.name}.lock"):
            if self._is_fresh():
                return self.out
            state = _digest(self.source)
            if self._refused is not None and self._refused[0] == state:
                raise self._refused[1]
            flags = ["--exports", ",".join(self._exports)] if self._exports else []
            command = [*find_molt(self.source.parent), "build", str(self.source), "--out", str(self.out), *flags]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            if done.returncode != 0:
                error = WorkerNotRunning(f"{self.source.name} cannot be built:\n{done.stdout.strip()}", hint=f"molt check {self.source} says the same")
                self._refused = (state, error)
                raise error
            return self.out

    def stop(self) -> None:
        """Ends the worker, in the process that started it or in a fork."""
        with self._lock:
            guardian, self._guardian = self._guardian, None
            if guardian is None or guardian.stdin is None:
                return
            with contextlib.suppress(OSError):
                guardian.stdin.write(b"stop")
                guardian.stdin.flush()
            with contextlib.suppress(OSError):
                guardian.stdin.close()
            if self._pid == os.getpid():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    guardian.wait(10)

    def _after_fork(self) -> None:
        # The guardian is the parent's child, but the pipe to it is ours too: it serves us as long as we live.
        self._lock = threading.Lock()
        self._pid = os.getpid()

    def _is_fresh(self) -> bool:
        try:
            manifest = json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))
            if self._exports and {export["name"] for export in manifest["exports"]} != set(self._exports):
                return False
            files = manifest["sources"].items()
            return all(_digest(self.source.parent / name) == digest for name, digest in files) and all((self.out / name).exists() for name in manifest["files"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def _start(self) -> None:
        self.build()
        native = self.out / "molt_worker"
        command = [str(native)] if native.exists() else [*find_molt(self.source.parent), "worker", str(self.out)]
        self._folder = tempfile.mkdtemp(prefix="molt-dev-")
        path = os.path.join(self._folder, "worker.sock")
        guardian = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("guardian.py")), self._folder, *command, "--socket", path, *self._flags],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        until = time.monotonic() + START_SECONDS
        while not _listens(path):
            if guardian.poll() is not None or time.monotonic() > until:
                _dismiss(guardian)
                shutil.rmtree(self._folder, ignore_errors=True)
                raise WorkerNotRunning(f"the development worker of {self.source.name} did not start", hint=f"try it by itself: {' '.join(command)} --socket {path}")
            time.sleep(0.005)
        # Its standard input ends when this process and all its forks have ended: that stops it.
        self._guardian = guardian


def dev_worker(source: str | os.PathLike[str], *, exports: Sequence[str] = (), out: str | os.PathLike[str] | None = None, flags: Sequence[str] = ()) -> DevWorker:
    """A worker for development, to be given to ``molt_offload(socket=...)``.

    source   the Python file that is compiled
    exports  functions that may be called; default all public ones
    out      where the artifact is kept; default .molt/NAME beside the source
    flags    more options of the worker, such as ["--slots", "2"]
    """
    return DevWorker(source, exports=exports, out=out, flags=flags)


def find_molt(start: Path) -> list[str]:
    """The command line of Molt: $MOLT_CLI, on PATH, or in node_modules of a folder or one above it."""
    named = os.environ.get("MOLT_CLI")
    if named:
        return [named]
    found = shutil.which("molt")
    if found:
        return [found]
    for folder in (start, *start.parents):
        candidate = folder / "node_modules" / ".bin" / "molt"
        if candidate.exists():
            return [str(candidate)]
    raise WorkerNotRunning("the command molt was not found", hint="install Node 20 or newer, then: npm install molt; or name the command in $MOLT_CLI")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
        probe.connect(path)
        return True
    return False


def _dismiss(guardian: subprocess.Popen[bytes]) -> None:
    """Ends a guardian in the way that ends its worker too."""
    assert guardian.stdin is not None
    guardian.stdin.close()
    try:
        guardian.wait(10)
    except subprocess.TimeoutExpired:
        guardian.kill()
        guardian.wait()


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """One process at a time: several servers of one program may start at once."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
