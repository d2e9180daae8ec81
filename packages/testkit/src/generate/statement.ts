/**
 * Random statements over the names of a scope, as indented lines.
 *
 * A statement may add a name to the scope of those after it, so each returns its lines and the scope that follows.
 */
import { expression } from './expression.ts';
import { GENERATED_TYPES, type GeneratedType, type Scope, withNames } from './scope.ts';

/** Lines of a statement and what may be used after it. */
export interface Statement {
  readonly lines: readonly string[];
  readonly scope: Scope;
}

/** A block of statements, each line indented once more than its owner. */
export function block(scope: Scope, count: number, depth: number): string[] {
  const lines: string[] = [];
  let inner = scope;
  for (let i = 0; i < count; i++) {
    const statement = anyStatement(inner, depth);
    lines.push(...statement.lines);
    inner = statement.scope;
  }
  return indent(lines);
}

/** Lines indented by four spaces. */
export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

/** One statement. */
export function anyStatement(scope: Scope, depth: number): Statement {
  const { random } = scope;
  if (depth > 0 && random.chance(45)) return random.pick(COMPOUND)(scope, depth - 1);
  return random.pick(SIMPLE)(scope);
}

const SIMPLE: readonly ((scope: Scope) => Statement)[] = [newName, newName, assign, augment, show, show, mutate];

const COMPOUND: readonly ((scope: Scope, depth: number) => Statement)[] = [
  (scope, depth) => {
    const head = [`if ${expression(scope, 'bool', 2)}:`, ...block(scope, some(scope), depth)];
    if (scope.random.chance(40)) head.push(`elif ${expression(scope, 'bool', 1)}:`, ...block(scope, some(scope), depth));
    if (scope.random.chance(60)) head.push('else:', ...block(scope, some(scope), depth));
    return { lines: head, scope };
  },
  (scope, depth) => {
    const name = `i${scope.loops}`;
    const inside = { ...withNames(scope, 'int', [name], true), loops: scope.loops + 1 };
    const range = scope.random.pick(['range(4)', 'range(1, 6, 2)', 'range(3, -1, -1)', 'range(0)', 'range(len(WORDS))']);
    const lines = [`for ${name} in ${range}:`, ...block(inside, some(scope), depth)];
    if (scope.random.chance(30))
      lines.push(`    if ${expression(inside, 'bool', 1)}:`, `        ${scope.random.pick(['break', 'continue'])}`);
    if (scope.random.chance(20)) lines.push('else:', "    print('loop ended')");
    return { lines, scope };
  },
  (scope, depth) => {
    const name = `n${scope.loops}`;
    const inside = { ...withNames(scope, 'int', [name], true), loops: scope.loops + 1 };
    return {
      lines: [`${name} = ${1 + scope.random.below(4)}`, `while ${name} > 0:`, `    ${name} -= 1`, ...block(inside, some(scope), depth)],
      scope,
    };
  },
  (scope, depth) => {
    const [key, value] = [`k${scope.loops}`, `v${scope.loops}`];
    const inside = { ...withNames(withNames(scope, 'str', [key], true), 'int', [value], true), loops: scope.loops + 1 };
    return {
      lines: [`for ${key}, ${value} in sorted(${expression(scope, 'dict[str, int]', 1)}.items()):`, ...block(inside, some(scope), depth)],
      scope,
    };
  },
  (scope, depth) => {
    const handled = scope.random.pick(['ZeroDivisionError', 'IndexError', 'KeyError', '(ValueError, OverflowError)', 'ArithmeticError']);
    const lines = [
      'try:',
      ...block(scope, some(scope), depth),
      `except ${handled} as error:`,
      "    print('caught', type(error).__name__, error)",
    ];
    if (scope.random.chance(30)) lines.push('else:', ...block(scope, 1, 0));
    if (scope.random.chance(30)) lines.push('finally:', "    print('finally')");
    return { lines, scope };
  },
  (scope, depth) => {
    const maybe = expression(scope, 'int | None', 1);
    const name = `found${nameCount(scope)}`;
    const inside = withNames(scope, 'int', [name], true);
    return {
      lines: [`${name} = ${maybe}`, `if ${name} is not None:`, ...block(inside, some(scope), depth), 'else:', ...block(scope, 1, 0)],
      scope,
    };
  },
];

