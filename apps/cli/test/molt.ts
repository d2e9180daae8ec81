/** Runs the command line as a user does: the `molt` program as a process of its own, with a cache and a folder of the test. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../bin/molt.mjs', import.meta.url));

/** What a process did. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** A folder with sources, and `molt` run in it. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'molt-cli-'));
  readonly cache = join(this.folder, '.cache');

  /** Writes a file below the folder and gives its path. */
  file(path: string, content: string | Uint8Array): string {
    const whole = join(this.folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    return whole;
  }

  /** Runs `molt` with arguments; `input` is its standard input. */
  molt(
    args: readonly string[],
    { input = '', env = {} }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [PROGRAM, ...args], {
        cwd: this.folder,
        env: { PATH: process.env.PATH, HOME: this.folder, XDG_CACHE_HOME: this.cache, ...env },
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (part: Buffer) => out.push(part));
      child.stderr.on('data', (part: Buffer) => err.push(part));
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve({
          stdout: Buffer.concat(out).toString(),
          stderr: Buffer.concat(err).toString(),
          exit: code ?? (signal === null ? -1 : -2),
        });
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
