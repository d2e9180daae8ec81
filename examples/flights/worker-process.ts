/** A worker as a process of its own: started, waited for until its first answer, ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { isMipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { linkSchemaSet } from '@molt/schema-ir';

/** Milliseconds until a worker must have answered. */
const START_MS = 30_000;
const POLL_MS = 3;

/** How to start a worker. */
export interface WorkerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly socketPath: string;
}

/** A worker that answers. */
export interface RunningWorker {
  /** Milliseconds from starting the process to its first answer. */
  readonly coldStartMs: number;
  stop(): Promise<void>;
}

/** Starts a worker and has it answer one call; rejects with what it said when it ends instead. */
export async function startWorkerProcess(
  { command, args, socketPath }: WorkerCommand,
  exportName: string,
  input: object,
): Promise<RunningWorker> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  // However this process ends, the worker does not outlive it.
  const killed = (): void => void child.kill('SIGKILL');
  process.once('exit', killed);
  child.once('exit', () => process.removeListener('exit', killed));
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-4000);
  });
  let ended: string | undefined;
  child.on('error', (error) => {
    ended = error.message;
  });
  child.on('exit', (code, signal) => {
    ended ??= `it ended with ${signal ?? code}`;
  });
  try {
    const client = await connect(socketPath, () => ended);
    const target = linkSchemaSet(client.exports()).get(exportName);
    if (target === undefined) throw new Error(`it has no export ${exportName}`);
    target.output.decode(await client.call(exportName, target.input.encode(input), { deadlineMs: START_MS }));
    const coldStartMs = performance.now() - start;
    await client.close();
    return { coldStartMs, stop: () => end(child) };
  } catch (error) {
    await end(child);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${command} ${args.join(' ')}: ${reason}${said === '' ? '' : `\n${said.trimEnd()}`}`);
  }
}

async function connect(path: string, ended: () => string | undefined): Promise<MipClient> {
  const until = performance.now() + START_MS;
  for (;;) {
    try {
      return await MipClient.connect({ path });
    } catch (error) {
      const reason = ended();
      if (reason !== undefined) throw new Error(reason);
      if (!isMipError(error, 'WORKER_NOT_RUNNING') || performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Asks a process to end, and makes it after five seconds. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(timer);
}
