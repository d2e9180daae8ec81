/** Where the command line writes: text or JSON on stdout, everything about faults on stderr. */
import { type Diagnostic, isMoltError, renderError, renderPretty, toJsonDiagnostic, wantsColor } from '@molt/diagnostics';
import { createColors } from 'picocolors';

/** Colours of plain output. */
export type Colors = ReturnType<typeof createColors>;

/** The two streams of a command. */
export interface Output {
  /** Colours of stdout; none when it is not a terminal or NO_COLOR is set. */
  readonly colors: Colors;
  /** Writes a line to stdout. */
  readonly line: (text?: string) => void;
  /** Writes a line to stderr. */
  readonly note: (text: string) => void;
  /** Writes a value as JSON to stdout. */
  readonly json: (value: unknown) => void;
  /** Shows diagnostics on stderr, as text or, with `json`, as one JSON object. */
  readonly diagnostics: (diagnostics: readonly Diagnostic[], json: boolean) => void;
  /** Shows an error on stderr. Those of Molt have a code and say what to do; anything else is a fault of Molt. */
  readonly error: (error: unknown, json: boolean) => void;
}

/** The output of this process. */
export function processOutput(): Output {
  const color = wantsColor(process.env, process.stderr.isTTY === true);
  const note = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const json = (value: unknown): void => {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  };
  return {
    colors: createColors(wantsColor(process.env, process.stdout.isTTY === true)),
    line: (text = '') => {
      process.stdout.write(`${text}\n`);
    },
    note,
    json,
    diagnostics: (diagnostics, asJson) => {
      if (asJson) json({ diagnostics: diagnostics.map(toJsonDiagnostic) });
      else if (diagnostics.length > 0) note(renderPretty(diagnostics, { color }));
    },
    error: (error, asJson) => {
      const known = isMoltError(error);
      if (asJson)
        json({
          error: known
            ? { code: error.code, message: error.message, hint: error.hint ?? null }
            : { code: 'MOLT9001', message: String(error), hint: null },
        });
      else if (known) note(renderError(error, { color }));
      else
        note(
          `error MOLT9001: ${error instanceof Error ? error.message : String(error)}\n  hint: this is a fault of Molt; MOLT_DEBUG=1 shows where`,
        );
      if (process.env.MOLT_DEBUG === '1' && error instanceof Error) note(error.stack ?? '');
    },
  };
}
