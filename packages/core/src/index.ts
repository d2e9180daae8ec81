/** `compile()`: the road from Python source to an artifact. No Node API; what needs one is in `@molt/core/node`. */

export { type SourceSchemas, schemasOfSource } from '@molt/frontend';
export type { Artifact, NativeArtifact, WasmArtifact } from './artifact.ts';
export { ABI_VERSION_TEXT, artifactId, COMPILER_VERSION, type Identity, identityOf, MIR_VERSION, stdlibStamp } from './artifact-id.ts';
export { compileModule, type Generated } from './compile-module.ts';
export {
  type BuildOptions,
  type CompileOptions,
  type Mode,
  type ResolvedOptions,
  resolveOptions,
  STAGES,
  type StageName,
  type Target,
} from './compile-options.ts';
export {
  type BuildResult,
  type CheckResult,
  type CompileResult,
  type CompileStats,
  check,
  compile,
  compileTargets,
  programId,
} from './pipeline.ts';
export { DEFAULT_ENTRY, type Program, programOf, type SourceInput } from './program.ts';
export { type StepTime, Stopwatch } from './stopwatch.ts';
