/**
 * What a compilation makes, as data: bytes of a WebAssembly module, or C files, with their identity and the schemas of the exports.
 */
import type { NativeKind, NativeOutput } from '@molt/codegen-native';
import type { SchemaSet } from '@molt/schema-ir';

/** A WebAssembly module. */
export interface WasmArtifact {
  readonly kind: 'wasm';
  /** SHA-256 over everything that decides the bytes; see artifact-id.ts. */
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Exports of a service; null for scripts. */
  readonly schemas: SchemaSet | null;
}

/** C files, ready for a C compiler. */
export interface NativeArtifact {
  readonly kind: 'native-c';
  readonly id: string;
  /** The files by what they are to be linked to. */
  readonly outputs: ReadonlyMap<NativeKind, NativeOutput>;
  readonly schemas: SchemaSet | null;
}

export type Artifact = WasmArtifact | NativeArtifact;
