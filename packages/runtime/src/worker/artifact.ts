/// <reference path="../host/wasm-api.d.ts" />
/**
 * Reads an artifact directory: `manifest.json`, `schemas.json` and `module.wasm`, checked against each other.
 *
 * Whatever is wrong is an error with the file, the reason and what to do; a directory that is not an artifact is told from one that is
 * damaged.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fault, MoltError } from '@molt/diagnostics';
import { exportIds, type SchemaSet, schemaSetFromJson } from '@molt/schema-ir';

/** An artifact directory cannot be used. */
export class ArtifactError extends MoltError {}

/** What manifest.json says about an export. */
export interface ManifestExport {
  readonly name: string;
  /** Wire ids of the schemas. */
  readonly inputId: string;
  readonly outputId: string;
}

/** The part of manifest.json that a worker needs. */
export interface ArtifactManifest {
  readonly artifactId: string;
  readonly exports: readonly ManifestExport[];
  /** What was built: `wasm`, or the triple of a native target. */
  readonly targets: readonly string[];
  /** SHA-256 of each file by its name; a file that is not listed is not checked. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** An artifact that can be served. */
export interface ServableArtifact {
  readonly manifest: ArtifactManifest;
  readonly schemas: SchemaSet;
  readonly module: WebAssembly.Module;
}

/** Reads an artifact directory; rejects with ArtifactError. */
export async function readArtifact(path: string): Promise<ServableArtifact> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw missing(path, 'no such directory');
  if (!found.isDirectory()) throw missing(path, 'it is a file; an artifact is a directory');
  const manifestText = await readIf(join(path, 'manifest.json'));
  if (manifestText === undefined) throw missing(path, 'the directory has no manifest.json');
  const manifest = parseManifest(path, manifestText.toString('utf8'));
  const schemas = await readSchemas(path, manifest);
  checkExports(path, manifest, schemas);
  return { manifest, schemas, module: await readModule(path, manifest) };
}

async function readSchemas(path: string, { hashes }: ArtifactManifest): Promise<SchemaSet> {
  const file = 'schemas.json';
  const text = await readIf(join(path, file));
  if (text === undefined) throw damaged(path, file, 'the file is missing');
  checkHash(path, file, text, hashes);
  try {
    return schemaSetFromJson(text.toString('utf8'));
  } catch (error) {
    throw damaged(path, file, error instanceof Error ? error.message : String(error));
  }
}

async function readModule(path: string, { targets, hashes }: ArtifactManifest): Promise<WebAssembly.Module> {
  const file = 'module.wasm';
  const bytes = await readIf(join(path, file));
  if (bytes === undefined) throw new ArtifactError(fault('MOLT6203', { path, targets: targets.join(', ') || 'nothing' }));
  checkHash(path, file, bytes, hashes);
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw damaged(path, file, `it is not a WebAssembly module (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** A file that was changed or comes from another build must not run under the artifact's id. */
function checkHash(path: string, file: string, bytes: Uint8Array, hashes: ReadonlyMap<string, string>): void {
  const expected = hashes.get(file);
  if (expected === undefined) return;
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== expected) throw damaged(path, file, `its hash is ${actual.slice(0, 16)}, the manifest says ${expected.slice(0, 16)}`);
}

/** Both files come from one build: the same exports in the same order with the same ids. */
function checkExports(path: string, { exports }: ArtifactManifest, set: SchemaSet): void {
  const other = set.exports.map((item) => ({ name: item.name, ...exportIds(item, set.types) }));
  const same =
    exports.length === other.length &&
    exports.every(
      ({ name, inputId, outputId }, i) => name === other[i]?.name && inputId === other[i]?.input && outputId === other[i]?.output,
    );
  if (!same) throw damaged(path, 'manifest.json', 'its exports are not those of schemas.json; the files come from different builds');
}

function parseManifest(path: string, text: string): ArtifactManifest {
  const refuse = (why: string): never => {
    throw damaged(path, 'manifest.json', why);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const textAt = (owner: unknown, key: string): string => {
    const value = fieldOf(owner, key);
    return typeof value === 'string' ? value : refuse(`expected text for ${key}, got ${typeof value}`);
  };
  const listAt = (owner: unknown, key: string): readonly unknown[] => {
    const value = fieldOf(owner, key);
    return Array.isArray(value) ? value : refuse(`expected a list for ${key}, got ${typeof value}`);
  };
  const artifactId = textAt(json, 'artifactId');
  if (fieldOf(json, 'mode') === 'script') refuse('it was built from a script, which answers no calls; build it as a service, with exports');
  const files = Object.entries(fieldOf(json, 'files') ?? {});
  return {
    artifactId,
    exports: listAt(json, 'exports').map((item) => ({
      name: textAt(item, 'name'),
      inputId: textAt(item, 'inputId'),
      outputId: textAt(item, 'outputId'),
    })),
    targets: listAt(json, 'targets').map(String),
    hashes: new Map(files.map(([name, facts]) => [name, textAt(facts, 'sha256')])),
  };
}

function fieldOf(owner: unknown, key: string): unknown {
  return typeof owner === 'object' && owner !== null && Object.hasOwn(owner, key) ? (owner as Record<string, unknown>)[key] : undefined;
}

/** The bytes of a file; undefined if there is none. */
async function readIf(path: string): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw new ArtifactError(fault('MOLT6201', { path, why: error instanceof Error ? error.message : String(error) }));
  }
}

function missing(path: string, why: string): ArtifactError {
  return new ArtifactError(fault('MOLT6201', { path, why }));
}

function damaged(path: string, file: string, why: string): ArtifactError {
  return new ArtifactError(fault('MOLT6202', { path, file, why }));
}
