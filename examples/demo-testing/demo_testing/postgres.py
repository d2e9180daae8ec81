"""A PostgreSQL cluster of its own for a test run: made in a temporary folder, reached over a Unix socket, thrown away at the end.

The binaries are those that the system has; Debian keeps initdb outside of PATH. PostgreSQL refuses to run as root, so root runs it as the
user `postgres` that the package makes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator


def find_binaries() -> Path | None:
    """The folder with initdb and postgres, the newest version first; None if there is none."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]) if path.parts[4].isdigit() else 0)
    return versions[-1].parent if versions else None


def why_not() -> str:
    """Why no cluster can be started here; empty if it can."""
    if find_binaries() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and not (shutil.which("runuser") and _has_user()):
        return "PostgreSQL does not run as root, and there is no user postgres to run it as"
    return ""


def _has_user() -> bool:
    import pwd

    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam("postgres"))
    return False


@contextlib.contextmanager
def throwaway_postgres(database: str = "demo") -> Iterator[str]:
    """The URL of an empty database in a cluster that ends with the block."""
    binaries = find_binaries()
    assert binaries is not None
    with tempfile.TemporaryDirectory(prefix="molt-pg-", ignore_cleanup_errors=True) as folder:
        as_user: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            as_user = ["runuser", "-u", "postgres", "--"]

        def run(*command: str) -> None:
            done = subprocess.run([*as_user, *command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode != 0:
                log = Path(folder, "log")
                raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{log.read_text() if log.exists() else ''}")

        data = str(Path(folder, "data"))
        run(str(binaries / "initdb"), "-D", data, "-U", "demo", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        run(str(binaries / "pg_ctl"), "-D", data, "-l", str(Path(folder, "log")), "-o", options, "-w", "-t", "60", "start")
        try:
            # The folder is PostgreSQL's alone until here; clients of other users need a way to its socket.
            os.chmod(folder, 0o755)
            run(str(binaries / "createdb"), "-h", folder, "-U", "demo", database)
            yield f"postgresql://demo@/{database}?host={folder}"
        finally:
            run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
