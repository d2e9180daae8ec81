/**
 * A schema set against a registry: which of its inputs and outputs are published, which are new, and which break what was published.
 *
 * The input of an export `f` goes by the name `f.input`, its output by `f.output`. Only versions of the newest major number count as
 * history: a new major version is how a break is published on purpose.
 */
import { type SchemaId, wireId } from './canonical.ts';
import { BOUNDARY_MODES, type CompatibilityMode, compatible, type Incompatibility } from './compatible.ts';
import type { CompatibilityTier } from './read-rules.ts';
import { bindSchema, historyOf, latestOf, nextVersion, type SchemaRegistry, versionKeys } from './registry.ts';
import type { Schema } from './schema.ts';
import { inputSchema, type SchemaSet } from './schema-set.ts';

/** What may be chosen. */
export interface RegistryCheckOptions {
  /** Modes by side, those of the boundaries by default. */
  readonly modes?: { readonly input?: CompatibilityMode; readonly output?: CompatibilityMode };
  readonly tier?: CompatibilityTier;
  /** Publish what breaks as a new major version. */
  readonly breaking?: boolean;
}

/** What the registry says about one schema. */
export type RegistryFinding = {
  readonly name: string;
  readonly id: SchemaId;
  readonly mode: CompatibilityMode;
} & (
  | { readonly state: 'published'; readonly key: string }
  /** Not published yet; `key` is what it would be bound to. */
  | { readonly state: 'new'; readonly key: string }
  | { readonly state: 'breaks'; readonly key: string; readonly failures: readonly Incompatibility[] }
);

/** Finds out about every input and output of a set; `registry` is the registry with all that may be bound. */
export function checkRegistry(
  registry: SchemaRegistry,
  set: SchemaSet,
  { modes = {}, tier = 'WIRE', breaking = false }: RegistryCheckOptions = {},
): { readonly findings: readonly RegistryFinding[]; readonly registry: SchemaRegistry } {
  const findings: RegistryFinding[] = [];
  let grown = registry;
  const one = (name: string, schema: Schema, mode: CompatibilityMode): void => {
    const id = wireId(schema, set.types);
    const published = publishedKey(registry, name, id);
    if (published !== undefined) {
      findings.push({ name, id, mode, state: 'published', key: published });
      return;
    }
    const { failures } = compatible(mode, { version: name, schema, types: set.types }, currentHistory(registry, name), tier);
    const key = nextVersion(registry, name, failures.length > 0);
    findings.push(failures.length > 0 ? { name, id, mode, state: 'breaks', key, failures } : { name, id, mode, state: 'new', key });
    if (failures.length === 0 || breaking) grown = bindSchema(grown, key, schema, set.types);
  };
  for (const item of set.exports) {
    one(`${item.name}.input`, inputSchema(item), modes.input ?? BOUNDARY_MODES.request);
    one(`${item.name}.output`, item.result, modes.output ?? BOUNDARY_MODES.response);
  }
  return { findings, registry: grown };
}

/** The newest version of the current major number that is bound to an id. */
function publishedKey(registry: SchemaRegistry, name: string, id: SchemaId): string | undefined {
  const major = majorOf(latestOf(registry, name)?.key);
  return versionKeys(registry, name)
    .filter((key) => majorOf(key) === major && registry.bindings.get(key) === id)
    .at(-1);
}

function currentHistory(registry: SchemaRegistry, name: string): ReturnType<typeof historyOf> {
  const major = majorOf(latestOf(registry, name)?.key);
  return historyOf(registry, name).filter(({ version }) => majorOf(version) === major);
}

function majorOf(key: string | undefined): string | undefined {
  return key?.slice(key.lastIndexOf('@') + 1).split('.')[0];
}
