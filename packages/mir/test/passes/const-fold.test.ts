import { describe, expect, it } from 'vitest';
import { constFold, dce } from '../../src/index.ts';
import { afterPasses, bodyOf } from '../support/run-pass.ts';

const folded = (head: string, lines: string[]): string =>
  bodyOf(afterPasses(`type @P fixed 16\ntype @Q fixed 16\n${head} {\nbb0:\n${lines.join('\n')}\n}`, [constFold, dce]));

describe('const-fold', () => {
  it.each([
    ['int.add', '2', '3', 'int.const 5'],
    ['int.mul', '4611686018427387904', '4', 'int.const 18446744073709551616'],
    ['int.floordiv', '-7', '2', 'int.const -4'],
    ['int.mod', '-7', '2', 'int.const 1'],
    ['int.shl', '1', '100', 'int.const 1267650600228229401496703205376'],
    ['int.sub', '-3', '-5', 'int.const 2'],
  ])('computes %s %s %s', (op, a, b, result) => {
    expect(folded('func @f() -> int', [`v0 = int.const ${a}`, `v1 = int.const ${b}`, `v2 = ${op} v0, v1`, 'return v2'])).toBe(
      `bb0:\nv0 = ${result}\nreturn v0`,
    );
  });

  it('does not divide by zero or make huge numbers', () => {
    expect(folded('func @f() -> int', ['v0 = int.const 1', 'v1 = int.const 0', 'v2 = int.floordiv v0, v1', 'return v2'])).toContain(
      'int.floordiv',
    );
    expect(folded('func @f() -> int', ['v0 = int.const 1', 'v1 = int.const 100000', 'v2 = int.shl v0, v1', 'return v2'])).toContain(
      'int.shl',
    );
    expect(folded('func @f() -> i32', ['v0 = i32.const 1', 'v1 = i32.const 0', 'v2 = i32.div_s v0, v1', 'return v2'])).toContain(
      'i32.div_s',
    );
  });

  it('follows branches and copies through block parameters', () => {
    expect(
      folded('func @f(v0: int) -> int', [
        'v1 = int.const 2',
        'v2 = int.const 3',
        'v3 = int.lt v1, v2',
        'branch v3, bb1, bb2',
        'bb1:',
        'jump bb3(v0)',
        'bb2:',
        'jump bb3(v1)',
        'bb3(v4: int):',
        'return v4',
      ]),
    ).toBe('bb0:\njump bb1\nbb1:\njump bb2\nbb2:\nreturn v0');
  });

  it('keeps parameters of loops that change, drops those that do not', () => {
    const text = folded('func @f(v0: int) -> int', [
      'v1 = int.const 0',
      'v8 = int.const 1',
      'jump bb1(v1, v0)',
      'bb1(v2: int, v3: int):',
      'v4 = int.lt v2, v3',
      'branch v4, bb2, bb3',
      'bb2:',
      'v5 = int.add v2, v8',
      'jump bb1(v5, v3)',
      'bb3:',
      'return v2',
    ]);
    expect(text).toContain('bb1(v3: int):');
    expect(text).toContain('int.lt v3, v0');
  });

  it.each([
    ['f64', 'f64', ['v1 = val.from_f64 v0', 'v2 = val.to_f64 v1', 'return v2']],
    ['int', 'int', ['v1 = val.from_int v0', 'v2 = val.to_int v1', 'return v2']],
    ['ref', 'ref', ['v1 = val.from_ref v0', 'v2 = val.to_ref v1', 'return v2']],
    ['i32', 'i32', ['v1 = i64.extend_s v0', 'v2 = i32.wrap v1', 'return v2']],
    ['i32', 'i32', ['v1 = i32.const 0', 'v2 = i32.add v0, v1', 'return v2']],
    ['i64', 'i64', ['v1 = i64.const 1', 'v2 = i64.mul v1, v0', 'return v2']],
  ])('undoes what does nothing (%s)', (from, to, lines) => {
    expect(folded(`func @f(v0: ${from}) -> ${to}`, lines)).toBe('bb0:\nreturn v0');
  });

  it('decides type tests', () => {
    expect(folded('func @f() -> i32', ['v0 = new @P', 'v1 = ref.type v0', 'v2 = type.id @Q', 'v3 = i32.eq v1, v2', 'return v3'])).toBe(
      'bb0:\nv0 = i32.const 0\nreturn v0',
    );
    expect(
      folded('func @f(v0: int) -> i32', [
        'v1 = val.from_int v0',
        'v2 = val.type v1',
        'v3 = i32.const 4',
        'v4 = i32.ne v2, v3',
        'return v4',
      ]),
    ).toBe('bb0:\nv0 = i32.const 1\nreturn v0'.replaceAll('v0', 'v1'));
  });

  it('turns negated comparisons around, but not those of doubles', () => {
    expect(folded('func @f(v0: int, v1: int) -> i32', ['v2 = int.lt v0, v1', 'v3 = i32.eqz v2', 'return v3'])).toBe(
      'bb0:\nv2 = int.ge v0, v1\nreturn v2',
    );
    expect(folded('func @f(v0: f64, v1: f64) -> i32', ['v2 = f64.lt v0, v1', 'v3 = i32.eqz v2', 'return v3'])).toContain('i32.eqz');
    expect(
      folded('func @f(v0: f64, v1: f64) -> i32', [
        'v2 = f64.lt v0, v1',
        'v3 = i32.eqz v2',
        'branch v3, bb1, bb2 likely',
        'bb1:',
        'trap 1',
        'bb2:',
        'trap 2',
      ]),
    ).toContain('branch v2, bb2, bb1 unlikely');
  });

  it('keeps negative zero and NaN', () => {
    expect(folded('func @f(v0: f64) -> f64', ['v1 = f64.const 0.0', 'v2 = f64.add v0, v1', 'return v2'])).toContain('f64.add');
    expect(folded('func @f() -> f64', ['v1 = f64.const 0.0', 'v2 = f64.neg v1', 'return v2'])).toContain('f64.const -0.0');
  });
});
