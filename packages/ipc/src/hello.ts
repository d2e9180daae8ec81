/**
 * The handshake payloads: HELLO, HELLO_OK, HELLO_ERR and EXPORTS.
 *
 * They are read once per connection, so they are maps with names: a later minor version adds keys, and readers skip what they do not know.
 * EXPORTS carries the whole schemas.json, so that a client needs no files of the worker.
 */
import { exportIds, type SchemaSet, schemaSetDigest, schemaSetFromJson, schemaSetToJson } from '@molt/schema-ir';
import { type ControlMap, packControl, textAt, unpackControlMap, wholeAt } from './control-pack.ts';
import { DEFAULT_WINDOW, LIMIT_BOUNDS, VERSION, type WireLimits } from './frame.ts';

/** Largest window that a server may grant. */
const MAX_WINDOW = 2 ** 40;

/** What a client says first. */
export interface Hello {
  readonly client: string;
  readonly pid: number;
  readonly limits: WireLimits;
  /** Minor versions that the client speaks. */
  readonly minors: readonly [least: number, most: number];
}

/** What a server answers. */
export interface HelloOk {
  readonly minor: number;
  readonly runtime: string;
  readonly artifactId: string;
  readonly pid: number;
  readonly limits: WireLimits;
  /** Calls that may be in flight on this connection. */
  readonly credit: number;
  /** Bytes of CALL payload that may be unanswered on this connection; a single call may be larger. */
  readonly window: number;
  /** Compute slots behind the socket. */
  readonly slots: number;
  /** Id of the export table that follows in EXPORTS. */
  readonly exportsDigest: string;
}

/** The payload of HELLO. */
export function encodeHello(hello: Hello): Uint8Array {
  return packControl({
    min: hello.minors[0],
    max: hello.minors[1],
    client: hello.client,
    pid: hello.pid,
    codecs: ['msgpack'],
    features: [],
    max_frame: hello.limits.maxFrame,
    max_message: hello.limits.maxMessage,
  });
}

/** A client's HELLO; text says what is wrong with it. */
export function decodeHello(payload: Uint8Array): Hello | string {
  const map = unpackControlMap(payload);
  if (map === undefined) return 'HELLO is not a map';
  const limits = limitsOf(map);
  const least = wholeAt(map, 'min', 255);
  const most = wholeAt(map, 'max', 255);
  const codecs = Object.hasOwn(map, 'codecs') ? map['codecs'] : undefined;
  if (limits === undefined || least === undefined || most === undefined || least > most)
    return 'HELLO lacks min, max, max_frame or max_message';
  if (!Array.isArray(codecs) || !codecs.includes('msgpack')) return 'HELLO does not offer the codec msgpack';
  return { client: textAt(map, 'client') ?? 'unknown', pid: wholeAt(map, 'pid') ?? 0, limits, minors: [least, most] };
}

/** Whether this side's minor version lies in the client's range. */
export function minorAgrees(hello: Hello): boolean {
  return hello.minors[0] <= VERSION.minor && VERSION.minor <= hello.minors[1];
}

/** The payload of HELLO_OK. */
export function encodeHelloOk(ok: HelloOk): Uint8Array {
  return packControl({
    minor: ok.minor,
    runtime: ok.runtime,
    artifact: ok.artifactId,
    pid: ok.pid,
    codecs: ['msgpack'],
    features: [],
    max_frame: ok.limits.maxFrame,
    max_message: ok.limits.maxMessage,
    credit: ok.credit,
    window: ok.window,
    slots: ok.slots,
    exports_digest: ok.exportsDigest,
  });
}

/** A server's HELLO_OK; text says what is wrong with it. */
export function decodeHelloOk(payload: Uint8Array): HelloOk | string {
  const map = unpackControlMap(payload);
  if (map === undefined) return 'HELLO_OK is not a map';
  const limits = limitsOf(map);
  const minor = wholeAt(map, 'minor', 255);
  const credit = wholeAt(map, 'credit', 1 << 20);
  const window = Object.hasOwn(map, 'window') ? wholeAt(map, 'window', MAX_WINDOW) : DEFAULT_WINDOW;
  if (window === undefined) return 'HELLO_OK with a window that is out of range';
  if (limits === undefined || minor === undefined || credit === undefined) return 'HELLO_OK lacks minor, credit, max_frame or max_message';
  if (minor > VERSION.minor) return `HELLO_OK chooses minor ${minor}, which was not offered`;
  return {
    minor,
    credit,
    window,
    limits,
    runtime: textAt(map, 'runtime') ?? 'unknown',
    artifactId: textAt(map, 'artifact') ?? '',
    pid: wholeAt(map, 'pid') ?? 0,
    slots: wholeAt(map, 'slots') ?? 1,
    exportsDigest: textAt(map, 'exports_digest') ?? '',
  };
}

/**
 * The payload of EXPORTS. It depends on the schemas only, so a native worker carries it as a constant.
 *
 * `exports` repeats what a client needs per call: name, export id, wire ids, whether a repeat is harmless.
 */
export function encodeExports(set: SchemaSet): Uint8Array {
  return packControl({
    digest: schemaSetDigest(set),
    exports: set.exports.map((item, id) => {
      const ids = exportIds(item, set.types);
      return { name: item.name, id, input: ids.input, output: ids.output, idempotent: item.idempotent ?? false };
    }),
    schemas: schemaSetToJson(set),
  });
}

/** The schemas of an EXPORTS payload; text says what is wrong with it. */
export function decodeExports(payload: Uint8Array): SchemaSet | string {
  const map = unpackControlMap(payload);
  const schemas = map === undefined ? undefined : textAt(map, 'schemas');
  if (schemas === undefined) return 'EXPORTS has no schemas';
  try {
    return schemaSetFromJson(schemas);
  } catch (error) {
    return `EXPORTS has bad schemas: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function limitsOf(map: ControlMap): WireLimits | undefined {
  const maxFrame = wholeAt(map, 'max_frame', LIMIT_BOUNDS.maxFrame);
  const maxMessage = wholeAt(map, 'max_message', LIMIT_BOUNDS.maxMessage);
  if (maxFrame === undefined || maxMessage === undefined || maxFrame < LIMIT_BOUNDS.minFrame || maxMessage < maxFrame) return undefined;
  return { maxFrame, maxMessage };
}
