"""What clients see of FastAPI when something goes wrong behind it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator

import pytest
from demo_testing.failures import Failures
from demo_testing.servers import answers_at, environment, free_port, running

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def failures(artifact: Path) -> Iterator[Failures]:
    folder, port = Path(tempfile.mkdtemp(prefix="molt-demo-")), free_port()
    env = environment(SQLITE_PATH=str(folder / "db.sqlite3"), DATABASE_URL="", MOLT_SOCKET=str(folder / "molt.sock"), MOLT_DEADLINE="20")
    subprocess.run([sys.executable, "load_flights.py"], cwd=PROJECT, env=env, check=True, stdout=subprocess.DEVNULL)
    with running([sys.executable, "-m", "uvicorn", "main:app", "--port", str(port)], PROJECT, env, answers_at(port)):
        yield Failures(port, artifact, folder / "molt.sock")
    shutil.rmtree(folder, ignore_errors=True)


def test_no_worker(failures: Failures) -> None:
    failures.no_worker_is_503_and_the_next_one_is_found()


def test_deadlines(failures: Failures) -> None:
    failures.a_request_out_of_time_is_504()


def test_a_killed_worker(failures: Failures) -> None:
    failures.a_worker_killed_in_the_middle_is_502()


def test_overload(failures: Failures) -> None:
    failures.a_full_queue_is_503()


def test_a_client_that_leaves(failures: Failures) -> None:
    failures.a_client_that_leaves_stops_the_worker()
