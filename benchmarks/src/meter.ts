/**
 * Runs a command under the meter: wall clock, peak memory, exit code, output.
 *
 * The meter is a small C program where there is a C compiler, else a Python script that does the same.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';
import { cCompiler } from './engines/c-compiler.ts';
import meterC from './probes/meter.c';
import meterPython from './probes/meter.py';

/** What one run took and printed. */
export interface Run {
  readonly wallSeconds: number;
  /** User and system time of the process. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** 128 + signal when it was killed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Something that runs and measures commands. */
export type Meter = (argv: readonly string[]) => Run;

/** CPU seconds after which a run is killed. */
const CPU_LIMIT = 300;

/** The meter of this machine, made in a folder. */
export async function makeMeter(folder: string, python: string): Promise<Meter> {
  const prefix = await meterCommand(folder, python);
  const result = join(folder, 'meter-result');
  return (argv) => {
    rmSync(result, { force: true });
    const [file, ...args] = [...prefix, result, String(CPU_LIMIT), ...argv] as [string, ...string[]];
    const { stdout, stderr, error, status } = spawnSync(file, args, { encoding: 'utf8', maxBuffer: 256 << 20 });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`the meter failed with code ${status}: ${stderr}`);
    const [wall, peak, code, cpu] = readFileSync(result, 'utf8').split(' ').map(Number) as [number, number, number, number];
    return { wallSeconds: wall / 1e9, cpuSeconds: cpu / 1e6, peakBytes: peak * 1024, exitCode: code, stdout, stderr };
  };
}

async function meterCommand(folder: string, python: string): Promise<string[]> {
  const source = join(folder, 'meter.c');
  const program = join(folder, 'meter');
  writeFileSync(source, meterC);
  try {
    await command([cCompiler(), '-O2', '-o', program, source]);
    return [program];
  } catch {
    const script = join(folder, 'meter.py');
    writeFileSync(script, meterPython);
    return [python, '-S', '-E', script];
  }
}
