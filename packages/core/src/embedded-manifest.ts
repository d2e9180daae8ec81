/**
 * What compiled code carries about its exports, so that a worker that has only the code can say hello and check calls: the schema set as
 * text of schemas.json.
 */
import { type SchemaSet, schemaSetToJson } from '@molt/schema-ir';

/** The bytes of a schema set. */
export function embeddedManifest(schemas: SchemaSet): Uint8Array {
  return new TextEncoder().encode(schemaSetToJson(schemas));
}
