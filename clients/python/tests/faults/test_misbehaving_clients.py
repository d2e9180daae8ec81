"""Clients that misbehave must not cost others their answers, and the worker no more memory than it has declared."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

import molt_accel as m
import pytest
import service
from asking import InThread, offload
from peers import CALL, MORE, Calls, Peer, frame, hello
from workers import WorkerProcess

MIB = 1 << 20
#: What one connection may make the worker keep: unread answers, and one unfinished message.
UNSENT = 64 * MIB


def resident(worker: WorkerProcess) -> int:
    """Bytes of the worker's memory."""
    assert worker.process is not None
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def descriptors(worker: WorkerProcess) -> int:
    assert worker.process is not None
    return len(os.listdir(f"/proc/{worker.process.pid}/fd"))


def settles(what: Any, limit: float, seconds: float = 10.0) -> bool:
    """Whether a figure falls to a limit in time."""
    until = time.monotonic() + seconds
    while what() > limit:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def serves(worker: Any, seconds: float = 5.0) -> None:
    """A well-behaved client gets its answer in a time that somebody could wait."""
    began = time.monotonic()
    assert offload(worker, service.whole, deadline=20.0)(11) == 11
    assert time.monotonic() - began < seconds


@pytest.fixture
def calls(artifact):
    return Calls(artifact)


def test_a_client_that_never_reads_its_answers(own_worker, calls):
    serves(own_worker)
    before = resident(own_worker)
    peer = Peer(own_worker.path)
    body = calls.payload("echo", b"x" * 200_000)
    sent = 0
    for n in range(1500):
        data = frame(CALL, 2 * n + 1, body)
        took = peer.send_what_fits(data)
        if took < len(data):
            break
        sent += 1
        if n % 4 == 3:
            time.sleep(0.002)
    serves(own_worker)
    # What was sent and is not read lies in the bounds of one connection, with room for the allocator.
    assert resident(own_worker) - before < 2 * UNSENT + 64 * MIB
    assert sent < 1500, "the worker reads on although nobody reads its answers"
    peer.close()
    serves(own_worker)


def test_many_calls_without_reading_are_bounded_by_their_number_too(own_worker, calls):
    serves(own_worker)
    before = resident(own_worker)
    peer = Peer(own_worker.path)
    data = b"".join(calls.frame(2 * n + 1, "whole", n) for n in range(20_000))
    for _ in range(10):
        if peer.send_what_fits(data) < len(data):
            break
        serves(own_worker)
    assert resident(own_worker) - before < 2 * UNSENT
    peer.close()


def test_a_slow_reader_gets_all_its_answers(own_worker, calls):
    peer = Peer(own_worker.path)
    for n in range(4):
        peer.send(calls.frame(2 * n + 1, "echo", bytes([n]) * 100_000))
    time.sleep(0.5)
    assert sorted(call_id for _, call_id in peer.answers(4)) == [1, 3, 5, 7]
    peer.close()


def test_unfinished_messages_are_bounded(own_worker):
    serves(own_worker)
    before = resident(own_worker)
    peers = [Peer(own_worker.path) for _ in range(4)]
    part = b"x" * 262_144
    for peer in peers:
        try:
            for _ in range(80):
                peer.send(frame(CALL, 1, part, MORE))
        except ConnectionError:
            pass
    assert resident(own_worker) - before < 4 * (16 * MIB * 2 + MIB) + 32 * MIB
    assert all(peer.is_cut() for peer in peers), "16 MiB of one message are the most"
    serves(own_worker)


def test_thousands_of_connections_that_say_nothing(own_worker):
    serves(own_worker)
    before = (resident(own_worker), descriptors(own_worker))
    silent = []
    refused = 0
    for _ in range(600):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(0.5)
        try:
            sock.connect(own_worker.path)
            silent.append(sock)
        except OSError:
            refused += 1
            sock.close()
        if refused > 20:
            break
    assert descriptors(own_worker) <= before[1] + len(silent) + 8
    assert resident(own_worker) - before[0] < 64 * MIB
    # Whoever does not greet in time makes room for others.
    assert settles(lambda: descriptors(own_worker), before[1] + 8, 12)
    serves(own_worker)
    for sock in silent:
        sock.close()


