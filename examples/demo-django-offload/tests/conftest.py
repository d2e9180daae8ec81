"""The tests use what the demos share: see examples/demo-testing."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "demo-testing"))

from demo_testing.fixtures import artifact, database, folder, worker  # noqa: E402, F401
