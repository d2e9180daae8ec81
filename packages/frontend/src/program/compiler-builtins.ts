/** Names that stand for compiler operations in every module, unless the program binds them itself. */
export const COMPILER_BUILTINS = [
  'isinstance',
  'issubclass',
  'len',
  'type',
  'print',
  'repr',
  'hash',
  'id',
  'callable',
  'hasattr',
  'getattr',
  'setattr',
  'delattr',
] as const;

/** Names that every CPython program has and Molt has not: a program that reads one is refused, since a NameError would be a different program. */
export const MISSING_BUILTINS: ReadonlyMap<string, string> = new Map([
  ...['breakpoint', 'copyright', 'credits', 'help', 'license'].map((name) => [name, 'remove it: it serves interactive use'] as const),
  ...['compile', 'eval', 'exec'].map((name) => [name, 'write the code itself: compiled programs make no code at run time'] as const),
  ...['dir', 'globals', 'locals', 'vars'].map(
    (name) => [name, 'name the attributes or variables: they have no table at run time'] as const,
  ),
  ...['classmethod', 'property', 'staticmethod'].map((name) => [name, 'use it as a decorator'] as const),
  ...['aiter', 'anext'].map((name) => [name, 'use a for loop'] as const),
  ...['BaseExceptionGroup', 'ExceptionGroup'].map((name) => [name, 'raise one exception'] as const),
  ['super', 'call it inside a method: super().name(...)'],
  ['bytearray', 'collect the values in a list and build bytes(...) of it'],
  ['memoryview', 'use slices of bytes'],
  ['complex', 'keep the two parts as floats'],
  ['open', 'read sys.stdin and print to standard output'],
  ['UnicodeTranslateError', 'catch UnicodeError'],
]);
