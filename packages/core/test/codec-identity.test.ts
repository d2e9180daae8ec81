/**
 * Compiled codecs, in WebAssembly and native, and the TypeScript codec agree on every byte: random values of random types go through an export
 * that returns what it got, and damaged bytes are refused by all or by none.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompiler } from '@molt/codegen-native/driver';
import type { MipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { createInstance, nodeHost, readArtifact } from '@molt/runtime';
import {
  array,
  bool,
  bytes,
  type Codec,
  compileCodec,
  type ExportSchema,
  emitPython,
  exportIds,
  float,
  inputSchema,
  int,
  list,
  literals,
  map,
  type NamedSchema,
  none,
  optional,
  printType,
  pythonOf,
  record,
  ref,
  type Schema,
  type SchemaSet,
  sized,
  str,
  tuple,
  union,
} from '@molt/schema-ir';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { programOf } from '../src/index.ts';
import { writeArtifact } from '../src/node/index.ts';
import { startWorkerProcess } from './conformance/worker-process.ts';

vi.setConfig({ testTimeout: 240_000 });

const root = mkdtempSync(join(tmpdir(), 'molt-identity-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** `npm run fuzz codec-identity` repeats the test from a fresh seed. */
const TIMES = Number(process.env.MOLT_FUZZ ?? '1');
const SEED = Number(process.env.MOLT_FUZZ_SEED ?? '7919');
const ROUNDS = Array.from({ length: TIMES }, (_, i) => SEED + i);

/** A type with the named types that it needs, and values of it. */
interface Sample {
  readonly schema: Schema;
  readonly named: readonly NamedSchema[];
  readonly values: fc.Arbitrary<unknown>;
}

let counter = 0;
const fresh = (prefix: string): string => `${prefix}${counter++}`;
const plain = (schema: Schema, values: fc.Arbitrary<unknown>): Sample => ({ schema, named: [], values });

function ints(min: bigint, max: bigint): fc.Arbitrary<number | bigint> {
  const edges = [
    0n,
    127n,
    128n,
    255n,
    256n,
    65535n,
    65536n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 53n,
    2n ** 61n,
    2n ** 62n,
    -32n,
    -33n,
    -128n,
    -129n,
  ]
    .flatMap((edge) => [edge, -edge, -edge - 1n])
    .concat([min, max])
    .filter((edge) => edge >= min && edge <= max);
  return fc
    .oneof(fc.bigInt({ min, max }), fc.constantFrom(...edges))
    .map((value) => (value >= -(2n ** 53n - 1n) && value <= 2n ** 53n - 1n ? Number(value) : value));
}

const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 60 }));
const intSample = (schema: ReturnType<typeof int>): Sample => plain(schema, ints(schema.min, schema.max));
const strSample = plain(str(), texts);

const scalars: readonly (() => Sample)[] = [
  () => plain(none(), fc.constant(null)),
  () => plain(bool(), fc.boolean()),
  () => intSample(int()),
  () => intSample(sized('u64')),
  () => intSample(sized('i8')),
  () => intSample(int(-5, 100_000)),
  () => plain(float(), fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Number.NEGATIVE_INFINITY, 1))),
  () => strSample,
  () => plain(str(6), fc.string({ unit: 'grapheme-ascii', maxLength: 6 })),
  () => plain(bytes(), fc.uint8Array({ maxLength: 300 })),
];

const literal = fc.oneof(
  fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 4 }), { minLength: 1, maxLength: 5 }),
  fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 5 }),
  fc.constantFrom([true], [true, false]),
);

const sample: fc.Arbitrary<Sample> = fc.letrec<{ node: Sample }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'type' },
    fc.constantFrom(...scalars).map((make) => make()),
    literal.map((values): Sample => {
      const type = literals(fresh('E'), ...values);
      return { schema: ref(type.name), named: [type], values: fc.constantFrom(...(values as unknown[])) };
    }),
    tie('node').map(
      (of): Sample =>
        of.schema.kind === 'none' || of.schema.kind === 'optional'
          ? of
          : { ...of, schema: optional(of.schema), values: fc.option(of.values) },
    ),
    tie('node').map((of): Sample => ({ ...of, schema: list(of.schema), values: fc.array(of.values, { maxLength: 20 }) })),
    fc.tuple(tie('node'), fc.nat(4)).map(
      ([of, n]): Sample => ({
        ...of,
        schema: array(of.schema, n),
        values: fc.array(of.values, { minLength: n, maxLength: n }),
      }),
    ),
    fc.tuple(fc.boolean(), tie('node')).map(([text, of]): Sample => {
      const key = text ? strSample : intSample(int());
      const entries = fc.uniqueArray(fc.tuple(key.values, of.values), { maxLength: 18, selector: ([k]) => String(k) });
      return { ...of, schema: map(key.schema as ReturnType<typeof int>, of.schema), values: entries.map((pairs) => new Map(pairs)) };
    }),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map(
      (parts): Sample => ({
        schema: tuple(...parts.map((part) => part.schema)),
        named: parts.flatMap((part) => part.named),
        values: fc.tuple(...parts.map((part) => part.values)),
      }),
    ),
    fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map((parts): Sample => {
      const type = record(fresh('R'), Object.fromEntries(parts.map((part, i) => [`f${i}`, part.schema])));
      return {
        schema: ref(type.name),
        named: [...parts.flatMap((part) => part.named), type],
        values: fc
          .tuple(...parts.map((part) => part.values))
          .map((values) => Object.fromEntries(values.map((value, i) => [`f${i}`, value]))),
      };
    }),
    fc.subarray(['bool', 'int', 'float', 'str', 'bytes'] as const, { minLength: 2 }).map((tags): Sample => {
      const parts = { bool: scalars[1]!(), int: intSample(int()), float: scalars[6]!(), str: strSample, bytes: scalars[9]!() };
      const type = union(fresh('U'), Object.fromEntries(tags.map((tag) => [tag, parts[tag].schema])));
      return {
        schema: ref(type.name),
        named: [type],
        values: fc.oneof(...tags.map((tag) => parts[tag].values.map((value) => ({ tag, value })))),
      };
    }),
  ),
})).node;

