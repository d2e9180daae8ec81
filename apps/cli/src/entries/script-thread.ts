/**
 * The thread that a script runs in: it has a stack for deep recursion, which the main thread cannot be given.
 *
 * It gets one request, writes to the process's streams itself, and answers with how the script ended.
 */
import { parentPort } from 'node:worker_threads';
import { runScript, TrapError } from '@molt/runtime';
import type { ScriptAnswer, ScriptRequest } from '../script-thread-message.ts';

parentPort?.once('message', ({ wasm, args, gcFlags }: ScriptRequest) => {
  parentPort?.postMessage(run(wasm, args, gcFlags));
  parentPort?.close();
});

function run(wasm: Uint8Array<ArrayBuffer>, args: readonly string[], gcFlags: number): ScriptAnswer {
  try {
    return { kind: 'ended', exitCode: runScript(wasm, { args, gcFlags }) };
  } catch (error) {
    if (!(error instanceof TrapError)) throw error;
    return { kind: 'stopped', reason: error.reason, message: error.message };
  }
}
