"""Tests run without a worker: functions run in this process, through the codecs that a worker uses."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

pytest_plugins = ["molt_accel.pytest_plugin"]
