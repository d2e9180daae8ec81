/**
 * Offsets to lines and UTF-8 columns.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineMap } from '../../src/ast/line-map.ts';

describe('LineMap', () => {
  it('ends lines at all three line ends', () => {
    const map = new LineMap('a\nbb\r\nc\rd');
    expect(map.lineCount).toBe(4);
    expect([0, 1, 2, 5, 6, 7, 8, 9].map((offset) => map.line(offset))).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect([1, 2, 3, 4].map((line) => map.lineText(line))).toEqual(['a', 'bb', 'c', 'd']);
    expect(() => map.lineStart(5)).toThrow(RangeError);
    expect(() => map.lineStart(0)).toThrow(RangeError);
  });

  it('counts columns in UTF-8 bytes, without a byte order mark', () => {
    const map = new LineMap('\ufeffé = "😀变"\nx');
    expect(map.locate(1)).toEqual({ line: 1, column: 0 });
    expect(map.locate(2)).toEqual({ line: 1, column: 2 });
    expect(map.locate(6)).toEqual({ line: 1, column: 6 });
    expect(map.locate(8)).toEqual({ line: 1, column: 10 });
    expect(map.locate(9)).toEqual({ line: 1, column: 13 });
    expect(map.locate(11)).toEqual({ line: 2, column: 0 });
  });

  it('agrees with counting from the start, in any order of questions', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '变', '😀', '\n', '\r\n', '\r'), { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(60), { maxLength: 20 }), (source, offsets) => {
        const map = new LineMap(source);
        for (const raw of offsets) {
          const offset = Math.min(raw, source.length);
          // The middle of a line end or of a surrogate pair is no place to ask about.
          if (source[offset] === '\n' && source[offset - 1] === '\r') continue;
          if (/[\udc00-\udfff]/.test(source[offset] ?? '')) continue;
          const lines = source.slice(0, offset).split(/\r\n|\r|\n/);
          const column = new TextEncoder().encode(lines[lines.length - 1]).length;
          expect(map.locate(offset)).toEqual({ line: lines.length, column });
        }
      }),
    );
  });
});
