/** Schemas from annotations: every form of type, every override, and what is refused with its reason and its place. */
import { printSchema, printType, ref, schemaSetToJson } from '@molt/schema-ir';
import { describe, expect, it } from 'vitest';
import { type SourceSchemas, schemasOfSource } from '../../src/index.ts';

const IMPORTS = `from __future__ import annotations
import datetime
import datetime as dt
import enum
import typing as t
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum, auto
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, NewType, Optional, TypedDict, Union
from uuid import UUID
from molt import Bound, Capability, Err, Ok, Result, Table
`;

const CLASSES = `
@dataclass
class Item:
    sku: Annotated[str, {"maxBytes": 64}]
    price: Decimal
    tags: list[str] = field(default_factory=list)
    count: int = 3
    limit: ClassVar[int] = 5

@dataclass
class Special(Item):
    until: Optional[date] = None

class Point(NamedTuple):
    x: int
    y: float = 0

class Options(TypedDict):
    strict: bool

class Color(Enum):
    RED = 'red'
    BLUE = 'blue'
    AZURE = 'blue'

class Level(IntEnum):
    LOW = 5
    HIGH = auto()

class Side(StrEnum):
    LEFT = auto()

@dataclass
class Tree:
    below: list['Tree']
    above: Optional['Tree'] = None
    mode: 'Mode' = 'a'

@dataclass
class Row:
    id: Annotated[int, 'u32']
    day: date | None

class Plain:
    x: int

Shape = Item | Point
Mode = Literal['a', 'b']
UserId = NewType('UserId', int)
Json = Union[int, str, list['Json'], dict[str, 'Json'], None]
`;

function read(source: string, files: Readonly<Record<string, string>> = {}): SourceSchemas {
  return schemasOfSource({ files: new Map([['shop.py', source], ...Object.entries(files)]), entry: 'shop.py' });
}

/** The schema of a parameter as text. */
function printed(annotation: string): string {
  const { schemas, diagnostics } = read(`${IMPORTS}${CLASSES}\ndef f(x: ${annotation}) -> None: ...\n`);
  expect(diagnostics.map((item) => `${item.message} ${item.hint ?? ''}`)).toEqual([]);
  return printType(schemas!.exports[0]!.params[0]!.schema);
}

function typeText(annotation: string, name: string): string {
  const { schemas } = read(`${IMPORTS}${CLASSES}\ndef f(x: ${annotation}) -> None: ...\n`);
  return printSchema(ref(name), schemas!.types).trimEnd();
}

describe('an annotation', () => {
  it.each([
    ['None', 'none'],
    ['bool', 'bool'],
    ['int', 'int'],
    ['float', 'float'],
    ['str', 'str'],
    ['bytes', 'bytes'],
    ['datetime.date', 'date'],
    ['dt.datetime', 'timestamp'],
    ['datetime.time', 'time'],
    ['datetime.timedelta', 'duration'],
    ['Decimal', 'decimal'],
    ['UUID', 'uuid'],
    ['int | None', 'int?'],
    ['None | int | None', 'int?'],
    ['Optional[date]', 'date?'],
    ['Union[int, None]', 'int?'],
    ['"list[int]"', 'list[int]'],
    ['t.List["Item"]', 'list[Item]'],
    ['Sequence[str]', 'list[str]'],
    ['dict[str, list[int]]', 'map[str, list[int]]'],
    ['Mapping[int, Item]', 'map[int, Item]'],
    ['tuple[int, str]', 'tuple[int, str]'],
    ['tuple[()]', 'tuple[]'],
    ['UserId', 'int'],
    ['Mode', 'Mode'],
    ['Literal["x", None]', 'f.params.x?'],
    ['Shape', 'Shape'],
    ['Shape | None', 'Shape?'],
    ['int | str', 'f.params.x'],
    ['Item', 'Item'],
    ['Color', 'Color'],
    ['Iterator[int]', 'stream[int]'],
    ['Ok[int] | Err[str]', 'result[int, str]'],
    ['Result[int, Color]', 'result[int, Color]'],
    ['Table[Row]', 'table[id: u32, day: date?]'],
    ['Capability["db.read"]', 'capability(db.read)'],
  ])('%s is %s', (annotation, expected) => expect(printed(annotation)).toBe(expected));

  it.each([
    ['Annotated[str, {"maxBytes": 64}]', 'str(<=64)'],
    ['Annotated[str, Bound(64)]', 'str(<=64)'],
    ['Annotated[bytes, Bound(max_bytes=64)]', 'bytes(<=64)'],
    ['Annotated[int, Bound(min=0, max=9)]', 'int(0..9)'],
    ['Annotated[int, "u8"]', 'u8'],
    ['Annotated[int, "i16"]', 'i16'],
    ['Annotated[int, {"max": 2 ** 64 - 1, "min": 0}]', 'u64'],
    ['Annotated[list[int], Bound(1000)]', 'list[int; <=1000]'],
    ['Annotated[list[float], {"kind": "array", "length": 3}]', 'array[float; 3]'],
    ['Annotated[dict[str, int], Bound(5)]', 'map[str, int; <=5]'],
    ['Annotated[float, {"kind": "float32"}]', 'float32'],
    ['Annotated[Decimal, {"precision": 12, "scale": 2}]', 'decimal(12, 2)'],
    ['Annotated[Decimal, Bound(4)]', 'decimal(4, 4)'],
    ['Annotated[datetime.datetime, Bound(unit="ms", zone="naive")]', 'timestamp(ms, naive)'],
    ['Annotated[datetime.time, Bound(unit="s")]', 'time(s)'],
    ['Annotated[datetime.timedelta, Bound(unit="ms", min=0, max=1000)]', 'duration(ms, 0..1000)'],
    ['Annotated[Iterator[int], Bound(10)]', 'stream[int; <=10]'],
    ['Annotated[Table[Row], Bound(max_rows=10)]', 'table[id: u32, day: date?; <=10]'],
    ['Annotated[int, "a number of things", other.Tool(5)]', 'int'],
    ['list[Annotated[int, Bound(max=5)]]', 'list[int(-9223372036854775808..5)]'],
  ])('%s is %s', (annotation, expected) => expect(printed(annotation)).toBe(expected));
});

