/**
 * The syntax tree: CPython's abstract grammar (3.11, plus type parameters, `type` statements and type parameter
 * defaults of 3.12 and 3.13), node for node and field for field, as plain readonly data.
 *
 * `kind` is the CPython class name; operators and contexts are string literals; optional fields are `T | null`.
 * `id` is dense per module (0 .. nodeCount - 1), so later stages keep what they learn in arrays indexed by it.
 * `start` and `end` are UTF-16 offsets into the source; `LineMap` turns them into lines and UTF-8 columns.
 * Left out on purpose: type comments and `type_ignores`, which nothing here reads.
 */
import type { LineMap } from './line-map.ts';
import type { BoolOperator, CmpOperator, ExprContext, NodeBase, Operator, PyConstant, UnaryOperator } from './node-parts.ts';
import type { MatchCase, Pattern } from './pattern-nodes.ts';

export type { MatchCase, Pattern } from './pattern-nodes.ts';
export type { BoolOperator, CmpOperator, ExprContext, NodeBase, Operator, PyConstant, UnaryOperator };

/** The root of one file. */
export interface Module extends NodeBase {
  readonly kind: 'Module';
  readonly body: readonly Stmt[];
  /** How many nodes the tree has, this one included: the length of a side table. */
  readonly nodeCount: number;
  readonly path: string;
  readonly source: string;
  readonly lines: LineMap;
}

/** The fields of both kinds of function definition. */
interface FunctionFields extends NodeBase {
  readonly name: string;
  readonly args: Arguments;
  readonly body: readonly Stmt[];
  readonly decorator_list: readonly Expr[];
  readonly returns: Expr | null;
  readonly type_params: readonly TypeParam[];
}

export interface FunctionDef extends FunctionFields {
  readonly kind: 'FunctionDef';
}

export interface AsyncFunctionDef extends FunctionFields {
  readonly kind: 'AsyncFunctionDef';
}

export interface ClassDef extends NodeBase {
  readonly kind: 'ClassDef';
  readonly name: string;
  readonly bases: readonly Expr[];
  readonly keywords: readonly Keyword[];
  readonly body: readonly Stmt[];
  readonly decorator_list: readonly Expr[];
  readonly type_params: readonly TypeParam[];
}

export interface Return extends NodeBase {
  readonly kind: 'Return';
  readonly value: Expr | null;
}

export interface Delete extends NodeBase {
  readonly kind: 'Delete';
  readonly targets: readonly Expr[];
}

export interface Assign extends NodeBase {
  readonly kind: 'Assign';
  readonly targets: readonly Expr[];
  readonly value: Expr;
}

/** `type X[T] = ...` */
export interface TypeAlias extends NodeBase {
  readonly kind: 'TypeAlias';
  readonly name: Name;
  readonly type_params: readonly TypeParam[];
  readonly value: Expr;
}

export interface AugAssign extends NodeBase {
  readonly kind: 'AugAssign';
  readonly target: Name | Attribute | Subscript;
  readonly op: Operator;
  readonly value: Expr;
}

export interface AnnAssign extends NodeBase {
  readonly kind: 'AnnAssign';
  readonly target: Name | Attribute | Subscript;
  readonly annotation: Expr;
  readonly value: Expr | null;
  /** True when the target is a bare name without parentheses. */
  readonly simple: boolean;
}

/** The fields of both kinds of `for`. */
interface ForFields extends NodeBase {
  readonly target: Expr;
  readonly iter: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}

export interface For extends ForFields {
  readonly kind: 'For';
}

export interface AsyncFor extends ForFields {
  readonly kind: 'AsyncFor';
}

export interface While extends NodeBase {
  readonly kind: 'While';
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}

export interface If extends NodeBase {
  readonly kind: 'If';
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}

/** The fields of both kinds of `with`. */
interface WithFields extends NodeBase {
  readonly items: readonly WithItem[];
  readonly body: readonly Stmt[];
}

export interface With extends WithFields {
  readonly kind: 'With';
}

export interface AsyncWith extends WithFields {
  readonly kind: 'AsyncWith';
}

export interface Match extends NodeBase {
  readonly kind: 'Match';
  readonly subject: Expr;
  readonly cases: readonly MatchCase[];
}

export interface Raise extends NodeBase {
  readonly kind: 'Raise';
  readonly exc: Expr | null;
  readonly cause: Expr | null;
}

/** The fields of both kinds of `try`. */
interface TryFields extends NodeBase {
  readonly body: readonly Stmt[];
  readonly handlers: readonly ExceptHandler[];
  readonly orelse: readonly Stmt[];
  readonly finalbody: readonly Stmt[];
}

export interface Try extends TryFields {
  readonly kind: 'Try';
}

/** `try` with `except*` handlers. */
export interface TryStar extends TryFields {
  readonly kind: 'TryStar';
}

export interface Assert extends NodeBase {
  readonly kind: 'Assert';
  readonly test: Expr;
  readonly msg: Expr | null;
}

