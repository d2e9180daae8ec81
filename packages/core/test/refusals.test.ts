/**
 * What Molt does not compile is refused where it stands, with what to write instead; it never becomes another program. Every row is valid
 * Python, so it is the compiler that refuses it and not the program that is wrong.
 */
import { describe, expect, it } from 'vitest';
import { check } from '../src/index.ts';

/** What is refused, the program with `«»` around the place, and a part of the hint. */
const REFUSED: readonly (readonly [what: string, program: string, hint: string])[] = [
  ['a generator function', '«def» count():\n    yield 1\nprint(list(count()))\n', 'return a list'],
  ['async', '«async def f():\n    pass»\nprint(f)\n', 'synchronous'],
  ['a complex number', 'x = «2j»\nprint(x)\n', 'two floats'],
  ['the builtin complex', 'print(«complex»(1, 2))\n', 'floats'],
  ['the builtin open', "def f() -> str:\n    with «open»('a') as file:\n        return file.read()\nprint(f())\n", 'sys.stdin'],
  ['the builtin eval', "print(«eval»('1'))\n", 'write the code itself'],
  ['the builtin exec', "«exec»('x = 1')\n", 'write the code itself'],
  ['the builtin globals', 'print(len(«globals»()))\n', 'name the attributes'],
  ['the builtin bytearray', 'print(«bytearray»(3))\n', 'bytes'],
  ['the builtin property', 'p = «property»(len)\nprint(p)\n', 'decorator'],
  ['a metaclass', '«class A(metaclass=type):\n    x = 1»\nprint(A.x)\n', 'leave it out'],
  ['an unknown class decorator', 'def mark(cls):\n    return cls\n\n@«mark»\nclass A:\n    x = 1\nprint(A.x)\n', 'leave it out'],
  ['except*', "«try:\n    pass\nexcept* ValueError:\n    pass»\nprint('x')\n", 'use except'],
  ['super() outside a method', 'def f():\n    return «super()»\nprint(f)\n', 'call the base class'],
  ['a slice inside a tuple index', 'xs = {}\nprint(xs[«1:2», 3])\n', 'one slice'],
];

describe('refusals', () => {
  it.each(REFUSED)('%s', (_what, marked, hint) => {
    const start = marked.indexOf('«');
    const source = marked.replace('«', '').replace('»', '');
    const end = marked.indexOf('»') - 1;
    const { diagnostics, module } = check(source, { mode: 'script' });
    expect(module).toBeNull();
    const [first] = diagnostics;
    expect(first).toMatchObject({ code: 'MOLT1200', severity: 'error', span: { start, end } });
    expect(first?.hint).toContain(hint);
  });

  it('come with the other faults of the program, each in its place', () => {
    const { diagnostics } = check('x = 2j\n\n\ndef f() -> None:\n    y = open("a")\n\n\nf()\nimport nowhere\n', {
      mode: 'script',
    });
    expect(diagnostics.map(({ code }) => code).sort()).toEqual(['MOLT1200', 'MOLT1200', 'MOLT1201']);
  });

  it('of services name what cannot be called from outside', () => {
    const codes = (source: string, exports: string[] = []): string[] =>
      check(source, { mode: 'service', exports }).diagnostics.map(({ code }) => code);
    expect(codes('def main() -> None:\n    pass\n')).toEqual(['MOLT1207']);
    expect(codes('def f(x):\n    return x\n', ['f'])).toEqual(['MOLT1203']);
    expect(codes('class A:\n    pass\n\ndef f(x: A) -> int:\n    return 1\n')).toEqual(['MOLT1204']);
    expect(codes('def total(x: int) -> int:\n    return x\n', ['totel'])).toEqual(['MOLT1205']);
  });
});
