"""Under gunicorn, with the application loaded before it forks: each process has connections of its own, and a restarted one too."""

import concurrent.futures
import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from pathlib import Path

import pytest
from fake_worker import FakeWorker

APP = """
    import os
    from molt_accel import molt_offload

    @molt_offload(socket=os.environ["MOLT_SOCKET"], deadline=10)
    def add(a: int, b: int) -> int:
        return a + b

    # Before the fork: a connection and a pool that the children inherit.
    assert add(1, 1) == 2

    def application(environ, start_response):
        a = int(environ["QUERY_STRING"] or 0)
        body = f"{os.getpid()} {add(a, 1)}".encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]
"""


@pytest.fixture(params=["sync", "gthread"])
def server(request, tmp_path):
    pytest.importorskip("gunicorn")
    (tmp_path / "app.py").write_text(textwrap.dedent(APP))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with FakeWorker() as worker:
        client = Path(__file__).resolve().parent.parent
        env = {**os.environ, "MOLT_SOCKET": worker.path, "PYTHONPATH": str(client)}
        command = [sys.executable, "-m", "gunicorn", "app", "--preload", "--workers", "3", "--bind", f"127.0.0.1:{port}", "--worker-class", request.param]
        process = subprocess.Popen([*command, "--threads", "4"] if request.param == "gthread" else command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 30
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                assert process.poll() is None and time.monotonic() < until
                time.sleep(0.02)
            yield worker, port
        finally:
            process.terminate()
            process.wait(15)


def ask(port: int, a: int) -> tuple[int, int]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/?{a}", timeout=20) as answer:
        pid, result = answer.read().split()
        return int(pid), int(result)


def test_every_process_gets_its_own_answers(server):
    worker, port = server
    with concurrent.futures.ThreadPoolExecutor(12) as clients:
        answers = list(clients.map(lambda a: (a, *ask(port, a)), range(300)))
    assert [result for a, _, result in answers] == [a + 1 for a in range(300)]
    pids = {pid for _, pid, _ in answers}
    assert len(pids) >= 2
    # The parent's connection said hello once; every process after it for itself.
    assert {hello["pid"] for hello in worker.hellos} >= pids
    assert len({hello["pid"] for hello in worker.hellos}) == len(pids | {hello["pid"] for hello in worker.hellos[:1]})
    os.kill(next(iter(pids)), signal.SIGKILL)
    for a in range(40):
        with contextlib.suppress(OSError):
            assert ask(port, a)[1] == a + 1
    assert ask(port, 7)[1] == 8
