/** The service of the fault tests, built once, and either worker as a process that can be killed and started again. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMipError, type MipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { linkSchemaSet, type SchemaSet } from '@molt/schema-ir';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
/** The exports that are made for failing. */
export const SERVICE_SOURCE = join(ROOT, 'clients/python/tests/faults/service.py');
const MOLT = join(ROOT, 'node_modules', '.bin', 'molt');

/** A kind of worker. */
export type WorkerKind = 'native' | 'node';

/** A folder with artifacts; `dispose` removes it. */
export class FaultFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'molt-faults-'));
  #workers: FaultWorker[] = [];

  /** Builds a source; gives the folder of the artifact. */
  build(source: string, name: string, flags: readonly string[] = []): string {
    const artifact = join(this.path, name);
    const { status, stdout, stderr } = spawnSync(MOLT, ['build', source, '-o', artifact, ...flags], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`molt build failed: ${stdout}${stderr}`);
    return artifact;
  }

  /** Starts a worker. */
  async start(kind: WorkerKind, artifact: string, flags: readonly string[] = ['--slots', '1']): Promise<FaultWorker> {
    const worker = new FaultWorker(kind, artifact, join(this.path, `${this.#workers.length}.sock`), flags);
    this.#workers.push(worker);
    await worker.start();
    return worker;
  }

  dispose(): void {
    for (const worker of this.#workers) worker.kill();
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Whether the artifact has a native worker. */
export function hasNative(artifact: string): boolean {
  return existsSync(join(artifact, 'molt_worker'));
}

/** One worker at one path. */
export class FaultWorker {
  readonly path: string;
  /** Numbers of the calls of `answer` that began, as the calls themselves wrote down. */
  readonly begun = new Set<number>();
  readonly #command: readonly string[];
  #process: ChildProcess | undefined;
  #closed = false;

  constructor(kind: WorkerKind, artifact: string, path: string, flags: readonly string[]) {
    this.path = path;
    const program = kind === 'native' ? [join(artifact, 'molt_worker')] : [MOLT, 'worker', artifact];
    this.#command = [...program, '--socket', path, ...flags];
  }

  /** Starts it; resolves when it listens. */
  async start(): Promise<void> {
    const [file, ...args] = this.#command as [string, ...string[]];
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    this.#closed = false;
    child.once('close', () => {
      this.#closed = true;
    });
    await new Promise<void>((resolve, reject) => {
      let said = '';
      let rest = '';
      child.stderr.on('data', (data: Buffer) => (said += data.toString()));
      child.stdout.on('data', (data: Buffer) => {
        const lines = (rest + data.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line.startsWith('listening')) resolve();
          if (line.startsWith('ran ')) this.begun.add(Number(line.slice(4)));
        }
      });
      child.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${said}`)));
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  kill(): void {
    this.signal('SIGKILL');
  }

  /** Resolves with the exit code when the process is gone and all that it wrote has been read. */
  async ended(): Promise<number | null> {
    const child = this.#process;
    if (child === undefined) return null;
    if (!this.#closed) await new Promise((resolve) => child.once('close', resolve));
    return child.exitCode;
  }
}

/** A client that takes and gives JavaScript values. */
export class TypedCaller {
  readonly client: MipClient;
  readonly #exports;

  private constructor(client: MipClient, schemas: SchemaSet) {
    this.client = client;
    this.#exports = linkSchemaSet(schemas);
  }

  static async connect(path: string, schemas?: SchemaSet): Promise<TypedCaller> {
    const client = await MipClient.connect({ path, timeoutMs: 10_000, ...(schemas === undefined ? {} : { schemas }) });
    return new TypedCaller(client, schemas ?? client.exports());
  }

  async call(name: string, input: Record<string, unknown>, options: Partial<Parameters<MipClient['call']>[2]> = {}): Promise<unknown> {
    const target = this.#exports.get(name)!;
    return target.output.decode(await this.client.call(name, target.input.encode(input), { deadlineMs: 20_000, ...options }));
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

/** The error of a call that must fail. */
export async function failure(work: Promise<unknown>): Promise<MipError> {
  const end = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in end) throw new Error(`expected an error, got ${String(end.value)}`);
  if (!isMipError(end.error)) throw end.error;
  return end.error;
}
