"""Measures the Python client against a built artifact of echo_service.py; prints one JSON object.

    molt build benchmarks/service/echo_service.py -o echo.molt --target native --exports echo
    python benchmarks/service/python_client.py inproc|blocking|asyncio|socket --artifact echo.molt [--calls 50000] [--depth 64] [--slots 1]

`inproc`, `blocking` and `asyncio` call `echo` through molt_accel with a record of about 100 bytes. `socket` echoes as many bytes between two
Python processes over a bare Unix socket: what the machine itself costs. A worker of the artifact is started and stopped unless --socket names one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "clients/python"), str(HERE)]

from echo_service import Request  # noqa: E402
from molt_accel import close_connections, molt_offload  # noqa: E402

VALUE = Request("a request of ordinary size", 123456, 0.25, ["alpha", "beta-beta-beta", "gamma-gamma-gamma-gamma"])


def echo(request: Request) -> Request:
    raise AssertionError("this call was to be offloaded")


async def echo_async(request: Request) -> Request:
    raise AssertionError("this call was to be offloaded")


def figures(mode: str, times: list[int], seconds: float, **more: Any) -> dict[str, Any]:
    times.sort()

    def at(share: float) -> float:
        return round(times[min(len(times) - 1, int(share * len(times)))] / 1000, 2)

    return {
        "mode": mode, "python": sys.version.split()[0], "calls": len(times), "p50_us": at(0.5), "p99_us": at(0.99), "p999_us": at(0.999),
        "calls_per_s": round(len(times) / seconds), **more,
    }  # fmt: skip


def measure(mode: str, call: Callable[[], Any], calls: int) -> dict[str, Any]:
    """One call after the other."""
    for _ in range(min(calls, 2000)):
        call()
    clock = time.perf_counter_ns
    times = []
    began = clock()
    for _ in range(calls):
        start = clock()
        call()
        times.append(clock() - start)
    return figures(mode, times, (clock() - began) / 1e9)


def one_by_one(mode: str, calls: int, **where: Any) -> dict[str, Any]:
    offloaded = molt_offload(**where)(echo)
    assert offloaded(VALUE) == VALUE
    return measure(mode, lambda: offloaded(VALUE), calls)


async def at_once(calls: int, depth: int, **where: Any) -> dict[str, Any]:
    """A number of tasks on one connection, each with one call at a time."""
    offloaded = molt_offload(export="echo", **where)(echo_async)
    clock = time.perf_counter_ns
    times: list[int] = []

    async def caller(count: int) -> None:
        for _ in range(count):
            start = clock()
            await offloaded(VALUE)
            times.append(clock() - start)

    assert await offloaded(VALUE) == VALUE
    await asyncio.gather(*(caller(50) for _ in range(depth)))
    times.clear()
    began = clock()
    await asyncio.gather(*(caller(calls // depth) for _ in range(depth)))
    seconds = (clock() - began) / 1e9
    await close_connections()
    return figures("asyncio", times, seconds, depth=depth, loop=type(asyncio.get_running_loop()).__module__)


def bare_socket(calls: int) -> dict[str, Any]:
    data = b"x" * 100
    mine, theirs = socket.socketpair(socket.AF_UNIX)
    child = os.fork()
    if child == 0:
        mine.close()
        while part := theirs.recv(4096):
            theirs.sendall(part)
        os._exit(0)
    theirs.close()

    def call() -> None:
        mine.sendall(data)
        mine.recv(4096)

    found = measure("socket", call, calls)
    mine.close()
    os.waitpid(child, 0)
    return found


class Worker:
    """The artifact's native worker, for as long as the block lasts."""

    def __init__(self, artifact: str, slots: int) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="molt-")
        self.socket = os.path.join(self._directory.name, "worker.sock")
        self._command = [os.path.join(artifact, "molt_worker"), "--socket", self.socket, "--slots", str(slots), "--queue", "128"]

    def __enter__(self) -> str:
        self._process = subprocess.Popen(self._command)
        while not os.path.exists(self.socket):
            if self._process.poll() is not None:
                raise SystemExit(f"the worker ended with status {self._process.returncode}")
            time.sleep(0.01)
        return self.socket

    def __exit__(self, *_: Any) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        self._directory.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["inproc", "blocking", "asyncio", "socket"])
    parser.add_argument("--artifact", help="directory that molt build made of echo_service.py")
    parser.add_argument("--socket", help="of a worker that runs already")
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--depth", type=int, default=64, help="calls in flight at once, for asyncio")
    parser.add_argument("--slots", type=int, default=1, help="of the worker that is started")
    parser.add_argument("--uvloop", action="store_true", help="run asyncio on uvloop")
    options = parser.parse_args()
    if options.mode != "socket" and not options.artifact and not (options.socket and options.mode != "inproc"):
        parser.error("--artifact is needed")

    def over(path: str) -> dict[str, Any]:
        if options.mode == "blocking":
            return one_by_one("blocking", options.calls, socket=path)
        if options.uvloop:
            import uvloop

            uvloop.install()
        return asyncio.run(at_once(options.calls, options.depth, socket=path))

    if options.mode == "socket":
        found = bare_socket(options.calls)
    elif options.mode == "inproc":
        found = one_by_one("inproc", options.calls, transport="inproc", artifact=options.artifact)
    elif options.socket:
        found = over(options.socket)
    else:
        with Worker(options.artifact, options.slots) as path:
            found = over(path)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
