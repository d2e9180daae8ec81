import { describe, expect, it } from 'vitest';
import { createInterpreter, layoutModule, recursion } from '../../src/index.ts';
import { afterPasses, bodyOf } from '../support/run-pass.ts';
import { RUNTIME_TEXT, testHost } from '../support/runtime.ts';

const MODULE = `${RUNTIME_TEXT}
table @cb
export @down = @down
func @down(v0: i32) -> i32 {
bb0:
  branch v0, bb1, bb2
bb1:
  v1 = i32.const 1
  v2 = i32.sub v0, v1
  v3: i32 = call @down propagate v2
  v4 = i32.add v3, v1
  return v4
bb2:
  return v0
}
func @cb(v0: i32) -> i32 {
bb0:
  branch v0, bb1, bb2
bb1:
  v1 = i32.const 1
  v2 = i32.sub v0, v1
  v3 = func.index @cb
  v4: i32 = call.indirect (i32) -> i32 propagate v3, v2
  return v4
bb2:
  return v0
}
func @plain(v0: i32) -> i32 {
bb0:
  v1: i32 = call @down propagate v0
  return v1
}`;

describe('recursion', () => {
  const module = afterPasses(MODULE, [recursion]);
  const depth = (name: string, arg: number): unknown => {
    const interpreter = createInterpreter(module, layoutModule(module, { recursionLimit: 50 }), testHost());
    const answer = interpreter.call(name, [arg]);
    return interpreter.pending() ? 'RecursionError' : answer;
  };

  it('counts as CPython does: the module has one frame', () => {
    expect(depth('plain', 48)).toBe(48);
    expect(depth('plain', 49)).toBe('RecursionError');
  });

  it('keeps the signature of exports', () => {
    expect(module.exports.get('down')).toBe('down$export');
    expect(depth('down$export', 48)).toBe(48);
    expect(depth('down$export', 49)).toBe('RecursionError');
  });

  it('counts through the function table', () => {
    expect(bodyOf(module, 'cb')).toContain('call.indirect (i32, i32) -> i32');
    const interpreter = createInterpreter(module, layoutModule(module, { recursionLimit: 50 }), testHost());
    expect(interpreter.call('cb', [48, 1])).toBe(0);
    interpreter.call('cb', [50, 1]);
    expect(interpreter.pending()).toBe(true);
  });

  it('leaves functions that do not recurse alone', () => {
    expect(module.funcs.get('plain')?.params).toHaveLength(1);
  });
});
