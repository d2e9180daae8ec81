"""The runs: how much each way can do, how long answers take at the same load, what overload does, and what a client that leaves does."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from typing import Any, Sequence

from .http_client import Client, Sample, percentile
from .processes import Running, Usage

#: A worker that used less CPU than this in a look of a millisecond is at rest.
REST_SECONDS = 50e-6


@dataclass
class Arm:
    """One way to answer: where to ask, and the processes that answer."""

    name: str
    port: int
    path: str
    processes: Sequence[Running]

    def client(self, more: str = "") -> Client:
        return Client(self.port, self.path + more)

    def usage(self) -> Usage:
        each = [process.usage() for process in self.processes]
        return Usage(sum(one.cpu for one in each), sum(one.rss for one in each))


def summary(sample: Sample) -> dict[str, Any]:
    """Rates and percentiles of a run, times in milliseconds."""
    good = sample.good
    return {
        "requests": sum(len(latencies) for latencies in sample.by_status.values()),
        "per_second": round(len(good) / sample.seconds, 2),
        "errors": sample.errors,
        **{f"p{name}_ms": _ms(percentile(good, share)) for name, share in (("50", 0.5), ("95", 0.95), ("99", 0.99), ("99.9", 0.999))},
    }


async def measured(arm: Arm, run: Any) -> tuple[Sample, dict[str, Any]]:
    """A run with the CPU seconds and the largest resident memory of the arm's processes."""
    before, peak, done = arm.usage(), 0, False

    async def watch() -> None:
        nonlocal peak
        while not done:
            peak = max(peak, (await asyncio.to_thread(arm.usage)).rss)
            await asyncio.sleep(0.25)

    watching = asyncio.create_task(watch())
    sample: Sample = await run
    done = True
    await watching
    used = arm.usage().cpu - before.cpu
    answered = max(1, len(sample.good))
    return sample, {**summary(sample), "cpu_seconds": round(used, 2), "cpu_ms_per_answer": round(used / answered * 1000, 2), "rss_mib": round(peak / 2**20, 1)}


async def capacity(arm: Arm, clients: int, seconds: float) -> dict[str, Any]:
    """As many answers as the arm can give."""
    client = arm.client()
    await client.closed_loop(clients, min(2.0, seconds / 3))
    _, result = await measured(arm, client.closed_loop(clients, seconds))
    client.close()
    return {**result, "clients": clients}


async def steady(arm: Arm, rate: float, seconds: float) -> dict[str, Any]:
    """Requests at a given rate, in open loop."""
    client = arm.client()
    await client.closed_loop(2, 0.3)
    _, result = await measured(arm, client.open_loop(rate, seconds))
    client.close()
    return {"offered_per_second": round(rate, 2), **result}


async def overload(arm: Arm, work: str, clients: int, seconds: float) -> dict[str, Any]:
    """Twice what the arm can do, of requests in which the worker has most of the work; rejections are answers too, and quick ones."""
    client = arm.client(work)
    alone = await client.closed_loop(1, min(3.0, seconds / 2))
    mean = sum(alone.good) / max(1, len(alone.good))
    most = await client.closed_loop(clients, seconds / 2)
    at_most = len(most.good) / most.seconds
    sample, result = await measured(arm, client.open_loop(2 * at_most, seconds))
    client.close()
    rejected = sample.by_status.get(503, [])
    last = max((latency for latencies in sample.by_status.values() for latency in latencies), default=0.0)
    return {
        "capacity_per_second": round(at_most, 2),
        "offered_per_second": round(2 * at_most, 2),
        **result,
        # What was still being answered when the offer ended belongs to a longer time.
        "goodput_share": round(len(sample.good) / (sample.seconds + min(last, 1.0)) / at_most, 3) if at_most else math.nan,
        "mean_service_ms": _ms(mean),
        "p99_to_mean_service": round(percentile(sample.good, 0.99) / mean, 2) if mean else math.nan,
        "rejected": len(rejected),
        "rejected_p50_ms": _ms(percentile(rejected, 0.5)),
        "rejected_p99_ms": _ms(percentile(rejected, 0.99)),
        "other_errors": sample.errors - len(rejected),
    }


async def cancel(arm: Arm, worker: Running, work: str, times: int) -> dict[str, Any]:
    """Clients that leave in the middle of a long call: how long the worker goes on computing for nobody."""
    client = arm.client(work)
    stops = []
    for _ in range(times):
        left = await client.leave_early(0.15)
        stops.append(await asyncio.to_thread(_time_to_rest, worker, left))
        await asyncio.sleep(0.05)
    client.close()
    return {"clients_that_left": times, "stop_p50_ms": _ms(percentile(stops, 0.5)), "stop_p99_ms": _ms(percentile(stops, 0.99)), "stop_max_ms": _ms(max(stops))}


def _time_to_rest(worker: Running, since: float, patience: float = 20.0) -> float:
    """Seconds from a time until the worker stopped using its CPU: the end of the last window in which it did."""
    window = 0.001
    busy_until = since
    used = worker.cpu_clock()
    while time.perf_counter() - busy_until < 0.1:
        time.sleep(window)
        now, cpu = time.perf_counter(), worker.cpu_clock()
        if cpu - used > REST_SECONDS:
            busy_until = now
        used = cpu
        if now - since > patience:
            return patience
    return busy_until - since


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
