"""A load generator for one GET, small enough not to be what is measured.

Open loop: requests leave at times drawn beforehand, whether or not earlier ones were answered, and a latency counts from the time at which its request
should have left. So a server that stalls cannot hide it by slowing down its clients (coordinated omission). Closed loop: so many clients, each with one request
after the other, for how much the server can do at all.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass, field

#: Seconds after which a request counts as an error.
PATIENCE = 30.0


@dataclass
class Sample:
    """What a run of requests gave."""

    seconds: float = 0.0
    #: Latencies in seconds by status; 0 stands for no answer.
    by_status: dict[int, list[float]] = field(default_factory=dict)

    def add(self, status: int, latency: float) -> None:
        self.by_status.setdefault(status, []).append(latency)

    @property
    def good(self) -> list[float]:
        return self.by_status.get(200, [])

    @property
    def errors(self) -> int:
        return sum(len(latencies) for status, latencies in self.by_status.items() if status != 200)


def percentile(values: list[float], share: float) -> float:
    """The smallest value that is not below this share of the values."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1))]


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self.usable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def ask(self, request: bytes) -> asyncio.Future[int]:
        assert self.transport is not None
        self._buffer = b""
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or self._answer is None or self._answer.done():
            return
        lower = head.lower()
        at = lower.find(b"\r\ncontent-length:")
        if at < 0:
            self._finish(0)
            return
        length = int(lower[at + 17 :].split(b"\r\n", 1)[0])
        if len(body) >= length:
            if b"\r\nconnection: close" in lower:
                self.usable = False
            self._finish(int(head.split(b" ", 2)[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        self._finish(0)

    def _finish(self, status: int) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(status)

    def close(self) -> None:
        self.usable = False
        if self.transport is not None:
            self.transport.abort()


class Client:
    """Asks one URL of a server at the loopback interface."""

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        self._request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        self._idle: deque[_Connection] = deque()

    async def ask(self) -> int:
        """The status of one request; 0 if there was no answer."""
        try:
            connection = await self._connect()
        except OSError:
            return 0
        try:
            status = await asyncio.wait_for(connection.ask(self._request), PATIENCE)
        except asyncio.TimeoutError:
            status = 0
        if status and connection.usable:
            self._idle.append(connection)
        else:
            connection.close()
        return status

    async def open_loop(self, rate: float, seconds: float, seed: int = 1) -> Sample:
        """Requests at random times, `rate` per second on average; the times are the same for the same seed."""
        draw = random.Random(seed)
        sample = Sample(seconds)
        tasks: set[asyncio.Task[None]] = set()
        start = time.perf_counter() + 0.05
        due = start
        while True:
            due += draw.expovariate(rate)
            if due > start + seconds:
                break
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            task = asyncio.create_task(self._timed(sample, due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        return sample

    async def closed_loop(self, clients: int, seconds: float) -> Sample:
        """So many clients, each asking again as soon as it is answered."""
        sample = Sample(seconds)
        start = time.perf_counter()

        async def one() -> None:
            while time.perf_counter() < start + seconds:
                await self._timed(sample, time.perf_counter())

        await asyncio.gather(*(one() for _ in range(clients)))
        sample.seconds = time.perf_counter() - start
        return sample

    async def leave_early(self, after: float) -> float:
        """Sends a request, hangs up after some seconds without waiting for the answer; the time of hanging up."""
        connection = await self._connect()
        answer = connection.ask(self._request)
        await asyncio.sleep(after)
        if answer.done():
            raise RuntimeError(f"the request was answered with {answer.result()} before its client could leave; ask for more work")
        connection.close()
        left = time.perf_counter()
        await asyncio.sleep(0)
        return left

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _timed(self, sample: Sample, due: float) -> None:
        status = await self.ask()
        sample.add(status, time.perf_counter() - due)

    async def _connect(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", self._port)
        return connection
