/**
 * A probe measures some figures, once per round.
 *
 * Timed probes run in every round, so that what changes on the machine meets all of them; counting probes run once. A figure that cannot be
 * measured here has a reason instead: a tool or a part that is missing, never a failure.
 */
import type { FigureName } from './bars.ts';
import type { Bench } from './bench.ts';

/** What one run of a probe found. */
export interface Findings {
  readonly values: Partial<Record<FigureName, number>>;
  /** Why figures are missing. */
  readonly missing?: Partial<Record<FigureName, string>>;
  /** Remarks for the report. */
  readonly notes?: readonly string[];
}

/** Something that measures. */
export interface Probe {
  readonly name: string;
  readonly timed: boolean;
  /** The figures that it is for. */
  readonly figures: readonly FigureName[];
  run(bench: Bench): Promise<Findings>;
}
