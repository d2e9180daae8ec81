import { describe, expect, it } from 'vitest';
import { constFold, cse, dce, licm, scalarReplacement, simplifyCfg } from '../../src/index.ts';
import { afterPasses, bodyOf } from '../support/run-pass.ts';

const HEAD =
  'type @P fixed 32 { @x: int +8, @flag: bool +16, @y: int +24 }\nglobal @g: int\nfunc @unknown() {\nbb0:\n  v0 = i32.const 0\n  v1 = i32.const 9\n  store i32+0 v0, v1\n  return\n}\n';
const after = (passes: Parameters<typeof afterPasses>[1], lines: string[], head = 'func @f(v0: ref, v1: int, v2: int) -> int'): string =>
  bodyOf(afterPasses(`${HEAD}${head} {\nbb0:\n${lines.join('\n')}\n}`, passes));

describe('cse', () => {
  it('computes once, also with swapped operands', () => {
    const text = after([cse, dce], ['v3 = int.add v1, v2', 'v4 = int.add v2, v1', 'v5 = int.sub v3, v4', 'return v5']);
    expect(text.match(/int.add/g)).toHaveLength(1);
    expect(text).toMatch(/int.sub (v\d), \1/);
  });

  it('keeps what is computed on one side only', () => {
    const text = after(
      [cse],
      [
        'v3 = int.lt v1, v2',
        'branch v3, bb1, bb2',
        'bb1:',
        'v4 = int.add v1, v2',
        'jump bb3(v4)',
        'bb2:',
        'v5 = int.add v1, v2',
        'jump bb3(v5)',
        'bb3(v6: int):',
        'return v6',
      ],
    );
    expect(text.match(/int.add/g)).toHaveLength(2);
  });

  it('forwards stores to loads, and forgets at calls and other stores of the class', () => {
    expect(after([cse, dce], ['field.set @P @x v0, v1', 'v3: int = field.get @P @x v0', 'return v3'])).toContain('return v1');
    expect(
      after(
        [cse, dce],
        ['v3: int = field.get @P @x v0', 'field.set @P @y v0, v1', 'v4: int = field.get @P @x v0', 'v5 = int.add v3, v4', 'return v5'],
      ).match(/field.get/g),
    ).toHaveLength(1);
    expect(
      after(
        [cse, dce],
        ['v3: int = field.get @P @x v0', 'field.set @P @x v0, v1', 'v4: int = field.get @P @x v0', 'v5 = int.add v3, v4', 'return v5'],
      ),
    ).toMatch(/int.add v\d, v1/);
    expect(
      after(
        [cse, dce],
        ['v3: int = field.get @P @x v0', 'call @unknown never', 'v4: int = field.get @P @x v0', 'v5 = int.add v3, v4', 'return v5'],
      ).match(/field.get/g),
    ).toHaveLength(2);
  });

  it('does not forward what a narrow field cuts off', () => {
    const text = after(
      [cse, dce],
      [
        'v3 = i32.const 258',
        'field.set @P @flag v0, v3',
        'v4: i32 = field.get @P @flag v0',
        'v5 = i64.extend_s v4',
        'v6 = int.from_i64 v5',
        'return v6',
      ],
    );
    expect(text).toContain('field.get');
  });

  it('knows a condition in the blocks behind its branch', () => {
    const text = after(
      [cse, constFold, simplifyCfg, dce],
      [
        'v3 = int.lt v1, v2',
        'branch v3, bb1, bb4',
        'bb1:',
        'v4 = int.ge v1, v2',
        'branch v4, bb2, bb3',
        'bb2:',
        'trap 1',
        'bb3:',
        'v5 = int.lt v1, v2',
        'branch v5, bb4, bb2',
        'bb4:',
        'return v1',
      ],
    );
    expect(text).not.toContain('trap');
  });

  it('does not carry an address across a collection', () => {
    const text = after(
      [cse, dce],
      [
        'v3 = ref.addr v0',
        'v4 = int.mul v1, v2',
        'v5 = ref.addr v0',
        'v6 = i32.add v3, v5',
        'v7 = i64.extend_s v6',
        'v8 = int.from_i64 v7',
        'v9 = int.add v8, v4',
        'return v9',
      ],
    );
    expect(text.match(/ref.addr/g)).toHaveLength(2);
  });

  it('drops a second test against the frozen image with the test of its exception', () => {
    const text = after(
      [cse, constFold, simplifyCfg, dce],
      [
        'frozen.check v0',
        'v3: int = list.get int+0 v0, v1',
        'frozen.check v0',
        'v4 = exc.pending',
        'branch v4, bb1, bb2',
        'bb1:',
        'v5 = exc.take',
        'return v1',
        'bb2:',
        'return v3',
      ],
    );
    expect(text.match(/frozen.check/g)).toHaveLength(1);
    expect(text).not.toContain('exc.pending');
  });
});

