import { describe, expect, it } from 'vitest';
import { simplifyCfg } from '../../src/index.ts';
import { afterPasses, bodyOf } from '../support/run-pass.ts';

const simplified = (head: string, lines: string[]): string => bodyOf(afterPasses(`${head} {\nbb0:\n${lines.join('\n')}\n}`, [simplifyCfg]));

describe('simplify-cfg', () => {
  it('merges straight lines', () => {
    expect(
      simplified('func @f(v0: i32) -> i32', ['jump bb1(v0)', 'bb1(v1: i32):', 'v2 = i32.add v1, v0', 'jump bb2', 'bb2:', 'return v2']),
    ).toBe('bb0:\nv1 = i32.add v0, v0\nreturn v1');
  });

  it('jumps over empty blocks', () => {
    expect(
      simplified('func @f(v0: i32) -> i32', [
        'branch v0, bb1, bb2',
        'bb1:',
        'jump bb3(v0)',
        'bb2:',
        'v1 = i32.add v0, v0',
        'jump bb3(v1)',
        'bb3(v2: i32):',
        'return v2',
      ]),
    ).toBe('bb0:\nbranch v0, bb2(v0), bb1\nbb1:\nv1 = i32.add v0, v0\njump bb2(v1)\nbb2(v2: i32):\nreturn v2');
  });

  it('threads known conditions', () => {
    const text = simplified('func @f(v0: i32, v1: i32) -> i32', [
      'v2 = i32.const 0',
      'branch v0, bb1, bb2(v2)',
      'bb1:',
      'v3 = i32.eqz v1',
      'jump bb2(v3)',
      'bb2(v4: i32):',
      'branch v4, bb3, bb4',
      'bb3:',
      'return v0',
      'bb4:',
      'return v1',
    ]);
    expect(text).toContain('branch v0, bb1, bb3');
    expect(text).toContain('v3 = i32.eqz v1');
  });

  it('leaves a parameter that others use, and rings of empty blocks', () => {
    expect(
      simplified('func @f(v0: i32) -> i32', [
        'branch v0, bb1(v0), bb2',
        'bb1(v1: i32):',
        'jump bb3',
        'bb2:',
        'jump bb1(v0)',
        'bb3:',
        'return v1',
      ]),
    ).toContain('return v');
    expect(simplified('func @f(v0: i32)', ['branch v0, bb1, bb2', 'bb1:', 'jump bb2', 'bb2:', 'jump bb1'])).toContain('jump');
  });

  it('drops unreachable blocks', () => {
    expect(simplified('func @f()', ['return', 'bb1:', 'return'])).toBe('bb0:\nreturn');
  });
});
