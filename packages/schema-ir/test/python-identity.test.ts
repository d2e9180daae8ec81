/**
 * TypeScript and Python agree on every byte: what one encodes, the other decodes and encodes to the same bytes; what one refuses as not
 * canonical, the other refuses too. One Python process handles all cases.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCodec, int, list, map, optional, record, ref, type Schema, schemaToJson, str } from '../src/index.ts';
import { KINDS } from '../src/kind-table.ts';
import { schemas, valuesOf } from './schema-arbitraries.ts';

const python = process.env['MOLT_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('../../../clients/python/tests/reencode.py', import.meta.url));
const client = fileURLToPath(new URL('../../../clients/python', import.meta.url));
const probe = spawnSync(
  python,
  [
    '-c',
    'import json, sys, msgpack; sys.path.insert(0, sys.argv[1]); from molt_accel.schema import KINDS; print(json.dumps(sorted(KINDS)))',
    client,
  ],
  { encoding: 'utf8' },
);
const why = probe.error ? `${python} cannot be started` : probe.status === 0 ? '' : 'the Python package msgpack cannot be imported';
/** `npm run fuzz python-identity` repeats the random parts from a fresh seed. */
const TIMES = Number(process.env['MOLT_FUZZ'] ?? '1');
const SEED = Number(process.env['MOLT_FUZZ_SEED'] ?? '20240');
const rounds = Array.from({ length: TIMES }, (_, i) => SEED + i);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function reencode(cases: readonly (readonly [object, object, readonly string[]])[]): string[][] {
  const run = spawnSync(python, [script], { input: JSON.stringify(cases), encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as string[][];
}

describe.skipIf(why !== '')(`byte identity with Python${why === '' ? '' : ` (skipped: ${why})`}`, () => {
  test('both know the same kinds', () => {
    expect((JSON.parse(probe.stdout) as string[]).sort()).toEqual(Object.keys(KINDS).sort());
  });

  test.each(rounds)('random values of random schemas, seed %i', (seed) => {
    const cases: [object, object, string[]][] = [];
    const sample = fc.sample(
      schemas.chain((schema) => fc.tuple(fc.constant(schema), fc.array(valuesOf(schema), { minLength: 5, maxLength: 5 }))),
      { numRuns: 600, seed },
    );
    for (const [schema, values] of sample) {
      const codec = compileCodec(schema);
      cases.push([{}, schemaToJson(schema), values.map((value) => hex(codec.encode(value)))]);
    }
    const answers = reencode(cases);
    answers.forEach((answer, i) => {
      expect(answer, JSON.stringify(cases[i]?.[1])).toEqual(cases[i]?.[2]);
    });
  });

  test('types that contain themselves', () => {
    const tree = record('Tree', { value: int(), left: optional(ref('Tree')), rest: map(str(), list(ref('Tree'))) });
    const value = {
      value: 1,
      left: { value: 2, left: null, rest: new Map() },
      rest: new Map([['a', [{ value: 3, left: null, rest: new Map() }]]]),
    };
    const encoded = hex(compileCodec(tree).encode(value));
    expect(reencode([[{ Tree: schemaToJson(tree) }, schemaToJson(ref('Tree')), [encoded]]])).toEqual([[encoded]]);
  });

  test.each(rounds)('damaged bytes are refused by both or by neither, seed %i', (seed) => {
    const cases: [object, object, string[]][] = [];
    const verdicts: string[][] = [];
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 2 });
    const sample = fc.sample(
      schemas.chain((schema) => fc.tuple(fc.constant(schema), fc.array(fc.tuple(valuesOf(schema), edits), { minLength: 4, maxLength: 4 }))),
      { numRuns: 500, seed: -seed },
    );
    for (const [schema, values] of sample) {
      const codec = compileCodec(schema);
      const damaged = values.map(([value, changes]) => {
        const bytes = codec.encode(value);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
      cases.push([{}, schemaToJson(schema), damaged.map(hex)]);
      verdicts.push(damaged.map((bytes) => (decodes(schema, bytes) ? hex(bytes) : 'refused')));
    }
    const answers = reencode(cases).map((row) => row.map((answer) => (/^[0-9a-f]*$/.test(answer) ? answer : 'refused')));
    answers.forEach((answer, i) => {
      expect(answer, JSON.stringify(cases[i])).toEqual(verdicts[i]);
    });
  });
});

function decodes(schema: Schema, bytes: Uint8Array): boolean {
  try {
    compileCodec(schema).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
