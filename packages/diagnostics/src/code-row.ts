/**
 * The shape of one row of the code table, and the types read from it.
 *
 * A message template names its parameters in braces (`expected {expected}, got {actual}`). `ParamsIn` reads those names at compile
 * time, so a report that forgets one, or a template that is renamed, is a type error at the place of the report.
 */

/** How grave a diagnostic is; only errors stop a compilation. */
export type Severity = 'error' | 'warning' | 'info';

/** What is known about a code before anything happened. */
export interface CodeRow {
  /** Stable kebab-case name, used in documentation addresses. */
  readonly slug: string;
  readonly severity: Severity;
  /** The message; `{name}` is replaced by the parameter of that name. */
  readonly message: string;
  /** What to do about it; may use the same parameters. */
  readonly hint?: string;
  /** More for `molt explain`: why it is so, an example before and after. */
  readonly explanation?: string;
}

/** A part of the code table; each number range has a file of its own. */
export type CodeTable = Readonly<Record<string, CodeRow>>;

/** What a parameter may be. Objects are refused, so nothing is ever printed as `[object Object]`. */
export type ParamValue = string | number | bigint | boolean;

/** The parameter names in a template, as a union of string literals. */
export type ParamsIn<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamsIn<Rest> : never;

/** Replaces `{name}` by its parameter. A name without a value stays as it stands, which shows the mistake. */
export function fillTemplate(template: string, params: Readonly<Record<string, ParamValue>>): string {
  return template.replace(/\{([A-Za-z]\w*)\}/g, (whole, name: string) => (Object.hasOwn(params, name) ? String(params[name]) : whole));
}
