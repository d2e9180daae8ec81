/**
 * Writes a tree as the oracle script `tree_signature.py` does: a pre-order walk, one line for each node with its kind,
 * the fields that are not nodes, and its span as Python numbers it. Equal text means equal trees.
 */
import type { Module, Node, PyConstant } from '../../src/ast/nodes.ts';

/** Fields of each kind in the order of CPython's grammar. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  Module: ['body'],
  FunctionDef: ['name', 'args', 'body', 'decorator_list', 'returns', 'type_params'],
  AsyncFunctionDef: ['name', 'args', 'body', 'decorator_list', 'returns', 'type_params'],
  ClassDef: ['name', 'bases', 'keywords', 'body', 'decorator_list', 'type_params'],
  Return: ['value'],
  Delete: ['targets'],
  Assign: ['targets', 'value'],
  TypeAlias: ['name', 'type_params', 'value'],
  AugAssign: ['target', 'op', 'value'],
  AnnAssign: ['target', 'annotation', 'value', 'simple'],
  For: ['target', 'iter', 'body', 'orelse'],
  AsyncFor: ['target', 'iter', 'body', 'orelse'],
  While: ['test', 'body', 'orelse'],
  If: ['test', 'body', 'orelse'],
  With: ['items', 'body'],
  AsyncWith: ['items', 'body'],
  Match: ['subject', 'cases'],
  Raise: ['exc', 'cause'],
  Try: ['body', 'handlers', 'orelse', 'finalbody'],
  TryStar: ['body', 'handlers', 'orelse', 'finalbody'],
  Assert: ['test', 'msg'],
  Import: ['names'],
  ImportFrom: ['module', 'names', 'level'],
  Global: ['names'],
  Nonlocal: ['names'],
  Expr: ['value'],
  Pass: [],
  Break: [],
  Continue: [],
  BoolOp: ['op', 'values'],
  NamedExpr: ['target', 'value'],
  BinOp: ['left', 'op', 'right'],
  UnaryOp: ['op', 'operand'],
  Lambda: ['args', 'body'],
  IfExp: ['test', 'body', 'orelse'],
  Dict: ['keys', 'values'],
  Set: ['elts'],
  ListComp: ['elt', 'generators'],
  SetComp: ['elt', 'generators'],
  DictComp: ['key', 'value', 'generators'],
  GeneratorExp: ['elt', 'generators'],
  Await: ['value'],
  Yield: ['value'],
  YieldFrom: ['value'],
  Compare: ['left', 'ops', 'comparators'],
  Call: ['func', 'args', 'keywords'],
  FormattedValue: ['value', 'conversion', 'format_spec'],
  JoinedStr: ['values'],
  Constant: ['value', 'literalKind'],
  Attribute: ['value', 'attr', 'ctx'],
  Subscript: ['value', 'slice', 'ctx'],
  Starred: ['value', 'ctx'],
  Name: ['name', 'ctx'],
  List: ['elts', 'ctx'],
  Tuple: ['elts', 'ctx'],
  Slice: ['lower', 'upper', 'step'],
  comprehension: ['target', 'iter', 'ifs', 'is_async'],
  ExceptHandler: ['type', 'name', 'body'],
  arguments: ['posonlyargs', 'args', 'vararg', 'kwonlyargs', 'kw_defaults', 'kwarg', 'defaults'],
  arg: ['arg', 'annotation'],
  keyword: ['arg', 'value'],
  alias: ['name', 'asname'],
  withitem: ['context_expr', 'optional_vars'],
  match_case: ['pattern', 'guard', 'body'],
  MatchValue: ['value'],
  MatchSingleton: ['value'],
  MatchSequence: ['patterns'],
  MatchMapping: ['keys', 'patterns', 'rest'],
  MatchClass: ['cls', 'patterns', 'kwd_attrs', 'kwd_patterns'],
  MatchStar: ['name'],
  MatchAs: ['pattern', 'name'],
  MatchOr: ['patterns'],
  TypeVar: ['name', 'bound', 'default_value'],
  ParamSpec: ['name', 'default_value'],
  TypeVarTuple: ['name', 'default_value'],
};

/** Kinds that have no position in CPython's tree. */
const UNPLACED: ReadonlySet<string> = new Set(['Module', 'comprehension', 'arguments', 'withitem', 'match_case']);

