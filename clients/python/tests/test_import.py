"""Importing and decorating reach for nothing outside: no socket, no process, no file of an artifact."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
seen = []
def hook(event, args):
    if event.startswith(("socket.", "subprocess.", "os.fork", "os.exec", "os.posix_spawn", "ctypes.dlopen")) and not (event == "ctypes.dlopen" and args[0] is None):
        seen.append(event)
sys.addaudithook(hook)
import molt_accel, molt_accel.testing, molt_accel.web, molt_accel.web.asgi, molt_accel.web.wsgi
from molt_accel import dev_worker, molt_offload

@molt_offload(socket="/nonexistent/molt.sock", artifact="/nonexistent", shadow=0.5)
def f(a: int) -> int:
    return a

@molt_offload(socket=dev_worker("/nonexistent.py"))
async def g(a: int) -> int:
    return a

import threading
print(seen, threading.active_count())
"""


def test_import_and_decoration_open_nothing():
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.stdout == "[] 1\n"
