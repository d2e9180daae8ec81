"""Keeps a worker alive for as long as somebody holds the other end of standard input; run by :mod:`molt_accel.development`.

A program of its own, and not a thread: a program that is killed takes its threads with it, and its worker would stay.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time

#: Seconds before a worker that ended is started again: doubled each time, back to the first after it has lived a while.
FIRST_PAUSE, LONGEST_PAUSE, A_WHILE = 0.1, 5.0, 10.0


def main(folder: str, command: list[str]) -> None:
    pause = FIRST_PAUSE
    try:
        while True:
            began = time.monotonic()
            worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            try:
                while worker.poll() is None:
                    if _asked_to_stop(0.05):
                        return
            finally:
                _end(worker)
            if time.monotonic() - began > A_WHILE:
                pause = FIRST_PAUSE
            print(f"molt dev worker: it {_how(worker.returncode)}; starting it again in {pause:g} s", file=sys.stderr, flush=True)
            if _asked_to_stop(pause):
                return
            pause = min(LONGEST_PAUSE, 2 * pause)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asked_to_stop(seconds: float) -> bool:
    """Whether everybody at the other end has gone, or one said so, within some seconds."""
    ready, _, _ = select.select([0], [], [], seconds)
    if not ready:
        return False
    os.read(0, 16)
    return True


def _end(worker: subprocess.Popen[bytes]) -> None:
    if worker.poll() is None:
        worker.terminate()
        try:
            worker.wait(5)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def _how(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
