/**
 * The same values through every encoder, byte by byte.
 *
 * Values of all kinds go through TypeScript and Python. Values of what compiled modules know go through all four: TypeScript encodes, a worker
 * decodes and encodes again in WebAssembly or native code, Python does the same with what TypeScript made.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MipClient } from '@molt/ipc/node';
import { compileCodec, linkSchemaSet, type Schema, schemaSetFromJson, schemaToJson } from '@molt/schema-ir';
import fc from 'fast-check';
import { schemas, valuesOf } from '../../../packages/schema-ir/test/schema-arbitraries.ts';
import { type Bench, KINDS, moltOf, output, startServer } from '../bench.ts';
import { chanceFrom, randomValue } from '../codecs/random-value.ts';
import type { Probe } from '../probe.ts';

const SEED = 20_451;
const PER_SCHEMA = 50;
const AT_ONCE = 8;
const DEADLINE_MS = 30_000;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

interface Case {
  readonly types: object;
  readonly schema: object;
  readonly encoded: readonly string[];
}

/** What Python makes of the cases. */
function inPython(bench: Bench, cases: readonly Case[]): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const child = spawn(bench.python, [join(bench.root, 'clients/python/tests/reencode.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`reencode.py ended with ${code}`))));
    child.stdin.end(JSON.stringify(cases.map(({ types, schema, encoded }) => [types, schema, encoded])));
  });
}

/** Kinds that the Python client knows. */
async function kindsOfPython(bench: Bench): Promise<Set<string>> {
  const code = 'import json, sys; sys.path.insert(0, sys.argv[1]); from molt_accel.schema import KINDS; print(json.dumps(sorted(KINDS)))';
  return new Set(JSON.parse(await output([bench.python, '-c', code, join(bench.root, 'clients/python')])) as string[]);
}

const kindsIn = (schema: object): string[] => [...JSON.stringify(schema).matchAll(/"kind":"(\w+)"/g)].map((match) => match[1]!);

/** Random schemas of all kinds with random values. */
function casesOfAllKinds(count: number): Case[] {
  const drawn = schemas.chain((schema) =>
    fc.tuple(fc.constant(schema), fc.array(valuesOf(schema), { minLength: PER_SCHEMA, maxLength: PER_SCHEMA })),
  );
  return fc.sample(drawn, { numRuns: Math.ceil(count / PER_SCHEMA), seed: SEED }).map(([schema, values]) => {
    const codec = compileCodec(schema as Schema);
    return { types: {}, schema: schemaToJson(schema as Schema), encoded: values.map((value) => hex(codec.encode(value))) };
  });
}

interface Identity extends Case {
  readonly name: string;
  readonly inputs: readonly Uint8Array[];
}

/** Random values of the types of identities.py. */
function identities(artifact: string, count: number): Identity[] {
  const set = schemaSetFromJson(readFileSync(join(artifact, 'schemas.json'), 'utf8'));
  const linked = linkSchemaSet(set);
  const chance = chanceFrom(SEED);
  const types = Object.fromEntries(Object.entries(set.types).map(([name, schema]) => [name, schemaToJson(schema)]));
  return set.exports.map(({ name, result }) => {
    const target = linked.get(name)!;
    const values = Array.from({ length: Math.ceil(count / set.exports.length) }, () => randomValue(result, set.types, chance));
    return {
      name,
      types,
      schema: schemaToJson(result),
      encoded: values.map((value) => hex(target.output.encode(value as never))),
      inputs: values.map((value) => target.input.encode({ value } as never)),
    };
  });
}

/** How many answers of a worker are other bytes than TypeScript's. */
async function differencesAt(socket: string, cases: readonly Identity[], notes: string[]): Promise<number> {
  const client = await MipClient.connect({ path: socket });
  let differences = 0;
  const note = (name: string, expected: string, found: string): void => {
    differences++;
    if (notes.length < 10)
      notes.push(`codecs: ${name}: TypeScript ${expected.slice(0, 80)}, ${socket.split('/').at(-1)} ${found.slice(0, 80)}`);
  };
  for (const { name, inputs, encoded } of cases) {
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let i = next++; i < inputs.length; i = next++) {
        const found = await client.call(name, inputs[i]!, { deadlineMs: DEADLINE_MS }).then(hex, (error: Error) => error.message);
        if (found !== encoded[i]) note(name, encoded[i]!, found);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }
  await client.close();
  return differences;
}

/** 100,000 values of all kinds, and as many through all four encoders. */
export const codecs: Probe = {
  name: 'codecs',
  timed: false,
  figures: ['codecs.values', 'codecs.differences'],
  async run(bench) {
    const count = bench.quick ? 3_000 : 100_000;
    const artifact = join(bench.folder, 'identities.molt');
    await output([moltOf(bench.root), 'build', join(bench.root, 'benchmarks/service/codecs/identities.py'), '-o', artifact]);
    const notes: string[] = [];
    const known = await kindsOfPython(bench);
    const drawn = casesOfAllKinds(count);
    const unknown = new Set(drawn.flatMap(({ schema }) => kindsIn(schema)).filter((kind) => !known.has(kind)));
    if (unknown.size > 0)
      notes.push(`codecs: the Python client does not know ${[...unknown].sort().join(', ')}; values with these are left out`);
    const all = drawn.filter(({ schema }) => kindsIn(schema).every((kind) => known.has(kind)));
    const compiled = identities(artifact, count);
    let differences = 0;
    const cases = [...all, ...compiled];
    (await inPython(bench, cases)).forEach((answers, i) => {
      answers.forEach((answer, k) => {
        const expected = cases[i]!.encoded[k]!;
        if (answer === expected) return;
        differences++;
        if (notes.length < 10)
          notes.push(
            `codecs: ${JSON.stringify(cases[i]!.schema).slice(0, 100)}: TypeScript ${expected.slice(0, 80)}, Python ${answer.slice(0, 80)}`,
          );
      });
    });
    for (const kind of KINDS) {
      const native = join(artifact, 'molt_worker');
      if (kind === 'native' && !existsSync(native)) continue;
      const socket = join(bench.folder, `codecs-${kind}.sock`);
      const command = kind === 'native' ? [native] : [moltOf(bench.root), 'worker', artifact];
      const worker = await startServer([...command, '--socket', socket]);
      try {
        differences += await differencesAt(socket, compiled, notes);
      } finally {
        await worker.stop();
      }
    }
    const values = (of: readonly Case[]): number => of.reduce((sum, { encoded }) => sum + encoded.length, 0);
    notes.push(
      `codecs: ${values(all)} values of all kinds in TypeScript and Python; ${values(compiled)} in WebAssembly and native code as well; seed ${SEED}`,
    );
    return { values: { 'codecs.values': values(all), 'codecs.differences': differences }, notes };
  },
};
