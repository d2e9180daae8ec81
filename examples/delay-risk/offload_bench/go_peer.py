"""The same endpoint in Go, compiled where Go is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Sequence


def build_go_peer(folder: Path) -> tuple[str, str]:
    """The path of the server, or an empty one and why there is none."""
    go = shutil.which("go") or ("/usr/local/go/bin/go" if Path("/usr/local/go/bin/go").exists() else None)
    if go is None:
        return "", "Go is not installed"
    program = folder / "go_peer"
    env = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    source = Path(__file__).resolve().parent / "go_peer"
    done = subprocess.run([go, "build", "-o", str(program), "."], cwd=source, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return (str(program), "") if done.returncode == 0 else ("", f"Go does not compile it: {done.stdout.strip().splitlines()[-1]}")


def write_rows(path: Path, rows: Sequence[Any]) -> None:
    """The rows as the Go server reads them."""
    path.write_text(json.dumps([row._asdict() for row in rows]), encoding="utf-8")
