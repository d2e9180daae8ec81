/** The load generator: compiled once, run with encoded requests, its record of every call read back. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIMITS, encodeCallHead, encodeHello, encodeMessage, PREFACE } from '@molt/ipc';
import { exportIds, linkSchemaSet, schemaSetFromJson } from '@molt/schema-ir';
import { cCompiler } from '../../src/engines/c-compiler.ts';
import { type Bench, output } from '../bench.ts';
import source from './load-generator.c';

/** A call to send. */
export interface LoadCall {
  readonly exportName: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly deadlineMs?: number;
  readonly cpuMs?: number;
  /** Cancelled at once. */
  readonly cancel?: boolean;
  /** How often it occurs among the others. */
  readonly weight?: number;
}

/** How to send. */
export interface LoadPlan {
  /** `unix:PATH` or `tcp:PORT`. */
  readonly address: string;
  readonly protocol: 'mip' | 'http';
  /** A file of requests. */
  readonly requests: string;
  readonly connections: number;
  /** Calls in flight per connection, without a rate. */
  readonly depth?: number;
  /** Calls per second, sent at times drawn beforehand. */
  readonly rate?: number;
  readonly seconds: number;
  readonly calls?: number;
  readonly seed?: number;
}

/** One call, in microseconds. */
export interface CallRecord {
  readonly at: number;
  readonly latency: number;
  readonly late: number;
  /** 0 for a result. */
  readonly code: number;
}

/** What a run of the generator saw. */
export interface LoadRun {
  readonly records: readonly CallRecord[];
  readonly unanswered: number;
}

async function generator(bench: Bench): Promise<string> {
  const program = join(bench.folder, 'load-generator');
  if (existsSync(program)) return program;
  writeFileSync(`${program}.c`, source);
  await output([cCompiler(), '-O2', '-std=gnu11', '-o', program, `${program}.c`, '-lm']);
  return program;
}

/** Writes requests for the exports of the artifact; gives the path of their file. */
export async function writeCalls(bench: Bench, name: string, calls: readonly LoadCall[]): Promise<string> {
  const set = schemaSetFromJson(readFileSync(join(await bench.artifact(), 'schemas.json'), 'utf8'));
  const linked = linkSchemaSet(set);
  const parts: Uint8Array[] = [];
  for (const { exportName, input, deadlineMs = 5000, cpuMs = 0, cancel = false, weight = 1 } of calls) {
    const exportId = set.exports.findIndex((item) => item.name === exportName);
    const ids = exportIds(set.exports[exportId]!, set.types);
    const head = encodeCallHead({
      exportId,
      deadlineMs,
      cpuMs,
      memoryKib: 0,
      criticality: 1,
      inputId: ids.input,
      outputId: ids.output,
    } as Parameters<typeof encodeCallHead>[0]);
    const payload = Buffer.concat([head, linked.get(exportName)!.input.encode(input)]);
    for (let i = 0; i < weight; i++) parts.push(record(payload, cancel ? 1 : 0));
  }
  const path = join(bench.folder, `${name}.requests`);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** Writes HTTP requests; gives the path of their file. */
export function writeHttp(bench: Bench, name: string, path: string, bodies: readonly string[]): string {
  const file = join(bench.folder, `${name}.requests`);
  const whole = bodies.map((body) =>
    record(
      Buffer.from(
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      ),
      0,
    ),
  );
  writeFileSync(file, Buffer.concat(whole));
  return file;
}

function record(payload: Uint8Array, flags: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(payload.length, 0);
  head.writeUInt32LE(flags, 4);
  return Buffer.concat([head, payload]);
}

let runs = 0;

/** Sends load and waits for its end. */
export async function runLoad(bench: Bench, plan: LoadPlan): Promise<LoadRun> {
  const program = await generator(bench);
  const greeting = join(bench.folder, 'greeting');
  const hello = encodeHello({ client: 'load-generator', pid: process.pid, limits: DEFAULT_LIMITS, minors: [0, 0] });
  writeFileSync(greeting, Buffer.concat([PREFACE, encodeMessage('HELLO', 0n, hello)]));
  const out = join(bench.folder, `records-${runs++}`);
  const flags: Record<string, string | number | undefined> = {
    address: plan.address,
    protocol: plan.protocol,
    greeting,
    requests: plan.requests,
    out,
    connections: plan.connections,
    depth: plan.depth,
    rate: plan.rate,
    seconds: plan.seconds,
    calls: plan.calls,
    seed: plan.seed,
  };
  const args = Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
  const unanswered = Number(await output([program, ...args]));
  const bytes = readFileSync(out);
  const records = Array.from({ length: bytes.length / 16 }, (_, i) => ({
    at: bytes.readUInt32LE(16 * i),
    latency: bytes.readUInt32LE(16 * i + 4),
    late: bytes.readUInt32LE(16 * i + 8),
    code: bytes.readUInt32LE(16 * i + 12),
  }));
  return { records, unanswered };
}

/** The value below which a share of the values lie; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const ordered = [...values].sort((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))]!;
}
