/**
 * The value of what went well, or the error of what did not.
 *
 * A pair of 0 and the value or 1 and the error on the wire; JavaScript sees `{ ok }` or `{ error }`. For failures that belong to the
 * domain; exceptions travel beside the result.
 */
import type { KindSpec } from '../kind-spec.ts';
import type { ResultSchema } from '../schema.ts';
import { describe, refuse, within } from '../schema-error.ts';
import { enter } from './container-depth.ts';

/** The row of `result`. */
export const resultKind: KindSpec<ResultSchema> = {
  doc: 'A value or an error.',
  tag: 23,
  children: ({ ok, error }) => [
    { segment: '<ok>', schema: ok },
    { segment: '<error>', schema: error },
  ],
  check: () => {},
  finite: ({ ok, error }, finite) => finite(ok) || finite(error),
  largest: ({ ok, error }, largest) => 2 + Math.max(largest(ok), largest(error)),
  canonical: ({ ok, error }, out) => {
    out.child(ok);
    out.child(error);
  },
  encoder: ({ ok, error }, context) => {
    const sides = { ok: context.encoder(ok), error: context.encoder(error) };
    return (value, out) => {
      const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      const side = keys[0];
      if (keys.length !== 1 || (side !== 'ok' && side !== 'error')) {
        return refuse('MOLT4001', {
          expected: '{ ok } or { error }',
          actual: keys.length === 0 ? describe(value) : `keys ${keys.slice(0, 5).join(', ')}`,
        });
      }
      enter(out);
      out.array(2);
      out.int(side === 'ok' ? 0 : 1);
      try {
        sides[side]((value as Readonly<Record<string, unknown>>)[side], out);
      } catch (fault) {
        throw within(fault, `<${side}>`);
      }
      out.depth--;
    };
  },
  decoder: ({ ok, error }, context) => {
    const [readOk, readError] = [context.decoder(ok), context.decoder(error)];
    return (input) => {
      enter(input);
      const offset = input.offset;
      const count = input.array(2);
      if (count !== 2) refuse('MOLT4001', { expected: 'result pair of 0 or 1 and the value', actual: `array of ${count}` }, offset);
      const at = input.offset;
      const side = input.int();
      if (side !== 0 && side !== 1) return refuse('MOLT4002', { expected: '0 (ok) or 1 (error)', actual: String(side) }, at);
      try {
        const value = side === 0 ? { ok: readOk(input) } : { error: readError(input) };
        input.depth--;
        return value;
      } catch (fault) {
        throw within(fault, side === 0 ? '<ok>' : '<error>');
      }
    };
  },
  print: ({ ok, error }, print) => `result[${print(ok)}, ${print(error)}]`,
  toJson: ({ ok, error }, json) => ({ ok: json(ok), error: json(error) }),
  fromJson: (node) => ({ kind: 'result', ok: node.schema('ok'), error: node.schema('error') }),
  typescript: ({ ok, error }, type) => `{ ok: ${type(ok)} } | { error: ${type(error)} }`,
  python: ({ ok, error }, annotation) => `Ok[${annotation(ok)}] | Err[${annotation(error)}]`,
  canRead: (reader, writer, context) => {
    context.child('<ok>', reader.ok, writer.ok);
    context.child('<error>', reader.error, writer.error);
  },
};