function newName(scope: Scope): Statement {
  const type = typeOf(scope);
  const name = `${LETTERS[type]}${nameCount(scope)}`;
  const annotation = scope.random.chance(50) && !scope.names.get(type)?.includes(name) ? `: ${type}` : '';
  return { lines: [`${name}${annotation} = ${cut(scope, type, expression(scope, type, 3))}`], scope: withNames(scope, type, [name]) };
}

function assign(scope: Scope): Statement {
  const type = typeOf(scope);
  const names = (scope.names.get(type) ?? []).filter((name) => !scope.fixed.has(name));
  if (names.length === 0) return newName(scope);
  return { lines: [`${scope.random.pick(names)} = ${cut(scope, type, expression(scope, type, 3))}`], scope };
}

function augment(scope: Scope): Statement {
  const names = (scope.names.get('int') ?? []).filter((name) => !scope.fixed.has(name));
  if (names.length === 0) return newName(scope);
  const operator = scope.random.pick(
    scope.loops > 0 ? ['+=', '-=', '^=', '//=', '%='] : ['+=', '-=', '*=', '//=', '%=', '|=', '&=', '>>= 1 +'],
  );
  const value =
    operator === '>>= 1 +'
      ? `abs(${expression(scope, 'int', 0)}) % 9`
      : `(${expression(scope, 'int', 2)}${/[/%]/.test(operator) && scope.random.chance(80) ? ' or 3' : ''})`;
  return { lines: [`${scope.random.pick(names)} ${operator} ${value}`], scope };
}

function show(scope: Scope): Statement {
  const values = Array.from({ length: 1 + scope.random.below(3) }, () => {
    const type = typeOf(scope);
    return type === 'Shape' ? `${expression(scope, type, 1)}.name()` : expression(scope, type, 2);
  });
  return { lines: [`print(${values.join(', ')}${scope.random.pick(['', '', ", sep='|'", ", end=';\\n'"])})`], scope };
}

function mutate(scope: Scope): Statement {
  const list = scope.names.get('list[int]') ?? [];
  const dict = scope.names.get('dict[str, int]') ?? [];
  const points = scope.names.get('Point') ?? [];
  const choices = [
    ...list.flatMap((name) => [
      `${name}.append(${expression(scope, 'int', 1)})`,
      `${name}[${expression(scope, 'int', 0)}] = ${expression(scope, 'int', 1)}`,
      `${name}.sort()`,
      `${name}.reverse()`,
      `print(${name}.pop())`,
      `${name}.extend(${expression(scope, 'list[int]', 0)}[:3])`,
    ]),
    ...dict.flatMap((name) => [
      `${name}[${expression(scope, 'str', 1)}] = ${expression(scope, 'int', 1)}`,
      `print(${name}.pop(${expression(scope, 'str', 0)}, -1))`,
      `${name}.update(${expression(scope, 'dict[str, int]', 0)})`,
    ]),
    ...points.map((name) => `${name}.x = ${cut(scope, 'int', expression(scope, 'int', 1))}`),
  ];
  return choices.length === 0 ? newName(scope) : { lines: [scope.random.pick(choices)], scope };
}

/** In loops, values that could grow without end are cut back. */
function cut(scope: Scope, type: GeneratedType, text: string): string {
  if (scope.loops === 0) return text;
  if (type === 'int') return `(${text}) % ${scope.random.pick(['97', '1000003', '2305843009213693951', '18446744073709551616'])}`;
  if (type === 'str') return `(${text})[:40]`;
  if (type === 'list[int]' || type === 'list[str]') return `(${text})[:12]`;
  return text;
}

const LETTERS: Readonly<Record<GeneratedType, string>> = {
  int: 'a',
  float: 'x',
  bool: 'b',
  str: 's',
  'list[int]': 'xs',
  'list[str]': 'ws',
  'dict[str, int]': 'd',
  'tuple[int, str]': 't',
  Point: 'p',
  Shape: 'h',
  'int | None': 'm',
};

/** A random type; the front of the list is likelier. */
export function typeOf({ random }: Scope): GeneratedType {
  return GENERATED_TYPES[Math.min(random.below(GENERATED_TYPES.length), random.below(GENERATED_TYPES.length))] as GeneratedType;
}

/** How many names are in scope: a number that makes a further name unlike them. */
function nameCount({ names }: Scope): number {
  return [...names.values()].reduce((sum, list) => sum + list.length, 0);
}

function some({ random }: Scope): number {
  return 1 + random.below(3);
}
