import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Place } from '../src/engine.ts';
import { toMarkdown } from '../src/markdown.ts';
import { type Measured, type MeasureOptions, measure } from '../src/measure.ts';
import { type Meter, makeMeter, type Run } from '../src/meter.ts';
import type { Program } from '../src/programs.ts';
import { makeReport } from '../src/report.ts';

let folder: string;
const place: Place = { root: '', python: 'python3', peerPython: 'python3', probes: '' };
const program: Program = { name: 'demo', group: 'kernel', python: 'demo.py', c: undefined };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'molt-bench-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function engine(name: string, clock: 'process' | 'reported' = 'process'): Engine {
  return {
    name,
    title: name.toUpperCase(),
    missing: async () => undefined,
    prepare: async () => ({ argv: [name], clock, artifactBytes: 7 }),
  };
}

/** A meter that takes the given runs for a command, one after the other, and notes the order. */
function scripted(runs: Readonly<Record<string, Partial<Run>>>, order: string[] = []): Meter {
  return ([name]) => {
    order.push(name!);
    return { wallSeconds: 1, cpuSeconds: 0.5, peakBytes: 2048, exitCode: 0, stdout: 'same\n', stderr: '', ...runs[name!] };
  };
}

function options(engines: readonly Engine[], meter: Meter, rounds = 3): MeasureOptions {
  return { programs: [program], engines, rounds, folder, place, meter, say: () => undefined };
}

const by = (measured: readonly Measured[], name: string) => measured.find((m) => m.engine === name)!;

describe('measure', () => {
  it('interleaves engines and turns their order with the round', async () => {
    const order: string[] = [];
    await measure(options([engine('cpython'), engine('b'), engine('c')], scripted({}, order)));
    expect(order.join(' ')).toBe('cpython b c b c cpython c cpython b');
  });

  it('takes the reported time where an engine reports one, and the whole process for start-up', async () => {
    const engines = [engine('cpython'), engine('w', 'reported')];
    const meter = scripted({ w: { stderr: 'noise\n@seconds 0.250000\n' } });
    expect(by(await measure(options(engines, meter)), 'w').seconds).toEqual([0.25, 0.25, 0.25]);
    expect(by(await measure(options(engines, meter)), 'w').cpuSeconds).toEqual([0.5, 0.5, 0.5]);
    const withCpu = scripted({ w: { stderr: '@cpu 0.125000\n@seconds 0.250000\n' } });
    expect(by(await measure(options(engines, withCpu)), 'w').cpuSeconds).toEqual([0.125, 0.125, 0.125]);
    expect(by(await measure({ ...options(engines, meter), wholeProcess: true }), 'w').seconds).toEqual([1, 1, 1]);
  });

  it('gives no time to an engine that prints something else', async () => {
    const found = by(await measure(options([engine('cpython'), engine('x')], scripted({ x: { stdout: 'other\n' } }))), 'x');
    expect(found.failure).toBe('printed something else: line 1 is "other", expected "same"');
    expect(found.seconds).toEqual([]);
  });

  it('says why a program failed or was refused', async () => {
    const refusing: Engine = { ...engine('r'), prepare: () => Promise.reject(new Error('no classes here')) };
    const meter = scripted({ x: { exitCode: 139, stderr: 'first\nboom\n' } });
    const measured = await measure(options([engine('cpython'), engine('x'), refusing], meter));
    expect(by(measured, 'x').failure).toBe('exit code 139: boom');
    expect(by(measured, 'r').failure).toBe('no classes here');
  });
});

describe('the report', () => {
  it('pairs rounds, takes means per group and names what did not run', async () => {
    const meter: Meter = ([name]) => ({
      wallSeconds: { cpython: 8, c: 1, 'molt-native': 2 }[name!] ?? 1,
      cpuSeconds: 0.5,
      peakBytes: 1 << 20,
      exitCode: name === 'x' ? 1 : 0,
      stdout: '',
      stderr: 'why',
    });
    const engines = [engine('cpython'), engine('molt-native'), engine('c'), engine('x')];
    const measured = await measure(options(engines, meter));
    const report = makeReport({
      machine: { cpu: 'test' },
      rounds: 3,
      engines: Object.fromEntries(engines.map(({ name, title }) => [name, title])),
      missing: { pypy: 'pypy3 is not installed' },
      programs: [program],
      measured,
      startup: [],
    });
    expect(report.programs.demo?.engines['molt-native']?.speedup).toEqual({ median: 4, min: 4, max: 4, mad: 0 });
    expect(report.groups.kernel?.['molt-native']?.timesC).toBeCloseTo(2, 12);
    const markdown = toMarkdown(report);
    expect(markdown).toContain('| demo | 8,000 | 4.00× (4.00–4.00) | 8.00× (8.00–8.00, 1,000 ms) | - |');
    expect(markdown).toContain('- pypy: pypy3 is not installed\n- demo on x: exit code 1: why\n');
  });
});

describe('makeMeter', () => {
  it('measures a process from outside', async () => {
    const meter = await makeMeter(folder, 'python3');
    const run = meter(['python3', '-c', 'import sys, time; time.sleep(0.2); print("out"); print("err", file=sys.stderr); sys.exit(3)']);
    expect(run).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(run.wallSeconds).toBeGreaterThan(0.2);
    expect(run.peakBytes).toBeGreaterThan(1 << 20);
    expect(meter(['/nonexistent/command']).exitCode).toBe(127);
  });
});
