/** Annotations that state bounds, in the words of schemas.json, so that reading the Python declarations gives the same schema again. */

/** `Annotated[type, {"maxItems": 5}]`; the type alone when there is nothing to state. */
export function annotated(type: string, words: Readonly<Record<string, string | number | bigint>>): string {
  const entries = Object.entries(words);
  if (entries.length === 0) return type;
  return `Annotated[${type}, {${entries.map(([word, value]) => `"${word}": ${typeof value === 'string' ? `"${value}"` : value}`).join(', ')}}]`;
}
