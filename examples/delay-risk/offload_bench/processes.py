"""Processes under measurement: on given cores, with the CPU time and memory of all that they start."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Mapping

TICK = os.sysconf("SC_CLK_TCK")
START_SECONDS = 30.0


@dataclass
class Usage:
    """CPU seconds used so far, and resident bytes now, of a process group."""

    cpu: float = 0.0
    rss: int = 0


class Running:
    """A started process and all of its group."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    def members(self) -> list[int]:
        """Process ids of the group."""
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError, ValueError):
                    if os.getpgid(int(entry)) == self.process.pid:
                        found.append(int(entry))
        return found

    def usage(self) -> Usage:
        total = Usage()
        for pid in self.members():
            with contextlib.suppress(OSError, IndexError, ValueError):
                # Fields after the name in parentheses, which may hold anything: 14 and 15 are user and system time.
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total.cpu += (int(fields[11]) + int(fields[12])) / TICK
                total.rss += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
        return total

    def cpu_clock(self) -> float:
        """CPU seconds of the first process, to the nanosecond."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def stop(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(8)
                break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


@contextlib.contextmanager
def started(command: str, cores: set[int], env: Mapping[str, str], ready: Callable[[], bool]) -> Iterator[Running]:
    """A command on some cores until the block ends; RuntimeError with what it said if it does not become ready."""
    with tempfile.TemporaryDirectory(prefix="molt-bench-") as folder:
        log = Path(folder, "log")
        with log.open("wb") as out:
            process = subprocess.Popen(
                shlex.split(command),
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
            )
        running = Running(process, log)
        try:
            until = time.monotonic() + START_SECONDS
            while not ready():
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{command}\ndid not start:\n{log.read_text(errors='replace')}")
                time.sleep(0.02)
            yield running
        finally:
            running.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def at_port(port: int) -> Callable[[], bool]:
    def probe() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    return probe


def at_socket(path: str) -> Callable[[], bool]:
    def probe() -> bool:
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.connect(path)
            return True
        return False

    return probe
