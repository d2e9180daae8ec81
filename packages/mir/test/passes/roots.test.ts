import { CELL, STACK_BASE } from '@molt/abi';
import { describe, expect, it } from 'vitest';
import { canCollect, createInterpreter, layoutModule, legalise, type Module, roots } from '../../src/index.ts';
import { afterPasses, bodyOf } from '../support/run-pass.ts';
import { RUNTIME_TEXT, testHost } from '../support/runtime.ts';

const PASSES = [legalise, canCollect, roots];
const rooted = (text: string): Module => afterPasses(`type @P fixed 16 { @next: ref +8 }\n${RUNTIME_TEXT}\n${text}`, PASSES);

describe('roots', () => {
  it('stores a reference once, where it is defined, when a call on the common path may collect', () => {
    const module = rooted(
      'func @f(v0: ref) -> ref {\nbb0:\n  v1 = new @P\n  v2 = new @P\n  field.set @P @next v2, v1\n  field.set @P @next v1, v0\n  return v2\n}',
    );
    const text = bodyOf(module);
    expect(text).toContain('frame.enter 2');
    expect(text.match(/root.set \d/g)).toEqual(['root.set 0', 'root.set 1']);
    expect(text).toMatch(/frame\.leave v\d+\nreturn/);
  });

  it('needs nothing when nothing lives across the call, or nothing collects', () => {
    expect(bodyOf(rooted('func @f(v0: ref) -> ref {\nbb0:\n  v1 = new @P\n  return v1\n}'))).not.toContain('frame');
    expect(
      bodyOf(rooted('func @g() {\nbb0:\n  return\n}\nfunc @f(v0: ref) -> ref {\nbb0:\n  call @g never\n  return v0\n}')),
    ).not.toContain('frame');
  });

  it('keeps the common path of int arithmetic free: a frame inside the cold block only', () => {
    const text = bodyOf(
      rooted(
        'func @f(v0: int, v1: ref) -> ref {\nbb0:\n  v2 = int.add v0, v0\n  v3 = int.eq v2, v0\n  branch v3, bb1, bb2\nbb1:\n  return v1\nbb2:\n  v4 = ref.null\n  return v4\n}',
      ),
    );
    const blocks = text.split(/\n(?=bb\d)/);
    const withFrame = blocks.filter((b) => b.includes('frame.enter'));
    expect(withFrame).toHaveLength(1);
    expect(withFrame[0]).toMatch(
      /frame.enter 2\nroot.set 0 v\d+, v0\nroot.set 1 v\d+, v1\nv\d+: i64 = call @rt.int_add never v0, v0\nframe.leave/,
    );
  });

  it('reuses slots of dead values', () => {
    const text = bodyOf(
      rooted(
        'func @f(v0: ref) {\nbb0:\n  v1 = new @P\n  field.set @P @next v1, v0\n  v2 = new @P\n  v3 = new @P\n  field.set @P @next v3, v2\n  return\n}',
      ),
    );
    expect(text).toContain('frame.enter 1');
    expect(text.match(/root.set \d/g)).toEqual(['root.set 0', 'root.set 0']);
  });

  it('resets the stack where an exception is taken, also without slots', () => {
    const module = rooted(`
func @thrower(v0: ref) {
bb0:
  v1 = new @P
  v2 = new @P
  field.set @P @next v2, v1
  raise v1
}
func @f(v0: ref) -> ref {
bb0:
  call @thrower catch v0
  v1 = exc.pending
  branch v1, bb1, bb2
bb1:
  v2 = exc.take
  return v2
bb2:
  v3 = ref.null
  return v3
}`);
    expect(bodyOf(module)).toMatch(/v\d: i32 = exc.take\nframe.reset 0/);
    const interpreter = createInterpreter(module, layoutModule(module), testHost());
    expect(interpreter.call('f', [0])).not.toBe(0);
    expect(interpreter.memory.u32(CELL.stackPtr)).toBe(STACK_BASE);
  });

  it('keeps what a collection inside a loop must find', () => {
    const text = `func @f(v0: i32) -> ref {
bb0:
  v1 = ref.null
  jump bb1(v0, v1)
bb1(v2: i32, v3: ref):
  branch v2, bb2, bb3
bb2:
  v4 = new @P
  field.set @P @next v4, v3
  v5 = i32.const 1
  v6 = i32.sub v2, v5
  jump bb1(v6, v4)
bb3:
  return v3
}`;
    const module = rooted(text);
    // A collector that looks only: every live object must be in some slot when alloc runs.
    const host = testHost();
    const seen: number[] = [];
    const alloc = host.functions?.['rt.alloc'];
    const interpreter = createInterpreter(module, layoutModule(module), {
      functions: {
        ...host.functions,
        'rt.alloc': (memory, size, id) => {
          const words: number[] = [];
          for (let at = STACK_BASE; at < memory.u32(CELL.stackPtr); at += 8) words.push(memory.u32(at));
          seen.push(words[0] ?? -1);
          return alloc?.(memory, size, id) ?? 0;
        },
      },
    });
    interpreter.call('f', [3]);
    expect(seen).toHaveLength(3);
    expect(seen[0]).toBe(0);
    expect(new Set(seen).size).toBe(3);
  });
});
