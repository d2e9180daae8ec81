/**
 * 20,000 damaged streams and files: each must decode or end in an ArrowError, quickly and without large allocations.
 *
 * The damage is seeded, so a failure names a case that can be run again. Requests for memory are watched by wrapping
 * the constructors that the decoder could allocate with.
 */
import { fuzzRuns, fuzzSeed } from '@molt/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ArrowError } from '../../src/arrow-error.ts';
import { checkBatch } from '../../src/columns/check-column.ts';
import type { Table } from '../../src/columns/column.ts';
import { toArray } from '../../src/columns/read-column.ts';
import { decodeArrow } from '../../src/decode/decode-file.ts';
import { encodeFile } from '../../src/encode/encode-file.ts';
import { encodeStream } from '../../src/encode/encode-stream.ts';
import { randomTable } from '../oracle/random-table.ts';

const CASES = fuzzRuns(20_000);
const SEEDS = 60;
const LIMITS = { maxAllocatedBytes: 64 * 1024, maxLength: 4096, maxInputBytes: 1024 * 1024 };

/** mulberry32: a small generator with a seed, so that cases can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) % below;
  };
}

const EXTREMES = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0x10000];

function damage(source: Uint8Array, other: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = source.slice();
  const view = new DataView(bytes.buffer);
  for (let round = 1 + random(3); round > 0 && bytes.byteLength > 8; round--) {
    const at = random(bytes.byteLength);
    switch (random(7)) {
      case 0:
        bytes[at]! ^= 1 << random(8);
        break;
      case 1:
        bytes[at] = random(256);
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3: {
        // A whole aligned word: lengths, counts, offsets, prefixes.
        const word = Math.min(at & ~3, source.byteLength - 4) >>> 0;
        if (word + 4 <= bytes.byteLength) view.setUint32(word, EXTREMES[random(EXTREMES.length)]!, true);
        break;
      }
      case 4: {
        const word = Math.min(at & ~7, source.byteLength - 8) >>> 0;
        if (word + 8 <= bytes.byteLength)
          view.setBigInt64(word, BigInt(random(2) === 0 ? random(200) : -random(200)) * (random(3) === 0 ? 2n ** 40n : 1n), true);
        break;
      }
      case 5:
        bytes.copyWithin(at, random(bytes.byteLength), random(bytes.byteLength));
        break;
      case 6:
        bytes.set(other.subarray(0, Math.max(0, Math.min(other.byteLength, bytes.byteLength - at, random(64)))), at);
        break;
    }
  }
  return bytes;
}

/** The largest array asked for by length since the last reset. */
let largest = 0;
const ARRAYS = [
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'BigInt64Array',
  'Uint8Array',
  'Uint16Array',
  'Uint32Array',
  'BigUint64Array',
  'Float32Array',
  'Float64Array',
  'ArrayBuffer',
  'Array',
] as const;
const originals = new Map<string, unknown>();

beforeAll(() => {
  for (const name of ARRAYS) {
    const original = (globalThis as Record<string, unknown>)[name] as new (...parts: unknown[]) => object;
    originals.set(name, original);
    (globalThis as Record<string, unknown>)[name] = new Proxy(original, {
      construct: (target, parts, self) => {
        if (parts.length === 1 && typeof parts[0] === 'number') largest = Math.max(largest, parts[0]);
        return Reflect.construct(target, parts, self);
      },
    });
  }
});

afterAll(() => {
  for (const [name, original] of originals) (globalThis as Record<string, unknown>)[name] = original;
});

/** Touches every value: what the decoder has let through must be readable without further checks. */
function touch(table: Table): number {
  let count = 0;
  table.batches.forEach((batch) => {
    checkBatch(batch, null);
    for (const column of batch.columns) count += toArray(column).length;
  });
  return count;
}

function decodeOrError(bytes: Uint8Array, index: number): Table | ArrowError {
  try {
    return decodeArrow(bytes, { limits: LIMITS });
  } catch (error) {
    if (error instanceof ArrowError) return error;
    throw new Error(`case ${index} ended in another error`, { cause: error });
  }
}

test(`${CASES} damaged inputs decode or are refused with an ArrowError`, () => {
  const tables = fc.sample(randomTable, { numRuns: SEEDS, seed: fuzzSeed(7) }).filter((table) => table.schema.fields.length > 0);
  const sources = tables.flatMap((table) => [encodeStream(table), encodeFile({ ...table, batches: table.batches.slice(0, 1) })]);
  const random = generator(fuzzSeed(20_240_607));
  const outcomes = new Map<string, number>();
  const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  let slowest = 0;
  let largestOfAll = 0;
  for (let i = 0; i < CASES; i++) {
    const bytes = damage(sources[random(sources.length)]!, sources[random(sources.length)]!, random);
    largest = 0;
    const start = performance.now();
    const outcome = decodeOrError(bytes, i);
    slowest = Math.max(slowest, performance.now() - start);
    expect(largest, `allocation in case ${i}`).toBeLessThanOrEqual(LIMITS.maxAllocatedBytes);
    largestOfAll = Math.max(largestOfAll, largest);
    if (outcome instanceof ArrowError) {
      if (outcome.offset !== null) expect(outcome.offset, `offset in case ${i}`).toBeLessThanOrEqual(bytes.byteLength);
      count(outcome.code);
    } else {
      // Nothing may throw from here on, not even our own checks.
      touch(outcome);
      count('decoded');
    }
  }
  // The machine may pause us; a hang or a blow-up would be far above this.
  expect(slowest).toBeLessThan(2_000);
  // The watch on allocations must have seen some.
  expect(largestOfAll).toBeGreaterThan(0);
  // The damage must reach every layer, or the test proves little.
  for (const code of [
    'MOLT7002',
    'MOLT7003',
    'MOLT7008',
    'MOLT7009',
    'MOLT7010',
    'MOLT7011',
    'MOLT7012',
    'MOLT7013',
    'MOLT7014',
    'MOLT7015',
    'MOLT7016',
    'MOLT7018',
  ]) {
    expect(outcomes.get(code) ?? 0, code).toBeGreaterThan(0);
  }
  expect(outcomes.get('decoded') ?? 0).toBeGreaterThan(CASES / 50);
  expect([...outcomes.values()].reduce((sum, n) => sum + n, 0)).toBe(CASES);
});
