/**
 * Distinct keys to values, in insertion order as Python's dict.
 *
 * Decoding gives a Map: it keeps the order for every key (a plain object would sort keys that look like numbers) and no key is special.
 * Encoding takes a Map, or a plain object when keys are text.
 */
import { DEFAULT_BOUNDS, MAX_BOUND } from '../bounds.ts';
import type { Decode, Encode, KindSpec } from '../kind-spec.ts';
import type { MapSchema } from '../schema.ts';
import { describe, refuse, within } from '../schema-error.ts';
import { enter } from './container-depth.ts';
import { annotated } from './python-annotation.ts';

/** How a message names the entry of a key. */
function entry(key: unknown): string {
  const text = String(key);
  return `[${typeof key === 'string' ? JSON.stringify(text.slice(0, 40)) : text}]`;
}

function encoder({ key, maxItems }: MapSchema, encodeKey: Encode, encodeValue: Encode): Encode {
  return (value, out) => {
    let entries: Iterable<readonly [unknown, unknown]>;
    let count: number;
    if (value instanceof Map) {
      entries = value;
      count = value.size;
    } else if (key.kind === 'str' && isPlain(value)) {
      entries = Object.entries(value);
      count = (entries as unknown[]).length;
    } else return refuse('MOLT4001', { expected: key.kind === 'str' ? 'Map or plain object' : 'Map', actual: describe(value) });
    if (count > maxItems) refuse('MOLT4003', { limit: maxItems, unit: 'entries', actual: count });
    enter(out);
    out.map(count);
    // 1 and 1n are two keys of a Map but one key on the wire.
    const bigints = key.kind === 'int' ? new Set<string>() : undefined;
    for (const [k, v] of entries) {
      try {
        encodeKey(k, out);
        if (bigints !== undefined) {
          if (bigints.has(String(k))) refuse('MOLT4007', { key: String(k) });
          bigints.add(String(k));
        }
        encodeValue(v, out);
      } catch (error) {
        throw within(error, entry(k));
      }
    }
    out.depth--;
  };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function decoder(maxItems: number, decodeKey: Decode, decodeValue: Decode): Decode {
  return (input) => {
    enter(input);
    const count = input.map(maxItems);
    const values = new Map<unknown, unknown>();
    for (let i = 0; i < count; i++) {
      const offset = input.offset;
      let key: unknown = i;
      try {
        key = decodeKey(input);
        if (values.has(key)) refuse('MOLT4007', { key: describe(key) }, offset);
        values.set(key, decodeValue(input));
      } catch (error) {
        throw within(error, entry(key));
      }
    }
    input.depth--;
    return values;
  };
}

/** The row of `map`. */
export const mapKind: KindSpec<MapSchema> = {
  doc: 'Distinct str or int keys to values, in insertion order.',
  tag: 9,
  children: ({ key, value }) => [
    { segment: '[key]', schema: key },
    { segment: '[value]', schema: value },
  ],
  check: ({ key, maxItems }) => {
    if (key?.kind !== 'str' && key?.kind !== 'int') {
      refuse('MOLT4040', { expected: 'a map key of kind str or int', actual: describe((key as { kind?: unknown } | undefined)?.kind) });
    }
    if (!Number.isInteger(maxItems) || maxItems < 0 || maxItems > MAX_BOUND) {
      refuse('MOLT4040', { expected: `maxItems from 0 to ${MAX_BOUND}`, actual: describe(maxItems) });
    }
  },
  finite: () => true,
  largest: ({ key, value, maxItems }, largest) => 5 + (maxItems === 0 ? 0 : maxItems * (largest(key) + largest(value))),
  canonical: ({ key, value, maxItems }, out) => {
    out.count(maxItems);
    out.child(key);
    out.child(value);
  },
  encoder: (schema, context) => encoder(schema, context.encoder(schema.key), context.encoder(schema.value)),
  decoder: ({ key, value, maxItems }, context) => decoder(maxItems, context.decoder(key), context.decoder(value)),
  print: ({ key, value, maxItems }, print) =>
    `map[${print(key)}, ${print(value)}${maxItems === DEFAULT_BOUNDS.mapItems ? '' : `; <=${maxItems}`}]`,
  toJson: ({ key, value, maxItems }, json) => ({ key: json(key), value: json(value), maxItems }),
  fromJson: (node) => {
    const key = node.schema('key');
    if (key.kind !== 'str' && key.kind !== 'int') return node.fail('a map key of kind str or int', key.kind);
    return { kind: 'map', key, value: node.schema('value'), maxItems: node.count('maxItems', DEFAULT_BOUNDS.mapItems) };
  },
  typescript: ({ key, value }, type) => `Map<${type(key)}, ${type(value)}>`,
  python: ({ key, value, maxItems }, annotation) =>
    annotated(`dict[${annotation(key)}, ${annotation(value)}]`, maxItems === DEFAULT_BOUNDS.mapItems ? {} : { maxItems }),
  canRead: (reader, writer, context) => {
    if (writer.maxItems > reader.maxItems) {
      context.no('item-bound', `the reader takes ${reader.maxItems} entries, the writer may send ${writer.maxItems}`);
    }
    context.child('[key]', reader.key, writer.key);
    context.child('[value]', reader.value, writer.value);
  },
};
