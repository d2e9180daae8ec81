/** Which exports have streams: a parameter or the result whose schema is of kind `stream`. */
import type { ExportSchema } from '@molt/schema-ir';

/** The streams of an export. */
export interface ExportStreams {
  readonly input: boolean;
  readonly output: boolean;
}

/** The streams that calls of an export have. */
export function streamsOf(item: ExportSchema): ExportStreams {
  return { input: item.params.some(({ schema }) => schema.kind === 'stream'), output: item.result.kind === 'stream' };
}
