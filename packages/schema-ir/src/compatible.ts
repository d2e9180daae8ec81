/**
 * Compatibility modes: which versions of a schema must read each other, and which mode a boundary has unless its owner says otherwise.
 *
 * A request is written by callers of any age, so the new schema reads all earlier ones (BACKWARD). A response is read by callers of any
 * age, so all earlier schemas read the new one (FORWARD). What is stored, or read and written by others, needs both (FULL).
 */
import { canRead, canReadNewer, type ReadObstacle, type ReadVerdict } from './can-read.ts';
import type { CompatibilityTier } from './read-rules.ts';
import type { Schema, SchemaTypes } from './schema.ts';

/** What a mode asks for. */
export interface ModeRule {
  /** The new schema reads what earlier ones wrote. */
  readonly backward: boolean;
  /** Earlier schemas read what the new one writes. */
  readonly forward: boolean;
  /** Against all earlier versions, not the last alone. */
  readonly transitive: boolean;
}

/** The modes by name. */
export const COMPATIBILITY_MODES = {
  NONE: { backward: false, forward: false, transitive: false },
  BACKWARD: { backward: true, forward: false, transitive: false },
  BACKWARD_TRANSITIVE: { backward: true, forward: false, transitive: true },
  FORWARD: { backward: false, forward: true, transitive: false },
  FORWARD_TRANSITIVE: { backward: false, forward: true, transitive: true },
  FULL: { backward: true, forward: true, transitive: false },
  FULL_TRANSITIVE: { backward: true, forward: true, transitive: true },
} as const satisfies Readonly<Record<string, ModeRule>>;

/** The name of a mode. */
export type CompatibilityMode = keyof typeof COMPATIBILITY_MODES;

/** Where values of a schema go. */
export type Boundary = 'request' | 'response' | 'stored' | 'public';

/** The mode of a boundary unless its owner says otherwise. */
export const BOUNDARY_MODES: Readonly<Record<Boundary, CompatibilityMode>> = {
  request: 'BACKWARD_TRANSITIVE',
  response: 'FORWARD_TRANSITIVE',
  stored: 'FULL_TRANSITIVE',
  public: 'FULL_TRANSITIVE',
};

/** A schema as it was at some time. */
export interface SchemaVersion {
  /** How messages name it, such as `total.input@1.0`. */
  readonly version: string;
  readonly schema: Schema;
  readonly types: SchemaTypes;
}

/** An earlier version that the new schema does not go with. */
export interface Incompatibility {
  readonly against: string;
  /** `backward`: the new schema does not read what that version wrote; `forward`: the other way round. */
  readonly direction: 'backward' | 'forward';
  readonly obstacles: readonly ReadObstacle[];
}

/** Whether a schema may follow its earlier versions, oldest first; the reasons if not. */
export function compatible(
  mode: CompatibilityMode,
  next: SchemaVersion,
  history: readonly SchemaVersion[],
  tier: CompatibilityTier = 'WIRE',
): { readonly ok: boolean; readonly failures: readonly Incompatibility[] } {
  const { backward, forward, transitive } = COMPATIBILITY_MODES[mode];
  const failures: Incompatibility[] = [];
  for (const earlier of transitive ? history : history.slice(-1)) {
    const note = (direction: Incompatibility['direction'], { ok, obstacles }: ReadVerdict): void => {
      if (!ok) failures.push({ against: earlier.version, direction, obstacles });
    };
    if (backward) note('backward', canRead(next.schema, earlier.schema, next.types, earlier.types, tier));
    if (forward) note('forward', canReadNewer(earlier.schema, next.schema, earlier.types, next.types, tier));
  }
  return { ok: failures.length === 0, failures };
}
