/**
 * MessagePack without a schema, for control payloads: maps with short text keys, bounded in depth and count.
 *
 * It shares reader and writer with the schema codecs, so the strict rules are the same. Reading never throws to the caller: a payload
 * that is not well formed gives undefined.
 */
import { at, PackReader, PackWriter } from '@molt/schema-ir';

/** A value of a control payload. */
export type ControlValue = null | boolean | number | bigint | string | Uint8Array | readonly ControlValue[] | ControlMap;
/** A map of a control payload. */
export interface ControlMap {
  readonly [key: string]: ControlValue;
}

const MAX_DEPTH = 8;
const MAX_ENTRIES = 1 << 16;
const MAX_KEY_BYTES = 64;

/** The bytes of a control value. Whole numbers are written as ints. */
export function packControl(value: ControlValue, maxBytes = 1 << 24): Uint8Array {
  return at('control', () => {
    const out = new PackWriter(maxBytes);
    write(value, out, maxBytes);
    return out.take();
  });
}

function write(value: ControlValue, out: PackWriter, maxBytes: number): void {
  if (value === null) out.nil();
  else if (typeof value === 'boolean') out.bool(value);
  else if (typeof value === 'number') Number.isSafeInteger(value) ? out.int(value) : out.float(value);
  else if (typeof value === 'bigint') out.bigint(value);
  else if (typeof value === 'string') out.str(value, maxBytes);
  else if (value instanceof Uint8Array) out.bin(value);
  else if (Array.isArray(value)) {
    out.array(value.length);
    for (const item of value) write(item as ControlValue, out, maxBytes);
  } else {
    const entries = Object.entries(value as ControlMap);
    out.map(entries.length);
    for (const [key, item] of entries) {
      out.str(key, MAX_KEY_BYTES);
      write(item, out, maxBytes);
    }
  }
}

/** The value of a control payload; undefined if the bytes are anything but one well-formed value. */
export function unpackControl(bytes: Uint8Array): ControlValue | undefined {
  try {
    const input = new PackReader(bytes);
    const value = read(input, bytes.length, 0);
    input.end();
    return value;
  } catch {
    return undefined;
  }
}

/** Like `unpackControl`, for payloads that must be maps. */
export function unpackControlMap(bytes: Uint8Array): ControlMap | undefined {
  const value = unpackControl(bytes);
  return isControlMap(value) ? value : undefined;
}

/** Whether a control value is a map. */
export function isControlMap(value: ControlValue | undefined): value is ControlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function read(input: PackReader, size: number, depth: number): ControlValue {
  if (depth > MAX_DEPTH) throw new RangeError('control payload too deep');
  switch (input.peek()) {
    case 'nil':
      return input.nil();
    case 'bool':
      return input.bool();
    case 'int':
      return input.int();
    case 'float':
      return input.float();
    case 'str':
      return input.str(size);
    case 'bin':
      return input.bin(size);
    case 'array': {
      const count = input.array(MAX_ENTRIES);
      return Array.from({ length: count }, () => read(input, size, depth + 1));
    }
    case 'map': {
      const count = input.map(MAX_ENTRIES);
      const entries = new Map<string, ControlValue>();
      for (let i = 0; i < count; i++) {
        const key = input.str(MAX_KEY_BYTES);
        if (entries.has(key)) throw new RangeError('duplicate key');
        entries.set(key, read(input, size, depth + 1));
      }
      return Object.fromEntries(entries);
    }
    default:
      throw new RangeError('not a control value');
  }
}

/** The whole number under a key, if it is one from 0 to `most`. */
export function wholeAt(map: ControlMap, key: string, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = Object.hasOwn(map, key) ? map[key] : undefined;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most ? value : undefined;
}

/** The text under a key. */
export function textAt(map: ControlMap, key: string): string | undefined {
  const value = Object.hasOwn(map, key) ? map[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}
