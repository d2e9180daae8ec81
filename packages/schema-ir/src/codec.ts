/**
 * Codecs: compiled closures between JavaScript values and the Molt MessagePack profile.
 *
 * How values look in JavaScript:
 *   none null | bool boolean | float number | str string | bytes Uint8Array | list, tuple array | map Map | record plain object
 *   int number when |v| <= 2^53-1, else bigint; encoding takes both
 *   enum its literal | union { tag, value }
 * Decoding is strict: bytes in any but the canonical form are refused, so `encode(decode(b))` is `b`.
 */
import { MAX_MESSAGE_BYTES } from './bounds.ts';
import { compileInScope } from './compile-codec.ts';
import type { Decode, Encode } from './kind-spec.ts';
import { PackReader } from './pack-reader.ts';
import { PackWriter } from './pack-writer.ts';
import { NO_TYPES, type Schema, type SchemaTypes } from './schema.ts';
import { placed, refuse } from './schema-error.ts';
import { scopeOf } from './type-scope.ts';

/** Encodes and decodes the values of one schema. */
export interface Codec {
  /** Throws SchemaError if the value does not fit the schema. */
  encode(value: unknown): Uint8Array;
  /** Throws SchemaError if the bytes are not exactly one canonical value of the schema. */
  decode(bytes: Uint8Array): unknown;
}

/** What may be chosen per codec. */
export interface CodecOptions {
  /** Largest encoded value in bytes, both ways. Default 16 MiB. */
  readonly maxBytes?: number;
}

const codecs = new WeakMap<Schema, WeakMap<SchemaTypes, Map<number, Codec>>>();

/**
 * The codec of a schema; compiled on first use and kept as long as the schema.
 *
 * @example compileCodec(list(int())).encode([1, 2]) // 92 01 02
 */
export function compileCodec(schema: Schema, types: SchemaTypes = NO_TYPES, options: CodecOptions = {}): Codec {
  const limit = options.maxBytes ?? MAX_MESSAGE_BYTES;
  let byTypes = codecs.get(schema);
  if (byTypes === undefined) {
    byTypes = new WeakMap();
    codecs.set(schema, byTypes);
  }
  let byLimit = byTypes.get(types);
  if (byLimit === undefined) {
    byLimit = new Map();
    byTypes.set(types, byLimit);
  }
  let codec = byLimit.get(limit);
  if (codec === undefined) {
    const context = compileInScope(scopeOf(schema, types));
    codec = codecOf(context.encoder(schema), context.decoder(schema), limit);
    byLimit.set(limit, codec);
  }
  return codec;
}

function codecOf(write: Encode, read: Decode, limit: number): Codec {
  // One buffer serves all calls; a getter of the value that encodes with the same codec gets its own.
  let idle: PackWriter | undefined = new PackWriter(limit);
  return {
    encode(value) {
      const out = idle ?? new PackWriter(limit);
      idle = undefined;
      try {
        write(value, out);
        return out.take();
      } catch (error) {
        throw placed(error);
      } finally {
        out.reset();
        idle = out;
      }
    },
    decode(bytes) {
      try {
        if (bytes.length > limit) refuse('MOLT4003', { limit, unit: 'bytes in one message', actual: bytes.length });
        const input = new PackReader(bytes);
        const value = read(input);
        input.end();
        return value;
      } catch (error) {
        throw placed(error);
      }
    },
  };
}
