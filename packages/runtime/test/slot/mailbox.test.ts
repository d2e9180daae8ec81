/** The mailbox between supervisor and compute thread: what goes in comes out, and what does not fit is refused. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Mailbox } from '../../src/slot/mailbox.ts';

const u32 = fc.nat(0xffffffff);

it('calls and answers survive, one after the other', () => {
  const here = new Mailbox();
  const there = new Mailbox(here.buffer);
  const calls = fc.record({
    exportIndex: fc.nat(0xffff),
    input: fc.uint8Array({ maxLength: 300 }),
    memoryBytes: fc.nat(0x3fffff).map((kib) => kib * 1024),
    cpuMs: u32,
    deadlineMs: u32,
    receivedNs: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  });
  const answers = fc.record({
    kind: fc.constant('answered' as const),
    status: fc.constantFrom('returned' as const, 'failed' as const, 'invalidInput' as const, 'oversizedResult' as const),
    bytes: fc.uint8Array({ maxLength: 300 }),
    cost: fc.record({ execUs: u32, cpuUs: u32, memoryKib: u32 }),
    ready: fc.boolean(),
  });
  fc.assert(
    fc.property(calls, answers, (call, answer) => {
      expect(here.putCall(call)).toBe(true);
      expect(there.takeCall()).toEqual(call);
      expect(there.putAnswer(answer)).toBe(true);
      const copy = here.takeAnswer();
      expect(here.putCall(call)).toBe(true);
      expect(copy).toEqual(answer);
      expect(copy.bytes.buffer).toBeInstanceOf(ArrayBuffer);
    }),
  );
});

it('what does not fit is refused', () => {
  const mailbox = new Mailbox();
  const call = { exportIndex: 0, input: new Uint8Array(0), memoryBytes: 0, cpuMs: 0, deadlineMs: 1, receivedNs: 0n };
  const cost = { execUs: 0, cpuUs: 0, memoryKib: 0 };
  expect(mailbox.putCall({ ...call, input: new Uint8Array(32_704) })).toBe(true);
  expect(mailbox.putCall({ ...call, input: new Uint8Array(32_705) })).toBe(false);
  expect(mailbox.putCall({ ...call, memoryBytes: 1000 })).toBe(false);
  expect(mailbox.putCall({ ...call, deadlineMs: 0.5 })).toBe(false);
  expect(mailbox.putCall({ ...call, cpuMs: 2 ** 32 })).toBe(false);
  expect(mailbox.putAnswer({ kind: 'answered', status: 'returned', bytes: new Uint8Array(32_768), cost, ready: true })).toBe(true);
  expect(mailbox.putAnswer({ kind: 'answered', status: 'returned', bytes: new Uint8Array(32_769), cost, ready: true })).toBe(false);
});
