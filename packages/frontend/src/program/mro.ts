/** C3 linearisation (Barrett et al., "A Monotonic Superclass Linearization for Dylan", 1996), as CPython uses it. */
import type { ClassInfo } from './class-info.ts';

/** The MRO of a class with these bases, or null when there is none. */
export function mergeMro(cls: ClassInfo, bases: readonly ClassInfo[]): ClassInfo[] | null {
  const lists = [...bases.map((b) => [...b.mro]), [...bases]];
  const out = [cls];
  for (;;) {
    const open = lists.filter((l) => l.length > 0);
    if (open.length === 0) return out;
    const next = open.map((l) => l[0] as ClassInfo).find((c) => open.every((l) => l.indexOf(c) < 1));
    if (!next) return null;
    out.push(next);
    for (const l of lists) if (l[0] === next) l.shift();
  }
}
