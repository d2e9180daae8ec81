"""What a user of molt_accel sees when something goes wrong, against both workers: class, what to decide by, and a text that says what to do."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import Any

import molt_accel as m
import pytest
import service
from asking import InThread, advice, failure, offload, tells
from workers import HERE, SERVICE, WorkerProcess, build, molt

ENDLESS = 10**15


# the contract


def test_a_missing_export_names_near_ones(worker):
    def anwser(n: int, spin: int, text: str) -> service.Answer: ...

    error = failure(offload(worker, anwser), 1, 0, "x")
    assert type(error) is m.MissingExport and error.code == 201 and advice(error) == ("no", "never")
    tells(error, "no export named anwser", "did you mean answer?", "build again and restart the worker")
    assert error.details["near"] == ["answer"]


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """An artifact whose Answer has a float where that of the workers has an int."""
    folder = tmp_path_factory.mktemp("changed")
    text = SERVICE.read_text().replace("    value: int\n", "    value: float\n")
    (folder / "service.py").write_text(text.replace("turn(n * 7919 % MODULUS, spin), text)", "float(turn(n, spin)), text)"))
    return str(build(folder / "service.py", folder, "--target", "wasm"))


def test_schemas_that_differ_show_where_with_both_types_and_the_command(worker, changed):
    error = failure(offload(worker, service.answer, artifact=changed), 1, 0, "x")
    assert type(error) is m.SchemaMismatch and error.code == 202 and advice(error) == ("no", "never")
    tells(error, "output of answer", "$.value", "float", "int", "molt build", "restart the worker")
    assert error.details["path"] == "$.value" and error.details["side"] == "output"


def test_parameters_that_differ_are_told_without_the_artifact(worker):
    def answer(n: int, spin: int) -> service.Answer: ...

    error = failure(offload(worker, answer), 1, 0)
    assert type(error) is m.SchemaMismatch and advice(error) == ("no", "never")
    tells(error, "answer takes (n, spin) here and (n, spin, text) in the worker", "molt build")


def test_an_argument_that_does_not_fit_says_which(worker):
    error = failure(offload(worker, service.answer), 1, "2", "x")
    assert isinstance(error, ValueError) and type(error) is m.InvalidInput and advice(error) == ("no", "never")
    assert str(error).startswith("MOLT5203: answer.spin: expected int, got str '2'")


@pytest.mark.parametrize("n", [0, -1, 127, 128, 255, 256, 65535, 65536, 881145, 2**31, 2**32 - 1, 2**32, 2**63 - 1, -(2**31) - 1, -(2**63)])
def test_ints_of_every_size_come_back(worker, n):
    assert offload(worker, service.whole)(n) == n


def test_too_large_an_argument_is_refused_here(worker):
    error = failure(offload(worker, service.echo), b"x" * (17 << 20))
    assert type(error) in (m.InvalidInput, m.MessageTooLarge) and advice(error) == ("no", "never")
    assert "echo" in str(error) and "17825792" in str(error)


def test_a_result_beyond_its_bound_is_not_the_functions_own_error(worker):
    error = failure(offload(worker, service.large), 2 << 20)
    assert type(error) is m.ResultTooLarge and error.code == 205 and advice(error) == ("yes", "never")
    tells(error, "1048576")
    assert not isinstance(error, ValueError)


def test_a_value_that_is_too_deep_is_refused_here(worker):
    tree = service.Tree("leaf")
    for _ in range(300):
        tree = service.Tree("branch", [tree])
    error = failure(offload(worker, service.size_of), tree)
    assert type(error) is m.InvalidInput and advice(error) == ("no", "never")
    assert "size_of" in str(error) and "64 levels" in str(error)


# where there is no worker


def test_no_worker_at_all(tmp_path):
    class Nowhere:
        path = str(tmp_path / "none.sock")

    error = failure(offload(Nowhere, service.whole), 1)
    assert type(error) is m.WorkerNotRunning and isinstance(error, ConnectionError) and error.code == 604
    assert advice(error) == ("no", "after") and error.after > 0
    tells(error, Nowhere.path, "there is no such socket", "molt worker")


def test_a_worker_that_died_left_its_socket(own_worker):
    own_worker.kill()
    error = failure(offload(own_worker, service.whole), 1)
    assert type(error) is m.WorkerNotRunning and advice(error) == ("no", "after")
    tells(error, own_worker.path, "nobody listens there", "molt worker")


def test_fallback_runs_the_original_only_when_nothing_ran(own_worker):
    fallback = offload(own_worker, service.whole, fallback="python")
    own_worker.kill()
    assert fallback(41) == 41
    own_worker.start()
    refused = failure(offload(own_worker, service.spin, fallback=lambda rounds: -1, deadline=0.2), ENDLESS)
    assert type(refused) is m.DeadlineExceeded


@pytest.mark.parametrize("preface", [b"MIP1\x02\x00\x00\x00", b"MIP1\x09\x01\x00\x00"])
def test_another_version_of_the_protocol(preface):
    from fake_worker import FakeWorker

    with FakeWorker(on_connect=lambda connection: (connection.send(preface), time.sleep(0.2))) as fake:
        error = failure(offload(fake, service.whole), 1)
    assert type(error) is m.VersionUnsupported and error.code == 102 and advice(error) == ("no", "never")
    tells(error, f"{preface[4]}.{preface[5]}", "1.0", "update")


def test_something_else_listens_there():
    from fake_worker import FakeWorker

    with FakeWorker(on_connect=lambda connection: (connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"), time.sleep(0.2))) as fake:
        error = failure(offload(fake, service.whole), 1)
    assert isinstance(error, m.ProtocolError)
    tells(error, "does not speak MIP", "is this the socket of a Molt worker?")


# limits


def test_a_deadline(worker):
    error = failure(offload(worker, service.spin, deadline=0.2), ENDLESS)
    assert type(error) is m.DeadlineExceeded and isinstance(error, TimeoutError) and error.code == 401
    assert advice(error) == ("yes", "never")
    tells(error, "deadline", "spin")


def test_a_cpu_limit(worker):
    error = failure(offload(worker, service.spin, cpu=0.05), ENDLESS)
    assert type(error) is m.CpuExceeded and error.code == 402 and advice(error) == ("yes", "never")
    tells(error, "spin", "CPU", "limit")


def test_a_memory_limit(worker):
    error = failure(offload(worker, service.hoard, memory=8 << 20), 10**7)
    assert type(error) is m.MemoryExceeded and error.code == 403 and advice(error) == ("yes", "never")
    tells(error, "hoard", "memory", "limit")
    assert offload(worker, service.hoard)(10) == 10


def test_memory_is_bounded_without_asking_for_it(worker):
    error = failure(offload(worker, service.hoard, deadline=60.0), 10**8)
    assert type(error) is m.MemoryExceeded and advice(error) == ("yes", "never")


def test_recursion_without_end_is_pythons_error(worker):
    error = failure(offload(worker, service.deep), 10**8)
    assert isinstance(error, RecursionError) and advice(error) == ("yes", "never")


def test_exceptions_of_the_program_keep_their_type(worker):
    with pytest.raises(ValueError, match="no price for x") as caught:
        offload(worker, service.fail)("no price for x")
    assert isinstance(caught.value, m.AppError) and "service.py" in caught.value.remote_traceback
    with pytest.raises(service.OutOfStock) as own:
        offload(worker, service.sell)("book", 3)
    assert own.value.args == ("book", 3) and advice(own.value) == ("yes", "never")


def fill(worker: Any, deadline: float) -> list[InThread]:
    """Takes all slots and all places in the queue with calls that end at their deadline."""
    calls = []
    for _ in range(worker.slots * 5):
        calls.append(InThread(offload(worker, service.spin, deadline=deadline, pool=64), ENDLESS))
        time.sleep(0.02)
    return calls


def test_a_full_queue_says_when_to_come_back(kind, artifact):
    with WorkerProcess(kind, artifact, slots=1) as alone:
        calls = fill(alone, 20.0)
        began = time.monotonic()
        error = failure(offload(alone, service.spin, deadline=20.0), 1)
        assert time.monotonic() - began < 5
        assert type(error) is m.Busy and error.code == 301 and advice(error) == ("no", "after") and error.after > 0
        tells(error, "4 calls wait")
        alone.kill()
        assert {type(call.error()) for call in calls} == {m.WorkerLost}


# ends of either side


def test_a_cancelled_task_frees_its_slot(kind, artifact):
    async def spin(rounds: int) -> int: ...

    async def whole(n: int) -> int: ...

    with WorkerProcess(kind, artifact, slots=1) as alone:

        async def scenario() -> float:
            task = asyncio.ensure_future(offload(alone, spin, deadline=60.0)(ENDLESS))
            await asyncio.sleep(0.3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            began = time.monotonic()
            assert await offload(alone, whole, deadline=20.0)(5) == 5
            await m.close_connections()
            return time.monotonic() - began

        assert asyncio.run(scenario()) < 5


def test_a_worker_that_is_killed_in_the_middle(own_worker):
    call = InThread(offload(own_worker, service.spin, deadline=30.0), ENDLESS)
    time.sleep(0.3)
    own_worker.kill()
    began = time.monotonic()
    error = call.error()
    assert time.monotonic() - began < 2
    assert type(error) is m.WorkerLost and isinstance(error, ConnectionError) and error.code == 601 and advice(error) == ("maybe", "elsewhere")
    tells(error, "before spin was answered", "killed", "Repeat the call if running it twice does no harm")


def test_a_worker_that_is_restarted_is_found_again(own_worker):
    whole = offload(own_worker, service.whole)
    assert whole(1) == 1
    own_worker.kill()
    own_worker.start()
    assert whole(2) == 2


def test_a_worker_that_ends_lets_its_calls_finish(own_worker):
    call = InThread(offload(own_worker, service.spin, deadline=1.0), ENDLESS)
    time.sleep(0.3)
    assert own_worker.stop() == 0
    assert type(call.error()) is m.DeadlineExceeded
    assert type(failure(offload(own_worker, service.whole), 1)) is m.WorkerNotRunning


def test_a_client_that_is_killed_frees_its_slots(kind, artifact):
    script = "import sys, service\nfrom molt_accel import molt_offload\nmolt_offload(socket=sys.argv[1], deadline=60)(service.spin)(10**15)\n"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
    with WorkerProcess(kind, artifact, slots=1) as alone:
        client = subprocess.Popen([sys.executable, "-c", script, alone.path], env=environment)
        time.sleep(1.0)
        assert client.poll() is None
        client.send_signal(signal.SIGKILL)
        client.wait()
        began = time.monotonic()
        assert offload(alone, service.whole, deadline=20.0)(7) == 7
        assert time.monotonic() - began < 3


# what the worker's own user sees


def run_worker(kind: str, artifact: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(artifact / "molt_worker")] if kind == "native" else [molt(), "worker", str(artifact)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=60)


def test_two_workers_on_one_path(own_worker, artifact):
    second = run_worker(own_worker.kind, artifact, "--socket", own_worker.path)
    assert second.returncode == 1
    assert own_worker.path in second.stderr and ("another worker answers" in second.stderr or "already in use" in second.stderr)
    assert offload(own_worker, service.whole)(3) == 3


def test_a_folder_that_is_not_there(kind, artifact, tmp_path):
    path = str(tmp_path / "missing" / "w.sock")
    ended = run_worker(kind, artifact, "--socket", path)
    assert ended.returncode == 1 and path in ended.stderr


def test_a_path_that_is_too_long(kind, artifact, tmp_path):
    path = str(tmp_path / ("x" * 120))
    ended = run_worker(kind, artifact, "--socket", path)
    assert ended.returncode == 1 and ("too long" in ended.stderr or "107" in ended.stderr), ended.stderr


@pytest.fixture
def full_folder(tmp_path):
    """A file system without room for one more file."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k,nr_inodes=2", "tmpfs", str(folder)], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a full file system needs the right to mount: {mounted.stderr.strip()}")
    try:
        (folder / "last").touch()
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_no_room_for_the_socket(kind, artifact, full_folder):
    path = str(full_folder / "w.sock")
    ended = run_worker(kind, artifact, "--socket", path)
    assert ended.returncode == 1
    assert path in ended.stderr and ("No space left on device" in ended.stderr or "ENOSPC" in ended.stderr), ended.stderr
    assert "Traceback" not in ended.stderr and "    at " not in ended.stderr


@pytest.mark.skipif(shutil.which("cc") is None and shutil.which("gcc") is None, reason="no C compiler")
def test_a_capability_that_no_service_has_is_refused_when_it_is_built(tmp_path):
    source = tmp_path / "files.py"
    source.write_text("def read(path: str) -> str:\n    return open(path).read()\n")
    done = subprocess.run([molt(), "build", str(source), "-o", str(tmp_path / "files.molt"), "--json"], capture_output=True, text=True)
    assert done.returncode == 1
    diagnostics = json.loads(done.stdout)["diagnostics"]
    assert any("open" in one["message"] and one["code"].startswith("MOLT") for one in diagnostics), diagnostics