/** Sends bytes through an export that returns what it got; gives its bytes in hexadecimal, or what kept it from that. */
type Echo = (index: number, input: Uint8Array) => Promise<string>;

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

/** The module in this process. */
async function wasmEcho(artifact: string): Promise<Echo> {
  const { module } = await readArtifact(artifact);
  const instance = createInstance(module, { ...nodeHost(), args: [] });
  instance.init();
  instance.freeze();
  return async (index, input) => {
    const { status, bytes } = instance.call(index, input);
    return status === 'returned' ? hex(bytes) : status;
  };
}

/** The native worker, over its socket. */
async function nativeEcho(artifact: string, names: readonly string[]): Promise<Echo> {
  const { socketPath, child } = await startWorkerProcess('native', artifact, `${artifact}.sock`, ['--quiet', '--slots', '1']);
  children.push(child);
  const client = await MipClient.connect({ path: socketPath });
  return async (index, input) => {
    try {
      return hex(await client.call(names[index] as string, input, { deadlineMs: 60_000 }));
    } catch (error) {
      return (error as MipError).mip === 'INVALID_INPUT' ? 'invalidInput' : String(error);
    }
  };
}

const children: { kill(signal: 'SIGKILL'): boolean }[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

const hasCompiler = await findCompiler().then(
  () => true,
  () => false,
);

describe('compiled codecs', () => {
  it.each(ROUNDS)('write and refuse what the TypeScript codec does, seed %i', async (seed) => {
    const samples = fc.sample(sample, { numRuns: 30, seed });
    const types = Object.fromEntries(samples.flatMap(({ named }) => named).map((type) => [type.name, type]));
    const set: SchemaSet = {
      version: 1,
      types,
      exports: samples.map(({ schema }, i) => ({ name: `echo${i}`, params: [{ name: 'x', schema }], result: schema })),
    };
    const echoes = set.exports.map(({ name, result }) => `def ${name}(x: ${pythonOf(result)}) -> ${pythonOf(result)}:\n    return x\n`);
    const declarations = emitPython({ ...set, exports: [] }).replace(/\nfrom typing import .*/, '');
    const source =
      declarations.replace('import annotations\n', 'import annotations\n\nfrom typing import Annotated, Literal, Union\n') +
      echoes.join('\n');
    const outDir = join(root, `${seed}`);
    const targets = hasCompiler ? (['wasm', 'native'] as const) : (['wasm'] as const);
    const { diagnostics } = await writeArtifact(programOf(source), { outDir, mode: 'service', targets, opt: 1 });
    expect(diagnostics).toEqual([]);
    // The source says the very schemas that it was made from.
    const { schemas } = await readArtifact(outDir);
    expect(schemas.exports.map((item) => exportIds(item, schemas.types))).toEqual(set.exports.map((item) => exportIds(item, types)));
    const engines: readonly Echo[] = [
      await wasmEcho(outDir),
      ...(hasCompiler
        ? [
            await nativeEcho(
              outDir,
              set.exports.map(({ name }) => name),
            ),
          ]
        : []),
    ];
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 2 });
    for (const [i, { values }] of samples.entries()) {
      const item = set.exports[i] as ExportSchema;
      const input = compileCodec(inputSchema(item), types);
      const output = compileCodec(item.result, types);
      for (const [value, changes] of fc.sample(fc.tuple(values, edits), { numRuns: 30, seed: seed + i })) {
        const encoded = input.encode({ x: value });
        const damaged = encoded.slice();
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
        for (const echo of engines) {
          expect(await echo(i, encoded), `${item.name} ${printType(item.result)}`).toBe(hex(output.encode(value)));
          expect(await echo(i, damaged), `${item.name} ${hex(damaged)}`).toBe(echoed(input, output, damaged));
        }
      }
    }
  });
});

/** What the TypeScript codec makes of bytes. */
function echoed(input: Codec, output: Codec, bytes: Uint8Array): string {
  try {
    return hex(output.encode((input.decode(bytes) as { readonly x: unknown }).x));
  } catch {
    return 'invalidInput';
  }
}
