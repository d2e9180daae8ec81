/** The largest encoding that a schema allows, so that buffers and limits can be chosen when services are linked. */
import { kindOf } from './kind-table.ts';
import { isNamed, NO_TYPES, type Schema, type SchemaTypes } from './schema.ts';
import { resolve, scopeOf } from './type-scope.ts';

/** Bytes of the largest value; Infinity for types that contain themselves, which only the message limit bounds. */
export function largestSize(schema: Schema, types: SchemaTypes = NO_TYPES): number {
  const scope = scopeOf(schema, types);
  const open = new Set<string>();
  const known = new Map<string, number>();
  const largest = (node: Schema): number => {
    const type = resolve(node, scope);
    if (!isNamed(type)) return kindOf(type).largest(type, largest);
    const size = known.get(type.name);
    if (size !== undefined) return size;
    if (open.has(type.name)) return Number.POSITIVE_INFINITY;
    open.add(type.name);
    const found = kindOf(type).largest(type, largest);
    open.delete(type.name);
    if (open.size === 0 || Number.isFinite(found)) known.set(type.name, found);
    return found;
  };
  return largest(schema);
}
