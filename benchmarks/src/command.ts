/** Commands that make programs ready: run to the end, their output kept for the message when they fail. */
import { execFile } from 'node:child_process';

/** Settings of `command`. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Milliseconds after which the command is killed. Default: 300,000. */
  readonly timeout?: number;
}

/** The stdout of a command; throws an Error with the end of its output when it fails. */
export function command(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [file, ...args] = argv as [string, ...string[]];
  return new Promise((resolve, reject) => {
    execFile(file, args, { timeout: 300_000, maxBuffer: 64 << 20, ...options }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(lastLines(stderr || stdout || error.message)));
    });
  });
}

/** Whether a command runs and succeeds. */
export async function succeeds(argv: readonly string[]): Promise<boolean> {
  try {
    await command(argv, { timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-3).join(' | ');
}
