/**
 * What a package hands to the test kit: engines that run programs and stages that print what a compiler stage makes.
 *
 * The test kit knows no other package of Molt, so it can be used by the lowest of them without a cycle.
 */
import type { Block, Case } from './case.ts';

/** What a program did. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** Something that runs programs. The first engine of a list is the reference: golden mode writes what it did. */
export interface Engine {
  readonly name: string;
  /** Called once with all cases that will be run on it, so that slow set-up (one C compilation for many cases) is shared. */
  readonly prepare?: (cases: readonly Case[]) => Promise<void>;
  /** Runs a case as a program. `program` differs from `testCase.files` when `run` lines were added to the main file. */
  readonly run?: (testCase: Case) => Promise<Outcome>;
  /** The printed value of one expression over the case's input; used for `run` lines of `mir` cases. */
  readonly evaluate?: (testCase: Case, expression: string) => Promise<string>;
}

/** Prints what a compiler stage makes of a case, for blocks of its kind (`ast`, `mir after=ssa func=f`, `diag`, ...). */
export type Stage = (testCase: Case, attributes: Block['attributes']) => Promise<string> | string;

/** A fault that a compiler reported. */
export interface ReportedFault {
  readonly code: string;
  readonly file: string;
  readonly line: number;
}

/** Everything a package can do with a case. */
export interface Bench {
  readonly engines?: readonly Engine[];
  readonly stages?: Readonly<Record<string, Stage>>;
  /** What the compiler reports; compared with the `# !MOLTnnnn` marks of the input, both ways. */
  readonly faults?: (testCase: Case) => Promise<readonly ReportedFault[]> | readonly ReportedFault[];
}
