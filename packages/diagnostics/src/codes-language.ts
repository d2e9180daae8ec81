/**
 * Codes MOLT1200 to MOLT1399: names, types and constructs of Python that a compile refuses or warns of.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const LANGUAGE_CODES = {
  MOLT1200: {
    slug: 'unsupported-construct',
    severity: 'error',
    message: '{what} is outside the language that Molt compiles today',
    hint: '{rewrite}',
  },
  MOLT1201: {
    slug: 'module-not-found',
    severity: 'error',
    message: "no module named '{name}' in the program or in Molt's standard library",
    hint: 'add the file to the program, or see the list of modules with `molt explain MOLT1201`',
  },
  MOLT1202: {
    slug: 'name-not-found-in-module',
    severity: 'error',
    message: "module '{module}' has no name '{name}' that Molt knows",
    hint: '{suggestion}',
  },
  MOLT1203: {
    slug: 'export-not-annotated',
    severity: 'error',
    message: "parameter '{param}' of export '{name}' has no annotation",
    hint: 'exports are boundaries: annotate every parameter and the result',
  },
  MOLT1204: {
    slug: 'export-type-unsupported',
    severity: 'error',
    message: "type '{type}' cannot cross the boundary of '{name}': {why}",
    hint: '{rewrite}',
  },
  MOLT1205: { slug: 'export-not-found', severity: 'error', message: "no function '{name}' to export", hint: '{suggestion}' },
  MOLT1206: { slug: 'certain-type-error', severity: 'warning', message: 'this always raises {error}: {text}' },
  MOLT1207: {
    slug: 'nothing-to-export',
    severity: 'error',
    message: 'the file has no function that callers could call',
    hint: 'annotate the parameters and the result of a public function other than main, name functions with --exports, or build a program that runs once with --script',
  },
  MOLT1208: {
    slug: 'export-type-not-compiled',
    severity: 'error',
    message: "type '{type}' of '{name}' has a schema, but cannot be compiled yet: {why}",
    hint: '{rewrite}',
  },
  MOLT1209: {
    slug: 'context-twice',
    severity: 'error',
    message: "export '{name}' takes the context of the call as '{first}' and again as '{second}'",
    hint: 'a call has one context: take it once and pass it on',
  },
} as const satisfies CodeTable;
