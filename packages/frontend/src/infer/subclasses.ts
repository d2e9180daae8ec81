/**
 * An instance type is open: its values may be instances of subclasses. Where the difference matters (an overriding method, `isinstance`,
 * `type`), it is expanded into the classes that are instantiated somewhere in the closed world.
 */
import type { ClassInfo } from '../program/class-info.ts';
import type { Type } from '../types/type.ts';
import type { Ctx } from './context.ts';

/** Instantiated classes at or below a class, most derived first. */
export function instantiatedBelow(c: Ctx, cls: ClassInfo): ClassInfo[] {
  c.engine.watchClass(cls, c.inst);
  const out: ClassInfo[] = [];
  const visit = (x: ClassInfo): void => {
    for (const sub of x.subclasses) visit(sub);
    if (x.instantiated && !out.includes(x)) out.push(x);
  };
  visit(cls);
  return out;
}

/** The type itself, or one type per instantiated class when there are subclasses among them. */
export function expandInstance(c: Ctx, type: Type): readonly Type[] {
  if (type.k !== 'inst' || type.cls.subclasses.length === 0) return [type];
  const list = instantiatedBelow(c, type.cls);
  if (list.length === 0 || (list.length === 1 && list[0] === type.cls)) return [type];
  return list.map((cls) => (cls === type.cls ? type : ({ k: 'inst', cls, args: cls.params.length === 0 ? [] : type.args } as Type)));
}
