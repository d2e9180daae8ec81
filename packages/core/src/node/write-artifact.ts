/**
 * Builds an artifact directory: module.wasm, native files, schemas.json, manifest.json.
 *
 * The manifest is written last: a directory without one is not an artifact, so an interrupted build leaves none that looks whole. The same
 * program gives the same bytes in every folder.
 */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativeKind } from '@molt/codegen-native';
import { type Diagnostic, isMoltError } from '@molt/diagnostics';
import { exportIds, type SchemaSet, schemaSetToJson, sha256Hex } from '@molt/schema-ir';
import type { NativeArtifact } from '../artifact.ts';
import { ABI_VERSION_TEXT, COMPILER_VERSION, MIR_VERSION, stdlibStamp } from '../artifact-id.ts';
import { type BuildOptions, resolveOptions, type Target } from '../compile-options.ts';
import { compileTargets, programId } from '../pipeline.ts';
import type { Program } from '../program.ts';
import { ARTIFACT_FILES, formatManifest, MANIFEST_FORMAT, type Manifest, type ManifestFile } from './manifest.ts';
import { buildNative, nativeTriple } from './native-build.ts';
import { makeFolder, writeWhole } from './write-file.ts';

/** What a build can be for. */
export type BuildTarget = 'wasm' | 'native';

/** Options of `writeArtifact`. */
export interface ArtifactOptions extends Omit<BuildOptions, 'nativeKinds' | 'emit'> {
  readonly outDir: string;
  /** Default: wasm, and native where a C compiler is found. */
  readonly targets?: readonly BuildTarget[];
}

/** What was built. */
export interface WrittenArtifact {
  /** Null when the program has errors; then nothing was written. */
  readonly manifest: Manifest | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Why the native target was left out, if it was. */
  readonly skipped?: string;
}

const NATIVE_FILES: Readonly<Record<NativeKind, string>> = {
  exe: ARTIFACT_FILES.program,
  worker: ARTIFACT_FILES.worker,
  shared: ARTIFACT_FILES.library,
};

/** Compiles a program and writes its artifact directory. */
export async function writeArtifact(program: Program, options: ArtifactOptions): Promise<WrittenArtifact> {
  const { outDir, targets: wanted = ['wasm', 'native'], ...build } = options;
  const targets = wanted.map((target): Target => (target === 'wasm' ? 'wasm' : 'native-c'));
  const { artifacts, diagnostics } = compileTargets(program, targets, build);
  const [first] = artifacts.values();
  if (first === undefined) return { manifest: null, diagnostics };
  await makeFolder(outDir);
  for (const file of Object.values(ARTIFACT_FILES)) await rm(join(outDir, file), { force: true });

  const names: string[] = [];
  const targetIds: Record<string, string> = {};
  let skipped: string | undefined;
  for (const artifact of artifacts.values()) {
    if (artifact.kind === 'wasm') {
      await writeWhole(join(outDir, ARTIFACT_FILES.wasm), artifact.bytes);
      names.push(ARTIFACT_FILES.wasm);
      targetIds.wasm = artifact.id;
      continue;
    }
    try {
      names.push(...(await writeNative(artifact, outDir)));
      targetIds[nativeTriple()] = artifact.id;
    } catch (error) {
      // Without a C compiler the WebAssembly half is still whole, unless native was asked for.
      if (!isMoltError(error) || error.code !== 'MOLT3001' || options.targets !== undefined) throw error;
      skipped = error.message;
    }
  }
  const { schemas } = first;
  if (schemas !== null) {
    await writeWhole(join(outDir, ARTIFACT_FILES.schemas), schemaSetToJson(schemas));
    names.push(ARTIFACT_FILES.schemas);
  }
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    artifactId: programId(program, resolveOptions(build)),
    mode: build.mode,
    entry: program.entry,
    compiler: COMPILER_VERSION,
    mir: MIR_VERSION,
    abi: ABI_VERSION_TEXT,
    stdlib: stdlibStamp(),
    sources: Object.fromEntries([...program.files].map(([path, text]) => [path, sha256Hex(new TextEncoder().encode(text))])),
    exports: schemas === null ? [] : exportsOf(schemas),
    targets: Object.keys(targetIds),
    targetIds,
    files: Object.fromEntries(await Promise.all(names.sort().map(async (name) => [name, await factsOf(join(outDir, name))]))) as Record<
      string,
      ManifestFile
    >,
  };
  await writeWhole(join(outDir, ARTIFACT_FILES.manifest), formatManifest(manifest));
  return { manifest, diagnostics, ...(skipped === undefined ? {} : { skipped }) };
}

async function writeNative(artifact: NativeArtifact, outDir: string): Promise<string[]> {
  const names: string[] = [];
  for (const [kind, output] of artifact.outputs) {
    await buildNative(output, { path: join(outDir, NATIVE_FILES[kind]), kind, opt: 2 });
    names.push(NATIVE_FILES[kind]);
  }
  return names;
}

function exportsOf(set: SchemaSet): Manifest['exports'] {
  return set.exports.map((item) => {
    const { input, output } = exportIds(item, set.types);
    return { name: item.name, inputId: input, outputId: output };
  });
}

async function factsOf(path: string): Promise<ManifestFile> {
  const bytes = await readFile(path);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
