/** Both directions against apache-arrow over random tables, and our own round trip. */

import { fuzzRuns } from '@molt/testkit';
import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Table } from '../../src/columns/column.ts';
import { toArray } from '../../src/columns/read-column.ts';
import { decodeArrow, decodeFile } from '../../src/decode/decode-file.ts';
import { decodeStream } from '../../src/decode/decode-stream.ts';
import { encodeFile } from '../../src/encode/encode-file.ts';
import { encodeStream } from '../../src/encode/encode-stream.ts';
import { toApacheBatch, valuesOf } from './apache-arrow-form.ts';
import { type RandomTable, randomTable } from './random-table.ts';

const RUNS = fuzzRuns(300);

function ourValues(table: Table): unknown[][][] {
  return table.batches.map((batch) => batch.columns.map((column) => toArray(column)));
}

function readByApache(bytes: Uint8Array, { schema }: RandomTable): unknown[][][] {
  const batches: unknown[][][] = [];
  // Batch by batch: a later batch may replace a dictionary of an earlier one.
  for (const batch of arrow.RecordBatchReader.from(bytes)) {
    // apache-arrow makes up an empty batch when there is none.
    batches.push(schema.fields.map((field, i) => valuesOf(batch.data.children[i]!, field.type)));
  }
  return batches;
}

test('apache-arrow reads what we write as a stream', () => {
  fc.assert(
    fc.property(randomTable, (table) => {
      const read = readByApache(encodeStream(table), table);
      expect(read.slice(0, table.values.length)).toEqual(table.values);
      expect(read.length).toBeLessThanOrEqual(Math.max(1, table.values.length));
    }),
    { numRuns: RUNS },
  );
});

test('apache-arrow reads what we write as a file', () => {
  fc.assert(
    fc.property(randomTable, (table) => {
      // A file holds each dictionary once, so one batch, which may have any.
      const one = { schema: table.schema, batches: table.batches.slice(0, 1) };
      expect(readByApache(encodeFile(one), table).slice(0, one.batches.length)).toEqual(table.values.slice(0, 1));
    }),
    { numRuns: RUNS },
  );
});

test('we read what apache-arrow writes, as a stream and as a file', () => {
  fc.assert(
    fc.property(randomTable, fc.boolean(), (table, asFile) => {
      const batches = table.batches.slice(0, asFile ? 1 : undefined).filter((batch) => batch.columns.length > 0);
      if (batches.length === 0) return;
      const writer = asFile ? new arrow.RecordBatchFileWriter() : new arrow.RecordBatchStreamWriter();
      for (const batch of batches) writer.write(toApacheBatch(batch));
      writer.finish();
      const decoded = decodeArrow(writer.toUint8Array(true));
      expect(decoded.schema).toEqual(table.schema);
      expect(ourValues(decoded)).toEqual(table.values.slice(0, batches.length));
    }),
    { numRuns: RUNS },
  );
});

test('a stream of ours decodes to the same values and encodes to the same bytes again', () => {
  fc.assert(
    fc.property(randomTable, (table) => {
      const bytes = encodeStream(table);
      const decoded = decodeStream(bytes);
      expect(decoded.schema).toEqual(table.schema);
      expect(decoded.end).toBe('marker');
      expect(ourValues(decoded)).toEqual(table.values);
      expect(Buffer.compare(encodeStream(decoded), bytes)).toBe(0);
    }),
    { numRuns: RUNS },
  );
});

test('a file of ours decodes through its footer and through the stream inside', () => {
  fc.assert(
    fc.property(randomTable, (table) => {
      const one = { schema: table.schema, batches: table.batches.slice(0, 1) };
      const bytes = encodeFile(one);
      const decoded = decodeFile(bytes);
      expect(ourValues(decoded)).toEqual(table.values.slice(0, 1));
      expect(ourValues(decodeFile(bytes, { footer: 'ignore' }))).toEqual(table.values.slice(0, 1));
      expect(Buffer.compare(encodeFile(decoded), bytes)).toBe(0);
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
});