export interface Import extends NodeBase {
  readonly kind: 'Import';
  readonly names: readonly Alias[];
}

export interface ImportFrom extends NodeBase {
  readonly kind: 'ImportFrom';
  readonly module: string | null;
  readonly names: readonly Alias[];
  /** Number of leading dots. */
  readonly level: number;
}

export interface Global extends NodeBase {
  readonly kind: 'Global';
  readonly names: readonly string[];
}

export interface Nonlocal extends NodeBase {
  readonly kind: 'Nonlocal';
  readonly names: readonly string[];
}

/** An expression used as a statement. (`Expr` is the union of all expressions here, so the interface has another name.) */
export interface ExprStmt extends NodeBase {
  readonly kind: 'Expr';
  readonly value: Expr;
}

export interface Pass extends NodeBase {
  readonly kind: 'Pass';
}

export interface Break extends NodeBase {
  readonly kind: 'Break';
}

export interface Continue extends NodeBase {
  readonly kind: 'Continue';
}

/** Any statement. */
export type Stmt =
  | FunctionDef
  | AsyncFunctionDef
  | ClassDef
  | Return
  | Delete
  | Assign
  | TypeAlias
  | AugAssign
  | AnnAssign
  | For
  | AsyncFor
  | While
  | If
  | With
  | AsyncWith
  | Match
  | Raise
  | Try
  | TryStar
  | Assert
  | Import
  | ImportFrom
  | Global
  | Nonlocal
  | ExprStmt
  | Pass
  | Break
  | Continue;

export interface BoolOp extends NodeBase {
  readonly kind: 'BoolOp';
  readonly op: BoolOperator;
  readonly values: readonly Expr[];
}

/** `target := value` */
export interface NamedExpr extends NodeBase {
  readonly kind: 'NamedExpr';
  readonly target: Name;
  readonly value: Expr;
}

export interface BinOp extends NodeBase {
  readonly kind: 'BinOp';
  readonly left: Expr;
  readonly op: Operator;
  readonly right: Expr;
}

export interface UnaryOp extends NodeBase {
  readonly kind: 'UnaryOp';
  readonly op: UnaryOperator;
  readonly operand: Expr;
}

export interface Lambda extends NodeBase {
  readonly kind: 'Lambda';
  readonly args: Arguments;
  readonly body: Expr;
}

export interface IfExp extends NodeBase {
  readonly kind: 'IfExp';
  readonly test: Expr;
  readonly body: Expr;
  readonly orelse: Expr;
}

/** A dict display; a `null` key means that the value at the same index is unpacked (`**value`). */
export interface Dict extends NodeBase {
  readonly kind: 'Dict';
  readonly keys: readonly (Expr | null)[];
  readonly values: readonly Expr[];
}

/** A set display. (`Set` would shadow the global, so the interface has another name.) */
export interface SetExpr extends NodeBase {
  readonly kind: 'Set';
  readonly elts: readonly Expr[];
}

/** The fields of comprehensions with one element. */
interface ComprehensionFields extends NodeBase {
  readonly elt: Expr;
  readonly generators: readonly Comprehension[];
}

export interface ListComp extends ComprehensionFields {
  readonly kind: 'ListComp';
}

export interface SetComp extends ComprehensionFields {
  readonly kind: 'SetComp';
}

export interface GeneratorExp extends ComprehensionFields {
  readonly kind: 'GeneratorExp';
}

export interface DictComp extends NodeBase {
  readonly kind: 'DictComp';
  readonly key: Expr;
  readonly value: Expr;
  readonly generators: readonly Comprehension[];
}

export interface Await extends NodeBase {
  readonly kind: 'Await';
  readonly value: Expr;
}

export interface Yield extends NodeBase {
  readonly kind: 'Yield';
  readonly value: Expr | null;
}

export interface YieldFrom extends NodeBase {
  readonly kind: 'YieldFrom';
  readonly value: Expr;
}

export interface Compare extends NodeBase {
  readonly kind: 'Compare';
  readonly left: Expr;
  readonly ops: readonly CmpOperator[];
  readonly comparators: readonly Expr[];
}

export interface Call extends NodeBase {
  readonly kind: 'Call';
  readonly func: Expr;
  readonly args: readonly Expr[];
  readonly keywords: readonly Keyword[];
}

/** `{value!conversion:format_spec}` inside an f-string. */
export interface FormattedValue extends NodeBase {
  readonly kind: 'FormattedValue';
  readonly value: Expr;
  /** -1 for none, else the code of `s`, `r` or `a`. */
  readonly conversion: -1 | 115 | 114 | 97;
  readonly format_spec: JoinedStr | null;
}

/** An f-string; `values` are `Constant` strings and `FormattedValue`s. */
export interface JoinedStr extends NodeBase {
  readonly kind: 'JoinedStr';
  readonly values: readonly (Constant | FormattedValue)[];
}

