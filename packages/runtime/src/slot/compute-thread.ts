/// <reference path="../host/wasm-api.d.ts" />
/**
 * The inside of a compute thread: an instance, and one call after the other.
 *
 * The answer is sent before the thread tidies up, so that the caller does not wait for that. After a trap `ready` follows when the next call
 * can be taken: an instance whose code was stopped goes on with its memory put back.
 */
import type { MessagePort } from 'node:worker_threads';
import { type ErrorParts, isMoltError } from '@molt/diagnostics';
import { nodeHost } from '../host/node-host.ts';
import { TrapError } from '../host/trap-error.ts';
import type { TaskCost } from '../task/outcome.ts';
import { MAIL, Mailbox } from './mailbox.ts';
import { createServiceInstance, needsRecycling, type ServiceInstance, sharedMemoryOf } from './service-instance.ts';
import type { SlotCall, SlotReport, ThreadSetup } from './slot-message.ts';
import { ownCpuFile } from './thread-cpu.ts';
import { stepBack } from './thread-priority.ts';

/** Serves calls that come through a port, until the thread is ended. */
export function serveCalls(port: MessagePort, { module, memoryBytes, outputBytes, mailbox: shared }: ThreadSetup): void {
  const cpuFile = ownCpuFile();
  stepBack();
  // A service has no input of its own: waiting for some would block the thread for good.
  const host = { ...nodeHost(), read: () => 0 };
  const send = (report: SlotReport, transfer: ArrayBuffer[] = []): void => port.postMessage(report, transfer);
  const mailbox = new Mailbox(shared);
  let service: ServiceInstance;

  const ready = (): void => send({ kind: 'ready', control: sharedMemoryOf(service), cpuFile });
  const renew = (): void => {
    try {
      service = createServiceInstance(module, host);
      ready();
    } catch (error) {
      send({ kind: 'unusable', error: partsOf(error) });
    }
  };

  port.on('message', (message: SlotCall | typeof MAIL) => {
    const { exportIndex, input, memoryBytes: asked, cpuMs, deadlineMs, receivedNs } = message === MAIL ? mailbox.takeCall() : message;
    const { instance, heapBase } = service;
    const heap = asked > 0 ? Math.min(asked, memoryBytes) : memoryBytes;
    const meter = startMeter();
    try {
      const { status, bytes } = instance.callAndKeep(exportIndex, input, {
        memoryBytes: heapBase + heap,
        outputBytes,
        cpuMs,
        deadlineMs,
        receivedNs,
      });
      const reusable = !needsRecycling(service);
      const report = { kind: 'answered', status, bytes, cost: meter(instance.peakBytes), ready: reusable } as const;
      if (mailbox.putAnswer(report)) port.postMessage(MAIL);
      else send(report, [bytes.buffer as ArrayBuffer]);
      if (reusable) return instance.reset();
    } catch (error) {
      if (!(error instanceof TrapError)) return send({ kind: 'unusable', error: partsOf(error) });
      send({ kind: 'trapped', reason: error.reason, cost: meter(instance.peakBytes) });
      if (!needsRecycling(service)) {
        instance.reset();
        return ready();
      }
    }
    renew();
  });
  renew();
}

/** Measures from now to when the result is called. */
function startMeter(): (peakBytes: number) => TaskCost {
  const start = performance.now();
  const cpuStart = threadCpuUs();
  return (peakBytes) => {
    const execUs = Math.round((performance.now() - start) * 1000);
    const cpuEnd = threadCpuUs();
    const cpuUs = cpuStart === undefined || cpuEnd === undefined ? execUs : cpuEnd - cpuStart;
    return { execUs, cpuUs, memoryKib: (peakBytes + 1023) >>> 10 };
  };
}

/** CPU time of this thread where Node tells it: from 22.15 on. */
function threadCpuUs(): number | undefined {
  const usage = (process as { threadCpuUsage?: () => { user: number; system: number } }).threadCpuUsage?.();
  return usage === undefined ? undefined : usage.user + usage.system;
}

function partsOf(error: unknown): ErrorParts {
  if (isMoltError(error))
    return { code: error.code, message: error.message.replace(`${error.code}: `, ''), hint: error.hint, details: error.details };
  return { code: 'MOLT6205', message: `the compute thread failed: ${error instanceof Error ? error.message : String(error)}` };
}
