"""`python -m offload_bench`: starts the servers of a demo, runs the scenarios, prints a table or JSON."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from . import scenarios
from .go_peer import build_go_peer, write_rows
from .processes import at_port, at_socket, free_port, started
from .report import table
from .scenarios import Arm

QUERY = "origin=ORD"
LARGE = "&resamples=20000"
#: Seconds of work in the worker, for clients that do not wait for it.
ENDLESS = "&resamples=1000000&limit=300"


def main() -> int:
    options = _options()
    cores = sorted(os.sched_getaffinity(0))
    # One core makes the load; on a machine with a single core it shares it, and the figures say less.
    server = set(cores[: max(1, len(cores) - 1)])
    load = set(cores) - server or server
    if options.cores:
        server = set(cores[: options.cores])
        load = set(cores) - server or server
    os.sched_setaffinity(0, load)
    with tempfile.TemporaryDirectory(prefix="molt-bench-") as folder:
        results = asyncio.run(_run(options, Path(folder), server, load, len(cores)))
    print(json.dumps(results, indent=2) if options.json else table(results))
    return 0 if not results["failures"] else 1


async def _run(options: argparse.Namespace, folder: Path, server: set[int], load: set[int], cores: int) -> dict[str, Any]:
    socket = str(folder / "molt.sock")
    env = {**os.environ, "MOLT_SOCKET": socket, "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH", "")]))}
    results: dict[str, Any] = {
        "demo": options.name, "python": platform.python_version(), "cores": cores, "server_cores": len(server), "load_cores": len(load), "notes": [], "failures": [],
    }  # fmt: skip
    # As many as a worker takes with its defaults (one runs and four wait per slot), less one: none is rejected.
    clients, seconds = 4 * len(server), options.seconds
    with contextlib.ExitStack() as stack:
        worker = stack.enter_context(started(f"{options.worker} --socket {socket} --slots {len(server)}", server, env, at_socket(socket)))
        port = free_port()
        command = options.server.format(port=port, cores=len(server), python=sys.executable)
        web = stack.enter_context(started(command, server, env, at_port(port)))
        arms = {"baseline": Arm("baseline", port, f"/risk/baseline?{QUERY}", [web]), "offload": Arm("offload", port, f"/risk/offload?{QUERY}", [web, worker])}
        _say(options, "checking that all answer the same")
        _compare(results, arms)
        go, why = build_go_peer(folder)
        if go:
            sys.path.insert(0, os.getcwd())
            from flight_records import flight_records

            write_rows(folder / "flights.json", flight_records())
            go_port = free_port()
            go_env = {**env, "GOMAXPROCS": str(len(server))}
            peer = stack.enter_context(started(f"{go} -listen 127.0.0.1:{go_port} -data {folder / 'flights.json'}", server, go_env, at_port(go_port)))
            arms["go"] = Arm("go", go_port, f"/risk?{QUERY}", [peer])
            _compare(results, arms)
        else:
            results["notes"].append(f"the Go server is left out: {why}")

        results["capacity"] = {}
        for name, arm in arms.items():
            _say(options, f"capacity of {name}")
            results["capacity"][name] = await scenarios.capacity(arm, clients, seconds)
        # A load that the baseline can bear; both get it.
        rate = 0.6 * results["capacity"]["baseline"]["per_second"]
        results["steady"] = {}
        for name, arm in arms.items():
            _say(options, f"{name} at {rate:.1f} requests per second")
            results["steady"][name] = await scenarios.steady(arm, rate, 2 * seconds if name == "baseline" else seconds)
        results["large"] = {}
        for name in ("offload", "go"):
            if name in arms:
                _say(options, f"{name} with ten times the work")
                large = Arm(name, arms[name].port, arms[name].path + LARGE, arms[name].processes)
                results["large"][name] = await scenarios.capacity(large, clients, seconds)
        _say(options, "overload")
        results["overload"] = await scenarios.overload(arms["offload"], LARGE, 2 * len(server), seconds)
        web.stop()
        if options.async_server:
            _say(options, "clients that leave")
            port = free_port()
            command = options.async_server.format(port=port, cores=len(server), python=sys.executable)
            # Time enough that what stops a call is its client.
            patient = {**env, "MOLT_DEADLINE": "20"}
            aweb = stack.enter_context(started(command, server, patient, at_port(port)))
            leaving = Arm("offload", port, f"/risk/offload?{QUERY}", [aweb, worker])
            results["cancel"] = await scenarios.cancel(leaving, worker, ENDLESS, options.cancels)
    results["ratios"] = _ratios(results)
    return results


def _ratios(results: dict[str, Any]) -> dict[str, float]:
    capacity, steady = results["capacity"], results["steady"]
    ratios = {
        "req/s, offload against baseline": capacity["offload"]["per_second"] / capacity["baseline"]["per_second"],
        "CPU per answer, baseline against offload": capacity["baseline"]["cpu_ms_per_answer"] / capacity["offload"]["cpu_ms_per_answer"],
        "p99 at as many as it can, baseline against offload": capacity["baseline"]["p99_ms"] / capacity["offload"]["p99_ms"],
        "p99 at the same rate, baseline against offload": steady["baseline"]["p99_ms"] / steady["offload"]["p99_ms"],
    }
    if "go" in capacity:
        ratios["req/s, offload against Go"] = capacity["offload"]["per_second"] / capacity["go"]["per_second"]
        ratios["CPU per answer with ten times the work, Go against offload"] = (
            results["large"]["go"]["cpu_ms_per_answer"] / results["large"]["offload"]["cpu_ms_per_answer"]
        )
        ratios["p99 at as many as it can, offload against Go"] = capacity["offload"]["p99_ms"] / capacity["go"]["p99_ms"]
        ratios["req/s with ten times the work, offload against Go"] = results["large"]["offload"]["per_second"] / results["large"]["go"]["per_second"]
        ratios["p99 with ten times the work, offload against Go"] = results["large"]["offload"]["p99_ms"] / results["large"]["go"]["p99_ms"]
    return {name: round(ratio, 3) for name, ratio in ratios.items()}


def _compare(results: dict[str, Any], arms: dict[str, Arm]) -> None:
    """All ways must give equal answers, or their speed means nothing."""
    for more in ("", "&seed=7&limit=50&resamples=111", "&destination=LAX&slack=0"):
        answers = {}
        for name, arm in arms.items():
            with urllib.request.urlopen(f"http://127.0.0.1:{arm.port}{arm.path}{more}", timeout=60) as response:
                answers[name] = json.loads(response.read())
        if len({json.dumps(answer, sort_keys=True) for answer in answers.values()}) != 1:
            results["failures"].append({"query": QUERY + more, "answers": answers})
            raise SystemExit(f"the answers to {QUERY + more} differ: {json.dumps(answers)}")


def _say(options: argparse.Namespace, text: str) -> None:
    if not options.quiet:
        print(f"bench: {text}", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./bench/run_local.sh", description="Measures the endpoint with its CPU part in Python and offloaded, at equal cores.")
    parser.add_argument("--name", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--server", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--async-server", default="", help=argparse.SUPPRESS)
    parser.add_argument("--worker", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=8.0, help="length of each run; default 8")
    parser.add_argument("--cores", type=int, default=0, help="cores for the servers; default all but one")
    parser.add_argument("--cancels", type=int, default=50, help="clients that leave; default 50")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quiet", action="store_true", help="do not say what runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
