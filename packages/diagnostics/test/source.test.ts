import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinSpans, lineAt, lineStarts, lineText, positionAt, sourceFile, spanOf, spanText } from '../src/index.ts';

describe('lines', () => {
  const file = sourceFile('a.py', 'one\r\ntwo\rthree\n');
  it('end at every kind of line ending', () => {
    expect(lineStarts(file)).toEqual([0, 5, 9, 15]);
    expect([1, 2, 3, 4, 5].map((line) => lineText(file, line))).toEqual(['one', 'two', 'three', '', '']);
  });

  it('count columns by code points', () => {
    const wide = sourceFile('b.py', 'x = "😀" + y');
    expect(positionAt(wide, wide.text.indexOf('y'))).toEqual({ line: 1, column: 11 });
  });

  it('agree with a naive count for every offset', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\n', '\r\n', 'é', '')), fc.nat(40), (parts, at) => {
        const text = parts.join('');
        const offset = Math.min(at, text.length);
        if (text[offset - 1] === '\r' && text[offset] === '\n') return;
        expect(lineAt(sourceFile('p', text), offset)).toBe(text.slice(0, offset).split('\n').length);
      }),
    );
  });
});

describe('spans', () => {
  const file = sourceFile('a.py', 'abcdef');
  it('are clamped to the text', () => {
    expect(spanOf(file, 4, 99)).toEqual({ file, start: 4, end: 6 });
    expect(spanOf(file, -3, -1)).toEqual({ file, start: 0, end: 0 });
    expect(spanOf(file, 5, 2)).toEqual({ file, start: 5, end: 5 });
  });

  it('join and give their text', () => {
    expect(spanText(joinSpans(spanOf(file, 4, 5), spanOf(file, 1, 2)))).toBe('bcde');
  });
});
