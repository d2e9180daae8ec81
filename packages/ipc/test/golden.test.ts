/**
 * Golden frames: bytes with their meaning, for every implementation of the protocol.
 *
 * This test builds each frame from its meaning and reads it back; MOLT_GOLDEN=1 writes the files. A frame that changes breaks clients
 * and workers in the field, so a change here is a change of the protocol.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { linkSchemaSet, schemaSetToJson } from '@molt/schema-ir';
import { describe, expect, test } from 'vitest';
import {
  type CallHead,
  decodeCall,
  decodeCredit,
  decodeError,
  decodeExports,
  decodeHello,
  decodeHelloOk,
  decodeProgress,
  decodeResult,
  encodeCallHead,
  encodeCredit,
  encodeError,
  encodeExports,
  encodeFrame,
  encodeHello,
  encodeHelloOk,
  encodeMessage,
  encodeProgress,
  encodeResultHead,
  FLAGS,
  FRAME_KINDS,
  FrameDecoder,
  type FrameKind,
  MessageAssembler,
  MipError,
  PREFACE,
  packControl,
  unpackControlMap,
} from '../src/index.ts';
import { SAMPLE } from './sample-exports.ts';

interface Golden {
  readonly name: string;
  readonly kind: FrameKind;
  readonly callId: number;
  /** The frames of the message, in hexadecimal, one string per frame. */
  readonly frames: readonly string[];
  readonly meaning: unknown;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const linked = linkSchemaSet(SAMPLE);
const echo = linked.get('echo')!;
const total = linked.get('total')!;

const head: CallHead = {
  exportId: 1,
  deadlineMs: 1500,
  cpuMs: 20,
  memoryKib: 65536,
  criticality: 2,
  inputId: echo.ids.input.slice(0, 32),
  outputId: echo.ids.output.slice(0, 32),
};
const hello = { client: 'golden/1', pid: 4242, limits: { maxFrame: 262144, maxMessage: 16777216 }, minors: [0, 0] as const };
const helloOk = {
  minor: 0,
  runtime: 'molt/0.1.0',
  artifactId: 'ab'.repeat(32),
  pid: 77,
  limits: { maxFrame: 4096, maxMessage: 65536 },
  credit: 8,
  window: 4194304,
  slots: 4,
  exportsDigest: 'cd'.repeat(32),
};
const appError = new MipError({
  name: 'APP_ERROR',
  message: 'ValueError: negative price',
  hint: 'prices are positive',
  details: { type: 'ValueError', args: ['negative price', -1] },
});
const busy = new MipError({ name: 'BUSY', message: 'queue of 16 is full', afterMs: 250 });
const parts = (error: MipError): object => ({
  name: error.mip,
  code: error.code,
  message: error.text,
  hint: error.hint ?? '',
  executed: error.executed,
  retry: error.retry,
  afterMs: error.afterMs,
  details: error.facts,
});

const traced: CallHead = {
  ...head,
  criticality: 3,
  trace: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 },
};
const keyed: CallHead = { ...traced, key: new TextEncoder().encode('order-17') };
const { trace: _, ...keyOnly } = keyed;
/** A head as JSON holds it. */
const plain = (item: CallHead): object => ({ ...item, ...(item.key && { key: hex(item.key) }) });

function chunk(name: string, callId: number, items: unknown, more: boolean): Golden {
  const payload = packControl(items as never);
  return {
    name,
    kind: 'CHUNK',
    callId,
    frames: [hex(encodeFrame('CHUNK', BigInt(callId), payload, more))],
    meaning: { more, items: hex(payload) },
  };
}

function message(name: string, kind: FrameKind, callId: number, payload: Uint8Array, meaning: unknown, maxFrame = 262144): Golden {
  const bytes = encodeMessage(kind, BigInt(callId), payload, new Uint8Array(0), maxFrame);
  const frames: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 16 + new DataView(bytes.buffer).getUint32(at, true);
    frames.push(hex(bytes.subarray(at, at + length)));
    at += length;
  }
  return { name, kind, callId, frames, meaning };
}

const join = (a: Uint8Array, b: Uint8Array): Uint8Array => new Uint8Array(Buffer.concat([a, b]));
const longText = 'abcdefgh'.repeat(700);

