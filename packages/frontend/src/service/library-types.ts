/**
 * Types of Python's library that have a schema, by their full names, and what to write instead where compiled code does not have them yet.
 */
import { bool, bytes, date, decimal, duration, float, int, none, type Schema, str, time, timestamp, uuid } from '@molt/schema-ir';

/** Schemas of types without arguments. */
export const SCALARS: Readonly<Record<string, () => Schema>> = {
  bool,
  int: () => int(),
  float,
  str: () => str(),
  bytes: () => bytes(),
  None: none,
  'datetime.date': date,
  'datetime.time': () => time(),
  'datetime.datetime': () => timestamp(),
  'datetime.timedelta': () => duration(),
  'decimal.Decimal': () => decimal(),
  'uuid.UUID': uuid,
};

/** Generic types of one meaning under several names. */
const GENERICS: Readonly<Record<string, string>> = {
  List: 'list',
  Sequence: 'list',
  MutableSequence: 'list',
  Collection: 'list',
  Dict: 'dict',
  Mapping: 'dict',
  MutableMapping: 'dict',
  Tuple: 'tuple',
  Iterable: 'stream',
  Iterator: 'stream',
  Generator: 'stream',
  AsyncIterable: 'stream',
  AsyncIterator: 'stream',
  AsyncGenerator: 'stream',
  Stream: 'stream',
  Final: 'Annotated',
  Required: 'Annotated',
  ReadOnly: 'Annotated',
};

/** The short name that a type of typing, collections.abc or molt goes by here; the full name for all others. */
export function typeName(library: string): string {
  const short = library.replace(/^(typing|typing_extensions|collections\.abc|molt|molt_accel|builtins)\./, '');
  return GENERICS[short] ?? short;
}

/** What compiled code lacks, and how to say the same without it. */
export interface Uncompiled {
  readonly why: string;
  readonly rewrite: string;
}

/** By kind of schema, or by the form of a class. */
export const UNCOMPILED: Readonly<Record<string, Uncompiled>> = {
  decimal: { why: 'compiled code has no Decimal', rewrite: 'pass the amount as an int of the smallest unit, or as a str' },
  date: { why: 'compiled code has no dates', rewrite: 'pass the date as an int of days since 1970-01-01, or as a str' },
  time: { why: 'compiled code has no times of day', rewrite: 'pass the time as an int of microseconds since midnight, or as a str' },
  timestamp: { why: 'compiled code has no datetime', rewrite: 'pass the moment as an int of microseconds since 1970-01-01, or as a str' },
  duration: { why: 'compiled code has no timedelta', rewrite: 'pass the duration as an int of microseconds, or as a float of seconds' },
  uuid: { why: 'compiled code has no UUID', rewrite: 'pass the UUID as a str, or as its 16 bytes' },
  Enum: { why: 'compiled code has no Enum classes', rewrite: "pass the value itself, with its values listed: Literal['a', 'b']" },
  NamedTuple: { why: 'compiled code has no NamedTuple classes', rewrite: 'make the class a dataclass' },
  TypedDict: { why: 'a dict of compiled code has values of one type', rewrite: 'make the class a dataclass' },
  Struct: { why: 'compiled code has no msgspec', rewrite: 'make the class a dataclass' },
  float32: { why: 'floats of compiled code have 64 bits', rewrite: 'leave float32 out: a float takes every value of it' },
  result: {
    why: 'compiled code has no Ok and Err',
    rewrite: 'return the value and raise an exception for the error: callers get its type and text',
  },
  stream: { why: 'exports of compiled code take and return whole values', rewrite: 'take or return a list' },
  table: { why: 'compiled code has no tables', rewrite: 'take a list of dataclasses, or a dataclass of lists' },
  capability: { why: 'compiled code has no grants', rewrite: 'take what the function needs as a value' },
  literals: { why: 'True and 1 are equal', rewrite: 'list ints or booleans, not both' },
  union: {
    why: 'compiled code tells only None, bool, int, float, str, bytes and dataclasses apart',
    rewrite: 'take a dataclass with an optional field per case',
  },
};
