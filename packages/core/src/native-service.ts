/** What native workers and libraries of a service tell about themselves: ids of its exports and the listing that the protocol sends. */
import type { NativeService } from '@molt/codegen-native';
import { encodeExports } from '@molt/ipc';
import { exportIds, type SchemaSet, schemaSetDigest } from '@molt/schema-ir';
import { COMPILER_VERSION } from './artifact-id.ts';

/** Describes a schema set for the C files. */
export function serviceOf(schemas: SchemaSet, artifactId: string): NativeService {
  return {
    artifactId,
    runtime: `molt-native ${COMPILER_VERSION}`,
    digest: schemaSetDigest(schemas),
    exports: schemas.exports.map((item) => {
      const { input, output } = exportIds(item, schemas.types);
      return { name: item.name, inputId: input, outputId: output };
    }),
    exportsPayload: encodeExports(schemas),
  };
}
