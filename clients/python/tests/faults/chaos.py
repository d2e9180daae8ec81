"""Kills workers and clients with SIGKILL at random moments, many times, and counts what a caller could complain about.

    python chaos.py [--cycles 2000] [--kind native|node|both] [--seed N] [--json]

Each cycle starts the worker on the same path, lets three kinds of clients call it, and kills it; every few cycles a client dies instead.
Counted over all calls: those without an answer, wrong answers, calls reported as not executed although they began (a call writes its number
down when it begins), and calls that ended much later than their deadline. All four must be 0.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from workers import HERE, KINDS, SERVICE, Unavailable, WorkerProcess, build

ROLES = ("blocking", "asyncio", "fork")
#: A call may end so long after its deadline on a machine that is busy.
SLACK = 3.0
DEADLINE = 2.0
CLIENT_KILL_EVERY = 5


@dataclass
class Verdict:
    """What a run counted."""

    kind: str
    cycles: int
    calls: int = 0
    answered: int = 0
    unanswered: list[int] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    false_no: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    stuck_clients: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        return not (self.unanswered or self.wrong or self.false_no or self.late or self.stuck_clients)

    def summary(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "cycles": self.cycles,
            "calls": self.calls,
            "answered": self.answered,
            "unanswered": len(self.unanswered),
            "wrong": len(self.wrong),
            "falseNotExecuted": len(self.false_no),
            "late": len(self.late),
            "stuckClients": len(self.stuck_clients),
            "outcomes": dict(self.outcomes.most_common()),
            "examples": (self.false_no + self.late + self.stuck_clients + [str(n) for n in self.unanswered + self.wrong])[:10],
        }


class Client:
    """A client process and its journal."""

    def __init__(self, role: str, path: str, folder: str, number: int) -> None:
        self.role = role
        self.journal = os.path.join(folder, f"{role}-{number}")
        self.killed = False
        command = [sys.executable, str(HERE / "chaos_client.py"), role, path, self.journal, str((number + 1) * 10**12)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)

    def kill(self) -> None:
        self.killed = True
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> bool:
        """Whether it ended by itself."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(DEADLINE + 3 * SLACK) == 0
        except subprocess.TimeoutExpired:
            self.kill()
            return False


def run(kind: str, artifact: Path, cycles: int, seed: int) -> Verdict:
    """One run against one kind of worker."""
    chance = random.Random(seed)
    verdict = Verdict(kind, cycles)
    folder = tempfile.mkdtemp(prefix="molt-chaos-")
    worker = WorkerProcess(kind, artifact)
    clients: list[Client] = []
    gone: list[Client] = []
    try:
        worker.start()
        clients = [Client(role, worker.path, folder, i) for i, role in enumerate(ROLES)]
        _wait_until_calling(clients)
        worker.kill()
        for cycle in range(cycles):
            worker.start()
            time.sleep(chance.random() ** 2 * 0.15)
            if cycle % CLIENT_KILL_EVERY == CLIENT_KILL_EVERY - 1:
                victim = chance.randrange(len(clients))
                clients[victim].kill()
                gone.append(clients[victim])
                clients[victim] = Client(clients[victim].role, worker.path, folder, len(clients) + len(gone))
                time.sleep(chance.random() * 0.05)
            worker.kill()
        worker.start()
        # Also those that were started last: before they call they have no handler for SIGTERM.
        _wait_until_calling(clients)
        time.sleep(0.3)
        for client in clients:
            if not client.stop():
                verdict.stuck_clients.append(f"{client.role} ended with {client.process.returncode}")
        begun = worker.begun()
        for client in [*gone, *clients]:
            _read(client, begun, verdict)
    finally:
        for client in clients:
            if client.process.poll() is None:
                client.kill()
        worker.kill()
        shutil.rmtree(worker.folder, ignore_errors=True)
        if verdict.clean:
            shutil.rmtree(folder, ignore_errors=True)
    return verdict


def _wait_until_calling(clients: list[Client]) -> None:
    """Clients take a while to start, and what is to be killed or ended is calls in flight."""
    until = time.monotonic() + 30
    while not all(os.path.exists(client.journal) and os.path.getsize(client.journal) for client in clients):
        if time.monotonic() > until:
            raise RuntimeError("the clients do not start")
        time.sleep(0.02)


def _read(client: Client, begun: set[int], verdict: Verdict) -> None:
    """Adds what a client wrote down."""
    open_calls: set[int] = set()
    path = Path(client.journal)
    for line in path.read_text().splitlines() if path.exists() else []:
        parts = line.split(" ")
        n = int(parts[1])
        if parts[0] == "b":
            verdict.calls += 1
            open_calls.add(n)
            continue
        outcome, executed, elapsed = parts[2], parts[3], int(parts[4])
        open_calls.discard(n)
        verdict.answered += 1
        verdict.outcomes[f"{outcome}/{executed}"] += 1
        if outcome == "WRONG":
            verdict.wrong.append(n)
        if executed == "no" and n in begun:
            verdict.false_no.append(f"{client.role} {n} {outcome}")
        if outcome == "ok" and n not in begun:
            verdict.wrong.append(n)
        if elapsed > (DEADLINE + SLACK) * 1000:
            verdict.late.append(f"{client.role} {n} {outcome} after {elapsed} ms")
    if not client.killed:
        verdict.unanswered.extend(open_calls)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=2000)
    parser.add_argument("--kind", choices=[*KINDS, "both"], default="both")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    parser.add_argument("--artifact", type=Path, help="an artifact of service.py that was built before")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    kinds = KINDS if options.kind == "both" else (options.kind,)
    folder = Path(tempfile.mkdtemp(prefix="molt-chaos-build-"))
    try:
        artifact = options.artifact or build(SERVICE, folder)
        verdicts = [run(kind, artifact, options.cycles // len(kinds), options.seed) for kind in kinds]
    except Unavailable as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    summaries = [verdict.summary() for verdict in verdicts]
    if options.json:
        print(json.dumps({"seed": options.seed, "runs": summaries}))
    else:
        print(f"seed {options.seed}")
        for summary in summaries:
            print(", ".join(f"{name} {value}" for name, value in summary.items()))
    return 0 if all(verdict.clean for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
