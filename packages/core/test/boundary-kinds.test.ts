/**
 * Types of exports: what compiled code takes works end to end, and what it does not have yet is refused at its place in the signature, with
 * what to write instead, whatever else is wrong with the program.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArtifact } from '@molt/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, programOf } from '../src/index.ts';
import { callExport, writeArtifact } from '../src/node/index.ts';

const IMPORTS = `import datetime
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Iterator, Literal, NamedTuple, TypedDict
from uuid import UUID
from molt import Capability, Result, Table

class Color(Enum):
    RED = 1

class Pair(NamedTuple):
    a: int

class Options(TypedDict):
    a: int

@dataclass
class Row:
    a: int

`;

describe('compiled code does not have yet', () => {
  it.each([
    ['datetime.date', 'no dates', 'int of days'],
    ['datetime.time', 'no times of day', 'microseconds since midnight'],
    ['datetime.datetime', 'no datetime', 'microseconds since 1970'],
    ['datetime.timedelta', 'no timedelta', 'float of seconds'],
    ['Decimal', 'no Decimal', 'smallest unit'],
    ['UUID', 'no UUID', 'str'],
    ['Color', 'no Enum classes', 'Literal['],
    ['Pair', 'no NamedTuple classes', 'dataclass'],
    ['Options', 'values of one type', 'dataclass'],
    ['Annotated[float, {"kind": "float32"}]', '64 bits', 'leave float32 out'],
    ['Result[int, str]', 'no Ok and Err', 'raise an exception'],
    ['Iterator[int]', 'whole values', 'list'],
    ['Table[Row]', 'no tables', 'list of dataclasses'],
    ['Capability["db.read"]', 'no grants', 'as a value'],
    ['list[int] | str', 'tells only', 'optional field per case'],
    ['Literal[True, 1]', 'True and 1 are equal', 'not both'],
  ])('%s', (annotation, why, rewrite) => {
    const source = `${IMPORTS}def f(x: ${annotation}) -> int:\n    return 1\n`;
    const { module, diagnostics } = check(source, { mode: 'service' });
    expect(module).toBeNull();
    const refused = diagnostics.filter(({ code }) => code === 'MOLT1208');
    expect(refused.map(({ span }) => source.slice(span!.start, span!.end))).toEqual([annotation]);
    expect(refused[0]!.message).toContain(why);
    expect(refused[0]!.hint).toContain(rewrite);
  });

  it('every such place of a program is named at once', () => {
    const source = `${IMPORTS}def f(x: Decimal, y: list[UUID]) -> datetime.date:\n    return y\n`;
    const { diagnostics } = check(source, { mode: 'service' });
    expect(
      diagnostics
        .filter(({ code }) => code === 'MOLT1208')
        .map(({ span }) => source.slice(span!.start, span!.end))
        .sort(),
    ).toEqual(['Decimal', 'UUID', 'datetime.date']);
  });

  it('a decorated export', () => {
    const { diagnostics } = check('def twice(f):\n    return f\n\n@twice\ndef f(x: int) -> int:\n    return x\n', { mode: 'service' });
    expect(diagnostics.map(({ code }) => code)).toContain('MOLT1200');
  });
});

const SERVICE = `from dataclasses import dataclass
from typing import Annotated, Literal, Union

from molt import Bound

Mode = Literal['a', 'é"\\U0001f600', 3]

@dataclass
class Circle:
    r: float

@dataclass
class Box:
    w: float
    h: float = 2.0

Shape = Union[Circle, Box]

def mode(m: Mode, flag: Literal[True, False]) -> Mode:
    return 3 if m == 'a' and flag else 'a' if m == 3 else m

def widen(u: 'int | str | bool | float | bytes | None') -> 'str | int | bool | None':
    if u is None or isinstance(u, bool):
        return u
    if isinstance(u, int):
        return u + 1
    if isinstance(u, str):
        return u + '!'
    return 'other'

def turn(shape: Shape) -> Shape:
    if isinstance(shape, Circle):
        return Box(shape.r, shape.r)
    return Circle(shape.w)

def bounds(xs: Annotated[list[float], {"kind": "array", "length": 3}], n: int) -> Annotated[list[int], {"maxItems": 4}]:
    return [int(x) for x in xs] + [0] * n

def small(n: int) -> Annotated[int, Bound(min=0, max=9)]:
    return n

def any_int(n: int) -> int:
    return n * 4

def text(n: int) -> Annotated[str, {"maxBytes": 4}]:
    return 'é' * n

def vector(n: int) -> Annotated[list[int], {"kind": "array", "length": 2}]:
    return [n] * n

def unknown(n: int) -> Literal['x', 'y']:
    return 'xyz'[n]
`;

describe('compiled code takes and returns', () => {
  const root = mkdtempSync(join(tmpdir(), 'molt-kinds-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  let artifact: Awaited<ReturnType<typeof readArtifact>>;
  beforeAll(async () => {
    const { diagnostics } = await writeArtifact(programOf(SERVICE), {
      outDir: join(root, 'a'),
      mode: 'service',
      targets: ['wasm'],
      opt: 1,
    });
    expect(diagnostics).toEqual([]);
    artifact = await readArtifact(join(root, 'a'));
  });
  const call = async (name: string, ...args: unknown[]): Promise<unknown> => callExport(artifact, name, args);
  const value = (of: unknown): unknown => ({ kind: 'returned', value: of });

  it('literals', async () => {
    expect(await call('mode', 'a', true)).toEqual(value(3));
    expect(await call('mode', 3, false)).toEqual(value('a'));
    expect(await call('mode', 'é"\u{1f600}', true)).toEqual(value('é"\u{1f600}'));
    await expect(call('mode', 'b', true)).rejects.toThrow('MOLT4001');
    expect(await call('unknown', 1)).toEqual(value('y'));
    expect(await call('unknown', 2)).toMatchObject({
      kind: 'raised',
      type: 'ValueError',
      message: expect.stringContaining('none of the literals'),
    });
  });

  it('unions of what its types tell apart', async () => {
    expect(await call('widen', { tag: 'int', value: 1 })).toEqual(value({ tag: 'int', value: 2 }));
    expect(await call('widen', { tag: 'bool', value: true })).toEqual(value({ tag: 'bool', value: true }));
    expect(await call('widen', { tag: 'str', value: 'a' })).toEqual(value({ tag: 'str', value: 'a!' }));
    expect(await call('widen', { tag: 'float', value: 1 })).toEqual(value({ tag: 'str', value: 'other' }));
    expect(await call('widen', { tag: 'bytes', value: '' })).toEqual(value({ tag: 'str', value: 'other' }));
    expect(await call('widen', null)).toEqual(value(null));
    expect(await call('turn', { tag: 'Circle', value: { r: 3 } })).toEqual(value({ tag: 'Box', value: { w: 3, h: 3 } }));
    expect(await call('turn', { tag: 'Box', value: { w: 3 } })).toEqual(value({ tag: 'Circle', value: { r: 3 } }));
  });

  it('bounds, and what is beyond them fails where it is made', async () => {
    expect(await call('bounds', [1, 2, 3], 1)).toEqual(value([1, 2, 3, 0]));
    const raised = async (name: string, ...args: unknown[]): Promise<unknown> => {
      const answer = (await call(name, ...args)) as { kind: string; type: string };
      return `${answer.kind} ${answer.type}`;
    };
    expect(await raised('bounds', [1, 2, 3], 2)).toBe('raised ResultTooLarge');
    await expect(call('bounds', [1, 2], 1)).rejects.toThrow('exactly 3');
    expect(await call('small', 9)).toEqual(value(9));
    expect(await raised('small', 10)).toBe('raised ResultTooLarge');
    expect(await raised('small', -1)).toBe('raised ResultTooLarge');
    expect(await call('any_int', '2305843009213693951')).toEqual(value('9223372036854775804'));
    expect(await raised('any_int', '2305843009213693952')).toBe('raised ResultTooLarge');
    expect(await raised('any_int', '-2305843009213693953')).toBe('raised ResultTooLarge');
    expect(await call('text', 2)).toEqual(value('éé'));
    expect(await raised('text', 3)).toBe('raised ResultTooLarge');
    expect(await call('vector', 2)).toEqual(value([2, 2]));
    expect(await raised('vector', 3)).toBe('raised ResultTooLarge');
  });
});
