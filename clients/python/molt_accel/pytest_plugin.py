"""The fixture ``molt_worker``, for ``pytest_plugins = ["molt_accel.pytest_plugin"]``."""

from __future__ import annotations

from typing import Iterator

import pytest

from .testing import InMemoryWorker, in_memory_worker


@pytest.fixture
def molt_worker() -> Iterator[InMemoryWorker]:
    """Offloaded functions run in this process during the test."""
    with in_memory_worker() as worker:
        yield worker
