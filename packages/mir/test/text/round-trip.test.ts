import { describe, expect, it } from 'vitest';
import { MirTextError, parseModule, printModule, verifyModule } from '../../src/index.ts';

const MODULE = `module @demo language
type @Point fixed 24 { @x: int +8, @y: ref +16 }
type @"list[int]" fixed 24 "list" { @_len: i32 +8, @_cap: i32 +12, @_data: ref +16, @_flags: i32 +20 }
global @counter: int
data @hello "0500000000000000" { 4: @hello }
table @total
export @main = @total
site "app.py" "total" 3 4 3 9 "  s += i"

func @total(v0 n: int) -> int [inline=never raises=false display="total"] {
bb0:
  v1 = int.const 0
  v2 = f64.const -0.0
  v3 = f64.const nan:0x7ff8000000000000
  v4 = f64.const 1e+300
  jump bb1(v1, v1)
bb1(v5 i: int, v6 s: int):
  v7 = int.lt v5, v0
  branch v7, bb2, bb3 likely
bb2:
  v8 total = int.add v6, v5 !0
  v9 = int.const 1
  v10 = int.add v5, v9
  jump bb1(v10, v8)
bb3:
  return v6
}

func @other(v0: ref, v1 k: i32) -> ref {
bb0:
  v2: int = field.get @Point @x v0
  field.set @Point @x v0, v2
  v3: i32 = load u8+3 @bytes v0
  store i32-4 v0, v3
  v4: int = call @total catch v2 !0
  v5 = exc.pending
  branch v5, bb1, bb2
bb1:
  v6 = exc.take
  raise v6 !0
bb2:
  v7: int = call.indirect (int) -> int propagate v1, v4
  v8: i64 = call.host @clock v1
  switch v1 [0: bb3, -5: bb4(v0)] else bb5
bb3:
  v9 = new @Point
  return v9
bb4(v10: ref):
  propagate !0
bb5:
  trap 1
}
`;

describe('MIR text', () => {
  it('prints what it parsed', () => {
    const module = parseModule(MODULE);
    expect(printModule(module)).toBe(MODULE);
    expect(verifyModule(module)).toEqual([]);
  });

  it('renumbers values and blocks in order of appearance', () => {
    const text = 'func @f(v9: i32) -> i32 {\nbb7:\n  branch v9, bb3, bb1\nbb1:\n  return v9\nbb3:\n  v4 = i32.add v9, v9\n  return v4\n}';
    expect(printModule(parseModule(text))).toContain(
      'bb0:\n  branch v0, bb2, bb1\nbb1:\n  return v0\nbb2:\n  v1 = i32.add v0, v0\n  return v1\n',
    );
  });

  it.each([
    ['func @f() {\nbb0:\n  return v1\n}', 'a value that is defined'],
    ['func @f() {\nbb0:\n  jump bb1\n}', 'a block of the function'],
    ['func @f() {\nbb0:\n  v1 = i32.const 1\n  v1 = i32.const 2\n  return\n}', 'not defined yet'],
    ['func @f() {\nbb0:\n  v1 = load i32+0 v1\n  return\n}', 'a result type'],
    ['func @f() {\nbb0:\n  frob v1\n}', 'an operation'],
    ['func @f() {\nbb0:\n  v1 = f64.const 1.5.2\n}', 'a token'],
    ['data @d "0g"', 'hexadecimal'],
    ['func @f() {\nbb0:\n', 'an operation'],
    ['func @f() {\nbb0:\n  return\n}\nfunc @f() {\nbb0:\n  return\n}', 'not taken'],
  ])('refuses %j', (text, expected) => {
    expect(() => parseModule(text)).toThrowError(MirTextError);
    expect(() => parseModule(text)).toThrowError(expected);
  });

  it('says where the fault is', () => {
    try {
      parseModule('func @f() {\nbb0:\n  frob\n}');
      expect.unreachable();
    } catch (error) {
      expect((error as MirTextError).details.span).toMatchObject({ start: 19, end: 23 });
    }
  });
});
