/** An export on one line, as people write it. */
import { type ExportSchema, printType } from '@molt/schema-ir';

/** `total(items: list[Item], tax?: float) -> float`; a question mark says that callers may leave the parameter out. */
export function signatureOf({ name, params, result }: ExportSchema): string {
  const parts = params.map((param) => `${param.name}${param.default === undefined ? '' : '?'}: ${printType(param.schema)}`);
  return `${name}(${parts.join(', ')}) -> ${printType(result)}`;
}
