/// <reference path="./wasm-api.d.ts" />
/**
 * The imports of a compiled module, over host functions.
 *
 * Host functions get plain arrays: where memory is shared with other threads, bytes are copied, because web interfaces refuse views of
 * shared memory.
 */
import type { ImportName } from '@molt/abi';
import { fault, MoltError } from '@molt/diagnostics';
import type { HostFunctions } from './host-functions.ts';
import { isShared } from './shared-memory.ts';
import { TrapError, trapReason } from './trap-error.ts';

/** The import object; `sealed` tells whether the module body of a service runs, which must not see this process. */
export function moduleImports(
  host: Required<HostFunctions>,
  buffer: () => ArrayBuffer,
  sealed: () => boolean,
): Record<ImportName, WebAssembly.ImportValue> {
  const view = (address: number, length: number) => new Uint8Array(buffer(), address >>> 0, length >>> 0);
  /** Lets the host fill memory; answers how much it filled. */
  const fill = (address: number, length: number, from: (into: Uint8Array) => number): number => {
    if (!isShared(buffer())) return from(view(address, length));
    const copy = new Uint8Array(length >>> 0);
    const count = from(copy);
    view(address, length).set(copy.subarray(0, count));
    return count;
  };
  const open = (capability: string) => {
    if (sealed()) throw new MoltError(fault('MOLT6104', { capability }));
  };
  return {
    write: (fd: number, address: number, length: number) =>
      host.write(fd, isShared(buffer()) ? view(address, length).slice() : view(address, length)),
    read: (fd: number, address: number, capacity: number) => {
      open('input');
      return fill(address, capacity, (into) => host.read(fd, into));
    },
    clock: (kind: number) => {
      open('the clock');
      return BigInt.asIntN(64, host.clock(kind));
    },
    entropy: (address: number, length: number) => {
      open('entropy');
      fill(address, length, (into) => {
        host.entropy(into);
        return into.length;
      });
    },
    arg: (index: number, address: number, capacity: number) => {
      open('arguments');
      const arg = host.args[index];
      if (arg === undefined) return -1;
      const encoded = new TextEncoder().encode(arg);
      view(address, capacity).set(encoded.subarray(0, capacity >>> 0));
      return encoded.length;
    },
    trap: (reason: number) => {
      throw new TrapError(trapReason(reason));
    },
  };
}
