/**
 * The name of a type that is written elsewhere.
 *
 * A reference has no form of its own: codecs, ids and compatibility look through it, so most of this row is never reached by values.
 */
import type { KindSpec } from '../kind-spec.ts';
import type { RefSchema } from '../schema.ts';
import { refuse } from '../schema-error.ts';
import { checkTypeName, printName } from './names.ts';

/** The row of `ref`. */
export const refKind: KindSpec<RefSchema> = {
  doc: 'The type of that name.',
  tag: 14,
  children: () => [],
  check: ({ name }, context) => {
    checkTypeName(name);
    if (context.named(name) === undefined) refuse('MOLT4041', { name });
  },
  finite: (schema, finite) => finite(schema),
  largest: (schema, largest) => largest(schema),
  canonical: (schema, out) => out.child(schema),
  encoder: (schema, context) => context.encoder(schema),
  decoder: (schema, context) => context.decoder(schema),
  print: ({ name }) => printName(name),
  toJson: ({ name }) => ({ name }),
  fromJson: (node) => ({ kind: 'ref', name: node.text('name') }),
  typescript: ({ name }) => name,
  python: ({ name }) => name,
  canRead: (reader, writer, context) => context.child('', context.named('reader', reader.name), context.named('writer', writer.name)),
};
