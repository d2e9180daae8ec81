import { describe, expect, it } from 'vitest';
import { dce } from '../../src/index.ts';
import { afterPasses, bodyOf } from '../support/run-pass.ts';

const MODULE = `type @Used fixed 16 { @x: int +8 }
type @Unused fixed 16
global @g: int
global @h: int
data @a "0000000000000000" { 0: @b, 4: @"func:cb" }
data @b "00"
data @c "00"
table @nobody
table @cb
export @main = @f
func @nobody() {
bb0:
  return
}
func @cb() {
bb0:
  return
}
func @rt.int_add(v0: int, v1: int) -> int {
bb0:
  return v0
}
func @rt.int_mul(v0: int, v1: int) -> int {
bb0:
  return v0
}
func @f(v0: int) -> int {
bb0:
  v1 = data.addr @a
  v2: int = global.get @g
  global.set @g v2
  v3 = new @Used
  field.set @Used @x v3, v0
  v4 = new @Unused
  v5 = int.add v0, v0
  v6: int = global.get @h
  v7: i32 = load i32+0 v1
  branch v7, bb1(v5, v6), bb2
bb1(v8: int, v9: int):
  return v8
bb2:
  return v0
bb3:
  return v0
}`;

describe('dce', () => {
  const module = afterPasses(MODULE, [dce]);

  it('keeps what the exports reach', () => {
    expect([...module.funcs.keys()]).toEqual(['cb', 'rt.int_add', 'f']);
    expect([...module.data.keys()]).toEqual(['a', 'b']);
    expect([...module.globals.keys()]).toEqual(['g']);
    expect([...module.heapTypes.keys()]).toEqual(['Used']);
    expect(module.table).toEqual(['cb']);
  });

  it('removes dead instructions, parameters and blocks', () => {
    const text = bodyOf(module);
    expect(text).not.toContain('@Unused');
    expect(text).not.toContain('@h');
    expect(text).toContain('bb1(v5: int):'.replace('v5', text.match(/bb1\((v\d+): int\)/)?.[1] ?? ''));
    expect(text).not.toContain('bb3');
    expect(text).toContain('field.set @Used');
  });

  it('leaves a module without exports alone', () => {
    expect(afterPasses(MODULE.replace('export @main = @f\n', ''), [dce]).funcs.size).toBe(5);
  });
});
