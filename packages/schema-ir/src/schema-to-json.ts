/** The JSON form of a schema: `{ kind, ... }` with every bound written out, so that readers need no defaults of their own. */
import type { Json } from './kind-spec.ts';
import { kindOf } from './kind-table.ts';
import type { Schema } from './schema.ts';

/** A schema as JSON data. */
export function schemaToJson(schema: Schema): { readonly [key: string]: Json } {
  return { kind: schema.kind, ...kindOf(schema).toJson(schema, schemaToJson) };
}
