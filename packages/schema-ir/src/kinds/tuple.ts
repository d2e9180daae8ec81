/** A fixed sequence of values, each with its own schema; JavaScript sees an array. */
import type { KindSpec } from '../kind-spec.ts';
import type { TupleSchema } from '../schema.ts';
import { describe, refuse, within } from '../schema-error.ts';
import { enter } from './container-depth.ts';

/** The longest tuple; longer ones are lists. */
const MAX_TUPLE = 255;

/** The row of `tuple`. */
export const tupleKind: KindSpec<TupleSchema> = {
  doc: 'A fixed sequence of values.',
  tag: 10,
  children: ({ items }) => items.map((schema, i) => ({ segment: `[${i}]`, schema })),
  check: ({ items }) => {
    if (!Array.isArray(items) || items.length > MAX_TUPLE) {
      refuse('MOLT4040', { expected: `0 to ${MAX_TUPLE} tuple items`, actual: describe(items) });
    }
  },
  finite: ({ items }, finite) => items.every(finite),
  largest: ({ items }, largest) => items.reduce((sum, item) => sum + largest(item), 3),
  canonical: ({ items }, out) => {
    out.count(items.length);
    for (const item of items) out.child(item);
  },
  encoder: ({ items }, context) => {
    const encoders = items.map((item) => context.encoder(item));
    return (value, out) => {
      if (!Array.isArray(value) || value.length !== encoders.length) {
        return refuse('MOLT4001', { expected: `tuple of ${encoders.length}`, actual: describe(value) });
      }
      enter(out);
      out.array(encoders.length);
      let i = 0;
      try {
        for (const encode of encoders) encode(value[i++], out);
      } catch (error) {
        throw within(error, i - 1);
      }
      out.depth--;
    };
  },
  decoder: ({ items }, context) => {
    const decoders = items.map((item) => context.decoder(item));
    return (input) => {
      enter(input);
      const offset = input.offset;
      const count = input.array(decoders.length);
      if (count !== decoders.length) {
        refuse('MOLT4001', { expected: `tuple of ${decoders.length}`, actual: `array of ${count}` }, offset);
      }
      const values: unknown[] = new Array(count);
      let i = 0;
      try {
        for (; i < count; i++) values[i] = (decoders[i] as (typeof decoders)[number])(input);
      } catch (error) {
        throw within(error, i);
      }
      input.depth--;
      return values;
    };
  },
  print: ({ items }, print) => `tuple[${items.map(print).join(', ')}]`,
  toJson: ({ items }, json) => ({ items: items.map(json) }),
  fromJson: (node) => ({ kind: 'tuple', items: node.array('items', (_, value) => node.schemaOf(value)) }),
  typescript: ({ items }, type) => `[${items.map(type).join(', ')}]`,
  python: ({ items }, annotation) => `tuple[${items.length === 0 ? '()' : items.map(annotation).join(', ')}]`,
  canRead: (reader, writer, context) => {
    if (reader.items.length !== writer.items.length) {
      context.no('tuple-length', `the reader has ${reader.items.length} items, the writer ${writer.items.length}`);
      return;
    }
    reader.items.forEach((item, i) => {
      context.child(`[${i}]`, item, writer.items[i] as (typeof writer.items)[number]);
    });
  },
};
