/**
 * manifest.json of an artifact directory: what is in it, what it was made of, and the hash of every file.
 *
 * Workers read it with `readArtifact` of @molt/runtime, which checks it against schemas.json.
 */
import type { Mode } from '../compile-options.ts';

/** Form of the manifest; other forms are refused. */
export const MANIFEST_FORMAT = 'molt-artifact/1';

/** Names of files in an artifact directory. */
export const ARTIFACT_FILES = {
  manifest: 'manifest.json',
  schemas: 'schemas.json',
  wasm: 'module.wasm',
  worker: 'molt_worker',
  library: 'molt_module.so',
  program: 'molt_program',
} as const;

/** A file of the artifact. */
export interface ManifestFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** An export with the wire ids that a call names. */
export interface ManifestExport {
  readonly name: string;
  readonly inputId: string;
  readonly outputId: string;
}

/** The manifest. */
export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  /** Id of the program with its options, the same for all targets and machines; see `programId`. */
  readonly artifactId: string;
  readonly mode: Mode;
  readonly entry: string;
  readonly compiler: string;
  readonly mir: number;
  readonly abi: string;
  readonly stdlib: string;
  /** SHA-256 of each source by its path. */
  readonly sources: Readonly<Record<string, string>>;
  readonly exports: readonly ManifestExport[];
  /** What was built: `wasm`, and the triple of the native target, such as `x86_64-linux`. */
  readonly targets: readonly string[];
  /** Artifact id of each target. */
  readonly targetIds: Readonly<Record<string, string>>;
  /** Files of the directory by name, without the manifest. */
  readonly files: Readonly<Record<string, ManifestFile>>;
}

/** The text of a manifest: the same manifest always gives the same text. */
export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
