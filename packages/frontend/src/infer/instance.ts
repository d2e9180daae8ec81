/** A function instantiated for argument types: what inference learned about it, by HIR expression id. */
import type { FunctionInfo, Var } from '../program/function-info.ts';
import { type Cell, NEVER, newCell, type Type } from '../types/type.ts';
import type { IterPlan, Plan } from './plan.ts';

export type Env = (Type | undefined)[];

export class Instance {
  readonly fn: FunctionInfo;
  readonly owner: Instance | null;
  readonly serial: number;
  readonly key: string;
  /** Types of the parameters, with cells of its own. */
  readonly params: readonly Type[];
  /** Type variables of the stdlib function or its class. */
  readonly typevars: ReadonlyMap<string, Cell>;
  /** Join of the values it returns. */
  ret: Type = NEVER;
  /** Declared result of a stdlib function; callers rely on it. */
  declared: Type | null = null;
  readonly callers = new Set<Instance>();
  /** Types of captured variables. */
  readonly captured = new Map<Var, Cell>();
  /** Fresh containers by expression id. */
  readonly sites = new Map<string, Cell>();
  types: Type[] = [];
  plans: (Plan | undefined)[] = [];
  iters: (IterPlan | undefined)[] = [];
  /** Types of variables at loop headers, by the loop's id. */
  loops: (Env | undefined)[] = [];
  state: 'new' | 'running' | 'done' = 'new';
  dirty = false;
  runs = 0;

  constructor(
    fn: FunctionInfo,
    owner: Instance | null,
    serial: number,
    key: string,
    params: readonly Type[],
    typevars: ReadonlyMap<string, Cell>,
  ) {
    this.fn = fn;
    this.owner = owner;
    this.serial = serial;
    this.key = key;
    this.params = params;
    this.typevars = typevars;
  }

  /** The cell of a container made at a place; the same one each time the instance is inferred. */
  site(id: number, part: string, expected: Type | null = null): Cell {
    const key = `${id}${part}`;
    let cell = this.sites.get(key);
    if (!cell) {
      cell = newCell(expected ?? NEVER);
      this.sites.set(key, cell);
    }
    return cell;
  }

  /** The instance whose variables these are: this one or an enclosing one. */
  ownerOf(variable: Var): Instance {
    let at: Instance | null = this;
    while (at && at.fn !== variable.owner) at = at.owner;
    if (!at) throw new Error(`${variable.name} is no variable of ${this.fn.id} or the functions around it`);
    return at;
  }

  /** Is it a variable of this instance or of one around it? */
  sees(variable: Var): boolean {
    for (let at: Instance | null = this; at; at = at.owner) if (at.fn === variable.owner) return true;
    return false;
  }

  capturedCell(variable: Var): Cell {
    const owner = this.ownerOf(variable);
    let cell = owner.captured.get(variable);
    if (!cell) {
      cell = newCell();
      owner.captured.set(variable, cell);
    }
    return cell;
  }
}
