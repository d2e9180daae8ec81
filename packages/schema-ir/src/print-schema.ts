/** The text form of a schema: named types first, in the order of their first use, then the root. `parseSchema` reads it. */
import { kindOf } from './kind-table.ts';
import { printName } from './kinds/names.ts';
import { isNamed, NO_TYPES, type Schema, type SchemaTypes } from './schema.ts';
import { scopeOf } from './type-scope.ts';

/** One line for a schema; named types by their name. */
export function printType(schema: Schema): string {
  return isNamed(schema) ? printName(schema.name) : kindOf(schema).print(schema, printType);
}

/** A schema and the types that it reaches. */
export function printSchema(schema: Schema, types: SchemaTypes = NO_TYPES): string {
  const blocks = Array.from(scopeOf(schema, types).types.values(), (type) => kindOf(type).print(type, printType));
  if (!isNamed(schema) && schema.kind !== 'ref') blocks.push(printType(schema));
  return `${blocks.join('\n\n')}\n`;
}
