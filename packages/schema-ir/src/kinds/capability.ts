/**
 * The right to use something that the host granted.
 *
 * The wire carries the index of the grant in the table of the receiving side, never a name or a secret: an index that was not granted
 * opens nothing. JavaScript sees `{ capability: index }`, so that a number is not taken for one.
 */
import type { KindSpec } from '../kind-spec.ts';
import type { CapabilitySchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';
import { checkTypeName } from './names.ts';

const MAX_INDEX = 0xffffffff;

/** The row of `capability`. */
export const capabilityKind: KindSpec<CapabilitySchema> = {
  doc: 'The index of a grant.',
  tag: 26,
  children: () => [],
  check: ({ grant }) => checkTypeName(grant),
  finite: () => true,
  largest: () => 5,
  canonical: ({ grant }, out) => out.text(grant),
  encoder: () => (value, out) => {
    const index = typeof value === 'object' && value !== null ? (value as { capability?: unknown }).capability : undefined;
    if (typeof index !== 'number' || !Number.isInteger(index)) {
      return refuse('MOLT4001', { expected: '{ capability: index }', actual: describe(value) });
    }
    if (index < 0 || index > MAX_INDEX || Object.is(index, -0))
      refuse('MOLT4002', { expected: `an index from 0 to ${MAX_INDEX}`, actual: String(index) });
    out.int(index);
  },
  decoder: () => (input) => {
    const offset = input.offset;
    const index = input.int();
    if (index < 0 || index > MAX_INDEX) refuse('MOLT4002', { expected: `an index from 0 to ${MAX_INDEX}`, actual: String(index) }, offset);
    return { capability: Number(index) };
  },
  print: ({ grant }) => `capability(${grant})`,
  toJson: ({ grant }) => ({ grant }),
  fromJson: (node) => ({ kind: 'capability', grant: node.text('grant') }),
  typescript: ({ grant }) => `{ readonly capability: number /* ${grant} */ }`,
  python: ({ grant }) => `Capability["${grant}"]`,
  canRead: (reader, writer, context) => {
    if (reader.grant !== writer.grant)
      context.no('grant', `the reader takes a grant of ${reader.grant}, the writer sends one of ${writer.grant}`);
  },
};
