/**
 * Values that arrive beside the message, one chunk at a time.
 *
 * In the message itself a stream is nil: it only marks the place. Each chunk is a list of items, see `chunkSchema`. Where a stream may
 * stand (a whole parameter or the whole output of an export) is checked with the scope.
 */
import { DEFAULT_BOUNDS, MAX_BOUND } from '../bounds.ts';
import type { KindSpec } from '../kind-spec.ts';
import type { ListSchema, StreamSchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';
import { annotated } from './python-annotation.ts';

/** The schema of one chunk. */
export function chunkSchema({ of, maxItems }: StreamSchema): ListSchema {
  return { kind: 'list', of, maxItems };
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** The row of `stream`. Encoding takes null or what is iterated elsewhere, decoding gives null. */
export const streamKind: KindSpec<StreamSchema> = {
  doc: 'Values in chunks beside the message.',
  tag: 24,
  children: ({ of }) => [{ segment: '[]', schema: of }],
  check: ({ maxItems }) => {
    if (!Number.isInteger(maxItems) || maxItems < 1 || maxItems > MAX_BOUND) {
      refuse('MOLT4040', { expected: `maxItems from 1 to ${MAX_BOUND}`, actual: describe(maxItems) });
    }
  },
  finite: () => true,
  largest: () => 1,
  canonical: ({ of, maxItems }, out) => {
    out.count(maxItems);
    out.child(of);
  },
  encoder: () => (value, out) => {
    if (value !== null && !isIterable(value)) refuse('MOLT4001', { expected: 'an iterable or null for a stream', actual: describe(value) });
    out.nil();
  },
  decoder: () => (input) => input.nil(),
  print: ({ of, maxItems }, print) => `stream[${print(of)}${maxItems === DEFAULT_BOUNDS.streamItems ? '' : `; <=${maxItems}`}]`,
  toJson: ({ of, maxItems }, json) => ({ of: json(of), maxItems }),
  fromJson: (node) => ({ kind: 'stream', of: node.schema('of'), maxItems: node.count('maxItems', DEFAULT_BOUNDS.streamItems) }),
  typescript: ({ of }, type) => `AsyncIterable<${type(of)}>`,
  python: ({ of, maxItems }, annotation) =>
    annotated(`Iterator[${annotation(of)}]`, maxItems === DEFAULT_BOUNDS.streamItems ? {} : { maxItems }),
  canRead: (reader, writer, context) => {
    if (writer.maxItems > reader.maxItems) {
      context.no('item-bound', `the reader takes ${reader.maxItems} items in a chunk, the writer may send ${writer.maxItems}`);
    }
    context.child('[]', reader.of, writer.of);
  },
};
