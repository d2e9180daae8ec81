/** Exactly so many values of one schema, as vectors and matrices have; on the wire it looks as a list of that length. */
import { MAX_BOUND } from '../bounds.ts';
import type { KindSpec } from '../kind-spec.ts';
import type { ArraySchema } from '../schema.ts';
import { describe, refuse, within } from '../schema-error.ts';
import { enter } from './container-depth.ts';
import { annotated } from './python-annotation.ts';

/** The row of `array`. */
export const arrayKind: KindSpec<ArraySchema> = {
  doc: 'A fixed number of values of one schema.',
  tag: 22,
  children: ({ of }) => [{ segment: '[]', schema: of }],
  check: ({ length }) => {
    if (!Number.isInteger(length) || length < 0 || length > MAX_BOUND) {
      refuse('MOLT4040', { expected: `length from 0 to ${MAX_BOUND}`, actual: describe(length) });
    }
  },
  finite: ({ of, length }, finite) => length === 0 || finite(of),
  largest: ({ of, length }, largest) => 5 + (length === 0 ? 0 : length * largest(of)),
  canonical: ({ of, length }, out) => {
    out.count(length);
    out.child(of);
  },
  encoder: ({ of, length }, context) => {
    const item = context.encoder(of);
    return (value, out) => {
      if (!Array.isArray(value) || value.length !== length) {
        return refuse('MOLT4001', { expected: `array of exactly ${length}`, actual: describe(value) });
      }
      enter(out);
      out.array(length);
      let i = 0;
      try {
        for (; i < length; i++) item(value[i], out);
      } catch (error) {
        throw within(error, i);
      }
      out.depth--;
    };
  },
  decoder: ({ of, length }, context) => {
    const item = context.decoder(of);
    return (input) => {
      enter(input);
      const offset = input.offset;
      const count = input.array(length);
      if (count !== length) refuse('MOLT4001', { expected: `array of exactly ${length}`, actual: `array of ${count}` }, offset);
      const values: unknown[] = new Array(count);
      let i = 0;
      try {
        for (; i < count; i++) values[i] = item(input);
      } catch (error) {
        throw within(error, i);
      }
      input.depth--;
      return values;
    };
  },
  print: ({ of, length }, print) => `array[${print(of)}; ${length}]`,
  toJson: ({ of, length }, json) => ({ of: json(of), length }),
  fromJson: (node) => ({ kind: 'array', of: node.schema('of'), length: node.required('length') }),
  typescript: ({ of }, type) => `Array<${type(of)}>`,
  python: ({ of, length }, annotation) => annotated(`list[${annotation(of)}]`, { kind: 'array', length }),
  canRead: (reader, writer, context) => {
    if (reader.length !== writer.length)
      context.no('array-length', `the reader takes ${reader.length} items, the writer sends ${writer.length}`);
    else context.child('[]', reader.of, writer.of);
  },
};
