/**
 * How long a loop that only computes goes on after it should have stopped: after its deadline, after its CPU limit, after a cancel.
 *
 * The answer on the wire counts, not the client's own patience, so this speaks frames itself. CPU time is what the loop used up, which on a
 * busy machine is less than the clock says; there the figure is an upper bound.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DEFAULT_LIMITS, encodeCallHead, encodeHello, encodeMessage, HEADER_BYTES, PREFACE, packControl } from '@molt/ipc';
import { exportIds, linkSchemaSet, schemaSetFromJson } from '@molt/schema-ir';
import type { FigureName } from '../bars.ts';
import { type Bench, KINDS, startWorker, type WorkerKind } from '../bench.ts';
import { quantile } from '../load/load.ts';
import type { Probe } from '../probe.ts';

const LIMIT_MS = 40;
const ROUNDS_WITHOUT_END = 10n ** 15n;

/** A connection that sends calls of `work` and tells when their answers come. */
class RawCaller {
  readonly #socket;
  readonly #head: (deadlineMs: number, cpuMs: number) => Uint8Array;
  #bytes: Buffer = Buffer.alloc(0);
  #next = 1n;
  #answered: (code: number) => void = () => {};
  readonly ready: Promise<void>;

  constructor(path: string, schemas: string) {
    const set = schemaSetFromJson(schemas);
    const exportId = set.exports.findIndex(({ name }) => name === 'work');
    const ids = exportIds(set.exports[exportId]!, set.types);
    const input = linkSchemaSet(set).get('work')!.input.encode({ rounds: ROUNDS_WITHOUT_END });
    this.#head = (deadlineMs, cpuMs) =>
      Buffer.concat([
        encodeCallHead({ exportId, deadlineMs, cpuMs, memoryKib: 0, criticality: 1, inputId: ids.input, outputId: ids.output }),
        input,
      ]);
    this.#socket = connect(path);
    const hello = encodeHello({ client: 'stop', pid: process.pid, limits: DEFAULT_LIMITS, minors: [0, 0] });
    this.#socket.write(Buffer.concat([PREFACE, encodeMessage('HELLO', 0n, hello)]));
    this.ready = new Promise((resolve, reject) => {
      this.#socket.on('error', reject);
      let skip = PREFACE.length;
      this.#socket.on('data', (data: Buffer) => {
        this.#bytes = Buffer.concat([this.#bytes, data]);
        if (skip > 0 && this.#bytes.length >= skip) {
          this.#bytes = this.#bytes.subarray(skip);
          skip = 0;
        }
        while (skip === 0 && this.#bytes.length >= HEADER_BYTES) {
          const whole = HEADER_BYTES + this.#bytes.readUInt32LE(0);
          if (this.#bytes.length < whole) return;
          const kind = this.#bytes[4];
          if (kind === 0x04) resolve();
          if (kind === 0x11 || kind === 0x12) this.#answered(kind === 0x11 ? 0 : this.#bytes.readUInt16LE(HEADER_BYTES));
          this.#bytes = this.#bytes.subarray(whole);
        }
      });
    });
  }

  /** Milliseconds from when the loop should have stopped to its answer. */
  async stopTime(how: 'deadline' | 'cpu' | 'cancel'): Promise<number> {
    const id = this.#next;
    this.#next += 2n;
    const answer = new Promise<number>((resolve) => {
      this.#answered = resolve;
    });
    let due = performance.now() + LIMIT_MS;
    this.#socket.write(encodeMessage('CALL', id, this.#head(how === 'deadline' ? LIMIT_MS : 20_000, how === 'cpu' ? LIMIT_MS : 0)));
    if (how === 'cancel') {
      await new Promise((resolve) => setTimeout(resolve, LIMIT_MS / 2));
      due = performance.now();
      this.#socket.write(encodeMessage('CANCEL', id, packControl({ reason: 'user' })));
    }
    const code = await answer;
    const expected = { deadline: 401, cpu: 402, cancel: 404 }[how];
    if (code !== expected) throw new Error(`a loop that was stopped by ${how} ended with ${code}, not ${expected}`);
    return performance.now() - due;
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function measure(bench: Bench, kind: WorkerKind): Promise<Partial<Record<FigureName, number>>> {
  const socket = join(bench.folder, `stop-${kind}.sock`);
  const worker = await startWorker(bench, kind, socket);
  if (worker === undefined) return {};
  const caller = new RawCaller(socket, readFileSync(join(await bench.artifact(), 'schemas.json'), 'utf8'));
  try {
    await caller.ready;
    const values: Partial<Record<FigureName, number>> = {};
    for (const how of ['deadline', 'cpu', 'cancel'] as const) {
      const times: number[] = [];
      for (let i = 0; i < (bench.quick ? 20 : 100); i++) times.push(await caller.stopTime(how));
      values[`stop.${kind}.${how}`] = quantile(times, 0.99);
    }
    return values;
  } finally {
    caller.close();
    await worker.stop();
  }
}

/** Both workers. */
export const stop: Probe = {
  name: 'stop',
  timed: true,
  figures: KINDS.flatMap((kind) => [`stop.${kind}.deadline`, `stop.${kind}.cpu`, `stop.${kind}.cancel`] as const),
  async run(bench) {
    const values = {};
    for (const kind of KINDS) Object.assign(values, await measure(bench, kind));
    return { values };
  },
};
