/**
 * The state of one f-string that the tokenizer is inside of (PEP 701: they nest, with any quotes).
 *
 * An f-string alternates between literal text and replacement fields; a field holds ordinary tokens up to its `:`,
 * after which literal text (the format specification) starts again, in which fields may open once more.
 */
export interface FStringFrame {
  /** Offset of the prefix. */
  readonly start: number;
  /** Character code of the quote, and how many there are: 1 or 3. */
  readonly quote: number;
  readonly quoteSize: number;
  readonly raw: boolean;
  /** Bracket depth outside of this f-string. */
  readonly outerLevel: number;
  /** For each open replacement field, the bracket depth just inside its brace. */
  readonly fieldLevels: number[];
  /** For each open replacement field, whether its format specification has begun. */
  readonly inSpec: boolean[];
}

/** CPython's limits: f-strings inside f-strings, and fields inside specifications of one f-string. */
export const MAX_FSTRING_NESTING = 150;
export const MAX_FIELD_NESTING = 3;

/** Whether the tokenizer is in literal text of `frame`, not among the tokens of a replacement field. */
export function inLiteralText(frame: FStringFrame): boolean {
  const fields = frame.inSpec.length;
  return fields === 0 || (frame.inSpec[fields - 1] as boolean);
}
