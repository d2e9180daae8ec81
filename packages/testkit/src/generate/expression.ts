/**
 * Random typed expressions: for each type a table of forms, each form text made of smaller expressions.
 *
 * Faults that Python defines (division by zero, an index outside, a number that cannot be read) are wanted: the program catches them and
 * prints their text, so the failure paths are compared too.
 */
import type { GeneratedType, Scope } from './scope.ts';

type Form = (scope: Scope, depth: number) => string;

/** An expression of a type; `depth` bounds its nesting. */
export function expression(scope: Scope, type: GeneratedType, depth: number): string {
  const { random } = scope;
  const names = scope.names.get(type) ?? [];
  if (names.length > 0 && random.chance(depth <= 0 ? 75 : 30)) return random.pick(names);
  if (depth <= 0) return LEAVES[type](scope, 0);
  const functions = scope.loops > 0 ? [] : scope.callable.filter(({ result }) => result === type);
  if (functions.length > 0 && random.chance(15)) {
    const { name, params } = random.pick(functions);
    return `${name}(${params.map((param) => expression(scope, param, depth - 1)).join(', ')})`;
  }
  if (random.chance(6)) return `(${of(scope, type, depth)} if ${of(scope, 'bool', depth)} else ${of(scope, type, depth)})`;
  return random.pick(FORMS[type])(scope, depth);
}

const of = (scope: Scope, type: GeneratedType, depth: number): string => expression(scope, type, depth - 1);

const INTS = [
  '0',
  '1',
  '2',
  '3',
  '7',
  '10',
  '-1',
  '-5',
  '255',
  '1000',
  '2147483647',
  '-2147483648',
  '4611686018427387903',
  '4611686018427387904',
  '-4611686018427387904',
];
const BIG_INTS = [
  '-4611686018427387905',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '10**20',
  '-(3**50)',
  '123456789012345678901234567890',
];
const FLOATS = ['0.0', '-0.0', '1.0', '0.5', '-2.25', '3.14159', '1e-7', '1e16', '123456.789', '1e300', '5e-324', '0.1'];
const STRINGS = [
  "''",
  "'a'",
  "'abc'",
  "'Hello, World'",
  "'  padded '",
  "'12'",
  "'-7'",
  "'x,y,,z'",
  "'line\\nbreak'",
  "'tab\\t'",
  "'\\'quoted\"'",
  "'naïve'",
  "'日本語'",
  "'😀!'",
];

const LEAVES: Readonly<Record<GeneratedType, Form>> = {
  int: ({ random }) => random.pick(random.chance(12) ? BIG_INTS : INTS),
  float: ({ random }) => random.pick(FLOATS),
  bool: ({ random }) => random.pick(['True', 'False']),
  str: ({ random }) => random.pick(STRINGS),
  'list[int]': ({ random }) => random.pick(['[1, 2, 3]', '[5]', '[-1, 0, 4611686018427387904]', 'list(range(6))', '[3, 1, 2, 1]']),
  'list[str]': ({ random }) => random.pick(["['b', 'a']", "['x']", "['', 'yy', 'z']", "'p q  r'.split()"]),
  'dict[str, int]': ({ random }) => random.pick(["{'a': 1}", "{'a': 1, 'b': 2, 'abc': 3}", "{'12': -5, '': 0}"]),
  'tuple[int, str]': ({ random }) => random.pick(["(1, 'a')", "(-3, '')", "(0, 'zz')"]),
  Point: ({ random }) => random.pick(['Point(1, 2)', 'Point(0, 0)', 'Point(-3, 4)']),
  Shape: ({ random }) => random.pick(['Shape(2)', 'Square(3)', 'Box(2, 5)']),
  'int | None': ({ random }) => random.pick(['None', 'first_even([1, 4, 6])', 'first_even([1])']),
};

const binary =
  (type: GeneratedType, ...operators: readonly string[]): Form =>
  (s, d) =>
    `(${of(s, type, d)} ${s.random.pick(operators)} ${of(s, type, d)})`;
/** Mostly an index that is there, so that faults do not end every step at once; the same for divisors and keys below. */
const index: Form = (s, d) => (s.random.chance(75) ? s.random.pick(['0', '-1', '0']) : of(s, 'int', Math.min(d, 1)));
const small = ({ random }: Scope, bound: number): string => String(random.below(bound));
const bound: Form = (s, d) => s.random.pick(['', '', '1', '-1', '2', '-3', `(${index(s, d)}) % 5`]);

