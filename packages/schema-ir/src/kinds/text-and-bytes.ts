/**
 * Text and raw bytes: the two kinds whose bound counts bytes.
 *
 * They differ in the wire type and in that text must be valid Unicode; everything about the bound is shared.
 */
import { DEFAULT_BOUNDS, MAX_BOUND } from '../bounds.ts';
import type { KindSpec, ReadContext } from '../kind-spec.ts';
import type { BytesSchema, StrSchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';
import { annotated } from './python-annotation.ts';

function checkBound({ maxBytes }: StrSchema | BytesSchema): void {
  if (!Number.isInteger(maxBytes) || maxBytes < 0 || maxBytes > MAX_BOUND) {
    refuse('MOLT4040', { expected: `maxBytes from 0 to ${MAX_BOUND}`, actual: describe(maxBytes) });
  }
}

function canReadBound(reader: StrSchema | BytesSchema, writer: StrSchema | BytesSchema, context: ReadContext): void {
  if (writer.maxBytes > reader.maxBytes) {
    context.no('byte-bound', `the reader takes ${reader.maxBytes} bytes, the writer may send ${writer.maxBytes}`);
  }
}

/** The row of `str`. */
export const strKind: KindSpec<StrSchema> = {
  doc: 'Text, bounded in UTF-8 bytes.',
  tag: 5,
  children: () => [],
  check: checkBound,
  finite: () => true,
  largest: ({ maxBytes }) => maxBytes + 5,
  canonical: ({ maxBytes }, out) => out.count(maxBytes),
  encoder:
    ({ maxBytes }) =>
    (value, out) => {
      if (typeof value !== 'string') refuse('MOLT4001', { expected: 'str', actual: describe(value) });
      out.str(value, maxBytes);
    },
  decoder:
    ({ maxBytes }) =>
    (input) =>
      input.str(maxBytes),
  print: ({ maxBytes }) => (maxBytes === DEFAULT_BOUNDS.strBytes ? 'str' : `str(<=${maxBytes})`),
  toJson: ({ maxBytes }) => ({ maxBytes }),
  fromJson: (node) => ({ kind: 'str', maxBytes: node.count('maxBytes', DEFAULT_BOUNDS.strBytes) }),
  typescript: () => 'string',
  python: ({ maxBytes }) => annotated('str', maxBytes === DEFAULT_BOUNDS.strBytes ? {} : { maxBytes }),
  canRead: canReadBound,
};

/** The row of `bytes`. */
export const bytesKind: KindSpec<BytesSchema> = {
  doc: 'Raw bytes, bounded.',
  tag: 6,
  children: () => [],
  check: checkBound,
  finite: () => true,
  largest: ({ maxBytes }) => maxBytes + 5,
  canonical: ({ maxBytes }, out) => out.count(maxBytes),
  encoder:
    ({ maxBytes }) =>
    (value, out) => {
      if (!(value instanceof Uint8Array)) refuse('MOLT4001', { expected: 'bytes', actual: describe(value) });
      if (value.length > maxBytes) refuse('MOLT4003', { limit: maxBytes, unit: 'bytes', actual: value.length });
      out.bin(value);
    },
  decoder:
    ({ maxBytes }) =>
    (input) =>
      input.bin(maxBytes),
  print: ({ maxBytes }) => (maxBytes === DEFAULT_BOUNDS.bytesBytes ? 'bytes' : `bytes(<=${maxBytes})`),
  toJson: ({ maxBytes }) => ({ maxBytes }),
  fromJson: (node) => ({ kind: 'bytes', maxBytes: node.count('maxBytes', DEFAULT_BOUNDS.bytesBytes) }),
  typescript: () => 'Uint8Array',
  python: ({ maxBytes }) => annotated('bytes', maxBytes === DEFAULT_BOUNDS.bytesBytes ? {} : { maxBytes }),
  canRead: canReadBound,
};
