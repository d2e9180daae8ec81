/** Runs a compiled script in a thread of its own. The thread starts before its code is known, so that both take place at once. */
import { Worker } from 'node:worker_threads';
import type { ScriptAnswer, ScriptRequest } from './script-thread-message.ts';

/**
 * Stack of the thread in MiB, committed page by page as it is used. A frame of compiled Python takes 100 to 400 bytes, so this is enough for
 * recursion a few hundred thousand calls deep.
 */
const STACK_MB = 256;

/** A thread that waits for a script. */
export class ScriptThread {
  readonly #worker: Worker;

  constructor() {
    this.#worker = new Worker(new URL('./script-thread.js', import.meta.url), { resourceLimits: { stackSizeMb: STACK_MB }, execArgv: [] });
    // It must not keep the process alive when there is nothing to run after all.
    this.#worker.unref();
    this.#worker.on('error', () => undefined);
  }

  /** Runs the script to its end. Rejects when the thread itself fails. */
  run(request: ScriptRequest): Promise<ScriptAnswer> {
    return new Promise((resolve, reject) => {
      this.#worker.ref();
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
      this.#worker.postMessage(request);
    });
  }

  /** Gives up a thread that is not needed. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
