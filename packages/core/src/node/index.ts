/** What of `@molt/core` needs Node: programs and artifacts on a disk, and the C compiler. */

export { type CallResult, callExport } from './call-export.ts';
export { type ImportedName, importedNames } from './imported-names.ts';
export { ARTIFACT_FILES, formatManifest, MANIFEST_FORMAT, type Manifest, type ManifestExport, type ManifestFile } from './manifest.ts';
export { buildNative, type NativeBuildOptions, nativeTriple } from './native-build.ts';
export { type ProgramOnDisk, readProgram } from './read-program.ts';
export { readText } from './read-text.ts';
export { type ArtifactOptions, type BuildTarget, type WrittenArtifact, writeArtifact } from './write-artifact.ts';
export { makeFolder, writeWhole } from './write-file.ts';
