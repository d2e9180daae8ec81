/**
 * The road from Python source to an artifact, from top to bottom. Everything else in this package serves one step of it.
 *
 * `compileTargets` walks it once for several targets; `compile` is the same for one. Faults of the program are diagnostics and the artifact
 * is then absent; wrong options throw a MoltError; faults of Molt itself throw an InternalError.
 */
import { type Diagnostic, hasErrors, sortDiagnostics } from '@molt/diagnostics';
import { buildModule } from '@molt/frontend';
import type { Module } from '@molt/mir';
import type { SchemaSet } from '@molt/schema-ir';
import { stdlibSources } from '@molt/stdlib';
import type { Artifact, NativeArtifact, WasmArtifact } from './artifact.ts';
import { artifactId, identityOf } from './artifact-id.ts';
import { compileModule, type Generated } from './compile-module.ts';
import {
  type BuildOptions,
  type CompileOptions,
  type ResolvedOptions,
  resolveOptions,
  type StageName,
  type Target,
} from './compile-options.ts';
import { serviceOf } from './native-service.ts';
import { type Program, programOf, type SourceInput } from './program.ts';
import { stageTexts } from './stage-text.ts';
import { type StepTime, Stopwatch } from './stopwatch.ts';

/** Figures of a compilation. */
export interface CompileStats {
  /** Steps of the road with their times. */
  readonly steps: readonly StepTime[];
  readonly functions: number;
  readonly instructions: number;
}

/** What a compilation for several targets gives. */
export interface BuildResult {
  /** Artifacts by target; empty when the program has errors. */
  readonly artifacts: ReadonlyMap<Target, Artifact>;
  readonly diagnostics: readonly Diagnostic[];
  readonly stats: CompileStats;
  /** Texts of the stages that `emit` asked for. */
  readonly texts: ReadonlyMap<StageName, string>;
}

/** What `compile` gives. */
export interface CompileResult {
  /** Null when the program has errors. */
  readonly artifact: Artifact | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly stats: CompileStats;
  readonly texts: ReadonlyMap<StageName, string>;
}

/**
 * Compiles a program for one target.
 *
 * @example const { artifact, diagnostics } = compile('print("hello")', { target: 'wasm', mode: 'script' });
 */
export function compile(source: SourceInput, options: CompileOptions): CompileResult {
  const { artifacts, ...result } = compileTargets(source, [options.target], options);
  return { artifact: artifacts.get(options.target) ?? null, ...result };
}

/** The id of a program with its options, whatever the target: what an artifact directory and its workers are known by. */
export function programId(program: Program, options: ResolvedOptions): string {
  return artifactId(identityOf(program, options, 'any'));
}

/** Compiles a program for several targets; everything but code generation is done once. */
export function compileTargets(source: SourceInput, targets: readonly Target[], given: BuildOptions): BuildResult {
  const watch = new Stopwatch();
  const options = resolveOptions(given);
  const program = programOf(source);
  const { module, schemas, diagnostics } = checkProgram(program, options, watch);
  if (module === null) return { artifacts: new Map(), diagnostics, stats: statsOf(null, watch), texts: new Map() };
  const service = schemas === null ? undefined : serviceOf(schemas, programId(program, options));
  const generated = compileModule(module, targets, options, given, watch, service);
  const artifacts = collect(program, targets, options, generated, schemas);
  const texts = stageTexts(given.emit ?? [], program, module, generated, options.sharedMemory);
  return { artifacts, diagnostics, stats: statsOf(generated.machine, watch), texts };
}

/** What `check` gives. */
export interface CheckResult {
  /** Null when the program has errors. */
  readonly module: Module | null;
  /** Schemas of the exports of a service. */
  readonly schemas: SchemaSet | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly stats: CompileStats;
}

/** Only the upper half of the road: what is wrong with a program, its MIR, and what it exports. */
export function check(source: SourceInput, given: BuildOptions): CheckResult {
  const watch = new Stopwatch();
  const checked = checkProgram(programOf(source), resolveOptions(given), watch);
  return { ...checked, stats: statsOf(checked.module, watch) };
}

/** The upper half: sources to language-level MIR and schemas; null when there are errors. */
function checkProgram(
  program: Program,
  options: ResolvedOptions,
  watch: Stopwatch,
): { module: Module | null; schemas: SchemaSet | null; diagnostics: readonly Diagnostic[] } {
  const { files, entry } = program;
  const { mode, exports } = options;
  const built = watch.time('front end', () =>
    buildModule({ files, entry, stdlib: stdlibSources }, { mode, ...(exports === undefined ? {} : { exports }) }),
  );
  const diagnostics = sortDiagnostics(distinct(built.diagnostics));
  if (built.module === null || hasErrors(diagnostics)) return { module: null, schemas: null, diagnostics };
  return { module: rootedSites(built.module, options.sourceRoot), schemas: built.schemas, diagnostics };
}

/** Each fault once: a template that is typed for several callers reports its faults for each of them. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, message, span }) => {
    const key = JSON.stringify([code, message, span?.file.path, span?.start, span?.end]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Tracebacks name files below the folder that the caller shows. */
function rootedSites(module: Module, root: string): Module {
  return root === '' ? module : { ...module, sites: module.sites.map((site) => ({ ...site, file: root + site.file })) };
}

function collect(
  program: Program,
  targets: readonly Target[],
  options: ResolvedOptions,
  { wasm, native }: Generated,
  schemas: SchemaSet | null,
): ReadonlyMap<Target, Artifact> {
  const artifacts = new Map<Target, Artifact>();
  for (const target of targets) {
    // Hashing all sources takes longer than compiling a small program, and not everybody asks for the id.
    let known: string | undefined;
    const idOf = () => (known ??= artifactId(identityOf(program, options, target)));
    const id = { enumerable: true, get: idOf };
    if (target === 'wasm' && wasm !== undefined)
      artifacts.set(target, Object.defineProperty({ kind: 'wasm', bytes: wasm, schemas } as WasmArtifact, 'id', id));
    if (target === 'native-c' && native !== undefined)
      artifacts.set(target, Object.defineProperty({ kind: 'native-c', outputs: native, schemas } as NativeArtifact, 'id', id));
  }
  return artifacts;
}

function statsOf(machine: Module | null, watch: Stopwatch): CompileStats {
  let instructions = 0;
  for (const func of machine?.funcs.values() ?? [])
    for (const block of func.blocks) instructions += block === null ? 0 : block.insts.length + 1;
  return { steps: watch.times, functions: machine?.funcs.size ?? 0, instructions };
}
