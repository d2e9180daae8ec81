/**
 * Defaults of fields and parameters, encoded once all types of a program are known.
 *
 * Python says a default as a plain value; a schema wants it in the form of the field: a double where a float is meant, the variant of a
 * union that the value belongs to. A default that contradicts its annotation, which Python allows, is left out: the field is then required.
 */
import { compileCodec, type NamedSchema, type RecordField, type Schema, SchemaError, type SchemaTypes } from '@molt/schema-ir';

/** The field with its default, if the value is one of its schema. */
export function withPlainDefault(field: RecordField, value: unknown, types: SchemaTypes): RecordField {
  try {
    return { ...field, default: compileCodec(field.schema, types).encode(inForm(field.schema, value, types)) };
  } catch (error) {
    if (error instanceof SchemaError) return field;
    throw error;
  }
}

/** A plain Python value in the form that codecs take. */
function inForm(schema: Schema, value: unknown, types: SchemaTypes): unknown {
  switch (schema.kind) {
    case 'optional':
      return value === null ? null : inForm(schema.of, value, types);
    case 'float':
    case 'float32':
      return typeof value === 'bigint' ? Number(value) : value;
    case 'ref':
      return inForm(types[schema.name] as NamedSchema, value, types);
    case 'union': {
      const kind = { bigint: 'int', string: 'str', boolean: 'bool', number: 'float' }[typeof value as string];
      const variant =
        schema.variants.find((candidate) => candidate.schema.kind === kind) ??
        schema.variants.find((candidate) => candidate.schema.kind === 'float' && kind === 'int') ??
        schema.variants.find((candidate) => candidate.schema.kind === 'ref' && types[candidate.schema.name]?.kind === 'enum');
      return variant === undefined ? value : { tag: variant.tag, value: inForm(variant.schema, value, types) };
    }
    default:
      return value;
  }
}
