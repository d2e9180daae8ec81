/** UUIDs: 16 bytes on the wire, the canonical lower-case text of RFC 9562 in JavaScript. Any 128 bits are taken, whatever their version. */
import type { KindSpec } from '../kind-spec.ts';
import type { UuidSchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The row of `uuid`. */
export const uuidKind: KindSpec<UuidSchema> = {
  doc: 'A UUID.',
  tag: 21,
  children: () => [],
  check: () => {},
  finite: () => true,
  largest: () => 18,
  canonical: () => {},
  encoder: () => (value, out) => {
    if (typeof value !== 'string' || !FORM.test(value)) {
      return refuse('MOLT4001', { expected: 'uuid as lower-case text with hyphens', actual: describe(value) });
    }
    const digits = value.replaceAll('-', '');
    out.bin(Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)));
  },
  decoder: () => (input) => {
    const offset = input.offset;
    const bytes = input.bin(16);
    if (bytes.length !== 16) refuse('MOLT4002', { expected: '16 bytes of a uuid', actual: `${bytes.length} bytes` }, offset);
    const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
  },
  print: () => 'uuid',
  toJson: () => ({}),
  fromJson: () => ({ kind: 'uuid' }),
  typescript: () => 'string',
  python: () => 'uuid.UUID',
  canRead: () => {},
};
