/** A real file of 200,000 rows, read like apache-arrow reads it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { expect, test } from 'vitest';
import { typeText } from '../../src/arrow-type.ts';
import { toArray } from '../../src/columns/read-column.ts';
import { decodeArrow, decodeFile } from '../../src/decode/decode-file.ts';
import { decodeStream } from '../../src/decode/decode-stream.ts';
import { encodeStream } from '../../src/encode/encode-stream.ts';

const require = createRequire(import.meta.url);
const path = join(dirname(require.resolve('vega-datasets')), '..', 'data', 'flights-200k.arrow');
const bytes = new Uint8Array(readFileSync(path));

test('every value of flights-200k.arrow equals what apache-arrow reads', () => {
  const table = decodeArrow(bytes);
  const oracle = tableFromIPC(bytes);
  expect(table.end).toBe('footer');
  expect(table.schema.fields.map((field) => `${field.name}: ${typeText(field.type)}`)).toEqual([
    'delay: int16',
    'distance: int16',
    'time: float32',
  ]);
  expect(table.batches.map((batch) => batch.length)).toEqual([oracle.numRows]);
  table.schema.fields.forEach((field, i) => {
    const ours = toArray(table.batches[0]!.columns[i]!);
    expect(ours).toHaveLength(200_000);
    expect(ours).toEqual([...oracle.getChild(field.name)!]);
  });
});

test('the stream inside the file has the same batches, and survives being written and read again', () => {
  const table = decodeFile(bytes);
  const inside = decodeFile(bytes, { footer: 'ignore' });
  expect(inside.end).toBe('marker');
  expect(inside.schema).toEqual(table.schema);
  const again = decodeStream(encodeStream(inside));
  table.batches[0]!.columns.forEach((column, i) => {
    const values = again.batches[0]!.columns[i]!.values!;
    expect(values.constructor).toBe(column.values!.constructor);
    expect((values as Int16Array).every((value, row) => Object.is(value, column.values![row]))).toBe(true);
    expect(values.length).toBe(200_000);
  });
});
