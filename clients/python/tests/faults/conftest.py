"""The artifact of the service, built once, and workers of both kinds."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from workers import KINDS, SERVICE, Unavailable, WorkerProcess, build  # noqa: E402


@pytest.fixture(scope="session")
def artifact(tmp_path_factory):
    try:
        return build(SERVICE, tmp_path_factory.mktemp("faults"))
    except Unavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=KINDS)
def kind(request, artifact):
    """Both kinds of worker, one after the other; the native one only where it could be built."""
    if request.param == "native" and not (artifact / "molt_worker").exists():
        pytest.skip("the artifact has no native worker: no C compiler")
    return request.param


@pytest.fixture(scope="module")
def worker(kind, artifact):
    """A worker that many tests share."""
    with WorkerProcess(kind, artifact) as running:
        yield running


@pytest.fixture
def own_worker(kind, artifact):
    """A worker for one test, which may break it."""
    with WorkerProcess(kind, artifact) as running:
        yield running
