"""What goes wrong between a web server and its worker, as an HTTP client sees it; the same for every demo."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from .servers import Response, environment, get, listens_at, running, worker_command

#: Some tenths of a second of work in the worker, and some seconds.
LONG = "/risk/offload?origin=ORD&resamples=300000"
ENDLESS = "/risk/offload?origin=ORD&limit=1000&resamples=1000000"
SHORT = "/risk/offload?origin=ORD&resamples=10"


class Failures:
    """One server, and workers that come and go at its socket."""

    def __init__(self, port: int, artifact: Path, path: Path) -> None:
        self.port = port
        self._artifact = artifact
        self._path = path

    def worker(self, *flags: str) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        return running(worker_command(self._artifact, self._path, *flags), self._path.parent, environment(), listens_at(self._path))

    def ask(self, path: str, **headers: str) -> Response:
        return get(self.port, path, {name.replace("_", "-"): value for name, value in headers.items()})

    def no_worker_is_503_and_the_next_one_is_found(self) -> None:
        problem(self.ask(SHORT), 503, "WORKER_NOT_RUNNING", "no")
        with self.worker():
            assert self.ask(SHORT).status == 200
        problem(self.ask(SHORT), 503, "WORKER_NOT_RUNNING", "no")
        with self.worker():
            assert self.ask(SHORT).status == 200

    def a_request_out_of_time_is_504(self) -> None:
        with self.worker():
            began = time.monotonic()
            problem(self.ask(ENDLESS, X_Request_Timeout="0.2"), 504, "DEADLINE_EXCEEDED")
            assert time.monotonic() - began < 5
            problem(self.ask(SHORT, X_Request_Timeout="0"), 504, "DEADLINE_EXCEEDED", "no")
            assert self.ask(SHORT, X_Request_Timeout="30s").status == 200

    def a_worker_killed_in_the_middle_is_502(self) -> None:
        with self.worker() as worker, concurrent.futures.ThreadPoolExecutor(1) as client:
            answer = client.submit(self.ask, ENDLESS)
            eventually(lambda: cpu_seconds(worker) > 0.1)
            os.kill(worker.pid, signal.SIGKILL)
            problem(answer.result(20), 502, "WORKER_LOST", "maybe")
        with self.worker():
            assert self.ask(SHORT).status == 200

    def a_full_queue_is_503(self) -> None:
        with self.worker("--slots", "1"), concurrent.futures.ThreadPoolExecutor(12) as clients:
            began = time.monotonic()
            answers = [clients.submit(lambda: (self.ask(LONG), time.monotonic() - began)) for _ in range(12)]
            results = [answer.result(60) for answer in answers]
            assert {response.status for response, _ in results} == {200, 503}
            for response, seconds in results:
                if response.status == 503:
                    assert problem(response, 503)["code"] in ("BUSY", "SHED", "DEADLINE_UNMEETABLE")
                    # Long before the 20 seconds that a request has: at once, or after a quarter of them for a place.
                    assert seconds < 10

    def a_client_that_leaves_stops_the_worker(self) -> None:
        with self.worker() as worker:
            assert self.ask(SHORT).status == 200
            with socket.create_connection(("127.0.0.1", self.port)) as client:
                before = cpu_seconds(worker)
                client.sendall(f"GET {ENDLESS} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
                eventually(lambda: cpu_seconds(worker) > before + 0.05)
            left = cpu_seconds(worker)
            time.sleep(0.5)
            # Seconds of work were asked for: going on would have used most of the half second since.
            assert cpu_seconds(worker) - left < 0.25
            assert self.ask(SHORT).status == 200


def problem(response: Response, status: int, code: str | None = None, executed: str | None = None) -> dict[str, str]:
    """An answer with problem details."""
    assert response.status == status, (response.status, response.body[:2000])
    assert response.headers["content-type"] == "application/problem+json"
    details = json.loads(response.body)
    assert details["status"] == status
    assert code is None or details["code"] == code, details
    assert executed is None or details["executed"] == executed, details
    assert (int(response.headers["retry-after"]) >= 1) if status == 503 else "retry-after" not in response.headers
    return details


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """CPU time of a process, to the nanosecond."""
    return time.clock_gettime((~process.pid << 3) | 2)


def eventually(condition: object, seconds: float = 15.0) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.005)
