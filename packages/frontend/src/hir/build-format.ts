/**
 * `'{} {name!r:>{width}}'.format(...)` with a literal template becomes an f-string over the arguments. What the template asks for and the call
 * does not give is left to the method, which raises at run time as CPython does.
 */
import type { Call } from '../ast/nodes.ts';
import { at, buildExpr, constant } from './build-expressions.ts';
import { type HirScope, tempVar } from './hir-scope.ts';
import type { HExpr, HStmt } from './nodes.ts';

interface Field {
  /** Position or keyword of the argument. */
  readonly argument: number | string;
  readonly path: readonly { readonly kind: 'attr' | 'item'; readonly name: string }[];
  readonly conversion: 's' | 'r' | 'a' | null;
  readonly spec: readonly Piece[];
}

type Piece = string | Field;

/** The pieces of a template; null when it is malformed. */
export function parseTemplate(template: string): readonly Piece[] | null {
  let automatic = 0;
  let manual = false;
  let ok = true;
  const parse = (text: string, nested: boolean): Piece[] => {
    const out: Piece[] = [];
    let literal = '';
    for (let i = 0; i < text.length; i++) {
      const c = text[i] as string;
      if (c !== '{' && c !== '}') {
        literal += c;
        continue;
      }
      if (!nested && text[i + 1] === c) {
        literal += c;
        i++;
        continue;
      }
      const end = c === '{' ? closing(text, i) : -1;
      const found = end < 0 ? null : field(text.slice(i + 1, end), nested);
      if (!found) {
        ok = false;
        return out;
      }
      if (literal !== '') out.push(literal);
      literal = '';
      out.push(found);
      i = end;
    }
    if (literal !== '') out.push(literal);
    return out;
  };
  const field = (text: string, nested: boolean): Field | null => {
    const parts = /^(\w*)((?:\.\w+|\[[^\]]+\])*)(?:!([rsa]))?(?::([\s\S]*))?$/.exec(text);
    if (!parts) return null;
    const [, name = '', path = '', conversion, spec = ''] = parts;
    let argument: number | string = name;
    if (name === '') {
      if (manual) return null;
      argument = automatic++;
    } else if (/^\d+$/.test(name)) {
      if (automatic > 0) return null;
      manual = true;
      argument = Number(name);
    }
    if (nested && spec.includes('{')) return null;
    return {
      argument,
      path: [...path.matchAll(/\.(\w+)|\[([^\]]+)\]/g)].map((m) =>
        m[1] === undefined ? { kind: 'item', name: m[2] as string } : { kind: 'attr', name: m[1] },
      ),
      conversion: (conversion ?? null) as Field['conversion'],
      spec: parse(spec, true),
    };
  };
  const pieces = parse(template, false);
  return ok ? pieces : null;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

/** The call as an f-string; null when the arguments do not fit the template. */
export function buildFormatCall(scope: HirScope, e: Call, template: string): HExpr | null {
  if (e.args.some((x) => x.kind === 'Starred') || e.keywords.some((k) => k.arg === null)) return null;
  const pieces = parseTemplate(template);
  if (!pieces) return null;
  const names = new Set<number | string>([...e.args.keys(), ...e.keywords.map((k) => k.arg as string)]);
  const fits = (list: readonly Piece[]): boolean => list.every((p) => typeof p === 'string' || (names.has(p.argument) && fits(p.spec)));
  if (!fits(pieces)) return null;
  const stmts: HStmt[] = [];
  const values = new Map<number | string, () => HExpr>();
  const hold = (key: number | string, value: HExpr): void => {
    const temp = tempVar(scope, 'argument');
    stmts.push({ k: 'assign', v: temp, value, declared: null, start: value.start, end: value.end });
    values.set(key, () => at(scope, e, { k: 'var', v: temp }));
  };
  e.args.forEach((x, i) => hold(i, buildExpr(scope, x)));
  for (const k of e.keywords) hold(k.arg as string, buildExpr(scope, k.value));
  const text = (list: readonly Piece[]): HExpr =>
    at(scope, e, {
      k: 'fstring',
      parts: list.map((p) => {
        if (typeof p === 'string') return p;
        let value = (values.get(p.argument) as () => HExpr)();
        for (const step of p.path) {
          if (step.kind === 'attr') value = at(scope, e, { k: 'attr', obj: value, name: step.name });
          else {
            const key = /^\d+$/.test(step.name)
              ? constant(scope, e, { type: 'int', value: BigInt(step.name) })
              : constant(scope, e, { type: 'str', value: step.name });
            value = at(scope, e, { k: 'op', op: 'getitem', args: [value, key] });
          }
        }
        return { value, conversion: p.conversion, spec: p.spec.length === 0 ? null : text(p.spec) };
      }),
    });
  return at(scope, e, { k: 'seq', stmts, value: text(pieces) });
}
