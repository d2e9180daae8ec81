"""Sends damaged streams of frames to a worker, and damaged answers to the client's decoder, and counts what must not happen.

    python fuzz_frames.py [--frames 1000000] [--kind native|node|both] [--seed N] [--json]

A stream is a handful of frames of all kinds, of which one or more are cut, lengthened, flipped, repeated, reordered or made up. Against a worker
counted are: its end, a connection that it does not close after its client has said all, bytes that are not frames in its answers, answers to calls
that were not made, memory beyond what it has declared, and a well-behaved client that is not served in between. Against the decoder of
molt_accel: anything but messages or a MoltError, and more kept than was declared.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import struct
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peers import CALL, CANCEL, END, MORE, PING, PREFACE, Calls, Peer, frame, hello
from workers import KINDS, SERVICE, WorkerProcess, build

HEADER = struct.Struct("<IBBHQ")
FROM_SERVER = {0x02, 0x03, 0x04, 0x11, 0x12, 0x14, 0x15, 0x20, 0x21, 0x22, 0x23}
MAX_FRAME = 256 * 1024
#: Above what it was: one connection's unfinished messages and unread answers, and what an allocator keeps.
MEMORY_BOUND = 192 << 20
CHECK_EVERY = 500
PATIENCE = 20.0


@dataclass
class Count:
    """What a run against one target saw."""

    target: str
    frames: int = 0
    streams: int = 0
    faults: list[str] = field(default_factory=list)
    grown_mib: float = 0.0

    def summary(self) -> dict[str, Any]:
        return {"target": self.target, "frames": self.frames, "streams": self.streams, "faults": len(self.faults), "grownMib": self.grown_mib, "examples": self.faults[:5]}


class Maker:
    """Draws streams of a client."""

    def __init__(self, chance: random.Random, calls: Calls) -> None:
        self._chance = chance
        self._calls = calls
        self._hello = hello()[len(PREFACE) :]

    def stream(self) -> tuple[bytes, int, set[int]]:
        """The bytes, how many frames they were made from, and the ids of calls in it."""
        chance = self._chance
        frames = [self._frame(2 * n + 1) for n in range(chance.randrange(1, 16))]
        for _ in range(chance.choice((0, 1, 1, 1, 2, 4))):
            self._damage(frames)
        start = PREFACE + self._hello
        if chance.random() < 0.05:
            start = self._flip(start)
        data = start + b"".join(frames)
        if chance.random() < 0.1:
            data = data[: chance.randrange(len(data))]
        return data, len(frames) + 1, ids_in(data)

    def _frame(self, call_id: int) -> bytes:
        chance = self._chance
        kind = chance.randrange(12)
        if kind < 4:
            payload = self._calls.payload("whole", chance.choice((0, -1, 2**31, 2**63 - 1)), deadline_ms=chance.choice((1, 50, 20_000)))
            return frame(CALL, call_id, payload)
        if kind == 4:
            return frame(CALL, call_id, self._calls.payload("spin", 10**15, deadline_ms=20)) + frame(CANCEL, call_id, b"\x81\xa6reason\xa4user")
        if kind == 5:
            payload = self._calls.payload("echo", bytes(chance.randrange(2000)))
            cut = chance.randrange(1, len(payload))
            return frame(CALL, call_id, payload[:cut], MORE) + frame(CALL, call_id, payload[cut:], END)
        if kind == 6:
            return frame(PING, call_id, b"\x80")
        if kind == 7:
            return frame(CALL, call_id, chance.randbytes(chance.randrange(200)), chance.choice((MORE, END)))
        if kind == 8:
            return frame(chance.choice((0x14, 0x15, 0x20, 0x22)), chance.choice((0, call_id)), chance.choice((b"\x80", b"", b"\x81\xa5bytes\x01", b"\x90")))
        if kind == 9:
            return frame(chance.randrange(256), call_id, chance.randbytes(chance.randrange(40)), chance.randrange(32))
        if kind == 10:
            return frame(CANCEL, call_id, chance.choice((b"\x81\xa6reason\xa4user", b"\x80", b"", b"\xc1")))
        return frame(CALL, call_id, self._calls.payload("whole", "no number", deadline_ms=chance.choice((0, 100))))

    def _damage(self, frames: list[bytes]) -> None:
        chance = self._chance
        at = chance.randrange(len(frames))
        if not frames[at]:
            return  # cut to nothing before
        what = chance.randrange(7)
        if what == 0:
            frames[at] = frames[at][: chance.randrange(len(frames[at]))]
        elif what == 1:
            frames[at] = self._flip(frames[at])
        elif what == 2:
            frames[at] = struct.pack("<I", chance.choice((0, 1, MAX_FRAME, MAX_FRAME + 1, 2**31, 2**32 - 1))) + frames[at][4:]
        elif what == 3:
            frames.insert(at, frames[at])
        elif what == 4:
            chance.shuffle(frames)
        elif what == 5:
            frames.insert(at, chance.randbytes(chance.randrange(1, 64)))
        else:
            body = bytearray(frames[at])
            body[chance.randrange(len(body))] = chance.choice((0, 0xFF, 0x7F, 0x80, 0xC1, 0xDD, 0xDF, 0xC6, 0xDB))
            frames[at] = bytes(body)

    def _flip(self, data: bytes) -> bytes:
        body = bytearray(data)
        for _ in range(self._chance.choice((1, 1, 2, 8))):
            body[self._chance.randrange(len(body))] ^= 1 << self._chance.randrange(8)
        return bytes(body)


def ids_in(stream: bytes) -> set[int]:
    """Call ids of the frames that a stream holds, as far as it can be read."""
    ids = set()
    at = len(PREFACE)
    while len(stream) - at >= 16:
        length, _, _, _, call_id = HEADER.unpack_from(stream, at)
        ids.add(call_id)
        at += 16 + length
    return ids


def wrong_in(answer: bytes, ids: set[int]) -> str | None:
    """What is wrong with the bytes that a worker sent."""
    if not answer:
        return None
    if answer[:4] != PREFACE[:4][: len(answer)]:
        return f"the answer begins with {answer[:8]!r}"
    at = 8
    while at < len(answer):
        if len(answer) - at < 16:
            return None  # cut by the close
        length, kind, flags, reserved, call_id = HEADER.unpack_from(answer, at)
        if length > MAX_FRAME or kind not in FROM_SERVER or reserved or flags & 3 not in (1, 2):
            return f"a frame of {length} bytes, kind {kind}, flags {flags}"
        if kind in (0x11, 0x12) and call_id and call_id not in ids:
            return f"an answer to call {call_id}, which was not made"
        at += 16 + length
    return None


def resident(worker: WorkerProcess) -> int:
    assert worker.process is not None
    return int(Path(f"/proc/{worker.process.pid}/status").read_text().split("VmRSS:")[1].split()[0]) * 1024


def exchange(path: str, data: bytes) -> bytes | None:
    """Everything that the worker says to a stream until it closes; None if it does not."""
    peer = Peer(path, greet=False)
    got = bytearray()
    try:
        peer.socket.settimeout(PATIENCE)
        try:
            peer.send(data)
            peer.socket.shutdown(1)
        except OSError:
            pass
        while chunk := peer.socket.recv(1 << 16):
            got += chunk
    except TimeoutError:
        return None
    except ConnectionError:
        pass
    finally:
        peer.close()
    return bytes(got)


def fuzz_worker(kind: str, artifact: Path, frames: int, seed: int) -> Count:
    """Damaged streams against one worker."""
    count = Count(kind)
    calls = Calls(artifact)
    maker = Maker(random.Random(seed), calls)
    with WorkerProcess(kind, artifact) as worker:
        assert worker.process is not None
        before = resident(worker)
        most = before
        while count.frames < frames and len(count.faults) < 20:
            data, made, ids = maker.stream()
            answer = exchange(worker.path, data)
            count.frames += made
            count.streams += 1
            if worker.process.poll() is not None:
                count.faults.append(f"stream {count.streams}: the worker ended with {worker.process.returncode}: {data.hex()[:400]}")
                worker.start()
                continue
            wrong = "the connection was not closed" if answer is None else wrong_in(answer, ids)
            if wrong:
                count.faults.append(f"stream {count.streams}: {wrong}: {data.hex()[:400]}")
            if count.streams % CHECK_EVERY == 0:
                most = max(most, resident(worker))
                good = Peer(worker.path)
                good.send(calls.frame(1, "whole", 5))
                if good.answers(1) != [(0x11, 1)]:
                    count.faults.append(f"stream {count.streams}: a well-behaved client was not served")
                good.close()
        count.grown_mib = round((max(most, resident(worker)) - before) / (1 << 20), 1)
        if count.grown_mib > MEMORY_BOUND >> 20:
            count.faults.append(f"memory grew by {count.grown_mib} MiB")
    return count


def fuzz_decoder(artifact: Path, frames: int, seed: int) -> Count:
    """Damaged answers against the client's decoder."""
    from molt_accel import MoltError
    from molt_accel.wire import Decoder

    count = Count("molt_accel")
    chance = random.Random(seed)
    maker = Maker(chance, Calls(artifact))
    kinds = sorted(FROM_SERVER)
    while count.frames < frames and len(count.faults) < 20:
        data, made, _ = maker.stream()
        body = bytearray(data)
        for at in range(12, len(body), 40):
            if chance.random() < 0.3:
                body[at] = chance.choice(kinds)
        decoder = Decoder()
        count.frames += made
        count.streams += 1
        try:
            for at in range(0, len(body), 1 + chance.randrange(300)):
                for _message in decoder.feed(bytes(body[at : at + 100])):
                    pass
        except MoltError:
            pass
        except Exception as error:
            count.faults.append(f"{type(error).__name__} {error}: {data.hex()[:400]}")
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1_000_000, help="for each target")
    parser.add_argument("--kind", choices=[*KINDS, "both"], default="both")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="molt-fuzz-"))
    try:
        artifact = build(SERVICE, folder)
        began = time.monotonic()
        counts = [fuzz_worker(kind, artifact, options.frames, options.seed) for kind in (KINDS if options.kind == "both" else (options.kind,))]
        counts.append(fuzz_decoder(artifact, options.frames, options.seed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    summaries = [count.summary() for count in counts]
    if options.json:
        print(json.dumps({"seed": options.seed, "frames": sum(c.frames for c in counts), "faults": sum(len(c.faults) for c in counts), "runs": summaries}))
    else:
        print(f"seed {options.seed}, {time.monotonic() - began:.0f} s")
        for summary in summaries:
            print(", ".join(f"{name} {value}" for name, value in summary.items()))
    return 1 if any(count.faults for count in counts) else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main())