def test_connections_that_come_and_go(own_worker):
    serves(own_worker)
    before = (resident(own_worker), descriptors(own_worker))
    for n in range(2000):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(own_worker.path)
        if n % 3 == 0:
            sock.sendall(hello()[: n % 90])
        sock.close()
    assert settles(lambda: descriptors(own_worker), before[1] + 8)
    serves(own_worker)
    assert resident(own_worker) - before[0] < 32 * MIB


def test_half_open_connections_are_still_answered(own_worker, calls):
    """A client that has shut its sending side down has said all that it wants to say; it may be gone, so it may also be cut."""
    peer = Peer(own_worker.path)
    peer.send(calls.frame(1, "whole", 5))
    peer.socket.shutdown(socket.SHUT_WR)
    try:
        assert peer.answers(1)[0][1] == 1
    except EOFError:
        pass
    assert peer.is_cut()
    serves(own_worker)


def test_a_frame_that_is_never_finished(own_worker, calls):
    peer = Peer(own_worker.path)
    peer.send(calls.frame(1, "whole", 5)[:-1])
    serves(own_worker)
    peer.send(calls.frame(1, "whole", 5)[-1:])
    assert peer.answers(1)[0][1] == 1
    peer.close()


def test_cancels_for_nothing(own_worker, calls):
    peer = Peer(own_worker.path)
    cancel = b"\x81\xa6reason\xa4user"
    for n in range(5000):
        peer.send(frame(0x13, 2 * n + 1, cancel))
    peer.send(calls.frame(20_001, "whole", 5))
    assert peer.answers(1)[0][1] == 20_001
    peer.close()


def test_a_client_that_takes_everything_does_not_lock_others_out_of_the_refusals(kind, artifact, calls):
    """One that fills the queue with endless calls: others are told at once that it is full, and are served when it is gone."""
    with WorkerProcess(kind, artifact, slots=1) as alone:
        greedy = Peer(alone.path)
        for n in range(200):
            greedy.send(calls.frame(2 * n + 1, "spin", 10**15))
        time.sleep(0.5)
        began = time.monotonic()
        with pytest.raises(m.Busy):
            offload(alone, service.whole, deadline=20.0)(1)
        assert time.monotonic() - began < 3
        greedy.close()
        time.sleep(0.5)
        serves(alone)


def test_a_worker_that_is_frozen_beyond_the_deadline(own_worker):
    whole = offload(own_worker, service.whole, deadline=0.5)
    assert whole(1) == 1
    own_worker.signal(signal.SIGSTOP)
    began = time.monotonic()
    errors = [InThread(whole, n) for n in range(4)]
    kinds = {type(call.error(5)) for call in errors}
    assert kinds == {m.DeadlineExceeded} and time.monotonic() - began < 3
    own_worker.signal(signal.SIGCONT)
    serves(own_worker)
    assert offload(own_worker, service.whole, deadline=20.0)(2) == 2


def test_calls_of_many_threads_and_a_freeze_each_get_their_own_answer(own_worker):
    """A late answer must never be taken for that of the next call."""
    answer = offload(own_worker, service.answer, deadline=0.3)
    wrong: list[Any] = []

    def ask(base: int) -> None:
        for n in range(base, base + 60):
            try:
                got = answer(n, 1000, str(n))
            except m.MoltError:
                continue
            if got != service.Answer(n, (n * 7919 + 1000) % service.MODULUS, str(n)):
                wrong.append((n, got))

    threads = [threading.Thread(target=ask, args=(i * 1000,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(0.1)
        own_worker.signal(signal.SIGSTOP)
        time.sleep(0.45)
        own_worker.signal(signal.SIGCONT)
    for thread in threads:
        thread.join(30)
    assert wrong == [] and not any(thread.is_alive() for thread in threads)
