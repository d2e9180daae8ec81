/** IEEE 754 doubles. Whole values stay doubles on the wire, and there is one NaN, so each value has one form. */
import type { KindSpec } from '../kind-spec.ts';
import type { FloatSchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';

/** The row of `float`. */
export const floatKind: KindSpec<FloatSchema> = {
  doc: 'A double.',
  tag: 4,
  children: () => [],
  check: () => {},
  finite: () => true,
  largest: () => 9,
  canonical: () => {},
  encoder: () => (value, out) => {
    if (typeof value !== 'number') refuse('MOLT4001', { expected: 'float', actual: describe(value) });
    out.float(value);
  },
  decoder: () => (input) => input.float(),
  print: () => 'float',
  toJson: () => ({}),
  fromJson: () => ({ kind: 'float' }),
  typescript: () => 'number',
  python: () => 'float',
  canRead: () => {},
};
