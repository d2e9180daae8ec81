/** Programs made from MIR: output, exit codes, arguments, and how they are stopped. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutModule } from '@molt/mir';
import { afterAll, describe, expect, it } from 'vitest';
import { compileNative } from '../src/driver.ts';
import { emitC } from '../src/index.ts';
import { HELLO, script } from './programs.ts';

const directory = mkdtempSync(join(tmpdir(), 'molt-script-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(body: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const module = script(body);
  const { path } = await compileNative(emitC(module, layoutModule(module), { maxPages: 64 }), {
    outDir: directory,
    opt: 1,
    cacheDir: join(directory, 'cache'),
  });
  const { stdout, stderr, status } = spawnSync(path, args, { encoding: 'utf8', env: { ...process.env, ...env }, input: 'some input' });
  return { stdout, stderr, status };
}

describe('a program', () => {
  it('writes and exits with its code', async () => {
    expect(await run(HELLO)).toEqual({ stdout: 'hello\n', stderr: '', status: 3 });
  });

  it('reads its input and its arguments', async () => {
    const body = `  v0 = i32.const 0
  v1: i32 = data.addr @text
  v2 = i32.const 4
  v3: i32 = call.host @read v0, v1, v2
  v4 = i32.const 1
  call.host @write v4, v1, v3
  v5: i32 = call.host @arg v4, v1, v2
  call.host @write v4, v1, v2
  v6: i32 = call.host @arg v2, v1, v2
  v7 = i32.const 4
  v8 = i32.shl v5, v7
  v9 = i32.const 2
  v10 = i32.or v8, v9
  v11 = i32.const 15
  v12 = i32.add v6, v11
  v13 = i32.add v10, v12
  return v13`;
    expect(await run(body, ['argument'])).toEqual({ stdout: 'someargu', stderr: '', status: 9 });
  });

  it('asks for memory within its maximum', async () => {
    const body = `  v0 = i32.const 30
  v1 = memory.grow v0
  v2 = i32.const 40
  v3 = memory.grow v2
  v4 = memory.size
  v5 = i32.sub v4, v1
  v6 = i32.add v5, v3
  v7 = i32.const 2031616
  store i32+0 v7, v4
  v8 = i32.const 4
  v9 = i32.shl v6, v8
  return v9`;
    expect((await run(body)).status).toBe(29);
  });
});

describe('a program is stopped', () => {
  it('by deep recursion', async () => {
    const body = `  v0 = i32.const 1
  v1: i32 = call @deep never v0
  return v1`;
    expect(await run(body)).toEqual({ stdout: '', stderr: 'MOLT6101: the task was stopped: its stack is full\n', status: 70 });
  });

  it('by an access outside of its memory', async () => {
    const body = `  v0 = i32.const -8
  v1: i32 = load i32+2147483640 v0
  return v1`;
    expect(await run(body)).toEqual({
      stdout: '',
      stderr: 'MOLT6101: the task was stopped: it reached code that cannot be reached\n',
      status: 70,
    });
  });

  it('by a division that nobody checked', async () => {
    const body = `  v0 = memory.size
  v1: i32 = call.host @read v0, v0, v0
  v2 = i32.const 0
  v3 = i32.and v1, v2
  v4 = i32.div_s v0, v3
  return v4`;
    expect(await run(body)).toMatchObject({
      stderr: 'MOLT6101: the task was stopped: it reached code that cannot be reached\n',
      status: 70,
    });
  });

  it('by a trap of its own', async () => {
    expect(await run('  trap 2')).toMatchObject({ stderr: 'MOLT6101: the task was stopped: its memory limit was reached\n', status: 70 });
  });

  it('by a full shadow stack', async () => {
    const body = `  v0 = frame.enter 30000
  v1 = frame.enter 30000
  return v0`;
    expect(await run(body)).toMatchObject({ stderr: 'MOLT6101: the task was stopped: its stack is full\n', status: 70 });
  });

  it('before it starts when a limit in the environment is no number', async () => {
    const { status, stderr } = await run(HELLO, [], { MOLT_MEMORY_LIMIT: 'much' });
    expect([status, stderr]).toEqual([2, 'MOLT_MEMORY_LIMIT: expected a number of at most 32 bits, found much\n']);
  });
});
