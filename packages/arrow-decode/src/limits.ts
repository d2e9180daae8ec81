/**
 * Limits on what a decode may read, build and copy, strict by default and checked before anything is allocated.
 *
 * Arrow metadata is small and describes large things, so every count that the sender controls needs a cap of its own:
 * a null column has no bytes per row, a dictionary delta copies what came before, and shared flatbuffer parts can be
 * visited many times. `Budget` is the running account of one decode.
 */
import { fail, type Place } from './arrow-error.ts';

/** Caps of one decode. Every value is a whole number; the default is in brackets. */
export type DecodeLimits = {
  /** Bytes of input in total [256 MiB]. */
  readonly maxInputBytes: number;
  /** Bytes of one message's metadata [4 MiB]. */
  readonly maxMetadataBytes: number;
  /** Bytes of one message's body [256 MiB]; never above 2^31 - 1, because offsets are 32 bits wide after decoding. */
  readonly maxBodyBytes: number;
  /** Fields of a schema, nested ones included [4096]. */
  readonly maxFields: number;
  /** Levels of nesting of a type [32]. */
  readonly maxDepth: number;
  /** Slots of any one column of a batch, nested ones included [16,777,216]. */
  readonly maxLength: number;
  /** Record and dictionary batches together [65,536]. */
  readonly maxBatches: number;
  /** Bytes that the decoder itself may allocate: realigned buffers, narrowed offsets, joined dictionaries [256 MiB]. */
  readonly maxAllocatedBytes: number;
};

const MiB = 1024 * 1024;

/** The limits used where a caller names none. */
export const DEFAULT_LIMITS: DecodeLimits = {
  maxInputBytes: 256 * MiB,
  maxMetadataBytes: 4 * MiB,
  maxBodyBytes: 256 * MiB,
  maxFields: 4096,
  maxDepth: 32,
  maxLength: 16 * MiB,
  maxBatches: 65_536,
  maxAllocatedBytes: 256 * MiB,
};

/** The running account of one decode: its limits and what has been used of them. */
export type Budget = { readonly limits: DecodeLimits; allocated: number; batches: number };

/** Completes and checks the caller's limits. A limit that is not a whole number is the caller's bug, hence a RangeError. */
export function budgetFor(limits: Partial<DecodeLimits> = {}): Budget {
  const merged: DecodeLimits = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, value] of Object.entries(merged)) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`Expected ${name} to be a whole number, got ${value}`);
  }
  return { limits: { ...merged, maxBodyBytes: Math.min(merged.maxBodyBytes, 2 ** 31 - 1) }, allocated: 0, batches: 0 };
}

/** Refuses `actual` above the limit called `name`. */
export function checkLimit(budget: Budget, name: keyof DecodeLimits, actual: number, place: Place, offset?: number): void {
  const limit = budget.limits[name];
  if (actual <= limit) return;
  fail('MOLT7008', { place, offset, expected: `${name} of at most ${limit}`, actual });
}

/** Accounts for `bytes` that the decoder is about to allocate. */
export function chargeAllocation(budget: Budget, bytes: number, place: Place): void {
  checkLimit(budget, 'maxAllocatedBytes', budget.allocated + bytes, place);
  budget.allocated += bytes;
}
