/**
 * Turns the nodes of a checked scope into encode and decode closures.
 *
 * A named type is compiled once per scope. Its slot is registered before its parts are compiled, so a type that contains itself reaches
 * its own closure through the slot.
 */
import type { CodecContext, Decode, Encode } from './kind-spec.ts';
import { kindOf } from './kind-table.ts';
import { isNamed, type NamedSchema, type Schema } from './schema.ts';
import { refuse } from './schema-error.ts';

/** Compilers over the named types of a scope. */
export function compileInScope(scope: { readonly types: ReadonlyMap<string, NamedSchema> }): CodecContext {
  const encoders = new Map<string, Encode>();
  const decoders = new Map<string, Decode>();
  const named = (name: string): NamedSchema => scope.types.get(name) ?? refuse('MOLT4041', { name });
  const context: CodecContext = {
    encoder(schema) {
      if (schema.kind !== 'ref' && !isNamed(schema)) return kindOf(schema).encoder(schema, context);
      return slot(
        encoders,
        schema,
        named,
        (type) => kindOf(type).encoder(type, context),
        (get) => (value, out) => get()(value, out),
      );
    },
    decoder(schema) {
      if (schema.kind !== 'ref' && !isNamed(schema)) return kindOf(schema).decoder(schema, context);
      return slot(
        decoders,
        schema,
        named,
        (type) => kindOf(type).decoder(type, context),
        (get) => (input) => get()(input),
      );
    },
  };
  return context;
}

/** The closure of a named type: made now, or, while it is being made, one that looks it up when called. */
function slot<F>(
  slots: Map<string, F>,
  schema: Extract<Schema, { readonly name: string }>,
  named: (name: string) => NamedSchema,
  compile: (type: NamedSchema) => F,
  later: (get: () => F) => F,
): F {
  const known = slots.get(schema.name);
  if (known !== undefined) return known;
  slots.set(
    schema.name,
    later(() => slots.get(schema.name) as F),
  );
  const made = compile(named(schema.name));
  slots.set(schema.name, made);
  return made;
}
