/** The named types of a set in the order in which files declare them: those of the table, then those written in place, each once. */
import type { NamedSchema } from './schema.ts';
import { inputSchema, type SchemaSet } from './schema-set.ts';
import { scopeOf } from './type-scope.ts';

/** Every named type that the exports or the table reach, without the inputs of exports. */
export function namedTypesOf(set: SchemaSet): readonly NamedSchema[] {
  const found = new Map<string, NamedSchema>();
  const inputs = new Set(set.exports.map((item) => inputSchema(item).name));
  const roots = [
    ...Object.keys(set.types)
      .sort()
      .map((name) => set.types[name] as NamedSchema),
    ...set.exports.flatMap((item) => [inputSchema(item), item.result]),
  ];
  for (const root of roots) {
    for (const [name, type] of scopeOf(root, set.types).types) if (!inputs.has(name)) found.set(name, found.get(name) ?? type);
  }
  return [...found.values()];
}
