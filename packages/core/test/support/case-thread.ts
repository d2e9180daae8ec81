/// <reference path="../../../runtime/src/host/wasm-api.d.ts" />
/**
 * A thread that compiles and runs programs one after the other. It is stopped from outside when one takes too long.
 *
 * What was made of the last program is kept: the same case is usually wanted on several engines in a row.
 */
import { parentPort } from 'node:worker_threads';
import { STATUS } from '@molt/abi';
import { emitC } from '@molt/codegen-native';
import { compileModule, type Generated, programOf, resolveOptions, Stopwatch } from '@molt/core';
import { hasErrors, isMoltError, renderPretty } from '@molt/diagnostics';
import { buildModule } from '@molt/frontend';
import { copyModule, createInterpreter, layoutModule, type Module } from '@molt/mir';
import { createInstance } from '@molt/runtime';
import { stdlibSources } from '@molt/stdlib';
import { interpreterImports, Streams, wasmHost } from './captured-host.ts';
import type { RunAnswer, RunConfig, RunPhase, RunRequest } from './run-request.ts';

type Built = { readonly module: Module } | { readonly refusal: string };

/** The last program: its language-level module, and what was generated of it by optimisation. */
let last: { readonly key: string; readonly built: Built; readonly generated: Map<string, Compiled> } | undefined;

/** Code, and the language-level module it came from with its depth of recursion counted: RecursionError is part of what a program means. */
interface Compiled extends Generated {
  readonly counted: Module;
}

parentPort?.on('message', (request: RunRequest) => {
  let answer: RunAnswer;
  try {
    answer = handle(request);
  } catch (error) {
    last = undefined;
    answer = { kind: 'failure', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort?.postMessage(answer);
});

function enter(phase: RunPhase['phase']): void {
  parentPort?.postMessage({ kind: 'phase', phase } satisfies RunPhase);
}

function handle(request: RunRequest): RunAnswer {
  const start = performance.now();
  enter('front end');
  const built = build(request);
  if ('refusal' in built)
    return { kind: 'outcome', stdout: '', stderr: `${built.refusal}\n`, exit: 1, compileMs: performance.now() - start, runMs: 0 };
  const { config } = request;
  enter('passes');
  // The interpreter runs what no optimisation has touched.
  if (config.engine === 'interp') return interpret(generate(built.module, { ...config, opt: 0 }).counted, request, start);
  const generated = generate(built.module, config);
  // One file per case, so that its functions can be static.
  if (config.engine === 'c')
    return { kind: 'c', output: emitC(generated.machine, layoutModule(generated.machine, MEMORY), { unitSize: Infinity }) };
  if (config.engine === 'machine') return interpret(generated.machine, request, start);
  const module = new WebAssembly.Module(generated.wasm as Uint8Array<ArrayBuffer>);
  const streams = new Streams(request.stdin);
  const args = [request.entry, ...request.args];
  const compiled = performance.now();
  enter('run');
  let exit: number;
  try {
    exit = createInstance(module, wasmHost(streams, args), { script: true }).init({ gcFlags: config.gcFlags }).exitCode;
  } catch (error) {
    return stopped(error, streams);
  }
  return { kind: 'outcome', ...streams.texts, exit, compileMs: compiled - start, runMs: performance.now() - compiled };
}

/** Sizes of a script's memory, as `compile` sets them. */
const MEMORY = resolveOptions({ mode: 'script' }).memory;

function generate(module: Module, { opt, disablePasses, verifyEach }: RunConfig): Compiled {
  const key = JSON.stringify([opt, disablePasses, verifyEach]);
  const known = last?.generated.get(key);
  if (known !== undefined) return known;
  let counted = module;
  const onPass = (name: string, _ms: number, now: Module): void => {
    enter(name === 'roots' ? 'code generation' : 'passes');
    if (name === 'recursion') counted = copyModule(now);
  };
  const options = resolveOptions({ mode: 'script', opt, disablePasses });
  const compiled: Compiled = { ...compileModule(module, ['wasm'], options, { verifyEach, onPass }, new Stopwatch()), counted };
  last?.generated.set(key, compiled);
  return compiled;
}

function build({ files, entry }: RunRequest): Built {
  const key = JSON.stringify([entry, files]);
  if (last?.key === key) return last.built;
  const program = programOf({ files: new Map(files.map(({ path, text }) => [path, text])), entry });
  const { module, diagnostics } = buildModule({ files: program.files, entry, stdlib: stdlibSources }, { mode: 'script' });
  const built: Built = module === null || hasErrors(diagnostics) ? { refusal: renderPretty(diagnostics) } : { module };
  last = { key, built, generated: new Map() };
  return built;
}

function interpret(module: Module, request: RunRequest, start: number): RunAnswer {
  const streams = new Streams(request.stdin);
  const imports = interpreterImports(streams, [request.entry, ...request.args]);
  const layout = layoutModule(module, { ...MEMORY, gcFlags: request.config.gcFlags });
  const compiled = performance.now();
  enter('run');
  try {
    const interpreter = createInterpreter(module, layout, { imports, maxSteps: Number.MAX_SAFE_INTEGER });
    const init = module.exports.get('molt_init');
    if (init === undefined) throw new Error('the module exports no molt_init');
    const exit = exitOf(Number(interpreter.call(init)));
    return { kind: 'outcome', ...streams.texts, exit, compileMs: compiled - start, runMs: performance.now() - compiled };
  } catch (error) {
    return stopped(error, streams);
  }
}

/** The exit code in the status word of a script's `molt_init`. */
function exitOf(status: number): number {
  const code = (status >>> 4) & 255;
  return (status & 15) === STATUS.failed && code === 0 ? 1 : code;
}

/** A trap is an outcome that no case expects; what it wrote before helps to find out why. */
function stopped(error: unknown, streams: Streams): RunAnswer {
  if (!isMoltError(error)) throw error;
  const { stdout, stderr } = streams.texts;
  const cause = error.cause instanceof Error ? `\n${error.cause.stack}` : '';
  return {
    kind: 'failure',
    message: `${error.message}${cause}\n${stdout === '' ? '' : `stdout so far:\n${stdout.slice(-2000)}`}${stderr}`,
  };
}
