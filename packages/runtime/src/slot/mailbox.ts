/**
 * Shared memory through which a small call and its answer go between the supervisor and a compute thread.
 *
 * A message between threads then is one number, which wakes the other side: serialising objects and handing buffers over costs about as much as
 * the wake-up itself. There is one call at a time, and a message orders what was written before it, so plain reads and writes will do. What
 * does not fit goes as an ordinary message.
 *
 * Layout, 32-bit words: 0 export | 1 input bytes | 2 memory KiB | 3 cpu ms | 4 status | 5 answer bytes | 6 ready | 7 exec us | 8 cpu us |
 * 9 memory KiB | 10 deadline ms | 12 and 13 time of receipt in ns; then the input from byte 64, and the answer from the middle.
 */
import type { SlotCall, SlotReport } from './slot-message.ts';

type Answered = Extract<SlotReport, { readonly kind: 'answered' }>;

/** Bytes of a mailbox. */
const MAILBOX_BYTES = 64 << 10;
const INPUT_AT = 64;
const ANSWER_AT = MAILBOX_BYTES / 2;
const RECEIVED_AT = 48;
const STATUSES: readonly Answered['status'][] = ['returned', 'failed', 'invalidInput', 'oversizedResult'];

/** The message that says: look into the mailbox. */
export const MAIL = 0;

/** One side's view of a mailbox. */
export class Mailbox {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #received: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(MAILBOX_BYTES)) {
    this.buffer = buffer;
    this.#words = new Uint32Array(buffer, 0, INPUT_AT / 4);
    this.#bytes = new Uint8Array(buffer);
    this.#received = new BigInt64Array(buffer, RECEIVED_AT, 1);
  }

  /** Puts a call in; false if it does not fit. */
  putCall({ exportIndex, input, memoryBytes, cpuMs, deadlineMs, receivedNs }: SlotCall): boolean {
    if (input.length > ANSWER_AT - INPUT_AT || memoryBytes % 1024 !== 0 || !isWord(cpuMs) || !isWord(deadlineMs)) return false;
    this.#words[0] = exportIndex;
    this.#words[1] = input.length;
    this.#words[2] = memoryBytes / 1024;
    this.#words[3] = cpuMs;
    this.#words[10] = deadlineMs;
    this.#received[0] = receivedNs;
    this.#bytes.set(input, INPUT_AT);
    return true;
  }

  /** The call that lies here; its input is valid until the answer is put in. */
  takeCall(): SlotCall {
    const words = this.#words;
    return {
      exportIndex: words[0] as number,
      input: this.#bytes.subarray(INPUT_AT, INPUT_AT + (words[1] as number)),
      memoryBytes: (words[2] as number) * 1024,
      cpuMs: words[3] as number,
      deadlineMs: words[10] as number,
      receivedNs: this.#received[0] as bigint,
    };
  }

  /** Puts an answer in; false if it does not fit. */
  putAnswer({ status, bytes, cost, ready }: Answered): boolean {
    if (bytes.length > MAILBOX_BYTES - ANSWER_AT) return false;
    const words = this.#words;
    words[4] = STATUSES.indexOf(status);
    words[5] = bytes.length;
    words[6] = ready ? 1 : 0;
    words[7] = cost.execUs;
    words[8] = cost.cpuUs;
    words[9] = cost.memoryKib;
    this.#bytes.set(bytes, ANSWER_AT);
    return true;
  }

  /** A copy of the answer that lies here. */
  takeAnswer(): Answered {
    const words = this.#words;
    return {
      kind: 'answered',
      status: STATUSES[words[4] as number] as Answered['status'],
      bytes: this.#bytes.slice(ANSWER_AT, ANSWER_AT + (words[5] as number)),
      cost: { execUs: words[7] as number, cpuUs: words[8] as number, memoryKib: words[9] as number },
      ready: words[6] === 1,
    };
  }
}

function isWord(value: number): boolean {
  return value >>> 0 === value;
}
