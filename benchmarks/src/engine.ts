/**
 * What an engine is to the harness: something that makes a program ready once and then names the command that runs it.
 *
 * A run's time is the wall clock of the command, or, for engines with a long start, what the command itself reports as the last line
 * of stderr (`@seconds 0.123`): the time of the program's code alone. Start-up is measured on its own.
 */
import type { Program } from './programs.ts';

/** A program made ready by an engine. */
export interface Prepared {
  /** The command, program first. */
  readonly argv: readonly string[];
  /** `process`: the wall clock of the command; `reported`: what it prints. */
  readonly clock: 'process' | 'reported';
  /** Size in bytes of what was built, when something was. */
  readonly artifactBytes?: number;
}

/** Where an engine works, and what it may use. */
export interface Place {
  /** The checkout. */
  readonly root: string;
  /** CPython: the reference. */
  readonly python: string;
  /** A Python that may have mypyc, Cython or Numba installed. */
  readonly peerPython: string;
  /** A folder with the probes of `src/probes` as files. */
  readonly probes: string;
}

/** One way to run a program. */
export interface Engine {
  readonly name: string;
  readonly title: string;
  /** Why it cannot be used here; undefined when it can. */
  missing(place: Place): Promise<string | undefined>;
  /** Makes a program ready in a folder of its own; throws with the reason when the engine cannot run it. */
  prepare(program: Program, folder: string, place: Place): Promise<Prepared>;
}
