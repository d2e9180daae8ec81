/** What the codecs write is plain MessagePack: msgpackr, which knows no schema, reads the same values. */
import { unpack } from 'msgpackr';
import { expect, it } from 'vitest';
import { bool, compileCodec, float, int, list, map, optional, record, str, tuple } from '../src/index.ts';

it('is read by a MessagePack library', () => {
  const schema = record('R', {
    n: int(),
    x: float(),
    s: str(),
    b: bool(),
    xs: list(int()),
    m: map(str(), float()),
    o: optional(str()),
    t: tuple(int(), str()),
  });
  const value = { n: -70_000, x: 1.5, s: 'h\u00e9', b: true, xs: [0, 127, 128, 65_536], m: new Map([['a', 2.5]]), o: null, t: [1, 'y'] };
  expect(unpack(compileCodec(schema).encode(value))).toEqual([
    -70_000,
    1.5,
    'h\u00e9',
    true,
    [0, 127, 128, 65_536],
    { a: 2.5 },
    null,
    [1, 'y'],
  ]);
});
