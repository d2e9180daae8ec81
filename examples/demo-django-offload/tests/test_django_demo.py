"""The demo as its users run it: gunicorn, each database, both routes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest
from demo_testing.same_answers import assert_refused, assert_same_answers
from demo_testing.servers import answers_at, environment, free_port, get, running

PROJECT = Path(__file__).resolve().parent.parent


def manage(env: dict[str, str], *command: str) -> None:
    done = subprocess.run([sys.executable, "manage.py", *command], cwd=PROJECT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def loaded(database: dict[str, str]) -> dict[str, str]:
    env = environment(**database, DJANGO_DEBUG="0")
    manage(env, "migrate", "--verbosity", "0")
    manage(env, "load_flights")
    manage(env, "load_flights")
    return env


@pytest.fixture(scope="module", params=["gunicorn", "uvicorn"])
def port(request: pytest.FixtureRequest, loaded: dict[str, str], worker: Path) -> Iterator[int]:
    free = free_port()
    env = {**loaded, "MOLT_SOCKET": str(worker), "MOLT_DEADLINE": "30"}
    if request.param == "gunicorn":
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--workers", "2", "--preload", "--bind", f"127.0.0.1:{free}"]
    else:
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--lifespan", "off", "--port", str(free)]
    with running(command, PROJECT, env, answers_at(free)):
        yield free


def test_both_routes_give_the_same_bytes(port: int) -> None:
    assert_same_answers(port)


def test_the_migrations_are_those_of_the_models(loaded: dict[str, str]) -> None:
    manage(loaded, "makemigrations", "--check", "--dry-run")


def test_wrong_parameters_are_refused_with_their_names(port: int) -> None:
    response = get(port, "/risk/offload?origin=ORD&resamples=many")
    assert_refused(response, 400)
    assert list(response.json()["errors"]) == ["resamples"]
