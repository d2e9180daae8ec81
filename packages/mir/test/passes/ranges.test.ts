import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canRaise, createInterpreter, layoutModule, legalise, parseModule, ranges } from '../../src/index.ts';
import * as iv from '../../src/passes/ranges/interval.ts';
import { afterPasses, bodyOf, passContext } from '../support/run-pass.ts';
import { RUNTIME_TEXT, testHost } from '../support/runtime.ts';

/** Bounds of a named value of function `f`. */
function bounds(text: string, name: string, level: 1 | 2 = 2): [number, number] {
  const context = passContext(level);
  const module = afterPasses(`${RUNTIME_TEXT}\n${text}`, [canRaise, ranges], context);
  const func = [...module.funcs.values()].find((f) => f.names.includes(name));
  const facts = context.facts.get(func?.name as string);
  const id = func?.names.indexOf(name) as number;
  return [facts?.lo[id] as number, facts?.hi[id] as number];
}

const LOOP = `func @f(v0: int) -> int {
bb0:
  v1 = int.const 0
  v2 = int.const 1
  v9 = int.const 100
  jump bb1(v1, v1)
bb1(v3 i: int, v4 s: int):
  v5 = int.lt v3, v9
  branch v5, bb2, bb3
bb2:
  v6 sum = int.add v4, v3
  v7 next = int.add v3, v2
  jump bb1(v7, v6)
bb3:
  return v4
}`;

describe('ranges', () => {
  it('bounds a loop counter by the condition', () => {
    expect(bounds(LOOP, 'i')).toEqual([0, 100]);
    expect(bounds(LOOP, 'next')).toEqual([1, 100]);
    expect(bounds(LOOP, 's')).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('keeps a counter small whose end is unknown', () => {
    const text = LOOP.replace('int.lt v3, v9', 'int.lt v3, v0');
    const [lo, hi] = bounds(text, 'next');
    expect(lo).toBe(1);
    expect(hi).toBeLessThan(2 ** 62);
  });

  it('bounds recursion by its own condition', () => {
    const text = `export @main = @main
func @main() -> int {
bb0:
  v0 = int.const 30
  v1: int = call @fib propagate v0
  return v1
}
func @fib(v0 n: int) -> int {
bb0:
  v1 = int.const 2
  v2 = int.lt v0, v1
  branch v2, bb1, bb2
bb1:
  return v0
bb2:
  v3 = int.const 1
  v4 = int.sub v0, v3
  v5: int = call @fib propagate v4
  v6 = int.sub v0, v1
  v7: int = call @fib propagate v6
  v8 r = int.add v5, v7
  return v8
}`;
    expect(bounds(text, 'n')).toEqual([0, 30]);
    expect(bounds(text, 'r')[0]).toBe(0);
    expect(bounds(text, 'n', 1)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it('decides comparisons and lets legalisation drop tests', () => {
    const module = afterPasses(
      `${RUNTIME_TEXT}\n${LOOP.replace('v6 sum = int.add v4, v3', 'v10 = int.const -1\n  v11 = int.gt v3, v10\n  v6 sum = int.and v3, v9')}`,
      [ranges, legalise],
    );
    const text = bodyOf(module);
    expect(text).not.toContain('call');
    expect(text.match(/i64\.gt_s/g)).toBeNull();
  });

  it('knows an operand better behind a test', () => {
    const text = `func @f(v0: int) -> int {
bb0:
  v1 = int.const 10
  v2 = int.const 0
  v3 = int.lt v0, v1
  branch v3, bb1, bb3
bb1:
  v4 = int.ge v0, v2
  branch v4, bb2, bb3
bb2:
  v5 x = int.mul v0, v0
  return v5
bb3:
  return v2
}`;
    expect(bounds(text, 'x')).toEqual([0, 81]);
    const body = bodyOf(afterPasses(`${RUNTIME_TEXT}\n${text}`, [ranges, legalise]));
    expect(body).toContain('i64.mul v0, v0');
    expect(body).not.toContain('rt.int_mul');
  });

  it('is sound: the lowered program computes what the language level does', () => {
    const text = `${RUNTIME_TEXT}
func @f(v0: int, v1: int, v2: i32) -> int {
bb0:
  v3 = int.const 0
  v4 = int.const 3
  v5 = int.const 7
  jump bb1(v3, v0)
bb1(v6: int, v7: int):
  v8 = int.lt v6, v5
  branch v8, bb2, bb5
bb2:
  v9 = int.lt v7, v1
  branch v9, bb3, bb4
bb3:
  v10 = int.mul v7, v4
  v11 = int.add v10, v6
  v12 = int.add v6, v4
  jump bb1(v12, v11)
bb4:
  v13 = int.shr v7, v4
  v14 = int.floordiv v13, v5
  v15 = int.mod v7, v5
  v16 = int.sub v14, v15
  v17 = int.const 1
  v18 = int.add v6, v17
  jump bb1(v18, v16)
bb5:
  return v7
}`;
    const language = createInterpreter(parseModule(text), layoutModule(parseModule(text)), testHost());
    const lowered = afterPasses(text, [ranges, legalise]);
    const machine = createInterpreter(lowered, layoutModule(lowered), testHost());
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n - 1n }), fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n - 1n }), (a, b) => {
        const [x, y] = [language, machine].map((i) => {
          const word = i.call('f', [a, b, 0]) as bigint;
          return word >> 62n === 0n || word >> 62n === -1n ? word : 'big';
        });
        expect(y).toBe(x);
      }),
      { numRuns: 200 },
    );
  });
});

describe('intervals', () => {
  const bound = fc.oneof(fc.integer({ min: -40, max: 40 }), fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY));
  const some = fc
    .tuple(fc.integer({ min: -40, max: 40 }), bound, bound)
    .map(([x, a, b]) => ({ x, range: { lo: Math.min(x, a), hi: Math.max(x, b) } }));
  const floor = (a: number, b: number): number => Math.floor(a / b);
  const cases: [
    string,
    (a: iv.Interval, b: iv.Interval) => iv.Interval,
    (a: number, b: number) => number,
    (a: number, b: number) => boolean,
  ][] = [
    ['add', iv.add, (a, b) => a + b, () => true],
    ['sub', iv.sub, (a, b) => a - b, () => true],
    ['mul', iv.multiply, (a, b) => a * b, () => true],
    ['floordiv', iv.floorDivide, floor, (_, b) => b !== 0],
    ['mod', iv.modulo, (a, b) => a - b * floor(a, b), (_, b) => b !== 0],
    ['and', iv.bitAnd, (a, b) => a & b, () => true],
    ['or', iv.bitOr, (a, b) => a | b, () => true],
    ['xor', iv.bitOr, (a, b) => a ^ b, () => true],
    ['shl', iv.shiftLeft, (a, b) => a * 2 ** b, (_, b) => b >= 0],
    ['shr', iv.shiftRight, (a, b) => Math.floor(a / 2 ** b), (_, b) => b >= 0],
  ];
  it.each(cases)('%s contains every result', (_name, abstract, concrete, valid) => {
    fc.assert(
      fc.property(some, some, (a, b) => {
        fc.pre(valid(a.x, b.x));
        // A shift count or divisor that a program may not use is not in the interval either.
        const right = valid(0, b.range.lo) ? b.range : { lo: b.x, hi: b.range.hi };
        const range = abstract(a.range, right);
        const result = concrete(a.x, b.x);
        return result >= range.lo && result <= range.hi;
      }),
      { numRuns: 500 },
    );
  });
});
