/** Payloads of CALL, RESULT and ERROR: round trips, and errors that hold what no frame can carry. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeCall,
  decodeError,
  decodeResult,
  encodeCallHead,
  encodeError,
  encodeResultHead,
  MIP_ERRORS,
  MipError,
  type MipErrorName,
} from '../src/index.ts';

const u32 = fc.nat(0xffffffff);
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));

const trace = fc.record({
  traceId: id.map((digits) => `1${digits.slice(1)}`),
  spanId: id.map((digits) => `${digits.slice(1, 16)}f`),
  flags: fc.nat(255),
});
const heads = fc.record(
  {
    exportId: fc.nat(0xffff),
    deadlineMs: fc.integer({ min: 1, max: 0xffffffff }),
    cpuMs: u32,
    memoryKib: u32,
    criticality: fc.nat(3),
    inputId: id,
    outputId: id,
    trace,
    key: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  },
  { requiredKeys: ['exportId', 'deadlineMs', 'cpuMs', 'memoryKib', 'criticality', 'inputId', 'outputId'] },
);

test('CALL heads survive', () => {
  fc.assert(
    fc.property(heads, fc.uint8Array(), (head, body) => {
      expect(decodeCall(new Uint8Array(Buffer.concat([encodeCallHead(head), body])))).toEqual({ head, body });
    }),
  );
});

test('a CALL head that is cut off is refused or read as a shorter body, never past its end', () => {
  fc.assert(
    fc.property(heads, fc.nat(150), (head, length) => {
      const whole = encodeCallHead(head);
      const cut = decodeCall(whole.subarray(0, Math.min(length, whole.length)));
      if (length < whole.length) expect(typeof cut).toBe('string');
      else expect(cut).toEqual({ head, body: new Uint8Array(0) });
    }),
  );
});

test.each([
  ['an unknown head flag', 17, 4],
  ['reserved bytes', 18, 1],
  ['a trace id and span id of zeros', 17, 1],
  ['an empty key', 17, 2],
])('%s are refused', (_, at, value) => {
  const payload = new Uint8Array(200);
  payload[4] = 1;
  payload[at] = value;
  expect(typeof decodeCall(payload)).toBe('string');
});

test('RESULT heads survive, and numbers that are too large stop at the top', () => {
  fc.assert(
    fc.property(fc.record({ queueUs: u32, execUs: u32, cpuUs: u32, peakKib: u32 }), (stats) => {
      expect(decodeResult(encodeResultHead(stats))).toEqual({ stats, body: new Uint8Array(0) });
    }),
  );
  expect(decodeResult(encodeResultHead({ queueUs: -1, execUs: 2 ** 40, cpuUs: 0.5, peakKib: 0 }))).toMatchObject({
    stats: { queueUs: 0, execUs: 0xffffffff, cpuUs: 1 },
  });
});

describe('ERROR', () => {
  test('any error survives, cut to the frame', () => {
    const errors = fc.record({
      name: fc.constantFrom(...(Object.keys(MIP_ERRORS) as MipErrorName[])),
      message: fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 3000, maxLength: 20_000 })),
      hint: fc.string({ minLength: 1 }),
      details: fc.dictionary(
        fc.string(),
        fc.oneof(fc.string({ unit: 'binary', maxLength: 3000 }), fc.bigInt(), fc.double(), fc.jsonValue({ maxDepth: 10 })),
      ) as fc.Arbitrary<never>,
    });
    fc.assert(
      fc.property(errors, fc.constantFrom(4096, 262144), (parts, most) => {
        const payload = encodeError(new MipError(parts), most);
        expect(payload.length).toBeLessThanOrEqual(most);
        const back = decodeError(payload);
        if (typeof back === 'string') throw new Error(back);
        expect([back.mip, back.executed, back.retry]).toEqual([parts.name, MIP_ERRORS[parts.name].executed, MIP_ERRORS[parts.name].retry]);
        expect(back.text.slice(0, 50)).toBe(parts.message.slice(0, 50));
      }),
      { numRuns: 500 },
    );
  });

  test('lone surrogates and huge numbers become what can be sent', () => {
    const error = new MipError({ name: 'APP_ERROR', message: 'a\ud800b', details: { args: ['\udc00', 2n ** 80n, 1.5] } });
    expect(decodeError(encodeError(error))).toMatchObject({ text: 'a\ufffdb', facts: { args: ['\ufffd', String(2n ** 80n), 1.5] } });
  });

  test('a code of a later version keeps its advice', () => {
    const payload = encodeError(new MipError({ name: 'BUSY', message: 'later', afterMs: 70 }));
    payload[0] = 0xff;
    expect(decodeError(payload)).toMatchObject({ mip: 'INTERNAL', executed: 'no', retry: 'after', afterMs: 70, text: 'BUSY (511): later' });
  });
});
