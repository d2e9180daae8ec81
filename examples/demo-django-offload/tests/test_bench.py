"""The benchmark runs by one command, and its figures are of what it says. How fast things are is not a test."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from demo_testing.servers import environment

PROJECT = Path(__file__).resolve().parent.parent


def test_one_command_prints_json(artifact: Path, tmp_path: Path) -> None:
    if not (artifact / "molt_worker").exists():
        pytest.skip("the native worker needs a C compiler")
    # A copy: a build and a database of its own.
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("dist", "db.sqlite3", "tests", "__pycache__", "molt.sock"))
    shutil.copytree(artifact, project / "dist")
    env = environment(PYTHON=sys.executable, DATABASE_URL="", SQLITE_PATH=str(tmp_path / "db.sqlite3"))
    command = ["./bench/run_local.sh", "--json", "--quiet", "--seconds", "0.6", "--cancels", "2"]
    done = subprocess.run(command, cwd=project, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert results["demo"] == "demo-django-offload"
    for name in ("baseline", "offload"):
        assert results["capacity"][name]["per_second"] > 0
        assert {"p50_ms", "p95_ms", "p99_ms", "p99.9_ms", "errors", "cpu_seconds", "rss_mib"} <= set(results["capacity"][name])
    assert results["ratios"]["req/s, offload against baseline"] > 1
    assert ("go" in results["capacity"]) or any("Go" in note for note in results["notes"])
    assert results["overload"]["offered_per_second"] >= 1.9 * results["overload"]["capacity_per_second"]
    assert results["overload"]["requests"] == sum(results["overload"][key] for key in ("rejected", "other_errors")) + round(
        results["overload"]["per_second"] * 0.6
    )
    assert results["cancel"]["clients_that_left"] == 2