const LOOP = (body: string[]): string[] => [
  'v3 = int.const 0',
  'v4 = int.const 1',
  'jump bb1(v3)',
  'bb1(v5: int):',
  'v6 = int.lt v5, v1',
  'branch v6, bb2, bb3',
  'bb2:',
  ...body,
  'v9 = int.add v5, v4',
  'jump bb1(v9)',
  'bb3:',
  'return v5',
];
const inLoop = (text: string): string => text.slice(text.indexOf('bb1('));

describe('licm', () => {
  it('moves invariant computations and loads of classes that the loop does not write', () => {
    const text = after([licm], LOOP(['v7: int = field.get @P @x v0', 'v8 = int.add v7, v2', 'field.set @P @y v0, v8']));
    expect(inLoop(text)).not.toMatch(/field.get|int.add v\d+, v2/);
  });

  it('leaves loads of classes that the loop writes, and divisions', () => {
    const text = after([licm], LOOP(['v7: int = field.get @P @x v0', 'v8 = int.floordiv v2, v2', 'field.set @P @x v0, v8']));
    expect(inLoop(text)).toContain('field.get');
    expect(inLoop(text)).toContain('int.floordiv');
  });

  it('leaves loads from references that only a type test makes valid', () => {
    const text = after(
      [licm],
      LOOP(['v7 = val.to_ref v10', 'v8: int = field.get @P @x v7', 'global.set @g v8']),
      'func @f(v0: ref, v1: int, v2: int, v10: val) -> int',
    );
    expect(inLoop(text)).toContain('field.get');
    // the reference itself too: in front of the loop it would be a root that the collector follows
    expect(inLoop(text)).toContain('val.to_ref');
  });

  it('makes a preheader where there is none', () => {
    const text = after(
      [licm],
      [
        'v3 = int.const 0',
        'v4 = int.lt v1, v2',
        'branch v4, bb1(v3), bb3',
        'bb1(v5: int):',
        'v6 = int.add v1, v2',
        'v7 = int.add v5, v6',
        'v8 = int.lt v7, v1',
        'branch v8, bb1(v7), bb3',
        'bb3:',
        'return v1',
      ],
    );
    expect(text).toMatch(/bb\d\(v\d+: int\):\nv\d+ = int.add v1, v2\njump bb1/);
  });
});

describe('scalar-replacement', () => {
  it('keeps the fields of an iterator in block parameters', () => {
    const text = after(
      [scalarReplacement, constFold, simplifyCfg, dce],
      [
        'v3 = new @P',
        'field.set @P @x v3, v1',
        'v4 = int.const 1',
        'jump bb1',
        'bb1:',
        'v5: int = field.get @P @x v3',
        'v6 = int.lt v5, v2',
        'branch v6, bb2, bb3',
        'bb2:',
        'v7 = int.add v5, v4',
        'field.set @P @x v3, v7',
        'jump bb1',
        'bb3:',
        'v8: int = field.get @P @x v3',
        'return v8',
      ],
    );
    expect(text).not.toMatch(/new|field/);
    expect(text).toContain('jump bb1(v1)');
  });

  it('gives fields that were never set their zero', () => {
    expect(after([scalarReplacement, dce], ['v3 = new @P', 'v4: int = field.get @P @y v3', 'return v4'])).toBe(
      'bb0:\nv3 = int.const 0\nreturn v3',
    );
  });

  it.each([
    ['stored', 'field.set @Q @next v0, v3'],
    ['passed on', 'jump bb1(v3)\nbb1(v9: ref):'],
    ['made a universal value', 'v9 = val.from_ref v3\nglobal.set @any v9'],
  ])('leaves an object that is %s', (_how, line) => {
    const text = bodyOf(
      afterPasses(
        `type @Q fixed 16 { @next: ref +8 }\nglobal @any: val\n${HEAD}func @f(v0: ref, v1: int, v2: int) -> int {\nbb0:\nv3 = new @P\nfield.set @P @x v3, v1\n${line}\nv4: int = field.get @P @x v3\nreturn v4\n}`,
        [scalarReplacement],
      ),
    );
    expect(text).toContain('new @P');
  });
});
