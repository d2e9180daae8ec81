/** None: the one value that says there is no value. */
import type { KindSpec } from '../kind-spec.ts';
import type { NoneSchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';

/** The row of `none`. Encoding takes null and undefined, decoding gives null. */
export const noneKind: KindSpec<NoneSchema> = {
  doc: 'No value.',
  tag: 1,
  children: () => [],
  check: () => {},
  finite: () => true,
  largest: () => 1,
  canonical: () => {},
  encoder: () => (value, out) => {
    if (value !== null && value !== undefined) refuse('MOLT4001', { expected: 'none', actual: describe(value) });
    out.nil();
  },
  decoder: () => (input) => input.nil(),
  print: () => 'none',
  toJson: () => ({}),
  fromJson: () => ({ kind: 'none' }),
  typescript: () => 'null',
  python: () => 'None',
  canRead: () => {},
};
