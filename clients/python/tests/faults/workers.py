"""Builds the service once and runs it in either worker as a process that can be frozen, killed and restarted.

The two workers are started with the same flags. What calls print goes to a file, which is the evidence of what was begun.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Sequence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
SERVICE = HERE / "service.py"
KINDS = ("native", "node")

START = 30.0


class Unavailable(Exception):
    """Why a kind of worker cannot be run on this machine."""


def molt() -> str:
    """The command line of the checkout."""
    local = ROOT / "node_modules" / ".bin" / "molt"
    found = str(local) if local.exists() else shutil.which("molt")
    if found is None:
        raise Unavailable("the command line of Molt is not installed: node scripts/setup.mjs")
    return found


def build(source: Path, folder: Path, *flags: str) -> Path:
    """The artifact of a source, for both targets where a C compiler is found."""
    artifact = folder / (source.stem + ".molt")
    done = subprocess.run([molt(), "build", str(source), "-o", str(artifact), *flags], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"molt build failed:\n{done.stdout}{done.stderr}")
    return artifact


class WorkerProcess:
    """One worker at one path; ``start`` again after ``kill`` to see it restarted."""

    def __init__(self, kind: str, artifact: Path, *, slots: int = 2, arguments: Sequence[str] = (), folder: str | None = None) -> None:
        if kind == "native" and not (artifact / "molt_worker").exists():
            raise Unavailable("the artifact has no native worker: no C compiler")
        self.kind = kind
        self.slots = slots
        self.folder = folder or tempfile.mkdtemp(prefix="molt-faults-")
        self.path = os.path.join(self.folder, "w.sock")
        self.evidence = os.path.join(self.folder, "evidence")
        self.log = os.path.join(self.folder, "log")
        command = [str(artifact / "molt_worker")] if kind == "native" else [molt(), "worker", str(artifact)]
        self._command = [*command, "--socket", self.path, "--slots", str(slots), *arguments]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> WorkerProcess:
        """Starts it and waits until it listens."""
        with open(self.evidence, "ab") as out, open(self.log, "ab") as log:
            self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=out, stderr=log, start_new_session=True)
        until = time.monotonic() + START
        while not self.listens():
            if self.process.poll() is not None:
                raise RuntimeError(f"the worker ended with {self.process.returncode}: {self.said()[-2000:]}")
            if time.monotonic() > until:
                raise RuntimeError(f"the worker does not listen after {START:g} s: {self.said()[-2000:]}")
            time.sleep(0.002)
        return self

    def listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.path) == 0

    def signal(self, number: int) -> None:
        """Sends a signal to the worker and whatever it started."""
        assert self.process is not None
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def kill(self) -> None:
        """SIGKILL, and waits until it is gone."""
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait()

    def stop(self, patience: float = 15.0) -> int:
        """Asks it to end; gives its exit code."""
        assert self.process is not None
        self.signal(signal.SIGTERM)
        return self.process.wait(patience)

    def said(self) -> str:
        return Path(self.log).read_text(errors="replace")

    def begun(self) -> set[int]:
        """Numbers of the calls of ``answer`` that began, as the calls themselves wrote down."""
        lines = Path(self.evidence).read_bytes().split(b"\n")
        return {int(line[4:]) for line in lines if line.startswith(b"ran ") and line[4:].isdigit()}

    def __enter__(self) -> WorkerProcess:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
