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
