/** The shared library, called as Python programs call it: through ctypes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileNative } from '@molt/codegen-native/driver';
import { decodeError } from '@molt/ipc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { echoOutput } from './echo-service.ts';

const directory = mkdtempSync(join(tmpdir(), 'molt-inproc-'));
let library = '';
beforeAll(async () => {
  library = (
    await compileNative(echoOutput('shared'), {
      outDir: directory,
      name: 'echo',
      kind: 'shared',
      opt: 1,
      cacheDir: join(directory, 'cache'),
    })
  ).path;
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const PRELUDE = `
import ctypes, os, sys, threading
lib = ctypes.CDLL(sys.argv[1])
u8p = ctypes.POINTER(ctypes.c_uint8)
lib.molt_inproc_open.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
lib.molt_inproc_call.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.POINTER(u8p), ctypes.POINTER(ctypes.c_uint32)]
lib.molt_inproc_free.argtypes = [u8p]
lib.molt_inproc_close.argtypes = [ctypes.c_void_p]
def open_():
    out = ctypes.c_void_p()
    assert lib.molt_inproc_open(None, ctypes.byref(out)) == 0
    return out
def call(instance, name, data, ms=5000):
    out, n = u8p(), ctypes.c_uint32()
    status = lib.molt_inproc_call(instance, name.encode(), data, len(data), ms, ctypes.byref(out), ctypes.byref(n))
    answer = ctypes.string_at(out, n.value)
    lib.molt_inproc_free(out)
    return status, answer
`;

function python(program: string): string[] {
  const file = join(directory, 'program.py');
  writeFileSync(file, PRELUDE + program);
  const { stdout, stderr, status } = spawnSync('python3', [file, library], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.trimEnd().split('\n');
}

describe('the library', () => {
  it('answers, keeps nothing, and gives errors as they lie on the wire', () => {
    const lines = python(`
i = open_()
print(call(i, 'echo', b'hello'))
print(call(i, 'echo', b''))
print([call(i, 'count', b'....')[1] for _ in range(3)])
for name, ms in (('fail', 5000), ('refuse', 5000), ('spin', 50), ('hoard', 5000), ('deep', 5000), ('stray', 5000), ('nothing', 5000)):
    status, answer = call(i, name, b'1234', ms)
    print(status, answer.hex())
print(call(i, 'echo', b'after'))
lib.molt_inproc_close(i)
`);
    expect(lines.slice(0, 3)).toEqual([
      "(0, b'hello')",
      "(0, b'')",
      String.raw`[b'\x01\x00\x00\x00', b'\x01\x00\x00\x00', b'\x01\x00\x00\x00']`,
    ]);
    const errors = lines.slice(3, 10).map((line) => {
      const [status, hex] = line.split(' ') as [string, string];
      const error = decodeError(Buffer.from(hex, 'hex'));
      if (typeof error === 'string') throw new Error(error);
      return [Number(status), error.mip, error.executed];
    });
    expect(errors).toEqual([
      [501, 'APP_ERROR', 'yes'],
      [203, 'INVALID_INPUT', 'no'],
      [401, 'DEADLINE_EXCEEDED', 'yes'],
      [403, 'MEMORY_EXCEEDED', 'yes'],
      [502, 'TRAP', 'yes'],
      [502, 'TRAP', 'yes'],
      [201, 'UNKNOWN_EXPORT', 'no'],
    ]);
    expect(lines[10]).toBe("(0, b'after')");
  });

  it('serves threads side by side, each with an instance', () => {
    const lines = python(`
bad = []
def work(k):
    i = open_()
    for n in range(300):
        data = bytes([k, n % 256]) * (n + 1)
        if call(i, 'echo', data) != (0, data): bad.append((k, n))
    if call(i, 'deep', b'x')[0] != 502: bad.append(k)
    lib.molt_inproc_close(i)
threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
[t.start() for t in threads]; [t.join() for t in threads]
print(bad)
`);
    expect(lines).toEqual(['[]']);
  });

  it('works in a child process after a fork', () => {
    const lines = python(`
i = open_()
call(i, 'spin', b'', 20)
pid = os.fork()
if pid == 0:
    j = open_()
    print(call(j, 'spin', b'', 50)[0], call(j, 'echo', b'child'), flush=True)
    os._exit(0)
os.waitpid(pid, 0)
print(call(i, 'spin', b'', 50)[0], call(i, 'echo', b'parent'))
`);
    expect(lines).toEqual(["401 (0, b'child')", "401 (0, b'parent')"]);
  });

  it('answers into a buffer, keeps what does not fit, and stops calls by their number', () => {
    const lines = python(`
import time
u32, u64, ptr = ctypes.c_uint32, ctypes.c_uint64, ctypes.c_void_p
lib.molt_inproc_buffer.argtypes = [ptr, ptr, u32]
lib.molt_inproc_limits.argtypes = [ptr, u32, u32]
lib.molt_inproc_invoke.argtypes, lib.molt_inproc_invoke.restype = [ptr, u32, ctypes.c_char_p, u32, u32], u64
lib.molt_inproc_fetch.argtypes, lib.molt_inproc_fetch.restype = [ptr, ptr, u32], u32
lib.molt_inproc_begun.argtypes, lib.molt_inproc_begun.restype = [ptr], u64
lib.molt_inproc_cancel.argtypes = [ptr, u64, u32]
i = open_()
room = ctypes.create_string_buffer(64)
lib.molt_inproc_buffer(i, room, 64)
ECHO, SPIN = 0, 2
def invoke(index, data, ms=5000):
    found = lib.molt_inproc_invoke(i, index, data, len(data), ms)
    status, size = found >> 32, found & 0xffffffff
    if size <= 64: return status, room[:size]
    whole = ctypes.create_string_buffer(size)
    assert lib.molt_inproc_fetch(i, whole, size - 1) == 0
    assert lib.molt_inproc_fetch(i, whole, size) == size
    assert lib.molt_inproc_fetch(i, whole, size) == 0
    return status, whole.raw
print(invoke(ECHO, b'hello'), invoke(ECHO, b''))
big = bytes(range(256)) * 1000
print(invoke(ECHO, big) == (0, big), invoke(ECHO, b'after'))
print(invoke(99, b'')[0], invoke(SPIN, b'', 30)[0])
def stop(number, reason, wait):
    time.sleep(wait)
    lib.molt_inproc_cancel(i, number, reason)
for reason, wait in ((7, 0.05), (6, 0.05), (12345, 0.05)):
    thread = threading.Thread(target=stop, args=(lib.molt_inproc_begun(i) + 1, reason, wait))
    thread.start()
    status, error = invoke(SPIN, b'', 20000)
    thread.join()
    print(status, b'disconnect' in error, b'user' in error)
ended = lib.molt_inproc_begun(i)
lib.molt_inproc_cancel(i, ended, 7)
print(invoke(ECHO, b'not stopped'))
lib.molt_inproc_cancel(i, ended + 2, 7)
print(invoke(SPIN, b'', 20000)[0])
lib.molt_inproc_limits(i, 30, 0)
print(invoke(SPIN, b'', 20000)[0])
lib.molt_inproc_limits(i, 0, 0)
print(invoke(SPIN, b'', 30)[0], lib.molt_inproc_begun(i) >= 9)
lib.molt_inproc_close(i)
`);
    expect(lines).toEqual([
      "(0, b'hello') (0, b'')",
      "True (0, b'after')",
      '201 401',
      '404 True False',
      '404 False True',
      '404 False True',
      "(0, b'not stopped')",
      '404',
      '402',
      '401 True',
    ]);
  });
});
