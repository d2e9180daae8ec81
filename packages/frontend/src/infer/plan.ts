/**
 * Plans: what an operation on typed operands comes to. Inference makes them, lowering emits them.
 *
 * A plan works on numbered slots, which hold the operands. `switch` tells the members of a union apart and continues with a narrower slot,
 * `let` adds the result of a plan as a further slot.
 */
import type { PyConstant } from '../ast/nodes.ts';
import type { ClassInfo } from '../program/class-info.ts';
import type { Var } from '../program/function-info.ts';
import type { GlobalVar } from '../program/module-info.ts';
import type { Type } from '../types/type.ts';
import type { Instance } from './instance.ts';

export type Source =
  | { readonly k: 'slot'; readonly slot: number }
  | { readonly k: 'const'; readonly value: PyConstant }
  | { readonly k: 'global'; readonly global: GlobalVar }
  /** A default that the closure which is called holds. */
  | { readonly k: 'closure'; readonly variable: Var }
  | { readonly k: 'item'; readonly slot: number; readonly index: number }
  | { readonly k: 'tuple'; readonly items: readonly Source[]; readonly types: readonly Type[] }
  | { readonly k: 'plan'; readonly plan: Plan };

export type Plan = { readonly type: Type } & (
  | { readonly k: 'never' }
  | { readonly k: 'slot'; readonly slot: number }
  | { readonly k: 'const'; readonly value: PyConstant }
  | { readonly k: 'unit' }
  /** A primitive operation; `args` are slots, `types` type operands. */
  | { readonly k: 'prim'; readonly op: string; readonly args: readonly number[]; readonly types?: readonly Type[]; readonly name?: string }
  | { readonly k: 'call'; readonly callee: Instance; readonly args: readonly Source[]; readonly closure?: number }
  | { readonly k: 'switch'; readonly slot: number; readonly cases: readonly { readonly type: Type; readonly plan: Plan }[] }
  | { readonly k: 'raise'; readonly error: string; readonly text: string }
  | { readonly k: 'let'; readonly value: Plan; readonly body: Plan }
  | { readonly k: 'not'; readonly value: Plan }
  | { readonly k: 'cond'; readonly test: Plan; readonly then: Plan; readonly else: Plan }
  /** The first plan's value unless it is NotImplemented, then the second's. */
  | { readonly k: 'fallback'; readonly first: Plan; readonly second: Plan }
  | { readonly k: 'new'; readonly cls: ClassInfo }
  | { readonly k: 'field'; readonly slot: number; readonly cls: ClassInfo; readonly name: string; readonly fieldType: Type }
  /** Does the object have a value in a field that may be unset? */
  | { readonly k: 'hasfield'; readonly slot: number; readonly cls: ClassInfo; readonly name: string; readonly fieldType: Type }
  | {
      readonly k: 'setfield';
      readonly slot: number;
      readonly cls: ClassInfo;
      readonly name: string;
      readonly fieldType: Type;
      readonly value: number;
    }
  | { readonly k: 'global'; readonly global: GlobalVar }
  | { readonly k: 'setglobal'; readonly global: GlobalVar; readonly value: number }
  | { readonly k: 'item'; readonly slot: number; readonly index: number }
  | { readonly k: 'tuple'; readonly items: readonly Source[] }
  | { readonly k: 'bind'; readonly slot: number }
  /** The closure of a method of a local class, from what the object in the slot holds. */
  | { readonly k: 'method-closure'; readonly slot: number }
  /** First plan for its effect, then the second. */
  | { readonly k: 'seq'; readonly first: Plan; readonly second: Plan }
);

/** How a `for` statement takes items from slot 0. */
export type IterPlan =
  /** Counts: slots are start, stop, step. */
  | { readonly mode: 'range'; readonly item: Type }
  | { readonly mode: 'list'; readonly item: Type; readonly list: Type }
  /** `iterator` makes it from slot 0; `advance` and `value` work on it as slot 0. */
  | { readonly mode: 'advance'; readonly item: Type; readonly iterator: Plan; readonly advance: Plan; readonly value: Plan }
  | { readonly mode: 'next'; readonly item: Type; readonly iterator: Plan; readonly next: Plan }
  | { readonly mode: 'never'; readonly item: Type; readonly iterator: Plan };
