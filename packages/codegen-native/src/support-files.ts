/** The C support code, embedded as text: what every native artifact links besides the generated units. */

import hostSource from './c/host.c';
import instanceSource from './c/instance.c';
import mainSource from './c/main.c';
import header from './c/molt.h';
import stackSource from './c/stack.c';
import connectionSource from './c/worker/connection.c';
import handshakeSource from './c/worker/handshake.c';
import httpSource from './c/worker/http.c';
import inprocSource from './c/worker/inproc.c';
import logSource from './c/worker/log.c';
import metricsSource from './c/worker/metrics.c';
import nearSource from './c/worker/near.c';
import outcomeSource from './c/worker/outcome.c';
import overloadSource from './c/worker/overload.c';
import packSource from './c/worker/pack.c';
import poolSource from './c/worker/pool.c';
import processorsSource from './c/worker/processors.c';
import reactorSource from './c/worker/reactor.c';
import refusalSource from './c/worker/refusal.c';
import requestsSource from './c/worker/requests.c';
import sendSource from './c/worker/send.c';
import serviceHeader from './c/worker/service.h';
import taskSource from './c/worker/task.c';
import watchdogSource from './c/worker/watchdog.c';
import wireErrorSource from './c/worker/wire-error.c';
import workerHeader from './c/worker/worker.h';
import workerMainSource from './c/worker/worker-main.c';

/** A C source or header. */
export interface CFile {
  readonly name: string;
  readonly text: string;
}

/** What is being linked: a program that runs the module body, a worker that serves calls on a socket, or a library for in-process calls. */
export type NativeKind = 'exe' | 'worker' | 'shared';

const COMMON: readonly CFile[] = [
  { name: 'molt.h', text: header },
  { name: 'instance.c', text: instanceSource },
  { name: 'stack.c', text: stackSource },
  { name: 'host.c', text: hostSource },
];

const SERVICE: readonly CFile[] = [
  { name: 'service.h', text: serviceHeader },
  { name: 'pack.c', text: packSource },
  { name: 'wire-error.c', text: wireErrorSource },
  { name: 'watchdog.c', text: watchdogSource },
  { name: 'task.c', text: taskSource },
  { name: 'outcome.c', text: outcomeSource },
  { name: 'near.c', text: nearSource },
];

const BY_KIND: Readonly<Record<NativeKind, readonly CFile[]>> = {
  exe: [{ name: 'main.c', text: mainSource }],
  shared: [...SERVICE, { name: 'inproc.c', text: inprocSource }],
  worker: [
    ...SERVICE,
    { name: 'worker.h', text: workerHeader },
    { name: 'reactor.c', text: reactorSource },
    { name: 'connection.c', text: connectionSource },
    { name: 'send.c', text: sendSource },
    { name: 'handshake.c', text: handshakeSource },
    { name: 'requests.c', text: requestsSource },
    { name: 'pool.c', text: poolSource },
    { name: 'processors.c', text: processorsSource },
    { name: 'overload.c', text: overloadSource },
    { name: 'refusal.c', text: refusalSource },
    { name: 'metrics.c', text: metricsSource },
    { name: 'http.c', text: httpSource },
    { name: 'log.c', text: logSource },
    { name: 'worker-main.c', text: workerMainSource },
  ],
};

/** Support files of a kind of artifact. */
export function supportFiles(kind: NativeKind): readonly CFile[] {
  return [...COMMON, ...BY_KIND[kind]];
}
