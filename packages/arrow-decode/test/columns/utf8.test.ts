import fc from 'fast-check';
import { expect, test } from 'vitest';
import { invalidUtf8At, readUtf8, utf8Of } from '../../src/columns/utf8.ts';

function platformAccepts(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

test('the validator agrees with the platform decoder on random bytes', () => {
  // Bytes near the edges of the table of valid sequences, which uniform bytes rarely hit in order.
  const byte = fc.oneof(
    fc.constantFrom(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5),
    fc.nat(255),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 12 }), (list) => {
      const bytes = Uint8Array.from(list);
      expect(invalidUtf8At(bytes, 0, bytes.byteLength) < 0).toBe(platformAccepts(bytes));
    }),
    { numRuns: 3_000 },
  );
});

test('every code point is valid and comes back, and every surrogate is not', () => {
  for (let point = 0; point < 0x110000; point += point < 0x3000 ? 1 : 37) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const text = String.fromCodePoint(point);
    const bytes = utf8Of(text)!;
    if (invalidUtf8At(bytes, 0, bytes.byteLength) >= 0 || readUtf8(bytes, 0, bytes.byteLength) !== text) expect(point).toBe('valid');
  }
  expect(invalidUtf8At(Uint8Array.of(0x41, 0xed, 0xa0, 0x80), 0, 4)).toBe(1);
  expect(utf8Of('\ud800')).toBeNull();
  expect(utf8Of('a\udc00\ud800b')).toBeNull();
});

test('the range is kept to, and the first bad byte is named', () => {
  const bytes = new TextEncoder().encode('xžy');
  expect(invalidUtf8At(bytes, 0, 2)).toBe(1);
  expect(invalidUtf8At(bytes, 2, 4)).toBe(2);
  expect(invalidUtf8At(bytes, 1, 3)).toBe(-1);
});

test('a byte order mark is text like any other', () => {
  const bytes = utf8Of('\ufeffa')!;
  expect(readUtf8(bytes, 0, bytes.byteLength)).toBe('\ufeffa');
});
