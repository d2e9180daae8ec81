/** A value or none. Nil stands for none, so the inner schema must not take nil itself. */
import type { KindSpec } from '../kind-spec.ts';
import type { OptionalSchema } from '../schema.ts';
import { refuse } from '../schema-error.ts';

/** The row of `optional`. Encoding takes null and undefined for none, decoding gives null. */
export const optionalKind: KindSpec<OptionalSchema> = {
  doc: 'A value or none.',
  tag: 7,
  children: ({ of }) => [{ segment: '', schema: of }],
  check: ({ of }) => {
    if (of.kind === 'none' || of.kind === 'optional') {
      refuse('MOLT4040', { expected: 'an optional of something that is not none itself', actual: of.kind });
    }
  },
  finite: () => true,
  largest: ({ of }, largest) => largest(of),
  canonical: ({ of }, out) => out.child(of),
  encoder: ({ of }, context) => {
    const inner = context.encoder(of);
    return (value, out) => {
      if (value === null || value === undefined) out.nil();
      else inner(value, out);
    };
  },
  decoder: ({ of }, context) => {
    const inner = context.decoder(of);
    return (input) => (input.tryNil() ? null : inner(input));
  },
  print: ({ of }, print) => `${print(of)}?`,
  toJson: ({ of }, json) => ({ of: json(of) }),
  fromJson: (node) => ({ kind: 'optional', of: node.schema('of') }),
  typescript: ({ of }, type) => `${type(of)} | null`,
  python: ({ of }, annotation) => `${annotation(of)} | None`,
  canRead: (reader, writer, context) => context.child('', reader.of, writer.of),
};
