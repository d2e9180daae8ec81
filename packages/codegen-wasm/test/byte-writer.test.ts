/** LEB128 and growth of the byte writer, against decoders written here. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../src/byte-writer.ts';

function written(write: (w: ByteWriter) => void): Uint8Array {
  const w = new ByteWriter(1);
  write(w);
  return w.take();
}

function decode(bytes: Uint8Array, signed: boolean): bigint {
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
  }
  return signed && ((bytes.at(-1) as number) & 0x40) !== 0 ? value - (1n << shift) : value;
}

/** Every byte but the last says that more follow. */
function isWellFormed(bytes: Uint8Array): boolean {
  return bytes.every((byte, i) => byte >= 0x80 === i < bytes.length - 1);
}

describe('LEB128', () => {
  it('reads back, in the shortest form', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (a, b, c) => {
        const u = written((w) => w.u32(a));
        const s = written((w) => w.s32(b));
        const l = written((w) => w.s64(c));
        expect([u, s, l].every(isWellFormed)).toBe(true);
        expect(decode(u, false)).toBe(BigInt(a >>> 0));
        expect(decode(s, true)).toBe(BigInt(b));
        expect(decode(l, true)).toBe(c);
        // A signed number of n bits needs n + 1 bits with its sign.
        const bits = (c < 0n ? -c - 1n : c).toString(2).replace(/^0$/, '').length + 1;
        expect(l.length).toBe(Math.ceil(bits / 7));
      }),
    );
  });

  it('has known forms at the edges', () => {
    expect([...written((w) => w.u32(0xffffffff))]).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
    expect([...written((w) => w.s32(-0x80000000))]).toEqual([0x80, 0x80, 0x80, 0x80, 0x78]);
    expect([...written((w) => w.s32(64))]).toEqual([0xc0, 0x00]);
    expect([...written((w) => w.s64(-1n))]).toEqual([0x7f]);
    expect(written((w) => w.s64(-(2n ** 63n))).length).toBe(10);
  });
});

describe('ByteWriter', () => {
  it('keeps what it wrote when it grows', () => {
    const w = new ByteWriter(1);
    for (let i = 0; i < 1000; i++) w.u8(i & 255);
    expect(w.take().every((byte, i) => byte === (i & 255))).toBe(true);
    w.truncate(2);
    w.f64(-2.5);
    expect([...w.take()]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 4, 192]);
  });
});
