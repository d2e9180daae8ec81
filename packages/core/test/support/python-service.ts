/// <reference path="../../../runtime/src/host/wasm-api.d.ts" />
/** Python services as artifact directories, and workers that serve them, for tests from a caller's point of view. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BuildOptions, programOf } from '@molt/core';
import { ARTIFACT_FILES, type BuildTarget, writeArtifact } from '@molt/core/node';
import { startWorker, type WorkerHandle, type WorkerOptions } from '@molt/runtime';
import { build } from 'esbuild';

const SLOT_SOURCE = fileURLToPath(new URL('../../../runtime/src/slot/compute-slot.ts', import.meta.url));

/** Artifacts and workers of one test file, in one folder that goes away at the end. */
export class PythonServices {
  readonly folder = mkdtempSync(join(tmpdir(), 'molt-service-'));
  #next = 0;
  #entry: Promise<URL> | undefined;
  readonly #children: ChildProcess[] = [];
  readonly #workers: WorkerHandle[] = [];

  /** A new path in the folder. */
  path(name: string): string {
    return join(this.folder, `${this.#next++}-${name}`);
  }

  /** Builds a service; throws with its diagnostics when the source is refused. */
  async artifact(
    source: string,
    targets: readonly BuildTarget[] = ['wasm', 'native'],
    options: Partial<BuildOptions> = {},
  ): Promise<string> {
    const outDir = this.path('artifact');
    const { manifest, diagnostics } = await writeArtifact(programOf(source), { ...options, mode: 'service', outDir, targets });
    if (manifest === null) throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));
    return outDir;
  }

  /** The file that compute threads run, bundled as programs do. */
  entry(): Promise<URL> {
    this.#entry ??= (async () => {
      const outfile = this.path('compute-slot.mjs');
      await build({
        entryPoints: [SLOT_SOURCE],
        outfile,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
        conditions: ['@molt/source'],
        logLevel: 'silent',
      });
      return pathToFileURL(outfile);
    })();
    return this.#entry;
  }

  /** Starts a worker of threads; answers its socket. */
  async nodeWorker(artifactDir: string, options: Partial<WorkerOptions> = {}): Promise<string> {
    const socketPath = this.path('sock');
    this.#workers.push(await startWorker({ artifactDir, socketPath, slots: 1, entry: await this.entry(), ...options }));
    return socketPath;
  }

  /** Starts the native worker; answers its socket. */
  async nativeWorker(artifactDir: string, flags: readonly string[] = []): Promise<string> {
    const socketPath = this.path('sock');
    const child = spawn(join(artifactDir, ARTIFACT_FILES.worker), ['--socket', socketPath, '--slots', '1', ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
    });
    return socketPath;
  }

  /** Ends everything. */
  async dispose(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const worker of this.#workers) await worker.close(0);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
