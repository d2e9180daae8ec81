/** Any number of values of one schema, up to a bound. */
import { DEFAULT_BOUNDS, MAX_BOUND } from '../bounds.ts';
import type { Decode, Encode, KindSpec } from '../kind-spec.ts';
import type { ListSchema } from '../schema.ts';
import { describe, refuse, within } from '../schema-error.ts';
import { enter } from './container-depth.ts';
import { annotated } from './python-annotation.ts';

function encoder(maxItems: number, item: Encode): Encode {
  return (value, out) => {
    if (!Array.isArray(value)) refuse('MOLT4001', { expected: 'list', actual: describe(value) });
    const count = value.length;
    if (count > maxItems) refuse('MOLT4003', { limit: maxItems, unit: 'items', actual: count });
    enter(out);
    out.array(count);
    let i = 0;
    try {
      for (; i < count; i++) item(value[i], out);
    } catch (error) {
      throw within(error, i);
    }
    out.depth--;
  };
}

function decoder(maxItems: number, item: Decode): Decode {
  return (input) => {
    enter(input);
    const count = input.array(maxItems);
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
}

/** The row of `list`. */
export const listKind: KindSpec<ListSchema> = {
  doc: 'Values of one schema, bounded in number.',
  tag: 8,
  children: ({ of }) => [{ segment: '[]', schema: of }],
  check: ({ maxItems }) => {
    if (!Number.isInteger(maxItems) || maxItems < 0 || maxItems > MAX_BOUND) {
      refuse('MOLT4040', { expected: `maxItems from 0 to ${MAX_BOUND}`, actual: describe(maxItems) });
    }
  },
  finite: () => true,
  largest: ({ of, maxItems }, largest) => 5 + (maxItems === 0 ? 0 : maxItems * largest(of)),
  canonical: ({ of, maxItems }, out) => {
    out.count(maxItems);
    out.child(of);
  },
  encoder: ({ of, maxItems }, context) => encoder(maxItems, context.encoder(of)),
  decoder: ({ of, maxItems }, context) => decoder(maxItems, context.decoder(of)),
  print: ({ of, maxItems }, print) => `list[${print(of)}${maxItems === DEFAULT_BOUNDS.listItems ? '' : `; <=${maxItems}`}]`,
  toJson: ({ of, maxItems }, json) => ({ of: json(of), maxItems }),
  fromJson: (node) => ({ kind: 'list', of: node.schema('of'), maxItems: node.count('maxItems', DEFAULT_BOUNDS.listItems) }),
  typescript: ({ of }, type) => `Array<${type(of)}>`,
  python: ({ of, maxItems }, annotation) => annotated(`list[${annotation(of)}]`, maxItems === DEFAULT_BOUNDS.listItems ? {} : { maxItems }),
  canRead: (reader, writer, context) => {
    if (writer.maxItems > reader.maxItems) {
      context.no('item-bound', `the reader takes ${reader.maxItems} items, the writer may send ${writer.maxItems}`);
    }
    context.child('[]', reader.of, writer.of);
  },
};