const FORMS: Readonly<Record<GeneratedType, readonly Form[]>> = {
  int: [
    binary('int', '+', '-'),
    binary('int', '*'),
    binary('int', '//', '%'),
    (s, d) => `(${of(s, 'int', d)} ${s.random.pick(['//', '%'])} (${of(s, 'int', d)} or 3))`,
    (s, d) => `(${of(s, 'int', d)} ${s.random.pick(['//', '%'])} ${s.random.pick(['7', '-7', '1000'])})`,
    binary('int', '&', '|', '^'),
    (s, d) => `(${of(s, 'int', d)} << ${small(s, 70)})`,
    (s, d) => `(${of(s, 'int', d)} >> ${small(s, 70)})`,
    (s, d) => `(${s.random.pick(['-', '~', '+'])}${of(s, 'int', d)})`,
    (s, d) => `${s.random.pick(['abs', 'int'])}(${of(s, 'int', d)})`,
    (s, d) => `${s.random.pick(['min', 'max'])}(${of(s, 'int', d)}, ${of(s, 'int', d)})`,
    (s, d) => `len(${of(s, s.random.pick(['str', 'list[int]', 'dict[str, int]'] as const), d)})`,
    (s, d) =>
      `int(${s.random.chance(40) ? `str(${of(s, 'int', d)})` : of(s, s.random.pick(['float', 'float', 'str', 'bool'] as const), d)})`,
    (s, d) => `${of(s, 'list[int]', d)}[${index(s, d)}]`,
    (s, d) => `${s.random.chance(70) ? "{'a': 7, 'b': -2}['a']" : `${of(s, 'dict[str, int]', d)}[${of(s, 'str', d)}]`}`,
    (s, d) => `${of(s, 'dict[str, int]', d)}.get(${of(s, 'str', d)}, ${of(s, 'int', d)})`,
    (s, d) => `sum(${of(s, 'list[int]', d)})`,
    (s, d) => `${of(s, 'str', d)}.${s.random.pick(['find', 'count'])}(${of(s, 'str', d)})`,
    (s, d) => `${of(s, 'Point', d)}.${s.random.pick(['x', 'y', 'norm()'])}`,
    (s, d) => `${of(s, 'Shape', d)}.area()`,
    (s, d) => `${of(s, 'tuple[int, str]', d)}[0]`,
    (s, d) => `adder(${of(s, 'int', d)})(${of(s, 'int', d)})`,
    (s, d) => `(${of(s, 'int', d)} ** ${small(s, 4)})`,
  ],
  float: [
    binary('float', '+', '-', '*'),
    (s, d) => `(${of(s, 'float', d)} / (${of(s, 'float', d)} or 2.0))`,
    (s, d) => `(${of(s, 'float', d)} ${s.random.pick(['//', '%'])} ${of(s, 'float', d)})`,
    (s, d) => `(${of(s, 'int', d)} / ${of(s, 'int', d)})`,
    (s, d) => `float(${of(s, 'int', d)})`,
    (s, d) => `(-${of(s, 'float', d)})`,
    (s, d) => `abs(${of(s, 'float', d)})`,
    (s, d) => `round(${of(s, 'float', d)}, ${small(s, 5)})`,
    (s, d) => `max(${of(s, 'float', d)}, ${of(s, 'float', d)})`,
  ],
  bool: [
    binary('int', '<', '<=', '==', '!=', '>', '>='),
    binary('float', '<', '==', '>='),
    binary('str', '<', '==', '!='),
    binary('bool', 'and', 'or'),
    (s, d) => `(not ${of(s, 'bool', d)})`,
    (s, d) => `(${of(s, 'int', d)} < ${of(s, 'int', d)} <= ${of(s, 'int', d)})`,
    (s, d) => `(${of(s, 'int', d)} in ${of(s, 'list[int]', d)})`,
    (s, d) =>
      `(${of(s, 'str', d)} ${s.random.pick(['in', 'not in'])} ${of(s, s.random.pick(['str', 'list[str]', 'dict[str, int]'] as const), d)})`,
    (s, d) => `(${of(s, 'Point', d)} == ${of(s, 'Point', d)})`,
    (s, d) => `(${of(s, 'int | None', d)} is ${s.random.pick(['', 'not '])}None)`,
    (s, d) => `bool(${of(s, s.random.pick(['int', 'str', 'list[int]', 'float'] as const), d)})`,
    (s, d) => `${of(s, 'str', d)}.startswith(${of(s, 'str', d)})`,
    (s, d) => `isinstance(${of(s, 'Shape', d)}, Square)`,
    (s, d) => `(${of(s, 'list[int]', d)} ${s.random.pick(['==', '<'])} ${of(s, 'list[int]', d)})`,
  ],
  str: [
    binary('str', '+'),
    (s, d) => `str(${of(s, s.random.pick(['int', 'float', 'bool', 'list[int]', 'Point'] as const), d)})`,
    (s, d) => `repr(${of(s, s.random.pick(['str', 'float', 'list[str]', 'dict[str, int]', 'tuple[int, str]'] as const), d)})`,
    (s, d) => `${of(s, 'str', d)}.${s.random.pick(['upper', 'lower', 'strip', 'title', 'lstrip'])}()`,
    (s, d) => `${of(s, 'str', d)}.replace(${of(s, 'str', d)}, ${of(s, 'str', d)})[:80]`,
    (s, d) => `${of(s, 'str', d)}[${bound(s, d)}:${bound(s, d)}]`,
    (s, d) => `${of(s, 'str', d)}[::${s.random.pick(['-1', '2', '-2'])}]`,
    (s, d) => `${of(s, 'str', d)}[${index(s, d)}]`,
    (s, d) => `(${of(s, 'str', d)} * ${small(s, 4)})`,
    (s, d) => `${s.random.pick(["','", "''", "' - '"])}.join(${of(s, 'list[str]', d)})`,
    (s) => `f'{${name(s, 'int', '42')}:${s.random.pick(['d', '5d', '<6', '>8', '+', 'x', ',', '08d'])}}|{${name(s, 'str', "'s'")}!r}'`,
    (s) => `f'{${name(s, 'float', '2.5')}:${s.random.pick(['.2f', '.3e', '10.1f', 'g', '.0f', ',.2f'])}}'`,
    (s, d) => `${of(s, 'tuple[int, str]', d)}[1]`,
    (s, d) => `${of(s, 'Shape', d)}.name()`,
  ],
  'list[int]': [
    (s, d) => `[${Array.from({ length: s.random.below(4) }, () => of(s, 'int', d)).join(', ') || '0'}]`,
    (s, d) => `[i * ${small(s, 9)} + ${of(s, 'int', d)} for i in range(${small(s, 6)})]`,
    (s, d) => `[i for i in ${of(s, 'list[int]', d)} if i ${s.random.pick(['% 2 == 0', '> 1', '!= 0'])}]`,
    (s, d) => `sorted(${of(s, 'list[int]', d)}${s.random.pick(['', ', reverse=True', ', key=lambda v: -v'])})`,
    (s, d) => `${of(s, 'list[int]', d)}[${bound(s, d)}:${bound(s, d)}]`,
    (s, d) => `(${of(s, 'list[int]', d)} + ${of(s, 'list[int]', d)})`,
    (s, d) => `list(${of(s, 'dict[str, int]', d)}.values())`,
    (s, d) => `[len(w) for w in ${of(s, 'list[str]', d)}]`,
  ],
  'list[str]': [
    (s, d) => `[${of(s, 'str', d)}, ${of(s, 'str', d)}]`,
    (s, d) => `${of(s, 'str', d)}.split(${s.random.pick(['', "','", "' '"])})`,
    (s, d) => `sorted(${of(s, 'list[str]', d)})`,
    (s, d) => `list(${of(s, 'dict[str, int]', d)})`,
    (s, d) => `[w.upper() for w in ${of(s, 'list[str]', d)}]`,
    (s, d) => `list(${of(s, 'str', d)}[:6])`,
  ],
  'dict[str, int]': [
    (s, d) => `{${of(s, 'str', d)}: ${of(s, 'int', d)}, ${of(s, 'str', d)}: ${of(s, 'int', d)}}`,
    (s, d) => `{w: len(w) for w in ${of(s, 'list[str]', d)}}`,
    (s, d) => `{str(i): i * i for i in ${of(s, 'list[int]', d)}[:5]}`,
  ],
  'tuple[int, str]': [(s, d) => `(${of(s, 'int', d)}, ${of(s, 'str', d)})`, (s, d) => `divide(${of(s, 'int', d)}, ${of(s, 'int', d)})`],
  Point: [
    (s, d) => `Point(${of(s, 'int', d)}, ${of(s, 'int', d)})`,
    (s, d) => `(${of(s, 'Point', d)} + ${of(s, 'Point', d)})`,
    (s, d) => `Point(y=${of(s, 'int', d)}, x=${of(s, 'int', d)})`,
  ],
  Shape: [(s, d) => `Square(${of(s, 'int', d)})`, (s, d) => `Box(${of(s, 'int', d)}, ${of(s, 'int', d)})`],
  'int | None': [(s, d) => `first_even(${of(s, 'list[int]', d)})`],
};

/** A name of the type if there is one; inside an f-string nothing larger keeps its quotes apart. */
function name(scope: Scope, type: GeneratedType, otherwise: string): string {
  const names = scope.names.get(type) ?? [];
  return names.length > 0 ? scope.random.pick(names) : otherwise.replaceAll("'", '"');
}
