/** True or false. */
import type { KindSpec } from '../kind-spec.ts';
import type { BoolSchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';

/** The row of `bool`. */
export const boolKind: KindSpec<BoolSchema> = {
  doc: 'True or false.',
  tag: 2,
  children: () => [],
  check: () => {},
  finite: () => true,
  largest: () => 1,
  canonical: () => {},
  encoder: () => (value, out) => {
    if (typeof value !== 'boolean') refuse('MOLT4001', { expected: 'bool', actual: describe(value) });
    out.bool(value);
  },
  decoder: () => (input) => input.bool(),
  print: () => 'bool',
  toJson: () => ({}),
  fromJson: () => ({ kind: 'bool' }),
  typescript: () => 'boolean',
  python: () => 'bool',
  canRead: () => {},
};
