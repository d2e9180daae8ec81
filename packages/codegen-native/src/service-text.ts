/** The description of a service's exports as C: names, wire ids, default limits, and the EXPORTS message ready to be sent. */
import { invariant } from '@molt/diagnostics';
import { cBytes, cString } from './c-name.ts';

/** One export of a service, by its place in the schema set. */
export interface NativeExport {
  readonly name: string;
  /** Wire ids of input and output: 64 hexadecimal digits. */
  readonly inputId: string;
  readonly outputId: string;
  /** CPU milliseconds of a call that names no limit; 0 or absent = none. */
  readonly cpuMs?: number;
  /** KiB of linear memory of a call that names no limit; 0 or absent = none. */
  readonly memoryKib?: number;
  /** Largest result in bytes; 0 or absent = none. */
  readonly maxOutput?: number;
}

/** What a native worker or library tells about itself. */
export interface NativeService {
  readonly artifactId: string;
  /** Name and version of the runtime, for people. */
  readonly runtime: string;
  /** Digest of the schema set. */
  readonly digest: string;
  readonly exports: readonly NativeExport[];
  /** Payload of the EXPORTS message of MIP/1. */
  readonly exportsPayload: Uint8Array;
}

const LINE = 96;

/** The definition of `molt_service`. */
export function serviceText(service: NativeService): string {
  const rows = service.exports.map(
    (e) =>
      `  {${cString(e.name)}, ${idBytes(e.inputId)}, ${idBytes(e.outputId)}, ${e.cpuMs ?? 0}u, ${e.memoryKib ?? 0}u, ${e.maxOutput ?? 0}u},`,
  );
  const payload: string[] = [];
  for (let at = 0; at < service.exportsPayload.length; at += LINE)
    payload.push(`    "${cBytes(service.exportsPayload.subarray(at, at + LINE))}"`);
  return `#include "service.h"

static const MoltExport molt_exports[] = {
${rows.join('\n') || '  {0}'}
};

const MoltService molt_service = {
  .artifact = ${cString(service.artifactId)},
  .runtime = ${cString(service.runtime)},
  .digest = ${cString(service.digest)},
  .exports = molt_exports,
  .export_count = ${rows.length},
  .exports_payload =
${payload.join('\n') || '    ""'},
  .exports_length = ${service.exportsPayload.length},
};
`;
}

/** The bytes of a wire id as an initialiser. */
function idBytes(digits: string): string {
  invariant(/^[0-9a-f]{64}$/.test(digits), () => `${digits} is not a wire id`, { pass: 'codegen-native' });
  return `{${Array.from({ length: 32 }, (_, i) => `0x${digits.slice(2 * i, 2 * i + 2)}`).join(', ')}}`;
}
