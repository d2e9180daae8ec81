/** `molt worker`: serves the exports of an artifact at a Unix socket until it is told to stop. */

import { jsonLine, type LogEntry, startWorker, textLine } from '@molt/runtime';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES_HELP } from '../exit-code.ts';
import { atLeast, oneOf } from '../option-values.ts';

interface WorkerFlags {
  readonly socket?: string;
  readonly slots?: number;
  readonly memory?: number;
  readonly cpu?: number;
  readonly queue?: number;
  readonly drain?: number;
  readonly metrics?: string;
  readonly log: 'text' | 'json';
  readonly quiet: boolean;
}

/** Adds the command. */
export function addWorker(program: Command, context: CommandContext): void {
  program
    .command('worker')
    .description('serve the exports of an artifact at a Unix socket')
    .argument('<artifact>', 'folder that molt build wrote')
    .option('--socket <path>', 'path of the socket, which only this user can open; default: $MOLT_SOCKET, else molt.sock')
    .option('--slots <n>', 'calls that run at once; default: the number of processors', atLeast(1))
    .option('--memory <mib>', 'heap of one call in MiB; default: 256', atLeast(1))
    .option('--cpu <ms>', 'CPU time of one call in milliseconds; default: no limit but the deadline', atLeast(1))
    .option('--queue <n>', 'calls that may wait; default: 4 per slot, more of short ones', atLeast(0))
    .option('--drain <ms>', 'time that calls get to finish when the worker is stopped; default: 5000', atLeast(0))
    .option('--metrics <host:port>', 'serve /metrics and /healthz there over HTTP')
    .option('--log <format>', 'text, or json: one object per line and one line per call', oneOf('text', 'json'), 'text' as const)
    .option('--quiet', 'do not say what it does', false)
    .addHelpText(
      'after',
      `
Examples:
  molt worker flights.molt --socket /run/flights.sock
  molt worker flights.molt --socket /tmp/f.sock --slots 4 --memory 64
  molt worker flights.molt --socket /tmp/f.sock --metrics 127.0.0.1:9464 --log json

It prints \`listening PATH\` when clients can connect, then \`metrics URL\` if metrics are served. SIGTERM and SIGINT let calls finish; a second one ends it at once.${EXIT_CODES_HELP}`,
    )
    .action(async (artifactDir: string, flags: WorkerFlags) => {
      const { output, env } = context;
      const log = (entry: LogEntry): void => {
        const line = flags.log === 'json' ? jsonLine(entry) : textLine(entry);
        if (line !== undefined) output.note(line);
      };
      const worker = await startWorker({
        artifactDir,
        // As the native worker: an empty variable is none.
        socketPath: flags.socket ?? (env.MOLT_SOCKET || 'molt.sock'),
        ...(flags.quiet ? {} : { log, logCalls: flags.log === 'json' }),
        ...(flags.metrics === undefined ? {} : { metrics: flags.metrics }),
        ...(flags.slots === undefined ? {} : { slots: flags.slots }),
        ...(flags.memory === undefined ? {} : { memoryBytes: flags.memory * 2 ** 20 }),
        ...(flags.cpu === undefined ? {} : { cpuMs: flags.cpu }),
        ...(flags.queue === undefined ? {} : { queueCap: flags.queue }),
      });
      let asked = false;
      const stop = (): void => {
        if (asked) process.exit(0);
        asked = true;
        void worker.close(flags.drain);
      };
      process.on('SIGTERM', stop);
      process.on('SIGINT', stop);
      // After the handlers: whoever reads this may send a signal at once.
      output.line(`listening ${worker.socketPath}`);
      if (worker.metricsUrl !== undefined) output.line(`metrics ${worker.metricsUrl}`);
      await worker.closed;
    });
}
