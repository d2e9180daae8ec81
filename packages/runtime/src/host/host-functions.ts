/**
 * What compiled code may ask its host for. Everything has a harmless default that needs no Node API, so that a module runs in a
 * browser with nothing but a `write`.
 */

/** Functions behind the imports of a module. */
export interface HostFunctions {
  /** Output: file descriptor 1 or 2. The bytes are only valid during the call. Default: discarded. */
  readonly write?: (fd: number, bytes: Uint8Array) => void;
  /** Input: fills the array and returns how many bytes came; 0 is the end. Default: empty input. */
  readonly read?: (fd: number, into: Uint8Array) => number;
  /** Nanoseconds of clock 0 realtime, 1 monotonic, 2 process CPU, 3 CPU of the calling thread. Default: the clocks of the JavaScript host. */
  readonly clock?: (kind: number) => bigint;
  /** Fills with random bytes. Default: the host's cryptographic generator. */
  readonly entropy?: (into: Uint8Array) => void;
  /** Program arguments; the first is the program's name. Default: none. */
  readonly args?: readonly string[];
}

/** The host functions with defaults filled in. */
export function completeHost(host: HostFunctions): Required<HostFunctions> {
  return {
    write: host.write ?? (() => {}),
    read: host.read ?? (() => 0),
    clock: host.clock ?? hostClock,
    entropy: host.entropy ?? hostEntropy,
    args: host.args ?? [],
  };
}

function hostClock(kind: number): bigint {
  const nanoseconds = (milliseconds: number) => BigInt(Math.round(milliseconds * 1e6));
  return kind === 0 ? BigInt(Date.now()) * 1_000_000n : nanoseconds(performance.now());
}

/** Largest request that getRandomValues answers. */
const ENTROPY_CHUNK = 65536;

function hostEntropy(into: Uint8Array): void {
  for (let at = 0; at < into.length; at += ENTROPY_CHUNK) globalThis.crypto.getRandomValues(into.subarray(at, at + ENTROPY_CHUNK));
}
