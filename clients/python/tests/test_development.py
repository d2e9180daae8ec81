"""The development worker: built, started, kept alive, and gone with its program."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import molt_accel as m
import pytest
from molt_accel.development import dev_worker, find_molt

SOURCE = "def twice(n: int) -> int:\n    return n * 2\n"

REFUSED = "import socket\n\n\ndef twice(n: int) -> int:\n    return n * 2\n"

try:
    MOLT = find_molt(Path(__file__).parent)[0]
    HAS_MOLT = True
except m.WorkerNotRunning:
    HAS_MOLT = False
needs_molt = pytest.mark.skipif(not HAS_MOLT, reason="the command molt is not on PATH")


def eventually(condition, seconds=15.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def workers_of(out: Path) -> list[int]:
    """Processes that serve an artifact."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                words = Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if any(word.startswith(os.fsencode(out)) for word in words[:1]) or (b"worker" in words and os.fsencode(out) in words):
                found.append(int(entry))
    return found


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module outside of the checkout, whose command line it uses."""
    if HAS_MOLT:
        monkeypatch.setenv("MOLT_CLI", MOLT)
    path = tmp_path / "numbers_.py"
    path.write_text(SOURCE)
    return path


@needs_molt
def test_calls_start_it_and_crashes_are_mended(source, capfd):
    worker = dev_worker(source)
    try:
        twice = m.molt_offload(socket=worker, deadline=20)(_function(source))
        assert workers_of(worker.out) == []
        assert twice(21) == 42
        (pid,) = workers_of(worker.out)
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: workers_of(worker.out) not in ([], [pid]))

        def answers():
            try:
                return twice(4) == 8
            except (m.WorkerLost, m.WorkerNotRunning):
                return False

        eventually(answers)
        assert "molt dev worker: it was ended by signal 9; starting it again in 0.1 s" in capfd.readouterr().err
    finally:
        worker.stop()
    eventually(lambda: workers_of(worker.out) == [])


@needs_molt
def test_it_is_built_anew_only_when_its_sources_changed(source):
    worker = dev_worker(source, exports=["twice"])
    worker.build()
    made = (worker.out / "manifest.json").stat().st_mtime_ns
    worker.build()
    assert (worker.out / "manifest.json").stat().st_mtime_ns == made
    source.write_text(SOURCE.replace("* 2", "* 3"))
    worker.build()
    changed = (worker.out / "manifest.json").stat().st_mtime_ns
    assert changed != made
    (worker.out / "schemas.json").unlink()
    worker.build()
    assert (worker.out / "schemas.json").exists()


@needs_molt
def test_what_the_compiler_says_reaches_the_caller_once_per_state_of_the_source(source):
    source.write_text(REFUSED)
    worker = dev_worker(source)
    for _ in range(2):
        with pytest.raises(m.WorkerNotRunning, match="numbers_.py cannot be built:") as info:
            worker()
        assert "MOLT1" in info.value.message and "numbers_.py" in info.value.message
    source.write_text(SOURCE)
    try:
        assert os.path.exists(worker())
    finally:
        worker.stop()


@needs_molt
def test_a_fallback_serves_while_it_cannot_be_built(source):
    source.write_text(REFUSED)
    assert m.molt_offload(socket=dev_worker(source), fallback="python")(_function(source))(4) == 8


def test_without_the_command_it_says_what_to_install(source, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("MOLT_CLI", raising=False)
    with pytest.raises(m.WorkerNotRunning, match="the command molt was not found") as info:
        dev_worker(source)()
    assert "npm install molt" in info.value.hint


@pytest.mark.parametrize("program", ["#!/bin/sh\nexit 3\n", '#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 600\n'])
def test_a_worker_that_does_not_start_is_told_of_and_leaves_nothing(source, monkeypatch, tmp_path, program):
    out = tmp_path / "out"
    out.mkdir()
    worker = dev_worker(source, out=out)
    monkeypatch.setattr(worker, "build", lambda: out)
    monkeypatch.setattr("molt_accel.development.START_SECONDS", 0.5)
    (out / "molt_worker").write_text(program)
    (out / "molt_worker").chmod(0o755)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with pytest.raises(m.WorkerNotRunning, match="did not start") as info:
        worker()
    assert str(out / "molt_worker") in info.value.hint
    assert list(temporary.iterdir()) == []
    # The one that lives on without listening is ended too.
    assert not any(os.path.exists(f"/proc/{path.read_text().strip()}") for path in out.glob("*.pid"))


PROGRAM = """
    import os, sys, time
    sys.path.insert(0, sys.argv[1])
    from numbers_ import twice
    from molt_accel import dev_worker, molt_offload
    offloaded = molt_offload(socket=dev_worker(sys.argv[1] + "/numbers_.py"), deadline=20)(twice)
    print(offloaded(1), flush=True)
    if os.fork() == 0:
        time.sleep(float(sys.argv[2]))
        print(offloaded(2), flush=True)
        os._exit(0)
    if sys.argv[3] == "killed":
        os.kill(os.getpid(), 9)
"""


@needs_molt
@pytest.mark.parametrize("how", ["ends", "killed"])
def test_it_serves_forks_and_goes_with_the_last_of_them(source, how):
    out = source.parent / ".molt" / "numbers_"
    program = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(source.parent), "1.0", how],
        cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    # The pipe of the output ends with the fork, which called after its parent had gone.
    assert program.stdout.split() == ["2", "4"], program.stderr
    eventually(lambda: workers_of(out) == [])


def _function(source: Path):
    """The Python original, whatever the file says."""

    def twice(n: int) -> int:
        return n * 2

    return twice


def test_nothing_is_left_in_the_temporary_folder(source, monkeypatch, tmp_path):
    if not HAS_MOLT:
        pytest.skip("the command molt is not on PATH")
    temporary = Path("/tmp") / f"molt-dt-{os.getpid()}"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    try:
        worker = dev_worker(source)
        assert oct(os.stat(os.path.dirname(worker())).st_mode)[-3:] == "700"
        worker.stop()
        eventually(lambda: list(temporary.iterdir()) == [])
    finally:
        shutil.rmtree(temporary)
