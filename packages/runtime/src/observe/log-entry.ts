/**
 * What a worker tells whoever runs it: events with fields, as lines of text or as one JSON object per line.
 *
 * Text is for people at a terminal and leaves single calls out; JSON is for collectors and has one line per call.
 */

/** One event. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  /** A fixed word: `start`, `drain`, `stop`, `fault` or `call`. */
  readonly event: string;
  /** The sentence that text shows; absent for events that text leaves out. */
  readonly message?: string;
  readonly fields?: Readonly<Record<string, string | number>>;
}

/** Takes entries. */
export type WorkerLog = (entry: LogEntry) => void;

/** The line of an entry in text; undefined if text leaves it out. */
export function textLine({ message }: LogEntry): string | undefined {
  return message;
}

/** The line of an entry in JSON. */
export function jsonLine({ level, event, message, fields }: LogEntry, at: Date = new Date()): string {
  return JSON.stringify({ ts: at.toISOString(), level, event, ...(message === undefined ? {} : { message }), ...fields });
}
