/** Field defaults: values that are stored encoded, so that they are exact, comparable and never shared between callers. */
import { compileCodec } from './codec.ts';
import { NO_TYPES, type RecordField, type Schema, type SchemaTypes } from './schema.ts';

/** A field (or parameter) with a default value. */
export function withDefault(name: string, schema: Schema, value: unknown, types: SchemaTypes = NO_TYPES): RecordField {
  return { name, schema, default: compileCodec(schema, types).encode(value) };
}

/** The default of a field as a fresh value; undefined when the field is required. */
export function defaultOf(field: RecordField, types: SchemaTypes = NO_TYPES): unknown {
  return field.default === undefined ? undefined : compileCodec(field.schema, types).decode(field.default);
}