describe('a class', () => {
  it.each([
    ['Item', 'record Item {\n  sku: str(<=64)\n  price: decimal\n  tags: list[str] = 90\n  count: int = 03\n}'],
    ['Special', 'record Special {\n  sku: str(<=64)\n  price: decimal\n  tags: list[str] = 90\n  count: int = 03\n  until: date? = c0\n}'],
    ['Point', 'record Point {\n  x: int\n  y: float = cb0000000000000000\n}'],
    ['Options', 'record Options {\n  strict: bool\n}'],
    ['Color', 'enum Color { "red" "blue" }'],
    ['Level', 'enum Level { 5 6 }'],
    ['Side', 'enum Side { "left" }'],
    ['Tree', 'record Tree {\n  below: list[Tree]\n  above: Tree? = c0\n  mode: Mode = 00\n}\n\nenum Mode { "a" "b" }'],
    ['Mode', 'enum Mode { "a" "b" }'],
  ])('%s', (name, expected) => expect(typeText(name === 'Special' ? '"Special"' : name, name)).toBe(expected));

  it('of a union has the names of Python types as tags', () => {
    expect(typeText('Shape', 'Shape')).toContain('union Shape {\n  Item: Item\n  Point: Point\n}');
    expect(typeText('int | date | list[int] | Color', 'f.params.x')).toContain(
      '  int: int\n  date: date\n  list: list[int]\n  Color: Color\n',
    );
    expect(typeText('Json', 'Json')).toBe(
      'union Json {\n  int: int\n  str: str\n  list: list[Json?]\n  dict: map[str, Json?]\n}'.replaceAll('Json?]', 'Json]'),
    );
  });

  it('may come from another file of the program', () => {
    const { schemas, diagnostics } = read(
      'from models.item import Item\nimport models.item as m\n\ndef f(x: Item, y: m.Item) -> None: ...\n',
      {
        'models/__init__.py': '',
        'models/item.py':
          'import dataclasses\nfrom .money import Money\n\n@dataclasses.dataclass(frozen=True)\nclass Item:\n    price: Money\n',
        'models/money.py': 'from decimal import Decimal\nMoney = Decimal\n',
      },
    );
    expect(diagnostics).toEqual([]);
    expect(schemas!.exports[0]!.params.map((param) => printType(param.schema))).toEqual(['Item', 'Item']);
    expect(printSchema(ref('Item'), schemas!.types)).toBe('record Item {\n  price: decimal\n}\n');
  });
});

describe('a function', () => {
  it('has defaults that are literals, and no parameter for its context', () => {
    const { schemas } = read(
      `${IMPORTS}${CLASSES}import molt\ndef f(ctx: molt.Context, n: int = 5, x: float = 1, day: date | None = None, *, s: str = str(1), m: Literal["a", "b"] = 'b', u: int | str = 'x', wrong: int = 'x', r: Row | None = None, c: Color = Color.AZURE, lv: Level | None = Level.LOW) -> None: ...\n`,
    );
    expect(
      schemas!.exports[0]!.params.map(({ name, default: value }) => [
        name,
        value === undefined ? null : Buffer.from(value).toString('hex'),
      ]),
    ).toEqual([
      ['n', '05'],
      ['x', 'cb3ff0000000000000'],
      ['day', 'c0'],
      ['s', null],
      ['m', '01'],
      ['u', '9201a178'],
      ['wrong', null],
      ['r', 'c0'],
      ['c', '01'],
      ['lv', '00'],
    ]);
  });

  it('is exported when it is public and annotated, whatever decorates it', () => {
    const { schemas } = read(
      '@offload(worker="a")\ndef f(x: int) -> int: ...\n\ndef _g(x: int) -> int: ...\n\ndef h(x): ...\n\ndef main() -> None: ...\n',
    );
    expect(schemas!.exports.map(({ name }) => name)).toEqual(['f']);
    expect(schemaSetToJson(schemas!)).toContain('"name": "f"');
  });
});

