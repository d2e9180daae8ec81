/** Doubles that 32 bits hold exactly: on the wire still doubles, so that reading one as `float` changes nothing. */
import type { KindSpec } from '../kind-spec.ts';
import type { Float32Schema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';

function exact(value: number, offset?: number): number {
  // NaN is not equal to itself, and has one form in both sizes.
  if (Math.fround(value) !== value && !Number.isNaN(value)) {
    refuse('MOLT4002', { expected: 'a float that 32 bits hold (Math.fround makes one)', actual: String(value) }, offset);
  }
  return value;
}

/** The row of `float32`. */
export const float32Kind: KindSpec<Float32Schema> = {
  doc: 'A double that 32 bits hold.',
  tag: 15,
  children: () => [],
  check: () => {},
  finite: () => true,
  largest: () => 9,
  canonical: () => {},
  encoder: () => (value, out) => {
    if (typeof value !== 'number') refuse('MOLT4001', { expected: 'float32', actual: describe(value) });
    out.float(exact(value));
  },
  decoder: () => (input) => {
    const offset = input.offset;
    return exact(input.float(), offset);
  },
  print: () => 'float32',
  toJson: () => ({}),
  fromJson: () => ({ kind: 'float32' }),
  typescript: () => 'number',
  python: () => 'Annotated[float, {"kind": "float32"}]',
  canRead: () => {},
};
