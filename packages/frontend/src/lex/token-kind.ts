/**
 * The kinds of tokens, as small integers so that a token list is three typed arrays and the parser's tables are too.
 *
 * The order carries meaning: the four layout tokens come first (`kind <= DEDENT`), in-place operators and keywords are
 * contiguous. `TOKEN_TEXT` gives the spelling of every operator and keyword.
 */

export const ENDMARKER = 0;
export const NEWLINE = 1;
export const INDENT = 2;
export const DEDENT = 3;

export const NAME = 4;
export const NUMBER = 5;
export const STRING = 6;
/** Prefix and opening quote of an f-string. */
export const FSTRING_START = 7;
/** Literal text inside an f-string or a format specification; doubled braces and escapes are still in it. */
export const FSTRING_MIDDLE = 8;
/** Closing quote of an f-string. */
export const FSTRING_END = 9;
/** Text the tokenizer refused; the token list has the diagnostic. */
export const ERROR = 10;

export const LPAR = 16;
export const RPAR = 17;
export const LSQB = 18;
export const RSQB = 19;
export const LBRACE = 20;
export const RBRACE = 21;
export const COLON = 22;
export const COMMA = 23;
export const SEMI = 24;
export const DOT = 25;
export const ELLIPSIS = 26;
export const EQUAL = 27;
export const ARROW = 28;
export const COLONEQUAL = 29;
export const EXCLAMATION = 30;
export const PLUS = 31;
export const MINUS = 32;
export const STAR = 33;
export const SLASH = 34;
export const VBAR = 35;
export const AMPER = 36;
export const CIRCUMFLEX = 37;
export const TILDE = 38;
export const PERCENT = 39;
export const AT = 40;
export const DOUBLESLASH = 41;
export const DOUBLESTAR = 42;
export const LEFTSHIFT = 43;
export const RIGHTSHIFT = 44;
export const LESS = 45;
export const GREATER = 46;
export const LESSEQUAL = 47;
export const GREATEREQUAL = 48;
export const EQEQUAL = 49;
export const NOTEQUAL = 50;

export const PLUSEQUAL = 51;
export const MINEQUAL = 52;
export const STAREQUAL = 53;
export const SLASHEQUAL = 54;
export const PERCENTEQUAL = 55;
export const AMPEREQUAL = 56;
export const VBAREQUAL = 57;
export const CIRCUMFLEXEQUAL = 58;
export const LEFTSHIFTEQUAL = 59;
export const RIGHTSHIFTEQUAL = 60;
export const DOUBLESTAREQUAL = 61;
export const DOUBLESLASHEQUAL = 62;
export const ATEQUAL = 63;

export const KW_FALSE = 64;
export const KW_NONE = 65;
export const KW_TRUE = 66;
export const KW_AND = 67;
export const KW_AS = 68;
export const KW_ASSERT = 69;
export const KW_ASYNC = 70;
export const KW_AWAIT = 71;
export const KW_BREAK = 72;
export const KW_CLASS = 73;
export const KW_CONTINUE = 74;
export const KW_DEF = 75;
export const KW_DEL = 76;
export const KW_ELIF = 77;
export const KW_ELSE = 78;
export const KW_EXCEPT = 79;
export const KW_FINALLY = 80;
export const KW_FOR = 81;
export const KW_FROM = 82;
export const KW_GLOBAL = 83;
export const KW_IF = 84;
export const KW_IMPORT = 85;
export const KW_IN = 86;
export const KW_IS = 87;
export const KW_LAMBDA = 88;
export const KW_NONLOCAL = 89;
export const KW_NOT = 90;
export const KW_OR = 91;
export const KW_PASS = 92;
export const KW_RAISE = 93;
export const KW_RETURN = 94;
export const KW_TRY = 95;
export const KW_WHILE = 96;
export const KW_WITH = 97;
export const KW_YIELD = 98;

/** One more than the largest kind: the length of a table indexed by kind. */
export const KIND_COUNT = 99;

const OPERATOR_TEXT =
  '( ) [ ] { } : , ; . ... = -> := ! + - * / | & ^ ~ % @ // ** << >> < > <= >= == != += -= *= /= %= &= |= ^= <<= >>= **= //= @=';
const KEYWORD_TEXT =
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is ' +
  'lambda nonlocal not or pass raise return try while with yield';

/** The spelling of each operator and keyword; empty for the other kinds. */
export const TOKEN_TEXT: readonly string[] = [...new Array<string>(LPAR).fill(''), ...OPERATOR_TEXT.split(' '), ...KEYWORD_TEXT.split(' ')];
