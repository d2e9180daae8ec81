"""Makes the package and the fake worker importable, and closes what a test left open."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]


@pytest.fixture(autouse=True)
def _clean():
    from molt_accel import close_pools

    yield
    close_pools()


@pytest.fixture
def worker():
    from fake_worker import FakeWorker

    with FakeWorker() as made:
        yield made
