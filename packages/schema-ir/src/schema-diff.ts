/**
 * What changed between two schema sets, from the side of those who call: which exports came and went, and whom each change breaks.
 *
 * An input is read by the service, so the new input must read the old one; an output is read by callers, so the old output must read the
 * new one. What breaks the other way round is told too, as it is what a roll-back would meet.
 */
import { canRead, canReadNewer, type ReadObstacle } from './can-read.ts';
import type { SchemaId } from './canonical.ts';
import { type CompatibilityTier, READ_RULES, type ReadRuleName, TIERS } from './read-rules.ts';
import { checkSchemaSet, type ExportSchema, exportIds, inputSchema, type SchemaSet } from './schema-set.ts';

/** What changed on one side of an export. */
export interface SideDifference {
  readonly side: 'input' | 'output';
  readonly before: SchemaId;
  readonly after: SchemaId;
  /** Whom the change breaks: callers built with the schemas before. */
  readonly breaks: readonly ReadObstacle[];
  /** What callers built with the schemas after would meet, were the service rolled back. */
  readonly rollback: readonly ReadObstacle[];
}

/** What became of one export. */
export type ExportDifference =
  | { readonly name: string; readonly change: 'added' | 'removed' | 'same' }
  | { readonly name: string; readonly change: 'changed'; readonly sides: readonly SideDifference[] };

/** The exports of both sets in the order of their names, with all obstacles up to a tier. */
export function diffSchemaSets(before: SchemaSet, after: SchemaSet, tier: CompatibilityTier = 'SOURCE'): readonly ExportDifference[] {
  checkSchemaSet(before);
  checkSchemaSet(after);
  const [old, now] = [before, after].map((set) => new Map(set.exports.map((item) => [item.name, item]))) as [
    Map<string, ExportSchema>,
    Map<string, ExportSchema>,
  ];
  return [...new Set([...old.keys(), ...now.keys()])].sort().map((name): ExportDifference => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === undefined) return { name, change: 'added' };
    if (is === undefined) return { name, change: 'removed' };
    const sides = [inputDifference(was, is, before, after, tier), outputDifference(was, is, before, after, tier)];
    const changed = sides.filter((side) => side.before !== side.after || side.breaks.length > 0 || side.rollback.length > 0);
    return changed.length === 0 ? { name, change: 'same' } : { name, change: 'changed', sides: changed };
  });
}

function inputDifference(
  was: ExportSchema,
  is: ExportSchema,
  before: SchemaSet,
  after: SchemaSet,
  tier: CompatibilityTier,
): SideDifference {
  const [old, now] = [inputSchema(was), inputSchema(is)];
  return {
    side: 'input',
    before: exportIds(was, before.types).input,
    after: exportIds(is, after.types).input,
    breaks: [...canRead(now, old, after.types, before.types, tier).obstacles, ...idempotence(is, was, tier)],
    rollback: canReadNewer(old, now, before.types, after.types, tier).obstacles,
  };
}

function outputDifference(
  was: ExportSchema,
  is: ExportSchema,
  before: SchemaSet,
  after: SchemaSet,
  tier: CompatibilityTier,
): SideDifference {
  return {
    side: 'output',
    before: exportIds(was, before.types).output,
    after: exportIds(is, after.types).output,
    breaks: [...canReadNewer(was.result, is.result, before.types, after.types, tier).obstacles, ...errors(is, was, tier)],
    rollback: canRead(is.result, was.result, after.types, before.types, tier).obstacles,
  };
}

function idempotence(is: ExportSchema, was: ExportSchema, tier: CompatibilityTier): ReadObstacle[] {
  return was.idempotent === true && is.idempotent !== true
    ? promise('idempotence-withdrawn', 'calls could be repeated before, and no longer can', tier)
    : [];
}

function errors(is: ExportSchema, was: ExportSchema, tier: CompatibilityTier): ReadObstacle[] {
  const known = new Set(was.errors ?? []);
  return (is.errors ?? []).flatMap((error) => (known.has(error) ? [] : promise('error-added', `${error} was not announced before`, tier)));
}

function promise(rule: ReadRuleName, message: string, asked: CompatibilityTier): ReadObstacle[] {
  const { tier } = READ_RULES[rule];
  return TIERS.indexOf(tier) <= TIERS.indexOf(asked) ? [{ path: '$', rule, tier, message }] : [];
}
