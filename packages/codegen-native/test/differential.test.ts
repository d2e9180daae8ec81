/** Random machine level functions give the same results, effects and memory as C and when evaluated directly. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CELL } from '@molt/abi';
import { type Func, type Layout, layoutModule, type Module, printFunc, verifyModule } from '@molt/mir';
import { Evaluator, type Host, randomModules, SCRATCH_BYTES, type Value, withScratch } from '@molt/mir/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { compileNative } from '../src/driver.ts';
import { emitC } from '../src/index.ts';

const INPUTS: readonly [number, bigint, number][] = [
  [0, 0n, 0],
  [1, -1n, -2.5],
  [-0x80000000, 2n ** 63n - 1n, Number.NaN],
];
const TICKS = 200;
const FUNCTIONS = 150;

const directory = mkdtempSync(join(tmpdir(), 'molt-native-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A program that runs each function on each input in a fresh instance and prints what it did. */
function harness(module: Module, layout: Layout): string {
  const rows = [];
  for (let i = 0; i < FUNCTIONS; i++) {
    const type = (module.funcs.get(`main${i}`) as Func).result;
    const show = { i32: 'printf(" %d", (int32_t)r)', i64: 'printf(" %lld", (long long)r)', f64: 'show_double(r)' }[type as 'i32'];
    const c = { i32: 'uint32_t', i64: 'uint64_t', f64: 'double' }[type as 'i32'];
    rows.push(`static void run${i}(MoltMem mem, uint32_t a, uint64_t b, double c) { ${c} r = py_main${i}(mem, a, b, c); ${show}; }`);
  }
  return `
#include <stdio.h>
static int ticks;
uint64_t molt_host_clock(MoltMem mem, uint32_t kind) { if (++ticks > ${TICKS}) molt_trap(mem, MOLT_TRAP_FUEL); return (uint64_t)ticks; }
void molt_host_write(MoltMem mem, uint32_t site, uint32_t a, uint32_t b) { printf(" trace:%d", (int32_t)site); }
static void show_double(double r) { if (r != r) printf(" nan"); else { uint64_t bits = molt_bits(r); printf(" %016llx", (unsigned long long)bits); } }
${rows.join('\n')}
static void (*const runs[])(MoltMem, uint32_t, uint64_t, double) = {${Array.from({ length: FUNCTIONS }, (_, i) => `run${i}`).join(', ')}};
static const struct { uint32_t a; uint64_t b; double c; } inputs[] = {{0, 0, 0}, {1, UINT64_MAX, -2.5}, {0x80000000u, INT64_MAX, NAN}};
int main(void) {
  for (int f = 0; f < ${FUNCTIONS}; f++) {
    for (int i = 0; i < 3; i++) {
      MoltInstance *instance = molt_instance_new(&molt_module);
      MoltMem mem = instance->mem;
      ticks = 0;
      printf("%d.%d", f, i);
      if (sigsetjmp(instance->trap, 1) == 0) runs[f](mem, inputs[i].a, inputs[i].b, inputs[i].c);
      else printf(" trap:%u", instance->trap_reason);
      printf(" %u %u ", molt_load_i32(mem, ${CELL.excPending}), molt_load_i32(mem, ${CELL.stackPtr}));
      for (int at = 0; at < ${SCRATCH_BYTES}; at++) printf("%02x", mem[${layout.data.get('scratch')} + at]);
      printf("\\n");
      molt_instance_free(instance);
    }
  }
  return 0;
}
`;
}

/** The same line from the evaluator. */
function expected(module: Module, layout: Layout, f: number, i: number): string {
  let ticks = 0;
  let out = `${f}.${i}`;
  const trap = (reason: Value): never => {
    throw new Error(` trap:${reason}`);
  };
  const host: Host = {
    clock: () => (++ticks > TICKS ? trap(10) : BigInt(ticks)),
    write: (site) => {
      out += ` trace:${site}`;
      return undefined;
    },
    trap,
  };
  const evaluator = new Evaluator(module, layout, host, 1);
  try {
    const result = evaluator.call(`main${f}`, INPUTS[i] as never);
    const isDouble = module.funcs.get(`main${f}`)?.result === 'f64';
    out += isDouble ? ` ${doubleText(result as number)}` : ` ${result}`;
  } catch (error) {
    out += (error as Error).message;
  }
  const m = evaluator.memory;
  const scratch = Buffer.from(m.buffer as ArrayBuffer, layout.data.get('scratch') as number, SCRATCH_BYTES).toString('hex');
  return `${out} ${m.getUint32(CELL.excPending, true)} ${m.getUint32(CELL.stackPtr, true)} ${scratch}`;
}

function doubleText(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

describe('random functions', () => {
  it.each([
    { seed: 1000, opt: 2, unitSize: 1_000_000 },
    { seed: 5000, opt: 1, unitSize: 2500 },
  ] as const)('seed $seed with -O$opt in files of $unitSize', async ({ seed, opt, unitSize }) => {
    const module = withScratch(randomModules(seed, FUNCTIONS));
    expect(verifyModule(module)).toEqual([]);
    const layout = layoutModule(module, { stackBytes: 256 });
    const emitted = emitC(module, layout, { maxPages: 16, unitSize });
    // Header and one file, or header, several files and the descriptor.
    if (unitSize > 100_000) expect(emitted.units.length).toBe(2);
    else expect(emitted.units.length).toBeGreaterThan(4);
    const units = emitted.units.map((unit) => (unit.name === 'module.c' ? { ...unit, text: unit.text + harness(module, layout) } : unit));
    const support = emitted.support.filter((file) => ['molt.h', 'instance.c'].includes(file.name));
    const { path } = await compileNative(
      { units, support },
      { outDir: join(directory, `${seed}`), opt, cacheDir: join(directory, 'cache') },
    );
    const lines = execFileSync(path, { encoding: 'utf8', maxBuffer: 1 << 26 })
      .trimEnd()
      .split('\n');
    expect(lines.length).toBe(FUNCTIONS * INPUTS.length);
    for (let f = 0; f < FUNCTIONS; f++) {
      for (let i = 0; i < INPUTS.length; i++) {
        expect(lines[f * INPUTS.length + i], printFunc(module.funcs.get(`main${f}`) as Func)).toBe(expected(module, layout, f, i));
      }
    }
  });
});
