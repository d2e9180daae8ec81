"""Fixtures of the demos' tests: each database in turn, the artifact, and a worker."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

from .postgres import throwaway_postgres, why_not
from .servers import build, environment, listens_at, running, worker_command

SOURCE = Path(__file__).resolve().parents[2] / "delay-risk" / "delay_risk.py"


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The CPU part of the demos, compiled."""
    return build(SOURCE, tmp_path_factory.mktemp("artifact"), "delay_risk")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for sockets."""
    made = Path(tempfile.mkdtemp(prefix="molt-demo-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def worker(artifact: Path, folder: Path) -> Iterator[Path]:
    """The socket of a running worker."""
    socket = folder / "molt.sock"
    with running(worker_command(artifact, socket), folder, environment(), listens_at(socket)):
        yield socket


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, folder: Path) -> Iterator[dict[str, str]]:
    """The environment variables that name a database: SQLite, then PostgreSQL where it can be started."""
    if request.param == "sqlite":
        yield {"SQLITE_PATH": str(folder / "db.sqlite3"), "DATABASE_URL": ""}
        return
    if why_not():
        pytest.skip(why_not())
    with throwaway_postgres() as url:
        yield {"DATABASE_URL": url}