const OPERATOR_FIELDS: ReadonlySet<string> = new Set(['op', 'ops', 'ctx']);

/** The lines of the walk, unindented. `placesInFormat`: spans inside f-strings count too. */
export function* signatureLines(module: Module, placesInFormat = true): Generator<{ depth: number; line: string }> {
  const stack: { node: Node; depth: number; inFormat: boolean }[] = [{ node: module, depth: 0, inFormat: false }];
  for (;;) {
    const top = stack.pop();
    if (top === undefined) return;
    const { node, depth, inFormat } = top;
    const record = node as unknown as Readonly<Record<string, unknown>>;
    let line: string = node.kind;
    const children: Node[] = [];
    for (const field of ORDER[node.kind] as readonly string[]) {
      const value = record[field];
      if (value === null || value === undefined) {
        if (node.kind === 'Constant' && field === 'literalKind' && !inFormat) line += ' -';
      } else if (Array.isArray(value)) {
        if (value.length === 0) continue;
        if (OPERATOR_FIELDS.has(field)) line += ` ${value.join(' ')}`;
        else if (typeof value[0] === 'string') line += ` ${field}=[${value.join(',')}]`;
        else if (value.some((item) => item !== null)) {
          line += ` ${field}:`;
          for (const item of value as (Node | null)[]) {
            line += item === null ? '.' : 'n';
            if (item !== null) children.push(item);
          }
        } else line += ` ${field}=[${value.map(() => '-').join(',')}]`;
      } else if (typeof value === 'object') {
        if ('kind' in value) children.push(value as Node);
        else line += ` ${constantText(value as PyConstant)}`;
      } else if (field === 'literalKind') {
        if (!inFormat) line += ` ${value as string}`;
      } else if (OPERATOR_FIELDS.has(field)) line += ` ${value as string}`;
      else {
        const name = node.kind === 'Name' ? 'id' : field;
        line += ` ${name}=${typeof value === 'boolean' ? Number(value) : (value as string | number)}`;
      }
    }
    if (!UNPLACED.has(node.kind) && !inFormat) {
      const start = module.lines.locate(node.start);
      const end = module.lines.locate(node.end);
      line += ` ${start.line}:${start.column}-${end.line}:${end.column}`;
    }
    yield { depth, line };
    const inside = inFormat || (node.kind === 'JoinedStr' && !placesInFormat);
    for (let i = children.length - 1; i >= 0; i--) stack.push({ node: children[i] as Node, depth: depth + 1, inFormat: inside });
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function constantText(value: PyConstant): string {
  switch (value.type) {
    case 'none':
    case 'ellipsis':
      return value.type;
    case 'bool':
      return `bool ${value.value ? 'True' : 'False'}`;
    case 'int':
      return `int ${value.value.toString(16)}`;
    case 'float':
    case 'imaginary':
      scratch.setFloat64(0, value.value);
      return `${value.type} ${scratch.getBigUint64(0).toString(16).padStart(16, '0')}`;
    case 'bytes':
      return `bytes ${Array.from(value.value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
    case 'str':
      return `str ${unitsText(value.value)}`;
  }
}

function unitsText(text: string): string {
  let plain = true;
  for (let i = 0; i < text.length && plain; i++) {
    const c = text.charCodeAt(i);
    plain = c >= 32 && c <= 126;
  }
  if (plain) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) out += text.charCodeAt(i).toString(16).padStart(4, '0');
  return out;
}
