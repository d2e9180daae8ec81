/**
 * The state of one decode, message by message: schema first, dictionaries before the batches that use them.
 *
 * States: before the schema only a schema may come; after it only dictionary and record batches. Streams, files and the
 * incremental decoder all feed this, so the rules of order live here alone.
 */

import { fail, type Place, within } from '../arrow-error.ts';
import { type ArrowType, childFields, type DictionaryType, type Field, field, type Schema, sameType, typeText } from '../arrow-type.ts';
import type { Column, RecordBatch } from '../columns/column.ts';
import { columnBytes, joinColumns } from '../columns/slice-column.ts';
import { type Budget, chargeAllocation, checkLimit } from '../limits.ts';
import type { Message } from './message.ts';
import { type Body, decodeColumns, decodeRecordBatch } from './record-batch.ts';

/** What has been read so far. `replaceDictionaries` is false in files, where the order of batches is not fixed. */
export type Assembly = {
  readonly budget: Budget;
  readonly replaceDictionaries: boolean;
  schema: Schema | null;
  dictionaryTypes: ReadonlyMap<number, DictionaryType>;
  readonly dictionaries: Map<number, Column>;
  dictionaryBatches: number;
  recordBatches: number;
};

/** The state before the first message. */
export function newAssembly(budget: Budget, replaceDictionaries: boolean): Assembly {
  return {
    budget,
    replaceDictionaries,
    schema: null,
    dictionaryTypes: new Map(),
    dictionaries: new Map(),
    dictionaryBatches: 0,
    recordBatches: 0,
  };
}

/** Takes in one message; gives the batch when it was a record batch. */
export function acceptMessage(assembly: Assembly, message: Message, body: Body, place: Place): RecordBatch | null {
  if (message.kind === 'schema') {
    if (assembly.schema !== null)
      fail('MOLT7003', { place, offset: body.offset, expected: 'a dictionary or record batch', actual: 'a second schema' });
    acceptSchema(assembly, message.schema, place);
    return null;
  }
  const { schema, budget } = assembly;
  if (schema === null) return fail('MOLT7003', { place, offset: body.offset, expected: 'a schema first', actual: `a ${message.kind}` });
  checkLimit(budget, 'maxBatches', ++budget.batches, place, body.offset);
  if (message.kind === 'dictionary-batch') {
    acceptDictionary(assembly, message, body, within(null, `dictionaries[${assembly.dictionaryBatches++}]`));
    return null;
  }
  return decodeRecordBatch(
    message.header,
    body,
    schema,
    assembly.dictionaries,
    budget,
    within(null, `batches[${assembly.recordBatches++}]`),
  );
}

/** Sets the schema and notes the type of every dictionary in it. */
export function acceptSchema(assembly: Assembly, schema: Schema, place: Place): void {
  const types = new Map<number, DictionaryType>();
  collectDictionaries(schema.fields, types, within(place, 'schema'));
  assembly.schema = schema;
  assembly.dictionaryTypes = types;
}

function acceptDictionary(assembly: Assembly, message: Extract<Message, { kind: 'dictionary-batch' }>, body: Body, place: Place): void {
  const { budget, dictionaries } = assembly;
  const { id, isDelta, header } = message;
  const type = assembly.dictionaryTypes.get(id);
  if (type === undefined)
    return fail('MOLT7014', { place, offset: header.metadataOffset, expected: 'a dictionary of the schema', actual: `id ${id}` });
  const fields: Field[] = [field('values', type.value)];
  const values = decodeColumns(header, body, fields, dictionaries, budget, place)[0]!;
  const known = dictionaries.get(id);
  if (!isDelta) {
    if (known !== undefined && !assembly.replaceDictionaries) {
      fail('MOLT7003', {
        place,
        offset: header.metadataOffset,
        expected: 'a delta, as files may not replace dictionaries',
        actual: `dictionary ${id} again`,
      });
    }
    dictionaries.set(id, values);
    return;
  }
  if (known === undefined)
    return fail('MOLT7014', { place, offset: header.metadataOffset, expected: `dictionary ${id} before its delta`, actual: 'none' });
  checkLimit(budget, 'maxLength', known.length + values.length, place, header.metadataOffset);
  chargeAllocation(budget, columnBytes(known) + columnBytes(values) + 16, place);
  dictionaries.set(id, joinColumns(known, values));
}

function collectDictionaries(fields: readonly Field[], types: Map<number, DictionaryType>, place: Place): void {
  for (const { name, type } of fields) collectFromType(type, types, within(place, name));
}

function collectFromType(type: ArrowType, types: Map<number, DictionaryType>, place: Place): void {
  if (type.kind !== 'dictionary') return collectDictionaries(childFields(type), types, place);
  const known = types.get(type.id);
  if (known === undefined) types.set(type.id, type);
  else if (!sameType(known.value, type.value)) {
    fail('MOLT7015', { place, expected: `values of ${typeText(known.value)} in dictionary ${type.id}`, actual: typeText(type.value) });
  }
  collectFromType(type.value, types, place);
}
