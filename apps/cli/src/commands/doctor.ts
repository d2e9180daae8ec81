/** `molt doctor`: whether this machine has what Molt uses, and what follows when something is missing. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findCompiler } from '@molt/codegen-native/driver';
import { COMPILER_VERSION, compile } from '@molt/core';
import { buildNative, nativeTriple, writeWhole } from '@molt/core/node';
import { createInstance } from '@molt/runtime';
import type { Command } from 'commander';
import { cacheFolder } from '../build-cache.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';

const execute = promisify(execFile);

interface Finding {
  readonly what: string;
  /** `missing` only takes something away; `broken` must be mended. */
  readonly state: 'good' | 'missing' | 'broken';
  readonly detail: string;
}

const PROGRAM = "print('hello')\n";

/** Adds the command. */
export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('check this machine: Node, compiled code, the C compiler, Python, the cache folder')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
Example:
  molt doctor

The exit code is 1 when something is broken; what is only missing is told with what it takes away.${EXIT_CODES_HELP}`,
    )
    .action(async ({ json }: { readonly json: boolean }) => {
      const { output } = context;
      const findings = await Promise.all([node(), wasm(), native(), python(context), cache(context)]);
      if (json) output.json({ molt: COMPILER_VERSION, triple: nativeTriple(), findings });
      else {
        const { green, yellow, red } = output.colors;
        const mark = { good: green('good   '), missing: yellow('missing'), broken: red('broken ') };
        output.line(`molt ${COMPILER_VERSION} on ${nativeTriple()}`);
        for (const { what, state, detail } of findings) output.line(`${mark[state]} ${what}: ${detail}`);
      }
      context.exitCode = findings.some(({ state }) => state === 'broken') ? EXIT.refused : EXIT.ok;
    });
}

async function node(): Promise<Finding> {
  const major = Number(process.versions.node.split('.')[0]);
  return {
    what: 'Node',
    state: major >= 20 ? 'good' : 'broken',
    detail: `${process.versions.node}${major >= 20 ? '' : '; 20 or newer is needed'}`,
  };
}

/** Compiles a program and runs it in this process. */
async function wasm(): Promise<Finding> {
  const what = 'WebAssembly';
  try {
    const { artifact } = compile(PROGRAM, { target: 'wasm', mode: 'script' });
    if (artifact?.kind !== 'wasm') return { what, state: 'broken', detail: 'a program of one line was refused' };
    let said = '';
    const write = (_fd: number, bytes: Uint8Array): void => {
      said += new TextDecoder().decode(bytes);
    };
    createInstance(new WebAssembly.Module(artifact.bytes), { write }, { script: true }).init();
    const works = said === 'hello\n';
    return {
      what,
      state: works ? 'good' : 'broken',
      detail: works ? `a program of one line is ${artifact.bytes.length} bytes and runs` : `expected hello, got ${said}`,
    };
  } catch (error) {
    return { what, state: 'broken', detail: String(error) };
  }
}

async function native(): Promise<Finding> {
  const what = 'C compiler';
  const compiler = await findCompiler().catch(() => undefined);
  if (compiler === undefined)
    return {
      what,
      state: 'missing',
      detail: 'none found: the native target cannot be built, everything else works; install gcc or clang, or set MOLT_CC',
    };
  const folder = await mkdtemp(join(tmpdir(), 'molt-doctor-'));
  try {
    const { artifact } = compile(PROGRAM, { target: 'native-c', mode: 'script' });
    const output = artifact?.kind === 'native-c' ? artifact.outputs.get('exe') : undefined;
    if (output === undefined) return { what, state: 'broken', detail: 'a program of one line was refused' };
    const path = join(folder, 'hello');
    await buildNative(output, { path, kind: 'exe', opt: 1, cacheDir: join(folder, 'objects') });
    const { stdout } = await execute(path);
    return {
      what,
      state: stdout === 'hello\n' ? 'good' : 'broken',
      detail: stdout === 'hello\n' ? `${compiler} builds programs that run` : `expected hello, got ${stdout}`,
    };
  } catch (error) {
    return { what, state: 'broken', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function python({ env }: CommandContext): Promise<Finding> {
  const what = 'Python';
  const command = env.MOLT_PYTHON || 'python3';
  const found = await execute(command, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])']).catch(() => undefined);
  if (found === undefined)
    return { what, state: 'missing', detail: `${command} does not run: Molt does not need it, its client molt_accel does` };
  return { what, state: 'good', detail: `${found.stdout.trim()} (${command})` };
}

async function cache({ env }: CommandContext): Promise<Finding> {
  const what = 'cache folder';
  const folder = cacheFolder(env);
  const probe = join(folder, 'doctor');
  try {
    await writeWhole(probe, 'ok');
    await rm(probe);
    return { what, state: 'good', detail: folder };
  } catch (error) {
    return {
      what,
      state: 'missing',
      detail: `${folder} cannot be written: every \`molt run\` compiles anew (${error instanceof Error ? error.message : String(error)})`,
    };
  }
}
