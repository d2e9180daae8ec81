/** Artifact directories and workers for tests, all in one folder that goes away at the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MipClient } from '@molt/ipc/node';
import { exportIds, linkSchemaSet, schemaSetToJson } from '@molt/schema-ir';
import { build } from 'esbuild';
import { startWorker, type WorkerHandle, type WorkerOptions } from '../../src/index.ts';
import { SERVICE_SCHEMAS, type ServiceModuleOptions, serviceModule } from './service-module.ts';

const source = join(import.meta.dirname, '../../src/slot/compute-slot.ts');

/** Linked exports of the hand-written service. */
export const SERVICE = linkSchemaSet(SERVICE_SCHEMAS);
/** An encoded input of its exports. */
export const inputOf = (data: Uint8Array): Uint8Array => SERVICE.get('echo')!.input.encode({ data });
/** The bytes in an encoded output. */
export const outputOf = (body: Uint8Array): Uint8Array => SERVICE.get('echo')!.output.decode(body) as Uint8Array;

/** The manifest of the hand-written service. */
export function serviceManifest(): Record<string, unknown> {
  const exports = SERVICE_SCHEMAS.exports.map((item) => {
    const ids = exportIds(item, SERVICE_SCHEMAS.types);
    return { name: item.name, inputId: ids.input, outputId: ids.output };
  });
  return { artifactId: 'a'.repeat(64), exports, compiler: '0.1.0', mir: 1, abi: '0.1', targets: ['wasm'] };
}

/** Makes and removes what tests need. */
export class WorkerFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'molt-worker-'));
  readonly lines: string[] = [];
  #next = 0;
  #entry: Promise<URL> | undefined;
  #workers: WorkerHandle[] = [];
  #clients: MipClient[] = [];

  /** A new path in the folder. */
  path(name: string): string {
    return join(this.folder, `${this.#next++}-${name}`);
  }

  /** An artifact directory with the hand-written service. */
  async artifact(options: ServiceModuleOptions = {}): Promise<string> {
    const directory = mkdtempSync(join(this.folder, 'artifact-'));
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify(serviceManifest()));
    writeFileSync(join(directory, 'schemas.json'), schemaSetToJson(SERVICE_SCHEMAS));
    writeFileSync(join(directory, 'module.wasm'), await serviceModule(options));
    return directory;
  }

  /** The file that compute threads run, bundled from the sources as a program would do. */
  entry(): Promise<URL> {
    this.#entry ??= this.#bundle();
    return this.#entry;
  }

  async #bundle(): Promise<URL> {
    const outfile = join(this.folder, 'compute-slot.mjs');
    await build({
      entryPoints: [source],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['@molt/source'],
      logLevel: 'silent',
    });
    return pathToFileURL(outfile);
  }

  /** Starts a worker. */
  async start(options: Partial<WorkerOptions> & { readonly module?: ServiceModuleOptions } = {}): Promise<WorkerHandle> {
    const { module, ...rest } = options;
    const worker = await startWorker({
      artifactDir: rest.artifactDir ?? (await this.artifact(module)),
      socketPath: this.path('sock'),
      slots: 1,
      entry: await this.entry(),
      log: ({ message }) => {
        if (message !== undefined) this.lines.push(message);
      },
      ...rest,
    });
    this.#workers.push(worker);
    return worker;
  }

  /** Connects to a worker. */
  async connect(worker: WorkerHandle): Promise<MipClient> {
    const client = await MipClient.connect({ path: worker.socketPath, timeoutMs: 10_000 });
    this.#clients.push(client);
    return client;
  }

  /** Closes what is open and removes the folder. */
  async dispose(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await Promise.all(this.#workers.map((worker) => worker.close(0)));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
