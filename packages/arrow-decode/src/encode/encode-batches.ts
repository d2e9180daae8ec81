/**
 * The messages of one record batch: first the dictionaries it needs that have not been written yet, then the batch.
 *
 * A dictionary is written again only when a batch brings another column object for its id; batches of one table share
 * theirs. Within one batch an id can mean one dictionary only.
 */
import { fail, type Place, within } from '../arrow-error.ts';
import { type Schema, sameType } from '../arrow-type.ts';
import { checkBatch } from '../columns/check-column.ts';
import type { Column, RecordBatch } from '../columns/column.ts';
import { layOutBody } from './batch-body.ts';
import { dictionaryBatchMessage, type EncodedMessage, recordBatchMessage } from './message-frame.ts';

/** Dictionaries already written, by id. */
export type WrittenDictionaries = Map<number, Column>;

/** The messages of one batch, checked against the schema of the stream. */
export type BatchMessages = { readonly dictionaries: readonly EncodedMessage[]; readonly batch: EncodedMessage };

/** Encodes a batch. `replace` is false in files, which may write each dictionary once only. */
export function encodeBatch(
  batch: RecordBatch,
  schema: Schema,
  written: WrittenDictionaries,
  replace: boolean,
  place: Place,
): BatchMessages {
  const same =
    batch.schema.fields.length === schema.fields.length &&
    schema.fields.every((field, i) => {
      const other = batch.schema.fields[i]!;
      return other.name === field.name && other.nullable === field.nullable && sameType(other.type, field.type);
    });
  if (!same) fail('MOLT7021', { place, expected: 'a batch with the schema of the stream', actual: 'another schema' });
  checkBatch(batch, place);
  const needed = new Map<number, Column>();
  batch.columns.forEach((column, i) => {
    collectDictionaries(column, needed, within(place, schema.fields[i]!.name));
  });
  const dictionaries: EncodedMessage[] = [];
  for (const [id, values] of needed) {
    const known = written.get(id);
    // An empty stand-in adds nothing to what the reader has.
    if (known === values || (known !== undefined && values.length === 0)) continue;
    if (known !== undefined && !replace) {
      fail('MOLT7021', { place, expected: `dictionary ${id} to be the same in every batch of a file`, actual: 'another one' });
    }
    written.set(id, values);
    dictionaries.push(dictionaryBatchMessage(id, values.length, layOutBody([values], within(place, `dictionary ${id}`))));
  }
  return { dictionaries, batch: recordBatchMessage(batch.length, layOutBody(batch.columns, place)) };
}

/** Notes every dictionary of a column, inner ones before the outer ones whose values need them. */
function collectDictionaries(column: Column, needed: Map<number, Column>, place: Place): void {
  for (const child of column.children) collectDictionaries(child, needed, place);
  const { type, dictionary } = column;
  if (type.kind !== 'dictionary' || dictionary === null) return;
  collectDictionaries(dictionary, needed, place);
  const known = needed.get(type.id);
  // An all-null column may come with an empty stand-in for its dictionary.
  if (known === undefined || known.length === 0) {
    needed.delete(type.id);
    needed.set(type.id, dictionary);
  } else if (known !== dictionary && dictionary.length > 0) {
    fail('MOLT7021', { place, expected: `one dictionary for id ${type.id} in a batch`, actual: 'two' });
  }
}
