import { isSmallInt } from '@molt/abi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createInterpreter,
  type Interpreter,
  layoutModule,
  legaliseModule,
  type Module,
  parseModule,
  type Scalar,
  verifyModule,
} from '../../src/index.ts';
import { readInt, writeInt } from '../../src/interp/int-objects.ts';
import { bump, RUNTIME_TEXT, testHost } from '../support/runtime.ts';

/** The same module at both levels, ready to run. */
function both(text: string): { language: Interpreter; machine: Interpreter; lowered: Module } {
  const module = parseModule(`${text}\n${RUNTIME_TEXT}`);
  expect(verifyModule(module)).toEqual([]);
  const lowered = legaliseModule(module).module;
  expect(verifyModule(lowered)).toEqual([]);
  const run = (m: Module): Interpreter => createInterpreter(m, layoutModule(m), testHost());
  return { language: run(module), machine: run(lowered), lowered };
}

const intWord = (interpreter: Interpreter, value: bigint): bigint =>
  writeInt(interpreter.memory, value, (size, id) => bump(interpreter.memory, size, id));

const edges = [
  0n,
  1n,
  -1n,
  2n,
  -2n,
  63n,
  64n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 32n,
  2n ** 61n,
  2n ** 62n - 1n,
  2n ** 62n,
  -(2n ** 62n),
  -(2n ** 62n) - 1n,
  2n ** 63n,
  -(2n ** 63n),
  2n ** 64n,
  10n ** 30n,
  -(10n ** 30n),
];
const anyInt = fc.oneof(
  fc.constantFrom(...edges),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }),
);

describe('legalise: ints', () => {
  it.each(['add', 'sub', 'mul', 'floordiv', 'mod', 'and', 'or', 'xor', 'shl', 'shr'])('int.%s means the same at both levels', (op) => {
    const { language, machine } = both(`func @f(v0: int, v1: int) -> int {\nbb0:\n  v2 = int.${op} v0, v1\n  return v2\n}`);
    const right =
      op === 'shl' || op === 'shr'
        ? fc.bigInt({ min: 0n, max: 200n })
        : op === 'floordiv' || op === 'mod'
          ? anyInt.filter((b) => b !== 0n)
          : anyInt;
    fc.assert(
      fc.property(anyInt, right, (a, b) => {
        const [x, y] = [language, machine].map((i) => readInt(i.memory, i.call('f', [intWord(i, a), intWord(i, b)]) as bigint));
        expect(y).toBe(x);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['eq', 'ne', 'lt', 'le', 'gt', 'ge'])('int.%s compares, as a value and in a branch', (op) => {
    const { language, machine } = both(
      `func @f(v0: int, v1: int) -> i32 {\nbb0:\n  v2 = int.${op} v0, v1\n  return v2\n}\nfunc @g(v0: int, v1: int) -> i32 {\nbb0:\n  v2 = int.${op} v0, v1\n  branch v2, bb1, bb2\nbb1:\n  v3 = i32.const 1\n  return v3\nbb2:\n  v4 = i32.const 0\n  return v4\n}`,
    );
    fc.assert(
      fc.property(anyInt, anyInt, fc.boolean(), (a, other, same) => {
        const b = same ? a : other;
        const answers = [language, machine].flatMap((i) => ['f', 'g'].map((name) => i.call(name, [intWord(i, a), intWord(i, b)])));
        expect(new Set(answers).size).toBe(1);
      }),
      { numRuns: 200 },
    );
  });

  it('negates and keeps big constants', () => {
    const { language, machine } = both(
      'func @neg(v0: int) -> int {\nbb0:\n  v1 = int.neg v0\n  return v1\n}\nfunc @big() -> int {\nbb0:\n  v0 = int.const -123456789012345678901234567890\n  return v0\n}',
    );
    for (const value of edges)
      for (const i of [language, machine]) expect(readInt(i.memory, i.call('neg', [intWord(i, value)]) as bigint)).toBe(-value);
    for (const i of [language, machine]) expect(readInt(i.memory, i.call('big') as bigint)).toBe(-123456789012345678901234567890n);
  });

  it('leaves no call where operands and result are known to be small', () => {
    const module = parseModule(
      `func @f(v0: int, v1: int) -> int {\nbb0:\n  v2 = int.add v0, v1\n  v3 = int.mul v2, v1\n  v4 = int.floordiv v3, v1\n  v5 = int.mod v4, v1\n  v6 = int.lt v5, v0\n  return v5\n}\n${RUNTIME_TEXT}`,
    );
    const facts = new Map([['f', { lo: new Float64Array(7).fill(1), hi: new Float64Array(7).fill(1000) }]]);
    const func = legaliseModule(module, facts).module.funcs.get('f');
    expect(func?.blocks.length).toBe(1);
    expect(func?.blocks[0]?.insts.map((i) => i.op)).toEqual(['i64.add', 'i64.mul', 'i64.div_s', 'i64.rem_s', 'i64.lt_s']);
  });
});

describe('legalise: universal words', () => {
  const { language, machine } = both(`
func @float(v0: f64) -> f64 {
bb0:
  v1 = val.from_f64 v0
  v2 = val.to_f64 v1
  return v2
}
func @floatType(v0: f64) -> i32 {
bb0:
  v1 = val.from_f64 v0
  v2 = val.type v1
  return v2
}
func @intType(v0: int) -> i32 {
bb0:
  v1 = val.from_int v0
  v2 = val.type v1
  return v2
}
func @bool(v0: i32) -> i32 {
bb0:
  v1 = val.from_bool v0
  v2 = val.to_bool v1
  return v2
}
func @boolType(v0: i32) -> i32 {
bb0:
  v1 = val.from_bool v0
  v2 = val.type v1
  return v2
}
func @noneType() -> i32 {
bb0:
  v0 = ref.null
  v1 = val.from_ref v0
  v2 = val.type v1
  return v2
}
func @isSmall(v0: int) -> i32 {
bb0:
  v1 = int.is_small v0
  return v1
}`);
  it('round trips doubles, inline and boxed', () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        for (const i of [language, machine]) {
          expect(i.call('float', [x])).toBe(x);
          expect(i.call('floatType', [x])).toBe(4);
        }
      }),
    );
  });

  it('tells types apart', () => {
    for (const i of [language, machine]) {
      for (const value of edges) {
        expect(i.call('intType', [intWord(i, value)])).toBe(3);
        expect(i.call('isSmall', [intWord(i, value)])).toBe(isSmallInt(value) ? 1 : 0);
      }
      for (const bit of [0, 1]) {
        expect(i.call('bool', [bit])).toBe(bit);
        expect(i.call('boolType', [bit])).toBe(2);
      }
      expect(i.call('noneType')).toBe(1);
    }
  });
});