export interface Constant extends NodeBase {
  readonly kind: 'Constant';
  readonly value: PyConstant;
  /** `'u'` when the (first) literal has the `u` prefix. CPython calls this field `kind`. */
  readonly literalKind: 'u' | null;
}

export interface Attribute extends NodeBase {
  readonly kind: 'Attribute';
  readonly value: Expr;
  readonly attr: string;
  readonly ctx: ExprContext;
}

export interface Subscript extends NodeBase {
  readonly kind: 'Subscript';
  readonly value: Expr;
  readonly slice: Expr;
  readonly ctx: ExprContext;
}

export interface Starred extends NodeBase {
  readonly kind: 'Starred';
  readonly value: Expr;
  readonly ctx: ExprContext;
}

export interface Name extends NodeBase {
  readonly kind: 'Name';
  /** NFKC-normalised. (CPython calls this field `id`, which is the node number here.) */
  readonly name: string;
  readonly ctx: ExprContext;
}

export interface List extends NodeBase {
  readonly kind: 'List';
  readonly elts: readonly Expr[];
  readonly ctx: ExprContext;
}

export interface Tuple extends NodeBase {
  readonly kind: 'Tuple';
  readonly elts: readonly Expr[];
  readonly ctx: ExprContext;
}

/** `lower:upper:step`; occurs only as a subscript, or as an element of a tuple there. */
export interface Slice extends NodeBase {
  readonly kind: 'Slice';
  readonly lower: Expr | null;
  readonly upper: Expr | null;
  readonly step: Expr | null;
}

/** Any expression. */
export type Expr =
  | BoolOp
  | NamedExpr
  | BinOp
  | UnaryOp
  | Lambda
  | IfExp
  | Dict
  | SetExpr
  | ListComp
  | SetComp
  | DictComp
  | GeneratorExp
  | Await
  | Yield
  | YieldFrom
  | Compare
  | Call
  | FormattedValue
  | JoinedStr
  | Constant
  | Attribute
  | Subscript
  | Starred
  | Name
  | List
  | Tuple
  | Slice;

/** One `for ... in ... if ...` clause of a comprehension. */
export interface Comprehension extends NodeBase {
  readonly kind: 'comprehension';
  readonly target: Expr;
  readonly iter: Expr;
  readonly ifs: readonly Expr[];
  readonly is_async: boolean;
}

/** `except type as name:`; the same for `except*`, which the enclosing `TryStar` tells apart. */
export interface ExceptHandler extends NodeBase {
  readonly kind: 'ExceptHandler';
  readonly type: Expr | null;
  readonly name: string | null;
  readonly body: readonly Stmt[];
}

/** The parameters of a function or lambda. `defaults` belong to the last of `posonlyargs` followed by `args`. */
export interface Arguments extends NodeBase {
  readonly kind: 'arguments';
  readonly posonlyargs: readonly Arg[];
  readonly args: readonly Arg[];
  readonly vararg: Arg | null;
  readonly kwonlyargs: readonly Arg[];
  /** As long as `kwonlyargs`; `null` where there is no default. */
  readonly kw_defaults: readonly (Expr | null)[];
  readonly kwarg: Arg | null;
  readonly defaults: readonly Expr[];
}

/** One parameter. */
export interface Arg extends NodeBase {
  readonly kind: 'arg';
  readonly arg: string;
  readonly annotation: Expr | null;
}

/** `arg=value` in a call or class header; `arg` is `null` for `**value`. */
export interface Keyword extends NodeBase {
  readonly kind: 'keyword';
  readonly arg: string | null;
  readonly value: Expr;
}

/** One imported name; `name` is dotted in `import a.b`, `*` in a star import. */
export interface Alias extends NodeBase {
  readonly kind: 'alias';
  readonly name: string;
  readonly asname: string | null;
}

/** One context manager of a `with` statement. */
export interface WithItem extends NodeBase {
  readonly kind: 'withitem';
  readonly context_expr: Expr;
  readonly optional_vars: Expr | null;
}

export interface TypeVar extends NodeBase {
  readonly kind: 'TypeVar';
  readonly name: string;
  /** An upper bound, or a tuple of constraints. */
  readonly bound: Expr | null;
  readonly default_value: Expr | null;
}

export interface ParamSpec extends NodeBase {
  readonly kind: 'ParamSpec';
  readonly name: string;
  readonly default_value: Expr | null;
}

export interface TypeVarTuple extends NodeBase {
  readonly kind: 'TypeVarTuple';
  readonly name: string;
  readonly default_value: Expr | null;
}

/** Any type parameter. */
export type TypeParam = TypeVar | ParamSpec | TypeVarTuple;

/** Any node of the tree. */
export type Node =
  | Module
  | Stmt
  | Expr
  | Comprehension
  | ExceptHandler
  | Arguments
  | Arg
  | Keyword
  | Alias
  | WithItem
  | MatchCase
  | Pattern
  | TypeParam;
