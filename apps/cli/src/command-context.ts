/** What a command is given besides its arguments, and how it says how the process should end. */
import type { Output } from './console-output.ts';

/** Surroundings of a command. */
export interface CommandContext {
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The exit code of the process, set by the command that ran. */
  exitCode: number;
}
