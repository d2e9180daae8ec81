/**
 * A value of one of several schemas.
 *
 * On the wire an array of the variant's index and the value. JavaScript sees `{ tag, value }`: values of two variants may look alike,
 * the tag never does.
 */
import type { KindSpec } from '../kind-spec.ts';
import type { UnionSchema } from '../schema.ts';
import { describe, refuse, within } from '../schema-error.ts';
import { enter } from './container-depth.ts';
import { checkDistinct, checkFieldName, checkTypeName } from './names.ts';

/** The most variants of a union. */
const MAX_VARIANTS = 256;

/** The row of `union`. */
export const unionKind: KindSpec<UnionSchema> = {
  doc: 'A value of one of several schemas, tagged.',
  tag: 13,
  children: ({ variants }) => variants.map((variant) => ({ segment: `<${variant.tag}>`, schema: variant.schema })),
  check: ({ name, variants }) => {
    checkTypeName(name);
    if (!Array.isArray(variants) || variants.length === 0 || variants.length > MAX_VARIANTS) {
      refuse('MOLT4040', { expected: `1 to ${MAX_VARIANTS} variants`, actual: describe(variants) });
    }
    for (const variant of variants) checkFieldName(variant.tag);
    checkDistinct(
      variants.map((variant) => variant.tag),
      'tags',
    );
  },
  finite: ({ variants }, finite) => variants.some((variant) => finite(variant.schema)),
  largest: ({ variants }, largest) => 3 + Math.max(...variants.map((variant) => largest(variant.schema))),
  canonical: ({ name, variants }, out) => {
    if (out.contract) out.text(name);
    out.count(variants.length);
    for (const variant of variants) {
      out.text(variant.tag);
      out.child(variant.schema);
    }
  },
  encoder: ({ name, variants }, context) => {
    const plan = new Map(variants.map((variant, index) => [variant.tag, { index, encode: context.encoder(variant.schema) }]));
    const tags = variants.map((variant) => variant.tag).join(', ');
    return (value, out) => {
      const { tag, value: inner } = (typeof value === 'object' && value !== null ? value : {}) as { tag?: unknown; value?: unknown };
      const variant = typeof tag === 'string' ? plan.get(tag) : undefined;
      if (variant === undefined) {
        return refuse('MOLT4001', { expected: `${name} { tag, value } with tag one of ${tags}`, actual: describe(tag ?? value) });
      }
      enter(out);
      out.array(2);
      out.int(variant.index);
      try {
        variant.encode(inner, out);
      } catch (error) {
        throw within(error, `<${tag as string}>`);
      }
      out.depth--;
    };
  },
  decoder: ({ variants }, context) => {
    const plan = variants.map((variant) => ({ tag: variant.tag, decode: context.decoder(variant.schema) }));
    return (input) => {
      enter(input);
      const offset = input.offset;
      const count = input.array(2);
      if (count !== 2) refuse('MOLT4001', { expected: 'union pair of index and value', actual: `array of ${count}` }, offset);
      const at = input.offset;
      const index = input.int();
      const variant = plan[Number(index)];
      if (variant === undefined) {
        return refuse('MOLT4002', { expected: `a variant index from 0 to ${plan.length - 1}`, actual: String(index) }, at);
      }
      try {
        const value = variant.decode(input);
        input.depth--;
        return { tag: variant.tag, value };
      } catch (error) {
        throw within(error, `<${variant.tag}>`);
      }
    };
  },
  print: ({ name, variants }, print) =>
    `union ${name} {\n${variants.map((variant) => `  ${variant.tag}: ${print(variant.schema)}`).join('\n')}\n}`,
  toJson: ({ name, variants }, json) => ({
    name,
    variants: variants.map((variant) => ({ tag: variant.tag, schema: json(variant.schema) })),
  }),
  fromJson: (node) => ({
    kind: 'union',
    name: node.text('name'),
    variants: node.array('variants', (variant) => ({ tag: variant.text('tag'), schema: variant.schema('schema') })),
  }),
  typescript: ({ name }) => name,
  python: ({ name }) => name,
  canRead: (reader, writer, context) => {
    for (const variant of writer.variants) {
      const known = reader.variants.find((other) => other.tag === variant.tag);
      if (known === undefined) context.no('union-variant', `the writer may send ${variant.tag}, which the reader does not know`);
      else context.child(`<${variant.tag}>`, known.schema, variant.schema);
    }
  },
};
