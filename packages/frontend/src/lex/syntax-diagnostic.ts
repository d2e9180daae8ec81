/**
 * What is wrong with a piece of Python text: the diagnostic record of tokenizer, parser and scope check, and the stable
 * code of every kind of fault.
 *
 * Messages follow CPython's wording; the code says which rule was broken, so that tools need not read the message.
 * Numbers are never reused or renumbered; a new kind goes at the end of its group.
 */

/** One fault: a stable code, CPython's message and the half-open UTF-16 span it points to. */
export interface SyntaxDiagnostic {
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The kinds of fault and their codes: 1001-1019 text and layout, 1020-1059 grammar, 1060-1099 scopes and context. */
export const SYNTAX_CODES = {
  invalidSyntax: 'MOLT1001',
  nullByte: 'MOLT1002',
  invalidCharacter: 'MOLT1003',
  unterminatedString: 'MOLT1004',
  invalidNumber: 'MOLT1005',
  badContinuation: 'MOLT1006',
  unmatchedBracket: 'MOLT1007',
  unclosedBracket: 'MOLT1008',
  nestingLimit: 'MOLT1009',
  inconsistentTabs: 'MOLT1010',
  unexpectedIndent: 'MOLT1011',
  badDedent: 'MOLT1012',
  expectedBlock: 'MOLT1013',
  badEscape: 'MOLT1014',
  badBytes: 'MOLT1015',
  fstring: 'MOLT1016',

  expectedToken: 'MOLT1020',
  invalidTarget: 'MOLT1021',
  assignmentForComparison: 'MOLT1022',
  missingComma: 'MOLT1023',
  missingElse: 'MOLT1024',
  argumentOrder: 'MOLT1025',
  keywordArgument: 'MOLT1026',
  generatorParentheses: 'MOLT1027',
  parameterOrder: 'MOLT1028',
  invalidParameter: 'MOLT1029',
  comprehensionTarget: 'MOLT1030',
  misplacedUnpacking: 'MOLT1031',
  dictDisplay: 'MOLT1032',
  illegalAnnotationTarget: 'MOLT1033',
  tryWithoutHandler: 'MOLT1034',
  exceptForm: 'MOLT1035',
  importForm: 'MOLT1036',
  legacyStatement: 'MOLT1037',
  invalidPattern: 'MOLT1038',
  unparenthesizedLambda: 'MOLT1039',
  forbiddenInCallable: 'MOLT1040',

  outsideFunction: 'MOLT1060',
  outsideLoop: 'MOLT1061',
  outsideAsync: 'MOLT1062',
  asyncGenerator: 'MOLT1063',
  exceptStarJump: 'MOLT1064',
  defaultExceptOrder: 'MOLT1065',
  misplacedStar: 'MOLT1066',
  repeatedArgument: 'MOLT1067',
  repeatedKeyword: 'MOLT1068',
  reservedName: 'MOLT1069',
  globalConflict: 'MOLT1070',
  nonlocalConflict: 'MOLT1071',
  starImport: 'MOLT1072',
  futureImport: 'MOLT1073',
  namedExpressionScope: 'MOLT1074',
  yieldInComprehension: 'MOLT1075',
  forbiddenInAnnotation: 'MOLT1076',
  repeatedTypeParameter: 'MOLT1077',
  unreachablePattern: 'MOLT1078',
  patternBinding: 'MOLT1079',
} as const;

/** The name of a kind of fault. */
export type SyntaxFault = keyof typeof SYNTAX_CODES;

/** Builds a diagnostic; an empty span is widened to nothing, renderers point at its start. */
export function syntaxDiagnostic(fault: SyntaxFault, message: string, start: number, end: number): SyntaxDiagnostic {
  return { code: SYNTAX_CODES[fault], message, start, end };
}
