/** What probes share: the built artifact, the programs of the checkout, a folder, and how thorough to be. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The surroundings of a run. */
export interface Bench {
  /** The checkout. */
  readonly root: string;
  /** A folder that goes away. */
  readonly folder: string;
  readonly python: string;
  readonly quick: boolean;
  /** Tells what is going on. */
  readonly say: (line: string) => void;
  /** The artifact of exports.py, built on first use. */
  artifact(): Promise<string>;
}

/** A command that failed, with what it said. */
export class CommandFailure extends Error {}

/** Runs a command and gives its standard output. */
export async function output(argv: readonly string[], options: { readonly cwd?: string; readonly seconds?: number } = {}): Promise<string> {
  const [file, ...args] = argv as [string, ...string[]];
  try {
    const { stdout } = await execute(file, args, {
      maxBuffer: 256 << 20,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.seconds === undefined ? {} : { timeout: options.seconds * 1000 }),
    });
    return stdout;
  } catch (error) {
    const { message, stderr, stdout } = error as Error & { stderr?: string; stdout?: string };
    const said = (stderr || stdout || message)
      .trim()
      .split('\n')
      .filter((line) => line.trim() !== '');
    throw new CommandFailure(
      `${argv
        .map((part) => part.split('/').at(-1))
        .slice(0, 4)
        .join(' ')} failed: ${said.slice(-2).join(' ').slice(0, 300)}`,
    );
  }
}

/** Makes the surroundings. */
export function makeBench(parts: Omit<Bench, 'artifact'>): Bench {
  let artifact: Promise<string> | undefined;
  const build = async (): Promise<string> => {
    const folder = join(parts.folder, 'exports.molt');
    parts.say('building benchmarks/service/exports.py');
    await output([moltOf(parts.root), 'build', join(parts.root, 'benchmarks/service/exports.py'), '-o', folder]);
    return folder;
  };
  return { ...parts, artifact: () => (artifact ??= build()) };
}

/** The command line of the checkout. */
export function moltOf(root: string): string {
  return join(root, 'node_modules', '.bin', 'molt');
}

/** The kinds of worker. */
export const KINDS = ['native', 'node'] as const;
/** A kind of worker. */
export type WorkerKind = (typeof KINDS)[number];

/** A server process that is ready. */
export interface ServerProcess {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server; resolves when it prints a line that begins with `listening`. */
export function startServer(argv: readonly string[]): Promise<ServerProcess> {
  const [file, ...args] = argv as [string, ...string[]];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      process.removeListener('exit', kill);
      resolve();
    }),
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(kill, 8000);
    await exited;
    clearTimeout(timer);
  };
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-2000);
    });
    child.stdout.on('data', (data: Buffer) => {
      if (data.toString().includes('listening')) resolve({ pid: child.pid as number, stop });
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new CommandFailure(`${file} ended with ${code}: ${said}`)));
  });
}

/** Starts a worker of an artifact; undefined where there is none of that kind. */
export async function startWorker(
  bench: Bench,
  kind: WorkerKind,
  socket: string,
  flags: readonly string[] = [],
): Promise<ServerProcess | undefined> {
  const artifact = await bench.artifact();
  const native = join(artifact, 'molt_worker');
  if (kind === 'native') return existsSync(native) ? startServer([native, '--socket', socket, ...flags]) : undefined;
  return startServer([moltOf(bench.root), 'worker', artifact, '--socket', socket, ...flags]);
}
