/**
 * What a generated piece of program may use: names by type, and how deep and how often it runs.
 *
 * Generated programs must end soon and print the same everywhere, so loops are counted, functions call only earlier ones, values that grow
 * in loops are cut back, and nothing depends on hash order, time or identity.
 */
import type { Random } from './random.ts';

/** The types of generated expressions. */
export type GeneratedType =
  | 'int'
  | 'float'
  | 'bool'
  | 'str'
  | 'list[int]'
  | 'list[str]'
  | 'dict[str, int]'
  | 'tuple[int, str]'
  | 'Point'
  | 'Shape'
  | 'int | None';

/** Every type, commonest first. */
export const GENERATED_TYPES: readonly GeneratedType[] = [
  'int',
  'str',
  'float',
  'list[int]',
  'bool',
  'dict[str, int]',
  'Point',
  'list[str]',
  'int | None',
  'tuple[int, str]',
  'Shape',
];

/** A function that later code may call. */
export interface GeneratedFunction {
  readonly name: string;
  readonly params: readonly GeneratedType[];
  readonly result: GeneratedType;
}

/** The surroundings of an expression or statement. */
export interface Scope {
  readonly random: Random;
  /** Names that hold a value of the type here. */
  readonly names: ReadonlyMap<GeneratedType, readonly string[]>;
  /** Names that must not be assigned: loop variables, whose change would not end a `while`. */
  readonly fixed: ReadonlySet<string>;
  readonly callable: readonly GeneratedFunction[];
  /** Number of loops around; calls are left out inside loops, which bounds the running time. */
  readonly loops: number;
}

/** A scope with further names. */
export function withNames(scope: Scope, type: GeneratedType, names: readonly string[], fixed = false): Scope {
  const map = new Map(scope.names);
  map.set(type, [...(map.get(type) ?? []).filter((name) => !names.includes(name)), ...names]);
  return { ...scope, names: map, fixed: fixed ? new Set([...scope.fixed, ...names]) : scope.fixed };
}