const built: readonly Golden[] = [
  message('HELLO', 'HELLO', 0, encodeHello(hello), hello),
  message('HELLO_OK', 'HELLO_OK', 0, encodeHelloOk(helloOk), helloOk),
  message(
    'HELLO_ERR',
    'HELLO_ERR',
    0,
    encodeError(new MipError({ name: 'VERSION_UNSUPPORTED', message: 'no common version' })),
    parts(new MipError({ name: 'VERSION_UNSUPPORTED', message: 'no common version' })),
  ),
  message('EXPORTS', 'EXPORTS', 0, encodeExports(SAMPLE), { schemas: schemaSetToJson(SAMPLE) }),
  message('CALL', 'CALL', 1, join(encodeCallHead(head), echo.input.encode({ text: 'héllo' })), {
    head,
    body: hex(echo.input.encode({ text: 'héllo' })),
  }),
  message(
    'CALL over two frames',
    'CALL',
    3,
    join(encodeCallHead(head), echo.input.encode({ text: longText })),
    { head, body: hex(echo.input.encode({ text: longText })) },
    4096,
  ),
  message('CALL with a trace context', 'CALL', 5, join(encodeCallHead(traced), echo.input.encode({ text: 'a' })), {
    head: plain(traced),
    body: hex(echo.input.encode({ text: 'a' })),
  }),
  message('CALL with an idempotency key', 'CALL', 7, join(encodeCallHead(keyOnly), echo.input.encode({ text: 'a' })), {
    head: plain(keyOnly),
    body: hex(echo.input.encode({ text: 'a' })),
  }),
  message('CALL with both', 'CALL', 9, join(encodeCallHead(keyed), echo.input.encode({ text: 'a' })), {
    head: plain(keyed),
    body: hex(echo.input.encode({ text: 'a' })),
  }),
  message(
    'RESULT',
    'RESULT',
    1,
    join(encodeResultHead({ queueUs: 12, execUs: 345, cpuUs: 300, peakKib: 1024 }), total.output.encode(12.5)),
    {
      stats: { queueUs: 12, execUs: 345, cpuUs: 300, peakKib: 1024 },
      body: hex(total.output.encode(12.5)),
    },
  ),
  message('ERROR of the program', 'ERROR', 1, encodeError(appError), parts(appError)),
  message('ERROR of admission', 'ERROR', 5, encodeError(busy), parts(busy)),
  message('CANCEL', 'CANCEL', 5, packControl({ reason: 'disconnect' }), { reason: 'disconnect' }),
  message('CREDIT', 'CREDIT', 0, encodeCredit({ calls: 4 }), { calls: 4, bytes: 0 }),
  message('CREDIT of bytes', 'CREDIT', 0, encodeCredit({ bytes: 1048576 }), { calls: 0, bytes: 1048576 }),
  message('CREDIT of a stream', 'CREDIT', 9, encodeCredit({ bytes: 65536 }), { calls: 0, bytes: 65536 }),
  chunk('CHUNK', 9, ['a', 'bc'], true),
  chunk('last CHUNK', 9, [], false),
  message('PROGRESS', 'PROGRESS', 9, encodeProgress({ ppm: 250000, message: 'a quarter' }), { ppm: 250000, message: 'a quarter' }),
  message('PING', 'PING', 7, packControl({}), {}),
  message('PONG', 'PONG', 7, packControl({ depth: 3, slots: 4, delay_us: 900 }), { depth: 3, slots: 4, delay_us: 900 }),
  message('GOAWAY', 'GOAWAY', 0, packControl({ last: 5, drain_ms: 2000 }), { last: 5, drain_ms: 2000 }),
];

const path = new URL('../golden/frames.json', import.meta.url);
const file = { preface: hex(PREFACE), messages: built };
// Only what differs in meaning is written: the layout of the file belongs to the formatter.
if (process.env['MOLT_GOLDEN'] === '1' && !isDeepStrictEqual(JSON.parse(readFileSync(path, 'utf8')), JSON.parse(JSON.stringify(file)))) {
  writeFileSync(path, `${JSON.stringify(file, null, 1)}\n`);
}
const golden = JSON.parse(readFileSync(path, 'utf8')) as { readonly preface: string; readonly messages: readonly Golden[] };

/** The meaning of a payload, as this package reads it. */
function meaningOf(kind: FrameKind, payload: Uint8Array): unknown {
  switch (kind) {
    case 'HELLO':
      return decodeHello(payload);
    case 'HELLO_OK':
      return decodeHelloOk(payload);
    case 'HELLO_ERR':
    case 'ERROR':
      return parts(decodeError(payload) as MipError);
    case 'EXPORTS': {
      const set = decodeExports(payload);
      if (typeof set === 'string') throw new Error(set);
      return { schemas: schemaSetToJson(set) };
    }
    case 'CALL': {
      const call = decodeCall(payload);
      if (typeof call === 'string') throw new Error(call);
      return { head: plain(call.head), body: hex(call.body) };
    }
    case 'RESULT': {
      const result = decodeResult(payload);
      if (typeof result === 'string') throw new Error(result);
      return { stats: result.stats, body: hex(result.body) };
    }
    case 'CREDIT':
      return decodeCredit(payload);
    case 'PROGRESS':
      return decodeProgress(payload);
    default:
      return unpackControlMap(payload);
  }
}

describe('golden frames', () => {
  test('the preface is fixed', () => expect(golden.preface).toBe('4d49503101000000'));

  test('the file has every kind', () => {
    const kinds = new Set(golden.messages.map((item) => item.kind));
    for (const name of Object.keys(FRAME_KINDS)) expect(kinds).toContain(name);
  });

  test.each(built.map((item, i) => [item.name, i] as const))('%s is written as the file says', (_, i) => {
    expect(JSON.parse(JSON.stringify(built[i]))).toEqual(golden.messages[i]);
  });

  test.each(golden.messages.map((item) => [item.name, item] as const))('%s is read as the file says', (_, item) => {
    const from = FRAME_KINDS[item.kind].from === 'client' ? 'client' : 'server';
    const decoder = new FrameDecoder(from, 262144);
    const { frames, fault } = decoder.push(Buffer.from(golden.preface + item.frames.join(''), 'hex'));
    expect(fault).toBeUndefined();
    const more = (item.meaning as { more?: boolean }).more === true;
    expect(frames.map((frame) => frame.flags)).toEqual(
      item.frames.map((__, i) => (i === item.frames.length - 1 && !more ? FLAGS.END : FLAGS.MORE)),
    );
    const assembler = new MessageAssembler(1 << 20);
    const whole = frames.map((frame) => assembler.push(frame)).at(-1);
    if (whole === undefined || 'name' in whole) throw new Error('no message');
    expect([whole.kind, Number(whole.callId)]).toEqual([item.kind, item.callId]);
    const meaning = whole.kind === 'CHUNK' ? { more: whole.more, items: hex(whole.payload) } : meaningOf(whole.kind, whole.payload);
    expect(JSON.parse(JSON.stringify(meaning))).toEqual(item.meaning);
  });
});
