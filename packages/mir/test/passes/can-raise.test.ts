import { describe, expect, it } from 'vitest';
import { canRaise } from '../../src/index.ts';
import { afterPasses, bodyOf } from '../support/run-pass.ts';

describe('can-raise', () => {
  const module = afterPasses(
    `func @quiet(v0: i32) -> i32 {
bb0:
  return v0
}
func @even(v0: i32) -> i32 {
bb0:
  v1: i32 = call @odd propagate v0
  return v1
}
func @odd(v0: i32) -> i32 {
bb0:
  v1: i32 = call @even propagate v0
  return v1
}
func @loud(v0: ref) {
bb0:
  raise v0
}
func @above(v0: ref) {
bb0:
  call @loud propagate v0
  return
}
func @handles(v0: ref) -> i32 {
bb0:
  call @loud catch v0
  v1 = exc.pending
  branch v1, bb1, bb2
bb1:
  v2 = exc.take
  v3 = i32.const 1
  return v3
bb2:
  v4 = i32.const 2
  return v4
}
func @f(v0: i32) -> i32 {
bb0:
  v1: i32 = call @quiet catch v0
  v2 = exc.pending
  branch v2, bb1, bb2
bb1:
  propagate
bb2:
  v3: i32 = call @even propagate v1
  return v3
}
func @index(v0: ref, v1: int) -> int {
bb0:
  v2: int = list.get int+0 v0, v1
  return v2
}
func @caught(v0: ref, v1: int) -> i32 {
bb0:
  v2: int = list.get int+0 v0, v1
  v3 = exc.pending
  branch v3, bb1, bb2
bb1:
  v4 = exc.take
  return v3
bb2:
  return v3
}`,
    [canRaise],
  );
  const raises = Object.fromEntries([...module.funcs.values()].map((func) => [func.name, func.attrs.raises]));

  it('finds who raises', () => {
    expect(raises).toEqual({
      quiet: false,
      even: false,
      odd: false,
      loud: true,
      above: true,
      handles: false,
      f: false,
      index: true,
      caught: false,
    });
  });

  it('does not take a call that never unwinds for one that clears the exception', () => {
    const text = bodyOf(
      afterPasses(
        'func @note() {\nbb0:\n  return\n}\nfunc @f(v0: ref) -> i32 {\nbb0:\n  exc.set v0\n  call @note never\n  v1 = exc.pending\n  return v1\n}',
        [canRaise],
      ),
    );
    expect(text).toContain('exc.pending');
  });

  it('marks calls and decides tests', () => {
    expect(bodyOf(module)).toContain('call @quiet never');
    expect(bodyOf(module)).toContain('i32.const 0');
    expect(bodyOf(module)).not.toContain('exc.pending');
    expect(bodyOf(module, 'handles')).toContain('exc.pending');
    expect(bodyOf(module, 'above')).toContain('call @loud propagate');
  });
});
