/**
 * `ctx.limits` on all ways to run a service: CPython with the stand-in, the Node worker, the native worker, and the library in process. What can
 * be told exactly is the same everywhere: budgets, how the numbers of a reading belong together, and that use never goes down.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '@molt/core';
import type { MipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { type LinkedExport, linkSchemaSet, type SchemaSet, schemaSetFromJson } from '@molt/schema-ir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonServices } from '../support/python-service.ts';

const FILE = join(import.meta.dirname, 'limits.py');
const CLIENTS = fileURLToPath(new URL('../../../../clients/python', import.meta.url));
const MIB = 1024;
const LIMITS = { deadlineMs: 20_000, cpuMs: 8_250, memoryKib: 64 * MIB };

/** Calls and their answers, the same everywhere. */
const ANSWERS: readonly (readonly [name: string, args: Readonly<Record<string, unknown>>, answer: unknown])[] = [
  ['budgets', {}, [20, 8.25, 64 * 2 ** 20]],
  ['sums', {}, true],
  ['grows', { n: 20_000 }, true],
  ['grows', { n: 20_000, step: 3 }, true],
  ['calm', {}, 'False False None'],
  ['inner', { scale: 5 }, -5],
  ['inner', {}, -2],
];

const services = new PythonServices();
let artifact = '';
let schemas: SchemaSet;
let exports: ReadonlyMap<string, LinkedExport>;
beforeAll(async () => {
  artifact = await services.artifact(readFileSync(FILE, 'utf8'));
  schemas = schemaSetFromJson(readFileSync(join(artifact, 'schemas.json'), 'utf8'));
  exports = linkSchemaSet(schemas);
});
afterAll(() => services.dispose());

/** Arguments as they are sent: what has a default is filled in. */
function inputOf(name: string, args: Readonly<Record<string, unknown>>): Uint8Array {
  const target = exports.get(name) as LinkedExport;
  const defaults = { grows: { step: 1 }, inner: { scale: 2 } }[name] ?? {};
  return target.input.encode({ ...defaults, ...args });
}

/** Budgets with the deadline in whole seconds: on the wire is what was left when the call was sent, perhaps a millisecond less. */
function whole(answer: unknown): unknown {
  return Array.isArray(answer) ? [Math.ceil(answer[0]), ...answer.slice(1)] : answer;
}

describe('a service that takes its context', () => {
  it('has the context in no schema', () => {
    expect(schemas.exports.map(({ name, params }) => [name, params.map((param) => param.name)])).toEqual([
      ['budgets', []],
      ['sums', []],
      ['grows', ['n', 'step']],
      ['calm', []],
      ['until_soft', []],
      ['fills', []],
      ['inner', ['scale']],
    ]);
    expect(Object.keys(schemas.types)).toEqual([]);
  });

  it.each([
    ['from molt import Context\n\n\ndef f(a: Context, n: int, b: Context) -> int:\n    return n\n'],
    [
      "import molt as m\nfrom typing import Optional\n\n\ndef f(a: 'm.Context', n: int, *, b: Optional[m.Context] = None) -> int:\n    return n\n",
    ],
  ])('is refused when it takes two', (source) => {
    const { diagnostics } = compile(source, { target: 'wasm', mode: 'service' });
    expect(diagnostics).toMatchObject([{ code: 'MOLT1209' }]);
    expect(diagnostics[0]?.message).toContain("as 'a' and again as 'b'");
  });
});

describe('CPython with the stand-in', () => {
  it('answers the same', () => {
    const program = `
import json, sys
sys.path[:0] = [${JSON.stringify(CLIENTS)}, ${JSON.stringify(import.meta.dirname)}]
import limits
from molt_accel.python_original import python_call
for name, args in json.loads(sys.stdin.read()):
    print(json.dumps(python_call(getattr(limits, name), (), args, 20.0, 8.25, 64 << 20)))
`;
    const input = JSON.stringify(ANSWERS.map(([name, args]) => [name, args]));
    const { stdout, stderr } = spawnSync(process.env.MOLT_PYTHON ?? 'python3', ['-c', program], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(ANSWERS.map(([, , answer]) => answer));
  });
});

describe.each(['node', 'native'] as const)('the %s worker', (kind) => {
  let client: MipClient;
  beforeAll(async () => {
    const socket = kind === 'node' ? await services.nodeWorker(artifact) : await services.nativeWorker(artifact);
    client = await MipClient.connect({ path: socket, schemas });
  });
  afterAll(() => client?.close());

  const call = async (name: string, args: Readonly<Record<string, unknown>>, limits: Parameters<MipClient['call']>[2]): Promise<unknown> =>
    (exports.get(name) as LinkedExport).output.decode(await client.call(name, inputOf(name, args), limits));

  it.each(ANSWERS)('answers %s %j', async (name, args, answer) => {
    expect(whole(await call(name, args, LIMITS))).toEqual(answer);
  });

  it('tells that there is no CPU limit', async () => {
    expect(whole(await call('budgets', {}, { deadlineMs: 20_000, memoryKib: 1024 }))).toEqual([20, null, 2 ** 20]);
    expect(await call('sums', {}, { deadlineMs: 20_000 })).toBe(true);
  });

  it.each([
    ['wall', 'until_soft', { deadlineMs: 400 }],
    ['cpu', 'until_soft', { deadlineMs: 20_000, cpuMs: 200 }],
    ['memory', 'fills', { deadlineMs: 20_000, memoryKib: 16 * MIB }],
  ] as const)('lets a call end by itself at 80 %% of its %s budget', async (budget, name, limits) => {
    const end = await call(name, {}, limits).catch((error: unknown) => (error as MipError).mip);
    // A machine that gives the call no time for the last fifth of its budget stops it hard.
    const hard = { wall: 'DEADLINE_EXCEEDED', cpu: 'CPU_EXCEEDED', memory: 'MEMORY_EXCEEDED' }[budget];
    if (end !== hard || budget === 'memory') expect(end).toBe(`the call has used 80 % of its ${budget} budget`);
  });
});

describe('the library in process', () => {
  it('tells the limits, and what is left of the deadline when the call is made', () => {
    const program = `
import sys
sys.path[:0] = [${JSON.stringify(CLIENTS)}, ${JSON.stringify(import.meta.dirname)}]
import limits
from molt_accel import molt_offload
for name, args in (("budgets", {}), ("sums", {}), ("grows", {"n": 20000}), ("inner", {"scale": 5}), ("until_soft", {})):
    deadline = 0.25 if name == "until_soft" else 20.5
    answer = molt_offload(transport="inproc", artifact=${JSON.stringify(artifact)}, deadline=deadline, cpu=8.25, memory=64 << 20)(getattr(limits, name))(**args)
    # What is left of the deadline when the call is made.
    print([19 < answer[0] <= deadline, *answer[1:]] if name == "budgets" else answer)
`;
    const { stdout, stderr } = spawnSync(process.env.MOLT_PYTHON ?? 'python3', ['-c', program], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      '[True, 8.25, 67108864.0]',
      'True',
      'True',
      '-5',
      'the call has used 80 % of its wall budget',
    ]);
  });
});
