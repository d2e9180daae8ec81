/** Which exports have streams: a parameter or the result whose schema is of kind `stream`. */
import type { ExportSchema, Schema } from '@molt/schema-ir';

/** The streams of an export. */
export interface ExportStreams {
  readonly input: boolean;
  readonly output: boolean;
}

/** The streams that calls of an export have. */
export function streamsOf(item: ExportSchema): ExportStreams {
  return { input: item.params.some(({ schema }) => isStream(schema)), output: isStream(item.result) };
}

function isStream(schema: Schema): boolean {
  return (schema.kind as string) === 'stream';
}
