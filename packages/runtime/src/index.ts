/** Tasks, admission, limits, cancellation, and the host side of the ABI. */
export { completeHost, type HostFunctions } from './host/host-functions.ts';
export { nodeHost } from './host/node-host.ts';
export { compileScript, runScript, type ScriptOptions } from './host/run-script.ts';
export { TrapError, type TrapReason, trapReason } from './host/trap-error.ts';
export {
  type CallAnswer,
  type CallLimits,
  createInstance,
  type InitAnswer,
  type InstanceOptions,
  type WasmInstance,
} from './host/wasm-instance.ts';
export { jsonLine, type LogEntry, textLine, type WorkerLog } from './observe/log-entry.ts';
export type { ComputeSlot, ComputeSlotPool, Work, WorkEnd } from './schedule/compute-slot-pool.ts';
export { ThreadPool } from './slot/thread-pool.ts';
export { ArtifactError, type ArtifactManifest, type ManifestExport, readArtifact, type ServableArtifact } from './worker/artifact.ts';
export { startWorker, type WorkerHandle, type WorkerOptions } from './worker/start-worker.ts';
