/** The two workers as processes of their own, seen from outside: a socket, two streams and an exit code. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ARTIFACT_FILES } from '@molt/core/node';

const MOLT = fileURLToPath(new URL('../../../../apps/cli/bin/molt.mjs', import.meta.url));

/** Which worker. */
export type WorkerKind = 'node' | 'native';
/** Both of them. */
export const WORKERS: readonly WorkerKind[] = ['node', 'native'];

/** A worker that was started. */
export interface WorkerProcess {
  readonly kind: WorkerKind;
  readonly socketPath: string;
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts a worker with these arguments and nothing else, in this folder and environment unless others are given. */
export function spawnWorker(
  kind: WorkerKind,
  artifact: string,
  socketPath: string,
  args: readonly string[],
  surroundings: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): WorkerProcess {
  const options = { ...surroundings, stdio: ['ignore', 'pipe', 'pipe'] } satisfies SpawnOptions;
  const child =
    kind === 'node'
      ? spawn(process.execPath, [MOLT, 'worker', artifact, ...args], options)
      : spawn(join(artifact, ARTIFACT_FILES.worker), args, options);
  let out = '';
  let err = '';
  child.stdout?.on('data', (part) => {
    out += String(part);
  });
  child.stderr?.on('data', (part) => {
    err += String(part);
  });
  const ended = new Promise<number | string>((resolve) => child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown')));
  return { kind, socketPath, child, stdout: () => out, stderr: () => err, ended };
}

/** Starts a worker and waits until clients can connect. */
export async function startWorkerProcess(
  kind: WorkerKind,
  artifact: string,
  socketPath: string,
  flags: readonly string[] = [],
): Promise<WorkerProcess> {
  const worker = spawnWorker(kind, artifact, socketPath, ['--socket', socketPath, ...flags]);
  const wanted = flags.includes('--metrics') ? /^metrics http/m : /^listening /m;
  for (let i = 0; i < 3000; i++) {
    if (wanted.test(worker.stdout())) return worker;
    if (worker.child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  worker.child.kill('SIGKILL');
  throw new Error(`the ${kind} worker did not start: ${worker.stdout()}${worker.stderr()}`);
}
