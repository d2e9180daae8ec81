/// <reference path="../host/wasm-api.d.ts" />
/**
 * An instance that is ready to serve: made, initialised and frozen, with the reasons when that does not work.
 *
 * It is replaced when its code failed, and when its memory has grown far: linear memory never shrinks, and one large call must not hold its
 * pages for ever. A call that was stopped leaves it whole.
 */
import { CELL } from '@molt/abi';
import { fault, MoltError } from '@molt/diagnostics';
import type { HostFunctions } from '../host/host-functions.ts';
import { isShared } from '../host/shared-memory.ts';
import { createInstance, type WasmInstance } from '../host/wasm-instance.ts';

/** Growth over the frozen image after which an instance is replaced. */
const RECYCLE_ABOVE_BYTES = 64 << 20;
/** Bytes of the module body's error output that an error quotes. */
const QUOTED_BYTES = 4096;

/** A frozen instance and the figures of its memory. */
export interface ServiceInstance {
  readonly instance: WasmInstance;
  /** First byte of the task heap; limits of a task count from here. */
  readonly heapBase: number;
  /** Size of memory when frozen. */
  readonly frozenBytes: number;
}

/** Makes an instance and runs its module body; throws a MoltError that says why it does not work. */
export function createServiceInstance(module: WebAssembly.Module, host: HostFunctions): ServiceInstance {
  let said = '';
  let initialising = true;
  const decoder = new TextDecoder();
  const instance = createInstance(module, {
    ...host,
    write: (fd, bytes) => {
      if (initialising && fd === 2) said = (said + decoder.decode(bytes.slice())).slice(-QUOTED_BYTES);
      else host.write?.(fd, bytes);
    },
  });
  const { status } = instance.init();
  initialising = false;
  if (status === 'failed') throw new MoltError(fault('MOLT6204', { what: said.trim() || 'it raised an exception' }));
  if (said !== '') host.write?.(2, new TextEncoder().encode(said));
  instance.freeze();
  return {
    instance,
    heapBase: new DataView(instance.memory.buffer).getUint32(CELL.heapBase, true),
    frozenBytes: instance.memory.buffer.byteLength,
  };
}

/** Whether the next call should get a new instance. */
export function needsRecycling({ instance, frozenBytes }: ServiceInstance): boolean {
  return instance.state === 'broken' || instance.memory.buffer.byteLength > frozenBytes + RECYCLE_ABOVE_BYTES;
}

/** The memory of an instance, if another thread can write it. */
export function sharedMemoryOf({ instance }: ServiceInstance): SharedArrayBuffer | null {
  const buffer: unknown = instance.memory.buffer;
  return isShared(buffer) ? buffer : null;
}