describe('legalise: objects', () => {
  const { language, machine } = both(`
type @Point fixed 40 { @x: int +8, @flag: bool +16, @next: ref +20, @w: f64 +24 }
type @list fixed 24 { @_len: i32 +8, @_cap: i32 +12, @_data: ref +16, @_flags: i32 +20 }
global @last: ref
site "a.py" "get" 1 0 1 5 "xs[i]"
func @point(v0: int, v1: f64) -> f64 {
bb0:
  v2 = new @Point
  field.set @Point @x v2, v0
  field.set @Point @w v2, v1
  v3 = i32.const 1
  field.set @Point @flag v2, v3
  field.set @Point @next v2, v2
  global.set @last v2
  v4: ref = global.get @last
  v5: ref = field.get @Point @next v4
  v6: f64 = field.get @Point @w v5
  v7: i32 = field.get @Point @flag v5
  branch v7, bb1, bb2
bb1:
  return v6
bb2:
  trap 1
}
func @make(v0: i32) -> ref {
bb0:
  v1 = new @list
  v2 = i32.const 8
  v3 = i32.mul v0, v2
  v4 = new.buffer @bufWord v3
  field.set @list @_len v1, v0
  field.set @list @_data v1, v4
  return v1
}
func @get(v0: ref, v1: int) -> int {
bb0:
  v2: int = list.get int+0 @elem v0, v1 !0
  return v2
}
func @set(v0: ref, v1: int, v2: int) {
bb0:
  list.set int+0 @elem v0, v1, v2
  return
}
func @caught(v0: ref, v1: int) -> int {
bb0:
  v2: int = list.get int+0 @elem v0, v1
  v3 = exc.pending
  branch v3, bb1, bb2 unlikely
bb1:
  v4 = exc.take
  v5 = int.const -99
  return v5
bb2:
  return v2
}
func @length(v0: ref) -> i32 {
bb0:
  v1 = list.len v0
  return v1
}
func @check(v0: ref) -> i32 {
bb0:
  frozen.check v0
  v1 = i32.const 5
  return v1
}`);

  it('keeps fields and globals', () => {
    for (const i of [language, machine]) expect(i.call('point', [7n, 2.5])).toBe(2.5);
  });

  it('indexes lists as Python does', () => {
    for (const i of [language, machine]) {
      const list = i.call('make', [5]) as Scalar;
      for (let k = 0; k < 5; k++) i.call('set', [list, BigInt(k), BigInt(10 * k)]);
      i.call('set', [list, -1n, 44n]);
      expect(i.call('length', [list])).toBe(5);
      expect([0n, 4n, -1n, -5n].map((k) => i.call('get', [list, k]))).toEqual([0n, 44n, 44n, 0n]);
      for (const k of [5n, -6n, 2n ** 61n, intWord(i, 2n ** 80n), intWord(i, -(2n ** 80n))]) {
        expect(i.call('caught', [list, k])).toBe(-99n);
        expect(i.pending()).toBe(false);
        i.call('get', [list, k]);
        expect(i.pending()).toBe(true);
        i.memory.setU32(64, 0);
        i.call('set', [list, k, 1n]);
        expect(i.pending()).toBe(true);
        i.memory.setU32(64, 0);
      }
    }
  });

  it('guards the frozen image', () => {
    for (const i of [language, machine]) {
      i.call('check', [8]);
      expect(i.pending()).toBe(true);
      i.memory.setU32(64, 0);
      expect(i.call('check', [i.call('make', [1]) as Scalar])).toBe(5);
      expect(i.pending()).toBe(false);
    }
  });
});
