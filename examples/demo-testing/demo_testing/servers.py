"""Servers as processes: started, waited for, asked, and ended with everything that they started."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, NamedTuple

START_SECONDS = 60.0


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """This environment with the tools of the tests' Python first on PATH, then more."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", **more}


@contextlib.contextmanager
def running(command: list[str], cwd: Path, env: Mapping[str, str], ready: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own until the block ends; AssertionError with what it said if it does not become ready."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=cwd, env=dict(env), stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            until = time.monotonic() + START_SECONDS
            while not ready():
                ended = process.poll()
                if ended is not None or time.monotonic() > until:
                    said.seek(0)
                    state = f"ended with {ended}" if ended is not None else f"was not ready after {START_SECONDS:g} s"
                    raise AssertionError(f"{' '.join(command)} {state}:\n{said.read().decode(errors='replace')}")
                time.sleep(0.02)
            yield process
        finally:
            end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Asks a process and what it started to end, and makes them after ten seconds."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def listens_at(path: Path) -> Callable[[], bool]:
    """Whether somebody accepts connections at a Unix socket."""

    def probe() -> bool:
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.connect(str(path))
            return True
        return False

    return probe


def answers_at(port: int) -> Callable[[], bool]:
    """Whether somebody accepts connections at a port of the loopback interface."""

    def probe() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    return probe


class Response(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def get(port: int, path: str, headers: Mapping[str, str] | None = None) -> Response:
    """GET, with error statuses as answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Response(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as error:
        return Response(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


def build(source: Path, out: Path, *exports: str) -> Path:
    """The artifact of a source, built by the command line of this checkout."""
    molt = shutil.which("molt") or shutil.which("npx")
    assert molt is not None, "neither molt nor npx is on PATH"
    command = [molt, *(["molt"] if molt.endswith("npx") else []), "build", str(source), "--exports", ",".join(exports), "--out", str(out)]
    done = subprocess.run(command, cwd=Path(__file__).parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return out


def worker_command(artifact: Path, socket_path: Path, *flags: str) -> list[str]:
    """The native worker of an artifact where a C compiler made one, else the Node worker."""
    if (artifact / "molt_worker").exists():
        return [str(artifact / "molt_worker"), "--socket", str(socket_path), *flags]
    molt = shutil.which("molt")
    return [*([molt] if molt else ["npx", "molt"]), "worker", str(artifact), "--socket", str(socket_path), *flags]
