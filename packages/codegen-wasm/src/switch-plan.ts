/** Chooses between a jump table and a chain of comparisons for a switch. */

/** Cases relative to the smallest one, for `br_table`. */
export interface TablePlan {
  readonly base: number;
  readonly length: number;
}

/** Whether the cases are dense enough for a table. */
export function needsTable(cases: readonly { readonly value: number }[]): boolean {
  return tablePlan(cases) !== null;
}

/** The table for these cases, or null when comparisons are smaller. */
export function tablePlan(cases: readonly { readonly value: number }[]): TablePlan | null {
  if (cases.length === 0) return null;
  const values = cases.map((c) => c.value | 0);
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const base = low >= 0 && low <= 4 ? 0 : low;
  const length = high - base + 1;
  return length <= 4 * cases.length + 8 ? { base, length } : null;
}
