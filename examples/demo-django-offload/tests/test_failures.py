"""What clients see of Django when something goes wrong behind it: under WSGI, and under ASGI where clients that leave are noticed too."""

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
SERVERS = {
    "wsgi": ["-m", "gunicorn", "config.wsgi", "--threads", "16", "--bind", "127.0.0.1:{port}"],
    "asgi": ["-m", "uvicorn", "config.asgi:application", "--lifespan", "off", "--port", "{port}"],
}


@pytest.fixture(scope="module", params=["wsgi", "asgi"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def failures(kind: str, artifact: Path) -> Iterator[Failures]:
    folder, port = Path(tempfile.mkdtemp(prefix="molt-demo-")), free_port()
    env = environment(
        SQLITE_PATH=str(folder / "db.sqlite3"), DATABASE_URL="", MOLT_SOCKET=str(folder / "molt.sock"), MOLT_DEADLINE="20", DJANGO_DEBUG="0"
    )
    for command in (["migrate", "--verbosity", "0"], ["load_flights"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=PROJECT, env=env, check=True, stdout=subprocess.DEVNULL)
    with running([sys.executable, *(word.format(port=port) for word in SERVERS[kind])], PROJECT, env, answers_at(port)):
        yield Failures(port, artifact, folder / "molt.sock")
    shutil.rmtree(folder, ignore_errors=True)


def test_no_worker(failures: Failures) -> None:
    failures.no_worker_is_503_and_the_next_one_is_found()


def test_deadlines(failures: Failures) -> None:
    failures.a_request_out_of_time_is_504()


def test_a_killed_worker(failures: Failures) -> None:
    failures.a_worker_killed_in_the_middle_is_502()


def test_overload(failures: Failures, kind: str) -> None:
    if kind == "asgi":
        pytest.skip("sync views under ASGI run in one thread, one after the other: no queue builds up behind them")
    failures.a_full_queue_is_503()


def test_a_client_that_leaves(failures: Failures, kind: str) -> None:
    if kind == "wsgi":
        pytest.skip("WSGI tells nobody that a client has gone")
    failures.a_client_that_leaves_stops_the_worker()
