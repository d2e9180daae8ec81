/**
 * Arrow files to tables, through the footer or, where it is missing, through the stream inside.
 *
 *   0: "ARROW1" and two bytes of padding
 *   8: a stream: schema, dictionaries, record batches, end marker
 *   footer flatbuffer: schema and the place of every dictionary and record batch
 *   int32 footer bytes, "ARROW1"
 *
 * Spec: Arrow columnar format, IPC file format; format/File.fbs.
 */
import { fail, type Place, within } from '../arrow-error.ts';
import type { RecordBatch, Table } from '../columns/column.ts';
import { type Budget, budgetFor, checkLimit } from '../limits.ts';
import { countAt, type FlatTable, flatBuffer, readInt16, readTable, readVector, rootTable } from '../metadata/flatbuffer-reader.ts';
import { acceptMessage, acceptSchema, newAssembly } from './assembly.ts';
import { type DecodeOptions, decodeStream, decodeStreamAt } from './decode-stream.ts';
import { readFrame } from './frame.ts';
import { checkVersion } from './message.ts';
import { decodeSchema } from './schema.ts';

/** How to decode a file. */
export type FileOptions = DecodeOptions & {
  /** `ignore` reads the stream inside the file and never looks at the footer: for files whose writer broke off [use]. */
  readonly footer?: 'use' | 'ignore';
};

const MAGIC = [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31];
const STREAM_START = 8;
const TAIL = 10;

/** Whether the bytes begin like an Arrow file; a stream never does. */
export function isArrowFile(bytes: Uint8Array): boolean {
  return hasMagic(bytes, 0);
}

/** Decodes a stream or a file, whichever the bytes begin like. */
export function decodeArrow(bytes: Uint8Array, options: FileOptions = {}): Table {
  return isArrowFile(bytes) ? decodeFile(bytes, options) : decodeStream(bytes, options);
}

/** Decodes a whole file. The columns are views of `bytes`, which must not change while they are in use. */
export function decodeFile(bytes: Uint8Array, options: FileOptions = {}): Table {
  const budget = budgetFor(options.limits);
  checkLimit(budget, 'maxInputBytes', bytes.byteLength, null);
  if (!hasMagic(bytes, 0)) fail('MOLT7016', { offset: 0, expected: '"ARROW1" at the start', actual: 'other bytes' });
  if (options.footer === 'ignore') {
    if (bytes.byteLength < STREAM_START)
      fail('MOLT7018', { offset: bytes.byteLength, expected: 'a stream', actual: 'the end of the input' });
    return decodeStreamAt(bytes, STREAM_START, budget, options).table;
  }
  const { footer, end } = openFooter(bytes, budget);
  const place = within(null, 'footer');
  //  0: int16 version   1: Schema   2: Block[] dictionaries   3: Block[] record batches
  checkVersion(readInt16(footer, 0, 0, place), end, place);
  const schemaTable = readTable(footer, 1, place);
  if (schemaTable === null) return fail('MOLT7016', { place, offset: end, expected: 'a schema', actual: 'none' });
  const assembly = newAssembly(budget, false);
  const schema = decodeSchema(schemaTable, budget, within(place, 'schema'));
  acceptSchema(assembly, schema, place);

  const dictionaries = readBlocks(footer, 2, end, within(place, 'dictionaries'));
  const records = readBlocks(footer, 3, end, within(place, 'recordBatches'));
  // Blocks that overlap would let a small file hold any number of batches.
  const total = [...dictionaries, ...records].reduce((sum, block) => sum + block.metadataBytes + block.bodyBytes, 0);
  if (total > end)
    fail('MOLT7016', { place, offset: end, expected: `blocks that share no bytes of ${end}`, actual: `${total} bytes in blocks` });

  const batches: RecordBatch[] = [];
  const readAll = (blocks: readonly Block[], kind: 'dictionary-batch' | 'record-batch'): void => {
    for (const block of blocks) {
      const batch = acceptMessage(assembly, ...readBlock(bytes, block, kind, budget));
      if (batch !== null) batches.push(batch);
    }
  };
  readAll(dictionaries, 'dictionary-batch');
  readAll(records, 'record-batch');
  return { schema, batches, end: 'footer' };
}

type Block = { readonly place: Place; readonly offset: number; readonly metadataBytes: number; readonly bodyBytes: number };

/** Finds the footer from the end of the file; `end` is where the blocks must end. */
function openFooter(bytes: Uint8Array, budget: Budget): { footer: FlatTable; end: number } {
  const size = bytes.byteLength;
  if (size < STREAM_START + TAIL || !hasMagic(bytes, size - MAGIC.length)) {
    fail('MOLT7016', {
      offset: Math.max(0, size - MAGIC.length),
      expected: '"ARROW1" at the end',
      actual: 'other bytes, as in a file that was cut off',
    });
  }
  const tail = size - TAIL;
  const footerBytes = new DataView(bytes.buffer, bytes.byteOffset, size).getInt32(tail, true);
  const end = tail - footerBytes;
  if (footerBytes < 8 || end < STREAM_START)
    fail('MOLT7016', { offset: tail, expected: `a footer of 8 to ${tail - STREAM_START} bytes`, actual: footerBytes });
  checkLimit(budget, 'maxMetadataBytes', footerBytes, within(null, 'footer'), tail);
  return { footer: rootTable(flatBuffer(bytes.subarray(end, tail), end), within(null, 'footer')), end };
}

function readBlocks(footer: FlatTable, slot: number, end: number, parent: Place): Block[] {
  const vector = readVector(footer, slot, 24, parent);
  const blocks: Block[] = [];
  for (let i = 0; i < vector.length; i++) {
    const place = within(parent, `[${i}]`);
    //  0: int64 offset   8: int32 metadata bytes, prefix included   12: padding   16: int64 body bytes
    const at = vector.at + 24 * i;
    const offset = countAt(footer.buffer, at, place);
    const metadataBytes = footer.buffer.view.getInt32(at + 8, true);
    const bodyBytes = countAt(footer.buffer, at + 16, place);
    if (offset < STREAM_START || metadataBytes < 8 || offset + metadataBytes + bodyBytes > end) {
      fail('MOLT7016', {
        place,
        offset: footer.buffer.base + at,
        expected: `a block between bytes ${STREAM_START} and ${end}`,
        actual: `${metadataBytes} + ${bodyBytes} bytes from ${offset}`,
      });
    }
    blocks.push({ place, offset, metadataBytes, bodyBytes });
  }
  return blocks;
}

function readBlock(
  bytes: Uint8Array,
  block: Block,
  kind: string,
  budget: Budget,
): [Parameters<typeof acceptMessage>[1], Parameters<typeof acceptMessage>[2], Place] {
  const { place, offset } = block;
  const end = offset + block.metadataBytes + block.bodyBytes;
  const read = readFrame(bytes.subarray(offset, end), 0, offset, budget, place);
  if (read.kind !== 'frame') return fail('MOLT7016', { place, offset, expected: 'a whole message in the block', actual: read.kind });
  const { message, body, bodyOffset } = read.frame;
  if (message.kind !== kind) fail('MOLT7016', { place, offset, expected: `a ${kind}`, actual: `a ${message.kind}` });
  return [message, { bytes: body, offset: bodyOffset }, place];
}

function hasMagic(bytes: Uint8Array, at: number): boolean {
  return bytes.byteLength >= at + MAGIC.length && MAGIC.every((byte, i) => bytes[at + i] === byte);
}
