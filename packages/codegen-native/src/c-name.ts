/** Readable and distinct C identifiers for MIR names: `orders.price<int>` becomes `py_orders__price_int`. */

/** Gives each name an identifier of its own. */
export class CNames {
  readonly #byName = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** The identifier of a name; the same one each time. */
  of(name: string): string {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const base = `py_${readable(name)}`.slice(0, 120);
    let identifier = base;
    for (let n = 2; this.#taken.has(identifier); n++) identifier = `${base}_${n}`;
    this.#taken.add(identifier);
    this.#byName.set(name, identifier);
    return identifier;
  }
}

/** The part of a name that C allows. */
export function readable(name: string): string {
  return name
    .replaceAll('.', '__')
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/_+$/, '');
}

/** A string as a C literal. */
export function cString(text: string): string {
  return `"${cBytes(new TextEncoder().encode(text))}"`;
}

/** Bytes for the inside of a C string literal. */
export function cBytes(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const next = bytes[i + 1];
    if (byte === 0x22 || byte === 0x5c) out += `\\${String.fromCharCode(byte)}`;
    // A question mark may begin a trigraph.
    else if (byte >= 0x20 && byte < 0x7f && byte !== 0x3f) out += String.fromCharCode(byte);
    // An octal escape must not swallow a digit that follows it.
    else out += `\\${next !== undefined && next >= 0x30 && next <= 0x37 ? byte.toString(8).padStart(3, '0') : byte.toString(8)}`;
  }
  return out;
}
