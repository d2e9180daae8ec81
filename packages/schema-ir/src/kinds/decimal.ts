/**
 * Decimal numbers with a fixed number of digits after the point.
 *
 * The wire carries text with exactly `scale` digits after the point, so a value has one form and no reader needs 128-bit arithmetic.
 * JavaScript sees that text. Encoding also takes fewer digits after the point, never more: rounding is the caller's decision.
 */
import { DEFAULT_BOUNDS, MAX_DECIMAL_DIGITS } from '../bounds.ts';
import type { KindSpec } from '../kind-spec.ts';
import type { DecimalSchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';
import { annotated } from './python-annotation.ts';

const FORM = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;

function expected({ precision, scale }: DecimalSchema): string {
  return `a decimal of at most ${precision - scale} digits before and ${scale} after the point`;
}

/** The digits around the point, if the text is a decimal of the schema. */
function parts(
  schema: DecimalSchema,
  text: string,
): { readonly sign: string; readonly whole: string; readonly fraction: string } | undefined {
  // A text that is far too long is not worth matching.
  const found = text.length <= MAX_DECIMAL_DIGITS + 3 ? FORM.exec(text) : null;
  if (found === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = found;
  const wholeDigits = whole === '0' ? 0 : whole.length;
  return wholeDigits <= schema.precision - schema.scale && fraction.length <= schema.scale ? { sign, whole, fraction } : undefined;
}

/** The row of `decimal`. */
export const decimalKind: KindSpec<DecimalSchema> = {
  doc: 'A decimal number with a fixed number of digits after the point.',
  tag: 16,
  children: () => [],
  check: ({ precision, scale }) => {
    if (!Number.isInteger(precision) || precision < 1 || precision > MAX_DECIMAL_DIGITS) {
      refuse('MOLT4040', { expected: `precision from 1 to ${MAX_DECIMAL_DIGITS}`, actual: describe(precision) });
    }
    if (!Number.isInteger(scale) || scale < 0 || scale > precision) {
      refuse('MOLT4040', { expected: `scale from 0 to ${precision}`, actual: describe(scale) });
    }
  },
  finite: () => true,
  // Sign, point, a zero before the point, and the head of a text of up to 41 bytes.
  largest: ({ precision }) => precision + 5,
  canonical: ({ precision, scale }, out) => {
    out.count(precision);
    out.count(scale);
  },
  encoder: (schema) => (value, out) => {
    if (typeof value !== 'string') return refuse('MOLT4001', { expected: 'decimal as text', actual: describe(value) });
    const found = parts(schema, value);
    if (found === undefined) return refuse('MOLT4002', { expected: expected(schema), actual: describe(value) });
    const digits = `${found.whole}${schema.scale === 0 ? '' : `.${found.fraction.padEnd(schema.scale, '0')}`}`;
    // There is one zero.
    out.str(/[1-9]/.test(digits) ? found.sign + digits : digits, MAX_DECIMAL_DIGITS + 3);
  },
  decoder: (schema) => (input) => {
    const offset = input.offset;
    const text = input.str(MAX_DECIMAL_DIGITS + 3);
    const found = parts(schema, text);
    if (found === undefined) return refuse('MOLT4002', { expected: expected(schema), actual: describe(text) }, offset);
    if (found.fraction.length !== schema.scale || (schema.scale === 0 && text.includes('.'))) {
      refuse('MOLT4022', { offset, why: `a decimal has exactly ${schema.scale} digits after the point` }, offset);
    }
    if (found.sign !== '' && !/[1-9]/.test(text)) refuse('MOLT4022', { offset, why: 'zero has no sign' }, offset);
    return text;
  },
  print: ({ precision, scale }) =>
    precision === DEFAULT_BOUNDS.decimalPrecision && scale === DEFAULT_BOUNDS.decimalScale ? 'decimal' : `decimal(${precision}, ${scale})`,
  toJson: ({ precision, scale }) => ({ precision, scale }),
  fromJson: (node) => {
    const precision = node.count('precision', DEFAULT_BOUNDS.decimalPrecision);
    return { kind: 'decimal', precision, scale: node.count('scale', Math.min(DEFAULT_BOUNDS.decimalScale, precision)) };
  },
  typescript: () => 'string',
  python: ({ precision, scale }) =>
    precision === DEFAULT_BOUNDS.decimalPrecision && scale === DEFAULT_BOUNDS.decimalScale
      ? 'decimal.Decimal'
      : annotated('decimal.Decimal', { precision, scale }),
  canRead: (reader, writer, context) => {
    if (reader.scale !== writer.scale) {
      context.no('decimal-scale', `the reader has ${reader.scale} digits after the point, the writer ${writer.scale}`);
    } else if (writer.precision > reader.precision) {
      context.no('decimal-precision', `the reader takes ${reader.precision} digits, the writer may send ${writer.precision}`);
    }
  },
};
