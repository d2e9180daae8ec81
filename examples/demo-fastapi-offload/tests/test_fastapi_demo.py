"""The demo as its users run it: uvicorn, each database, both routes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest
from demo_testing.same_answers import assert_refused, assert_same_answers
from demo_testing.servers import answers_at, environment, free_port, get, running

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def loaded(database: dict[str, str]) -> dict[str, str]:
    env = environment(**database)
    for _ in range(2):
        done = subprocess.run([sys.executable, "load_flights.py"], cwd=PROJECT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert (done.returncode, done.stdout) == (0, "20000 flights are there\n")
    return env


@pytest.fixture(scope="module")
def port(loaded: dict[str, str], worker: Path) -> Iterator[int]:
    free = free_port()
    command = [sys.executable, "-m", "uvicorn", "main:app", "--port", str(free), "--workers", "2"]
    with running(command, PROJECT, {**loaded, "MOLT_SOCKET": str(worker), "MOLT_DEADLINE": "30"}, answers_at(free)):
        yield free


def test_both_routes_give_the_same_bytes(port: int) -> None:
    assert_same_answers(port)


def test_wrong_parameters_are_refused_with_their_names(port: int) -> None:
    response = get(port, "/risk/offload?origin=ORD&resamples=many")
    assert_refused(response, 422)
    assert [fault["loc"] for fault in response.json()["detail"]] == [["query", "resamples"]]
