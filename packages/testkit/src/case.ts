/**
 * A test case as data: one `.case.md` file, read.
 *
 * The file is Markdown so that it renders in review. The first fenced block is the input (`python` or `mir`); every later block is an
 * expectation. What is absent is not checked: a case pins only what it is about.
 */

/** A fenced block, with the offsets of its content in the file so that it can be rewritten in place. */
export interface Block {
  /** First word after the fence: `stdout`, `mir`, `run`, ... */
  readonly kind: string;
  /** The other words: `after=ssa` is `{ after: 'ssa' }`, a bare word is `{ word: '' }`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The content; every line ends with a newline. */
  readonly text: string;
  /** Line of the opening fence in the file, from 1. */
  readonly line: number;
  /** Offsets of the whole block, fences included, in the file's text. */
  readonly start: number;
  readonly end: number;
}

/** A file of the program under test. */
export interface CaseFile {
  readonly path: string;
  readonly text: string;
}

/** A fault that the input says must be reported on that line: `return x  # !MOLT1203`. */
export interface ExpectedFault {
  readonly code: string;
  readonly file: string;
  /** Line in the program's file, from 1. */
  readonly line: number;
}

/** One case. */
export interface Case {
  /** Path of the `.case.md` file. */
  readonly path: string;
  /** The whole text of that file. */
  readonly source: string;
  readonly name: string;
  readonly flags: readonly string[];
  /** Command-line arguments of the program. */
  readonly args: readonly string[];
  /** Engines that cannot run it yet, with the reason. */
  readonly skip: Readonly<Record<string, string>>;
  readonly language: 'python' | 'mir';
  /** The program: the first is the main file (`main.py` or `main.mir` unless it is named). */
  readonly files: readonly [CaseFile, ...CaseFile[]];
  readonly stdin: string;
  readonly faults: readonly ExpectedFault[];
  /** Everything to check, in order of the file. */
  readonly expectations: readonly Block[];
  /** `todo-*` cases must fail today. */
  readonly mustFail: boolean;
}

/** A `.case.md` file that cannot be read; the message starts with path and line. */
export class CaseError extends Error {
  override readonly name = 'CaseError';

  constructor(path: string, line: number, what: string) {
    super(`${path}:${line}: ${what}`);
  }
}

/**
 * What a program's run is compared with: `stdout`, `stderr` and `exit` as they are, `error` with the last line of stderr alone (the exception
 * of a traceback), `run` with expressions that must be true. Other kinds are stages that a package registers.
 */
export const OUTCOME_KINDS = ['stdout', 'stderr', 'error', 'exit', 'run'] as const;
