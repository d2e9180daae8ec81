/**
 * The kind table: every kind of schema node, once.
 *
 * Codecs, canonical form, ids, text, JSON, compatibility and both emitters are loops over this table.
 */
import type { KindSpec } from './kind-spec.ts';
import { arrayKind } from './kinds/array.ts';
import { boolKind } from './kinds/bool.ts';
import { capabilityKind } from './kinds/capability.ts';
import { dateKind, timeKind, timestampKind } from './kinds/date-and-time.ts';
import { decimalKind } from './kinds/decimal.ts';
import { durationKind } from './kinds/duration.ts';
import { enumKind } from './kinds/enum.ts';
import { floatKind } from './kinds/float.ts';
import { float32Kind } from './kinds/float32.ts';
import { intKind } from './kinds/int.ts';
import { listKind } from './kinds/list.ts';
import { mapKind } from './kinds/map.ts';
import { noneKind } from './kinds/none.ts';
import { optionalKind } from './kinds/optional.ts';
import { recordKind } from './kinds/record.ts';
import { refKind } from './kinds/ref.ts';
import { resultKind } from './kinds/result.ts';
import { streamKind } from './kinds/stream.ts';
import { tableKind } from './kinds/table.ts';
import { bytesKind, strKind } from './kinds/text-and-bytes.ts';
import { tupleKind } from './kinds/tuple.ts';
import { unionKind } from './kinds/union.ts';
import { uuidKind } from './kinds/uuid.ts';
import type { Schema, SchemaKind, SchemaOf } from './schema.ts';

/** The row of each kind. */
export const KINDS: { readonly [K in SchemaKind]: KindSpec<SchemaOf<K>> } = {
  none: noneKind,
  bool: boolKind,
  int: intKind,
  float: floatKind,
  str: strKind,
  bytes: bytesKind,
  optional: optionalKind,
  list: listKind,
  map: mapKind,
  tuple: tupleKind,
  record: recordKind,
  enum: enumKind,
  union: unionKind,
  ref: refKind,
  float32: float32Kind,
  decimal: decimalKind,
  date: dateKind,
  time: timeKind,
  timestamp: timestampKind,
  duration: durationKind,
  uuid: uuidKind,
  array: arrayKind,
  result: resultKind,
  stream: streamKind,
  table: tableKind,
  capability: capabilityKind,
};

/** The row of a node, typed so that the node can be passed to it. */
export function kindOf(schema: Schema): KindSpec<Schema> {
  return KINDS[schema.kind] as unknown as KindSpec<Schema>;
}

/** Whether a string names a kind. */
export function isKind(name: unknown): name is SchemaKind {
  return typeof name === 'string' && Object.hasOwn(KINDS, name);
}