describe('refused', () => {
  /** The code, the text at fault, the reason and the hint. */
  function fault(annotation: string, more = ''): string[] {
    const source = `${IMPORTS}${CLASSES}${more}\ndef f(x: ${annotation}) -> None: ...\n`;
    const { schemas, diagnostics } = read(source);
    expect(schemas).toBeNull();
    const [first] = diagnostics;
    return [first!.code, source.slice(first!.span!.start, first!.span!.end), first!.message, first!.hint ?? ''];
  }

  it.each([
    ['Any', 'Any', 'says nothing', 'name the types'],
    ['object', 'object', 'says nothing', 'name the types'],
    ['list', 'list', 'does not say what it holds', 'list[int]'],
    ['dict', 'dict', 'does not say what it holds', 'dict[str, int]'],
    ['set[int]', 'set[int]', 'sets have no order', 'list'],
    ['dict[float, int]', 'dict[float, int]', 'keys of a map are str or int', 'list of pairs'],
    ['tuple[int, ...]', 'tuple[int, ...]', 'list on the wire', 'list[T]'],
    ['Plain', 'Plain', 'no dataclass', '@dataclass above class Plain'],
    ['pathlib.Path', 'pathlib.Path', 'no schema for pathlib.Path', 'dataclass'],
    ['list[Iterator[int]]', 'Iterator[int]', 'a whole parameter', 'list[T]'],
    ['Table[int]', 'Table[int]', 'rows of a table', 'dataclass Row'],
    ['list[int] | list[str]', 'list[int] | list[str]', 'two members are of Python type list', 'dataclass of its own'],
    ['5', '5', 'no type', 'name a type'],
    ['"int | "', '"int | "', 'no annotation', 'without quotes'],
    ['Literal[1.5]', 'Literal[1.5]', 'strings, ints and booleans', 'Literal['],
    ['Annotated[int, {"maxBytes": 5}]', 'Annotated[int, {"maxBytes": 5}]', "int has no bound 'maxBytes'", 'it has min, max'],
    ['Annotated[bool, Bound(5)]', 'Annotated[bool, Bound(5)]', 'literals', 'Bound(1000)'],
    ['Annotated[int, Bound(min=5, max=4)]', 'Annotated[int, Bound(min=5, max=4)]', 'min <= max', 'in that range'],
    ['Annotated[Decimal, Bound(precision=39)]', 'Annotated[Decimal, Bound(precision=39)]', 'precision from 1 to 38', 'in that range'],
    ['Annotated[str, {"maxBytes": "5"}]', 'Annotated[str, {"maxBytes": "5"}]', 'whole number', 'literal int'],
    ['Annotated[list[int], {"kind": "array"}]', 'Annotated[list[int], {"kind": "array"}]', 'an array has a length', '"length"'],
  ])('%s', (annotation, at, why, rewrite) => {
    const [code, text, message, hint] = fault(annotation);
    expect([code, text]).toEqual(['MOLT1204', at]);
    expect(message).toContain(why);
    expect(hint).toContain(rewrite);
  });

  it('classes, at the place within them', () => {
    expect(fault('Open', '\nclass Open(TypedDict, total=False):\n    x: int\n')[2]).toContain('always has all its fields');
    expect(fault('Odd', '\nclass Odd(Enum):\n    A = object()\n').slice(0, 2)).toEqual(['MOLT1204', 'object()']);
    expect(fault('Bad', '\n@dataclass\nclass Bad:\n    x: set[int]\n').slice(0, 2)).toEqual(['MOLT1204', 'set[int]']);
    expect(fault('Endless', '\n@dataclass\nclass Endless:\n    x: "Endless"\n')[2]).toContain('contains itself without end');
    expect(fault('tuple[other.Item, Item]', '\nimport other\n')[2]).toContain('no schema for other.Item');
  });

  it('functions that callers cannot call', () => {
    const codes = (source: string, names?: string[]): string[] =>
      schemasOfSource({ files: new Map([['shop.py', source]]), entry: 'shop.py' }, names).diagnostics.map(({ code }) => code);
    expect(codes('x = 1\n')).toEqual(['MOLT1207']);
    expect(codes('def f(x) -> int: ...\n', ['f'])).toEqual(['MOLT1203']);
    expect(codes('def f(x: int): ...\n', ['f'])).toEqual(['MOLT1203']);
    expect(codes('def f(*x: int) -> int: ...\n')).toEqual(['MOLT1204']);
    expect(codes('def total(x: int) -> int: ...\n', ['totel'])).toEqual(['MOLT1205']);
    expect(codes('def f(x: int -> int: ...\n')[0]).toBe('MOLT1001');
  });
});
