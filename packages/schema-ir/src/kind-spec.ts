/**
 * What a kind of schema node must answer: one row of the kind table.
 *
 * A new kind is one file in kinds/ that exports such a row, one line in kind-table.ts and one member of the union in schema.ts. Rows
 * never import each other: what they need of their children comes through the context that they are handed.
 */
import type { PackReader } from './pack-reader.ts';
import type { PackWriter } from './pack-writer.ts';
import type { ReadRuleName } from './read-rules.ts';
import type { NamedSchema, RecordField, Schema } from './schema.ts';

/** Writes one value. */
export type Encode = (value: unknown, out: PackWriter) => void;
/** Reads one value. */
export type Decode = (input: PackReader) => unknown;

/** Compiles the codecs of children; safe for types that contain themselves. */
export interface CodecContext {
  encoder(schema: Schema): Encode;
  decoder(schema: Schema): Decode;
}

/** What checking a node may ask and say. */
export interface CheckContext {
  /** The type of that name, if there is one. */
  named(name: string): NamedSchema | undefined;
  /** Whether these bytes are a value of the schema; throws like a decoder if not. */
  decodable(schema: Schema, bytes: Uint8Array): void;
}

/** Where canonical bytes go. */
export interface CanonicalSink {
  /** Whether names that no decoder needs are part of the form. */
  readonly contract: boolean;
  count(value: number): void;
  text(value: string): void;
  bytes(value: Uint8Array): void;
  child(schema: Schema): void;
}

/** Answers of a reader about a writer; see can-read.ts. */
export interface ReadContext {
  child(segment: string, reader: Schema, writer: Schema): void;
  no(rule: ReadRuleName, message: string): void;
  named(side: 'reader' | 'writer', name: string): NamedSchema;
}

/** A JSON object under inspection: every getter checks and names the place. */
export interface JsonNode {
  text(key: string): string;
  /** A count between 0 and the largest bound. */
  count(key: string, fallback: number): number;
  /** A count that has no default. */
  required(key: string): number;
  /** A whole number: a JSON number, or digits in a string. */
  whole(key: string, fallback: bigint): bigint;
  /** One of some words. */
  word<const W extends string>(key: string, words: readonly W[], fallback: W): W;
  schema(key: string): Schema;
  /** The schema that a value read by `array` is. */
  schemaOf(value: unknown): Schema;
  /** This object as a record field: name, schema, default. */
  field(): RecordField;
  /** The items of an array, each as `item` reads them. */
  array<T>(key: string, item: (node: JsonNode, value: unknown) => T): T[];
  /** Bytes in hexadecimal; undefined when the key is absent. */
  hex(key: string): Uint8Array | undefined;
  fail(expected: string, actual: unknown): never;
}

/** A part of a node that is a schema. */
export interface Child {
  /** How messages name it, such as `.price`. */
  readonly segment: string;
  readonly schema: Schema;
}

/** JSON data. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One row of the kind table. */
export interface KindSpec<S extends Schema> {
  readonly doc: string;
  /** The number of the kind in the canonical form; never reused. */
  readonly tag: number;
  /** Parts that are schemas, in order. */
  children(schema: S): readonly Child[];
  /** Refuses parameters that make no sense; children are checked by the caller. */
  check(schema: S, context: CheckContext): void;
  /** Whether a value of finite size exists, given the same answer for children. */
  finite(schema: S, finite: (child: Schema) => boolean): boolean;
  /** Bytes of the largest value, given the same answer for children. */
  largest(schema: S, largest: (child: Schema) => number): number;
  canonical(schema: S, out: CanonicalSink): void;
  encoder(schema: S, context: CodecContext): Encode;
  decoder(schema: S, context: CodecContext): Decode;
  print(schema: S, print: (child: Schema) => string): string;
  /** The members of the JSON form beside `kind`. */
  toJson(schema: S, json: (child: Schema) => Json): { readonly [key: string]: Json };
  fromJson(node: JsonNode): S;
  /** The TypeScript type of decoded values. */
  typescript(schema: S, type: (child: Schema) => string): string;
  /** The Python annotation. */
  python(schema: S, annotation: (child: Schema) => string): string;
  /** Says `no` for each reason why the reader cannot take every value of the writer; both have this kind. */
  canRead(reader: S, writer: S, context: ReadContext): void;
}
