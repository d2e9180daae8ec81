/**
 * Random typed Python programs for comparing engines: the same seed gives the same program, which ends, and prints the same under CPython
 * each time.
 *
 * A program is a fixed preamble (a dataclass, a small class family, a closure, functions that raise or return None), some random functions
 * that call only earlier ones, and a main part of many small steps. Each step catches and prints what it raises, so one fault does not hide
 * the rest.
 */
import { expression } from './expression.ts';
import { seededRandom } from './random.ts';
import type { GeneratedFunction, GeneratedType, Scope } from './scope.ts';
import { withNames } from './scope.ts';
import { block, typeOf } from './statement.ts';

const PREAMBLE = `from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int

    def norm(self) -> int:
        return abs(self.x) + abs(self.y)

    def __add__(self, other: 'Point') -> 'Point':
        return Point(self.x + other.x, self.y + other.y)


class Shape:
    def __init__(self, size: int) -> None:
        self.size = size

    def area(self) -> int:
        return self.size

    def name(self) -> str:
        return f'{type(self).__name__}({self.area()})'


class Square(Shape):
    def area(self) -> int:
        return self.size * self.size


class Box(Square):
    def __init__(self, size: int, height: int) -> None:
        super().__init__(size)
        self.height = height

    def area(self) -> int:
        return super().area() * self.height


WORDS = ['alpha', 'beta', 'gamma']


def adder(n: int):
    def add(x: int) -> int:
        return x + n
    return add


def first_even(xs: list[int]) -> int | None:
    for x in xs:
        if x % 2 == 0:
            return x
    return None


def divide(a: int, b: int) -> tuple[int, str]:
    if b == 0:
        raise ValueError(f'cannot divide {a} by zero')
    q, r = divmod(a, b)
    return q, str(r)
`;

/** How large a program is made. */
export interface ProgramSize {
  readonly functions: number;
  readonly steps: number;
}

/** The program of a seed. */
export function generateProgram(seed: number, size: ProgramSize = { functions: 4, steps: 8 }): string {
  const random = seededRandom(seed);
  const callable: GeneratedFunction[] = [];
  const parts = [PREAMBLE];
  const empty: Scope = { random, names: new Map([['list[str]', ['WORDS']]]), fixed: new Set(['WORDS']), callable, loops: 0 };
  for (let i = 0; i < size.functions; i++) {
    const params = Array.from({ length: 1 + random.below(3) }, () => typeOf(empty));
    const result = typeOf(empty);
    let scope: Scope = { ...empty, callable: [...callable] };
    params.forEach((type, at) => {
      scope = withNames(scope, type, [`q${at}`]);
    });
    parts.push(functionText(`f${i}`, params, result, scope));
    callable.push({ name: `f${i}`, params, result });
  }
  for (let i = 0; i < size.steps; i++) {
    parts.push(`def step${i}() -> None:\n${block({ ...empty, callable: [...callable] }, 4, 2).join('\n')}\n`);
  }
  const calls = Array.from({ length: size.steps }, (_, i) => [
    'try:',
    `    step${i}()`,
    'except Exception as error:',
    `    print('step ${i} raised', type(error).__name__, error)`,
  ]);
  return `${parts.join('\n\n')}\n\n${calls.flat().join('\n')}\n`;
}

function functionText(name: string, params: readonly GeneratedType[], result: GeneratedType, scope: Scope): string {
  const head = `def ${name}(${params.map((type, at) => `q${at}: ${type}`).join(', ')}) -> ${result}:`;
  return `${[head, ...block(scope, 3, 2), `    return ${expression(scope, result, 2)}`].join('\n')}\n`;
}
